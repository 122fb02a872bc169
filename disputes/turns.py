"""How does a customer hear that their case has moved at 21Vianet? By a letter of their own and on the timeline."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from billing.models import DisputedAmount
from billing.money import ZERO, plain
from customers.models import Customer, Letter, TimelineEntry, User
from customers.telling import entry, tell_all
from customers.writing import Wanted, promise_letters

from .models import Dispute, Escalation

# The turn, as it stands in the letter, and its sentence on the timeline.
TAKEN_UP, FILED, REMINDED, ANSWERED, WITHDRAWN = "taken_up", "filed", "reminded", "answered", "withdrawn"


def tell_turn(
    escalation: Escalation,
    cases: Sequence[Dispute],
    turn: str,
    *,
    by: User,
    now: datetime,
    words: str = "",
) -> None:
    """Tell each of these cases' customers of one turn, each about their own case only and each once.

    `words` are ours and every one of these customers reads them. The caller holds the customers' locks; the cases
    come with `customer__partner` and `invoice`."""
    frozen = _frozen(cases)
    said = {case.pk: _values(escalation, case, turn, frozen[case.number], words, now) for case in cases}
    letters = promise_letters(
        [
            Wanted(
                case.customer,
                Letter.CASE_TURN,
                key=f"letter:turn:{escalation.pk}:{turn}:{now.isoformat()}:{case.pk}",
                about=", ".join(filter(None, (case.number, _invoice(case)))),
                values=said[case.pk],
            )
            for case in cases
        ],
        now=now,
    )
    tell_all(
        [
            entry(
                case.customer,
                TimelineEntry.Kind.DISPUTE,
                f"escalation_{turn}",
                now=now,
                about=_invoice(case) or case.number,
                values=said[case.pk],
                message=letter,
                actor=by,
            )
            for case, letter in zip(cases, letters, strict=True)
        ]
    )


def tell_us(case: Dispute, customer: Customer, code: str, *, now: datetime, by: User | None = None) -> None:
    """Put on the timeline what only we read of a case at 21Vianet."""
    row = entry(
        customer,
        TimelineEntry.Kind.DISPUTE,
        code,
        now=now,
        about=_invoice(case) or case.number,
        values={"case": case.number},
        actor=by,
        shared=False,
    )
    row.save()


def tell_ended(escalation: Escalation, case: Dispute, customer: Customer, *, by: User | None, now: datetime) -> None:
    """Put on our timeline that an escalation ended with its case, and whether 21Vianet has to be told."""
    row = entry(
        customer,
        TimelineEntry.Kind.DISPUTE,
        "escalation_ended_filed" if escalation.filed_at else "escalation_ended",
        now=now,
        about=_invoice(case) or case.number,
        values={"case": case.number, "reference": escalation.reference},
        actor=by,
        shared=False,
    )
    row.save()


def _values(
    escalation: Escalation, case: Dispute, turn: str, frozen: Decimal, words: str, now: datetime
) -> dict[str, Any]:
    currency = case.invoice.currency if case.invoice else case.partner.currency
    return {
        "case": case.number,
        "invoice": _invoice(case),
        "turn": turn,
        "reference": escalation.reference,
        "result": escalation.result if turn == ANSWERED else "",
        "words": words,
        "amount": plain(frozen, currency) if frozen > ZERO else "",
        "currency": currency,
        "on": now.isoformat(),
        "ask_at": escalation.remind_at.isoformat() if escalation.remind_at else "",
        "link": f"/my/cases/{case.pk}/",
    }


def _invoice(case: Dispute) -> str:
    return (case.invoice.number or "") if case.invoice else ""


def _frozen(cases: Sequence[Dispute]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    rows = DisputedAmount.objects.filter(
        partner_id__in={case.partner_id for case in cases},
        case_number__in=[case.number for case in cases],
        decided_at=None,
    )
    for number, amount in rows.values_list("case_number", "amount"):
        sums[number] += amount
    return sums
