"""What do the facts say once some steps are written? Told from memory, just as the tables would tell it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from customers.models import Letter
from outbox.models import Outcome

from .facts import Loaded
from .gathering import as_notice
from .taking import Step


def afterwards(known: Iterable[Loaded], steps: Collection[Step]) -> list[Loaded]:
    """The same cases with what these letters and calls add to their own facts, and their letters to all facts about
    the customer. A suspension is not told from memory: people and machines have a part in it."""
    notices = {step.loaded.case.pk: (as_notice(step.row),) for step in steps}
    letters = _letters(steps)
    return [
        replace(
            one,
            facts=replace(
                one.facts,
                notices=one.facts.notices + notices.get(one.case.pk, ()),
                letters=(*one.facts.letters, *letters[one.customer.pk]),
            ),
        )
        for one in known
    ]


def _letters(steps: Iterable[Step]) -> dict[int, list[datetime]]:
    """When the notices just promised to each customer were promised; those of a day leave as one letter."""
    sent = {step.row.message_id: step.row.message for step in steps}
    found: dict[int, list[datetime]] = defaultdict(list)
    for message in sent.values():
        if message is not None and message.letter == Letter.NOTICE and message.outcome != Outcome.MOOT:
            found[message.customer_id].append(message.queued_at)
    return found
