"""How does each deed that waits read as a row: what to do, for whom, why, over how much, by when?"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from subscriptions.models import AccessChange, CustomerReading

from . import deeds_access, deeds_escalations, deeds_money, deeds_people
from .deadlines import Row, place
from .desk import KINDS, Desk
from .urgency import weight


def rows(desk: Desk, waiting: Mapping[str, int], tab: str = "") -> list[Row]:
    """The deeds of a tab (or all), by day, and on each day the weightiest first; only kinds of which some are `waiting`
    are asked for."""
    found: list[Row] = []
    for kind, build in BUILDERS.items():
        if waiting.get(kind) and tab in ("", KINDS[kind].tab):
            found += build(desk)
    return sorted(found, key=lambda row: (place(row, desk), -weigh(row, desk), row.key))


def weigh(row: Row, desk: Desk) -> Decimal:
    """What a row weighs now."""
    return weight(row.kind, row.amount, row.due_at, now=desk.now)


BUILDERS: Final[dict[str, Callable[[Desk], list[Row]]]] = {
    "approve": deeds_access.approval_rows,
    "stop": deeds_access.stop_rows,
    "breaker": deeds_access.breaker_rows,
    "deletion": deeds_access.deletion_rows,
    "call": deeds_people.call_rows,
    "promise": deeds_people.broken_promise_rows,
    "claim": deeds_people.claim_rows,
    "bounced": deeds_people.returned_rows,
    "contact": deeds_people.unreachable_rows,
    "receipt": deeds_money.receipt_rows,
    "taken_back": deeds_money.taken_back_rows,
    "bank": deeds_money.bank_rows,
    "dispute": deeds_people.question_rows,
    "to_read": deeds_escalations.read_rows,
    "to_ask": deeds_escalations.ask_rows,
    "to_file": deeds_escalations.file_rows,
    "to_call_off": deeds_escalations.call_off_rows,
    "draft": deeds_money.draft_rows,
    "write_off": deeds_money.write_off_rows,
    "unmapped": deeds_money.unknown_charge_rows,
    "to_pay": deeds_money.bill_rows,
    "finding": deeds_money.finding_rows,
    "access": deeds_access.stuck_rows("access", AccessChange, _("Help a change of access along")),
    "drift": deeds_access.drift_rows,
    "reading": deeds_access.stuck_rows("reading", CustomerReading, _("Read a customer from 21Vianet again")),
}
