"""What would a customer's word change? The next dates as they would be, in the customer's own terms."""

from typing import Any

from django.utils.translation import gettext

from dunning import policy as book
from dunning import wording
from dunning.supposing import Supposed

from .my_outlook import Outlook
from .my_saying import Voice, cant_sign_in

SHOWN = (book.Action.NOTICE, book.Action.SUSPEND)


def rows_of(found: Supposed, outlook: Outlook, voice: Voice) -> list[dict[str, Any]]:
    """Each step the customer would notice: its name, its day with the change, and its day without where it moves."""
    rows = [step for step in found.steps if step.action in SHOWN and step.after is not None]
    return [
        {
            "name": cant_sign_in(outlook.people) if step.suspends and outlook.people else wording.stage(step.stage),
            "risk": step.suspends,
            "when": _said(step.after, voice),
            "before": _said(step.before, voice) if step.moved else "",
        }
        for step in rows
    ]


def _said(entry: book.Entry | None, voice: Voice) -> str:
    if entry is None:
        return gettext("not by itself")
    return voice.when(entry.at if entry.action is book.Action.SUSPEND else entry.on)


def quiet_words(found: Supposed, voice: Voice) -> str:
    """Until when nothing happens at all."""
    if not found.after.schedule:
        return gettext("Nothing happens by itself.")
    first = found.after.schedule[0]
    return gettext("Nothing happens before %(when)s.") % {"when": _said(first, voice)}
