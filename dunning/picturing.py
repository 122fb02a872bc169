"""How does one invoice's story look on a rail, and how did its next date and its amount come about?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Final

from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from billing.models import Allocation, DisputedAmount, Invoice
from billing.money import ZERO
from customers import formats
from customers.models import Customer

from . import policy as book
from .approving import LIVE
from .explaining import Explained
from .facts import load
from .models import Decision, Stage
from .reviewing import Judged
from .wording import because, stage

FROZEN: Final = frozenset({book.Code.DISPUTED, book.Code.UNTOLD})
PEOPLE: Final = frozenset({book.Code.AWAITING_APPROVAL, book.Code.UNDO_WINDOW})
HELD: Final[Mapping[book.Code, "str | Promise"]] = {
    book.Code.ON_HOLD: _("On hold"),
    book.Code.EXEMPT: _("Exempt"),
    book.Code.PROMISED: _("Promised"),
    book.Code.CLAIMED_PAID: _("Reported paid"),
}


@dataclass(frozen=True)
class Reading:
    """In whose zone and on which day a story is read."""

    today: date
    zone: tzinfo

    def because(self, reason: book.Because, currency: str) -> str:
        """A reason in words."""
        return because(str(reason.code), reason.values, currency=currency, today=self.today, zone=self.zone)

    def say(self, moment: date | datetime) -> str:
        """A day or instant inside a sentence."""
        return formats.spoken(moment, self.today, self.zone)


def rail(story: Explained, reading: Reading) -> list[dict[str, Any]]:
    """The invoice's stops for the stage rail: this round's steps, what holds it, and the dated future as far as
    the suspension or, once suspended, the deletion of the data."""
    rows = [row for row in story.history if row.round == max(one.round for one in story.history)]
    stops = [_past(row, reading) for row in rows]
    answer = story.next
    if rows and answer is not None and _waits_for_people(rows[-1]):
        return stops
    if stops and answer is not None:
        stops[-1]["kind"] = "happened" if stops[-1]["kind"] == "happened" else "now"
    if isinstance(answer, book.Wait) and answer.because.code in FROZEN | HELD.keys():
        stops.append(_held(answer, story, reading))
    if answer is None:
        return [*stops, {"name": gettext("Nothing owed"), "kind": "restored"}]
    return stops + _ahead(story, rows, reading)


def _waits_for_people(row: Decision) -> bool:
    """Whether this is a proposal still to be decided or carried out: nothing is ahead of it but itself."""
    proposal = getattr(row, "proposal", None)
    return proposal is not None and proposal.state in LIVE


def _past(row: Decision, reading: Reading) -> dict[str, Any]:
    kind, note = "done", ""
    message, proposal = row.message, getattr(row, "proposal", None)
    if row.action == Stage.Action.SUSPEND:
        kind = {"carried_out": "happened", "proposed": "risk", "approved": "risk"}.get(
            proposal.state if proposal else "", "done"
        )
        note = _proposal_note(proposal.state) if proposal else ""
    elif row.action in (Stage.Action.CALL_TASK, Stage.Action.HAND_OVER):
        note = f"“{row.call_note}”" if row.call_note else gettext("logged") if row.called_at else gettext("still open")
    elif message is not None:
        note = _letter_note(message.seen_at, message.bounced_at, message.delivered_at)
    return {"name": stage(row.stage), "at": row.decided_at, "kind": kind, "note": note}


def _letter_note(seen: datetime | None, bounced: datetime | None, delivered: datetime | None) -> str:
    if seen:
        return gettext("seen")
    if bounced:
        return gettext("bounced")
    return gettext("delivered") if delivered else gettext("on its way")


def _proposal_note(state: str) -> str:
    return {
        "proposed": gettext("waits for approval"),
        "approved": gettext("approved"),
        "carried_out": gettext("carried out"),
        "refused": gettext("rejected"),
        "aborted": gettext("called off"),
    }.get(state, "")


def _held(answer: book.Wait, story: Explained, reading: Reading) -> dict[str, Any]:
    frozen = answer.because.code in FROZEN
    return {
        "name": gettext("In dispute") if frozen else str(HELD[answer.because.code]),
        "kind": "frozen" if frozen else "held",
        "when": reading.say(answer.until) if answer.until else gettext("until it is settled"),
        "note": reading.because(answer.because, story.invoice.currency),
    }


def _ahead(story: Explained, rows: Sequence[Decision], reading: Reading) -> list[dict[str, Any]]:
    assert story.decision is not None
    stops = []
    entries = list(story.decision.schedule)
    off = any(entry.action is book.Action.SUSPEND for entry in entries)
    for entry in entries:
        if entry.action is book.Action.SUSPEND:
            # What a notice printed no longer matters once something has moved the suspension past its day.
            printed = [row.pay_by for row in rows if row.pay_by and not (row.suspend_on and row.suspend_on < entry.on)]
            pay_by = max(printed, default=None)
            if pay_by and pay_by > story.now:
                stops.append({"name": gettext("Pay by"), "at": pay_by, "kind": "ahead", "note": ""})
            earliest = {"name": stage(entry.stage), "at": entry.at, "kind": "risk", "note": gettext("earliest")}
            return [*stops, earliest]
        if off or entry.action is not book.Action.DELETION_NOTICE:
            stops.append({"name": stage(entry.stage), "on": entry.on, "kind": "ahead", "note": ""})
    return stops + _deletion(story, reading)


def _deletion(story: Explained, reading: Reading) -> list[dict[str, Any]]:
    """Once something is off for this invoice: the day on which the provider deletes the data."""
    mine = story.invoice.suspension_debts.filter(suspension__ended_at=None, suspension__confirmed_at__isnull=False)
    first = mine.order_by("suspension__confirmed_at").select_related("suspension", "decision__version").first()
    if first is None or first.suspension.confirmed_at is None:
        return []
    on = deleted_on(first.suspension.confirmed_at, first.decision.version.deletion_days, reading.zone)
    return [{"name": gettext("Data deleted"), "on": on, "kind": "risk", "note": gettext("unless paid before")}]


def deleted_on(confirmed_at: datetime, days: int, zone: tzinfo) -> date:
    """The day, in a zone, on which the provider deletes what was suspended at an instant."""
    return (confirmed_at + timedelta(days=days)).astimezone(zone).date()


def headline(story: Explained, reading: Reading) -> str:
    """What happens to the invoice next, as a person would say it on the phone."""
    answer, currency = story.next, story.invoice.currency
    if answer is None or story.decision is None:
        return gettext("Nothing. %(invoice)s is settled.") % {"invoice": story.invoice.number}
    money = {"amount": formats.amount(story.decision.undisputed, currency)}
    if isinstance(answer, book.Take):
        return gettext("Today: %(stage)s, over %(amount)s.") % {"stage": stage(answer.stage), **money}
    first = next(iter(story.decision.schedule), None)
    if first is None or answer.because.code in PEOPLE:
        name = stage(answer.stage) if answer.stage else gettext("Next step")
        return gettext("%(stage)s waits. %(reason)s") % {
            "stage": name,
            "reason": reading.because(answer.because, currency),
        }
    suspends = first.action is book.Action.SUSPEND
    known = {"stage": stage(first.stage), "when": reading.say(first.at if suspends else first.on), **money}
    if suspends:
        return (
            gettext("Nothing today. Suspension may be proposed from %(when)s, if %(amount)s is still unpaid.") % known
        )
    return gettext("Nothing today. Next is: %(stage)s, %(when)s, if %(amount)s is still unpaid.") % known


def date_rows(story: Explained, reading: Reading) -> list[dict[str, Any]]:
    """How the next date came about: the due day, each step with its proof, what it waits for."""
    invoice = story.invoice
    rows: list[dict[str, Any]] = [{"label": gettext("Due date"), "on": invoice.due_on, "note": invoice.number}]
    for row in story.history:
        rows.append({"label": stage(row.stage), "on": row.decided_at, "note": _why_taken(row, reading, invoice)})
        if row.message and row.message.delivered_at:
            to = gettext("to %(email)s") % {"email": row.message.to_email}
            rows.append({"label": gettext("Delivered"), "on": row.message.delivered_at, "note": to})
        if row.suspend_on:
            rows.append(
                {"label": gettext("It announced"), "on": row.suspend_on, "note": gettext("no suspension before")}
            )
    answer = story.next
    if answer is not None and answer.because:
        until = answer.until if isinstance(answer, book.Wait) else story.now
        rows.append({"label": gettext("Now"), "on": until, "note": reading.because(answer.because, invoice.currency)})
    return rows


def _why_taken(row: Decision, reading: Reading, invoice: Invoice) -> str:
    return because(row.because, row.values, currency=invoice.currency, today=reading.today, zone=reading.zone)


@dataclass(frozen=True)
class Arithmetic:
    """total − allocated − credited − open disputed = undisputed due, for one invoice."""

    billed: Decimal
    paid: Decimal
    credited: Decimal
    disputed: Decimal
    undisputed: Decimal


def arithmetic(story: Explained) -> Arithmetic:
    """How the amount came about. The disputed part is at most what is open, as the rulebook counts it."""
    invoice = story.invoice
    put = Allocation.objects.filter(line__invoice=invoice)
    sums = {
        name: put.filter(**{f"{name}__isnull": False}).aggregate(sum=Sum("amount"))["sum"] or ZERO
        for name in ("payment", "credit_note")
    }
    undisputed = story.decision.undisputed if story.decision else invoice.balance
    return Arithmetic(
        billed=invoice.total,
        paid=sums["payment"],
        credited=sums["credit_note"],
        disputed=max(invoice.balance - undisputed, ZERO),
        undisputed=undisputed,
    )


def would_change(story: Explained, reading: Reading) -> list[dict[str, str]]:
    """What would change the date: a payment, a question, a hold."""
    if story.next is None or story.decision is None:
        return []
    due = formats.amount(story.decision.undisputed, story.invoice.currency)
    open_questions = DisputedAmount.objects.filter(line__invoice=story.invoice, decided_at=None).count()
    rows = [
        {"what": gettext("A payment of %(amount)s") % {"amount": due}, "how": gettext("ends it for this invoice")},
        {"what": gettext("A question on a line"), "how": gettext("freezes the amount named, the rest keeps its dates")},
        {"what": gettext("A hold"), "how": gettext("stops it until the date you set")},
    ]
    if open_questions:
        text = ngettext("The answer to %(n)s question", "The answers to %(n)s questions", open_questions)
        rows.append({"what": text % {"n": open_questions}, "how": gettext("thaws what is refused, from that day")})
    return rows


def why_panel(story: Explained, reading: Reading) -> dict[str, Any]:
    """The panel that derives an invoice's next date and amount."""
    return {
        "why": story,
        # The subscription asked about first on another day.
        "why_seat": story.invoice.lines.exclude(subscription=None).values_list("subscription", flat=True).first(),
        "why_head": headline(story, reading),
        "why_dates": date_rows(story, reading),
        "why_sum": arithmetic(story),
        "why_change": would_change(story, reading),
    }


def foreseen(customer: Customer, *, now: datetime) -> list[Judged]:
    """Every open case of a customer, decided now and looked ahead; nothing is written."""
    return [Judged(loaded, book.schedule(loaded.policy, loaded.facts, now)) for loaded in load([customer], now=now)]


def story_of(one: Judged, *, now: datetime) -> Explained:
    """A judged case as the story pages read; its history is still to be filled in."""
    loaded = one.loaded
    return Explained(loaded.invoice, loaded.customer, now, loaded.policy, loaded.policy.version, one.decision, [])
