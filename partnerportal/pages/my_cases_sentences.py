"""How does a customer's page say where a case stands? Whose turn it is, until when, and what is frozen."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext

from billing.models import CreditNoteLine, DisputedAmount
from billing.money import ZERO
from customers import formats
from disputes.lines import answers_of
from disputes.models import Dispute

from .my_question_reasons import REASONS
from .my_saying import Voice, money, together
from .my_sentences import Opening


@dataclass(frozen=True)
class Asked:
    """One questioned line: what was asked of it, what is frozen of it now, and what was credited in all."""

    description: str
    position: int
    questioned: Decimal
    frozen: Decimal
    credited: Decimal
    # Our answer's words for this line alone.
    words: str = ""


def asked_of(found: Dispute) -> list[Asked]:
    """The questioned lines. What was frozen anew when the case was reopened was asked before and counts once."""
    rows = DisputedAmount.objects.filter(partner_id=found.partner_id, case_number=found.number)
    lines: dict[int, list[DisputedAmount]] = {}
    for row in rows.select_related("line").order_by("line__position", "pk"):
        lines.setdefault(row.line_id, []).append(row)
    credited = _credited(found) if found.freezes else {}
    words = {one["line"]: one["text"] for one in answers_of(found)} if found.decided_at else {}
    return [
        Asked(
            rows[0].line.description,
            rows[0].line.position,
            rows[0].questioned,
            sum((row.amount for row in rows if row.decided_at is None), ZERO),
            credited.get(line, ZERO),
            words.get(rows[0].line.position, ""),
        )
        for line, rows in lines.items()
    ]


def _credited(found: Dispute) -> dict[int | None, Decimal]:
    notes = [found.credit_note_id, *found.earlier_answers.values_list("credit_note_id", flat=True)]
    credited: dict[int | None, Decimal] = {}
    kept = [note for note in notes if note is not None]
    for line, total in CreditNoteLine.objects.filter(credit_note__in=kept).values_list("invoice_line_id", "total"):
        credited[line] = credited.get(line, ZERO) + total
    return credited


def opening_of(
    found: Dispute, lines: list[Asked], rest: Decimal, voice: Voice, silent: datetime | None = None
) -> Opening:
    """Who has the ball, until when, and what of the money stands still. `silent` is when silence closes a case
    that was answered."""
    said = _said(found, lines, rest, voice)
    if found.decided_at is None:
        return Opening(_waits(found, voice, said), _frozen(found, lines, rest, said))
    outcome = _outcome(found.outcome, said)
    if found.status == Dispute.Status.CLOSED:
        return Opening(outcome, gettext("Closed on %(closed)s.") % said)
    if found.withdrawn:
        return Opening(outcome, gettext("A mail that says so is on its way to you; with it the case is closed."))
    if found.status == Dispute.Status.AWAITING_CONFIRMATION:
        if found.told_by and found.told_by.bounced_at:
            return Opening(outcome, gettext("Our mail that said so came back. Tell us here whether it is resolved."))
        if silent is None:
            return Opening(outcome, gettext("You wrote to us since. The case stays open until we have answered that."))
        until = {"until": voice.when(silent)}
        return Opening(outcome, gettext("Without a word from you the case closes on %(until)s.") % until)
    return Opening(outcome, gettext("Our answer is on its way to you by mail."))


def _said(found: Dispute, lines: list[Asked], rest: Decimal, voice: Voice) -> dict[str, str]:
    currency = found.invoice.currency if found.invoice else found.partner.currency
    return {
        "asked": money(sum((line.questioned for line in lines), ZERO), currency),
        "frozen": money(sum((line.frozen for line in lines), ZERO), currency),
        "credited": money(sum((line.credited for line in lines), ZERO), currency),
        "rest": money(rest, currency),
        "number": (found.invoice.number if found.invoice else None) or "",
        "by": voice.when(found.answer_by),
        "closed": voice.when(found.closed_at) if found.closed_at else "",
    }


def _waits(found: Dispute, voice: Voice, said: dict[str, str]) -> str:
    if found.status == Dispute.Status.WAITING_CUSTOMER:
        return gettext("We need a word from you to go on.")
    if found.status == Dispute.Status.WAITING_PROVIDER:
        return gettext("We wait for the answer of 21Vianet.")
    if found.answer_by <= voice.now:
        if found.reopened_at:
            return gettext("You said it is not resolved. We look at it again.")
        return gettext("We promised an answer by %(by)s and are late.") % said
    return gettext("We answer by %(by)s.") % said


def _frozen(found: Dispute, lines: list[Asked], rest: Decimal, said: dict[str, str]) -> str:
    if not any(line.frozen > ZERO for line in lines):
        return gettext("Nothing is frozen for it: your invoices keep their dates.") if found.invoice else ""
    kept = gettext("The other %(rest)s of %(number)s keeps its dates.") % said if rest > ZERO else ""
    return together(gettext("%(frozen)s is frozen until then: you need not pay it.") % said, kept)


def _outcome(outcome: str, said: dict[str, str]) -> str:
    match outcome:
        case DisputedAmount.Result.UPHELD:
            return gettext("You were right. %(credited)s is credited.") % said
        case DisputedAmount.Result.PARTLY:
            return gettext("%(credited)s of the %(asked)s is credited, the rest stays to pay.") % said
        case DisputedAmount.Result.WITHDRAWN:
            return gettext("You withdrew the question.")
        case DisputedAmount.Result.REJECTED:
            return gettext("The %(asked)s stays to pay.") % said
    return gettext("We have answered.")


def turn_of(found: Dispute, voice: Voice) -> str:
    """Whose turn it is, in a few words, for the list."""
    match found.status:
        case Dispute.Status.NEW | Dispute.Status.INVESTIGATING:
            return gettext("our turn, by %(by)s") % {"by": voice.when(found.answer_by)}
        case Dispute.Status.WAITING_CUSTOMER:
            return gettext("your turn: we asked you something")
        case Dispute.Status.WAITING_PROVIDER:
            return gettext("21Vianet’s turn")
        case Dispute.Status.DECIDED:
            return gettext("answered, the mail is on its way")
        case Dispute.Status.AWAITING_CONFIRMATION:
            return gettext("your turn: is it resolved?")
    closed = found.closed_at or voice.now
    return gettext("closed on %(day)s") % {"day": voice.when(formats.day_of(closed, voice.zone))}


def about_of(found: Dispute) -> str:
    """What a case is about, where it has no title: its reason, as the customer gave it."""
    return found.title or str(REASONS.get(found.reason, ""))
