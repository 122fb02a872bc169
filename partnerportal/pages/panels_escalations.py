"""What does the side panel say of a case that is at 21Vianet, or on its way there?"""

from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers import formats
from disputes.clocks import waited
from disputes.models import Escalation

from .deadlines import Row
from .deeds_escalations import number
from .desk import Desk
from .panels import Panel

Fact = tuple[str | Promise, str, str]


def to_file(row: Row, desk: Desk) -> Panel:
    """A pack that is made."""
    one: Escalation = row.about
    return Panel(
        figures=_frozen(row),
        strong=_("Until it is filed"),
        text=_("21Vianet knows nothing of it. File the pack in its form and enter the reference; a clock then runs."),
        facts=[*_facts(one, desk), (_("We ask for"), f"“{one.asked_for[:280]}”", "")],
        link=reverse("escalation", args=[one.pk]),
        link_text=_("Open the pack"),
    )


def to_ask(row: Row, desk: Desk) -> Panel:
    """No answer by the time at which we meant to ask again."""
    one: Escalation = row.about
    return Panel(
        figures=_frozen(row),
        strong=_("21Vianet has not answered."),
        text=_("The customer waits with us. Ask again with the reference, and say so here; the customer is told."),
        facts=_facts(one, desk),
        link=reverse("escalation", args=[one.pk]),
        link_text=_("Ask again"),
    )


def to_read(row: Row, desk: Desk) -> Panel:
    """Word that nobody has read."""
    one: Escalation = row.about
    return Panel(
        figures=_frozen(row),
        strong=_("Until somebody reads it"),
        text=_("the customer hears nothing. Say what it comes to, or that it is no answer yet."),
        facts=_facts(one, desk),
        link=reverse("escalation", args=[one.pk]),
        link_text=_("Read it"),
    )


def to_call_off(row: Row, desk: Desk) -> Panel:
    """Filed, and over before 21Vianet has answered."""
    one: Escalation = row.about
    return Panel(
        figures=_frozen(row),
        strong=_("21Vianet still works on it."),
        text=_("Write there, under the reference, that the case is over, and say here that you did."),
        facts=[*_facts(one, desk), (_("Why"), one.why_withdrawn, "")],
        link=reverse("escalation", args=[one.pk]),
        link_text=_("Open the escalation"),
    )


def _frozen(row: Row) -> list[dict[str, Any]]:
    if row.amount is None:
        return []
    return [{"label": gettext("Frozen"), "value": row.amount, "currency": row.currency, "tone": "dispute"}]


def _facts(one: Escalation, desk: Desk) -> list[Fact]:
    case = (
        reverse("dispute", args=[one.dispute_id]) if one.dispute_id else reverse("dispute_cause", args=[one.cause_id])
    )
    facts: list[Fact] = [(_("Case"), number(one), case)]
    if one.filed_at is None:
        prepared = formats.spoken(one.prepared_at, desk.today, desk.zone)
        return [*facts, (_("Prepared"), formats.joined(str(one.prepared_by), prepared), "")]
    return [
        *facts,
        (_("Reference"), one.reference, ""),
        (_("Filed"), formats.joined(str(one.filed_by), formats.spoken(one.filed_at, desk.today, desk.zone)), ""),
        (_("Waited, Beijing business time"), waited(one.filed_at, desk.now), ""),
    ]
