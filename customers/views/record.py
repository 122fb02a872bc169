"""Where does one customer stand? What the record page shows, read in a number of queries that doesn't grow."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, Final

from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.models import Invoice
from billing.money import ZERO
from customers import formats
from customers.models import Contact, Customer, Message, TimelineEntry
from disputes.models import Dispute
from dunning import policy as book
from dunning.explaining import Explained
from dunning.models import Decision, PolicyTold, Proposal
from dunning.picturing import Reading, foreseen, rail, story_of, why_panel
from dunning.reviewing import Judged
from dunning.views.agreed import agreed
from dunning.wording import proof, stage, timeline
from subscriptions.models import AccessStop, Drift, Subscription, Suspension

LATEST: Final = 30
FILTERS: Final[dict[str, tuple[str | Promise, tuple[str, ...]]]] = {
    "": (_("All"), ()),
    "notice": (_("Notices"), ("notice",)),
    "money": (_("Money"), ("money", "document")),
    "dispute": (_("Disputes"), ("dispute",)),
    "access": (_("Access"), ("access",)),
    "note": (_("Notes"), ("note",)),
}


@dataclass
class Seat:
    """One subscription as the page shows it: its state, what is due on it, and what happens to it next."""

    subscription: Subscription
    state: str
    due: Decimal = ZERO
    frozen: Decimal = ZERO
    currency: str = ""
    step: str = ""
    at: datetime | None = None
    on: date | None = None
    invoice: Invoice | None = None
    note: str = ""


@dataclass
class Reach:
    """One contact and whether letters arrive there."""

    contact: Contact
    last: Message | None = None
    proof: str = ""
    bounced: bool = False
    waiting: int = field(default=0)


def record(
    customer: Customer, *, now: datetime, zone: tzinfo, kind: str = "", why: str = "", more: bool = False
) -> dict[str, Any]:
    """Everything the customer's page shows; `why` names an invoice by primary key whose dates are derived."""
    today = now.astimezone(zone).date()
    reading = Reading(today, zone)
    judged = foreseen(customer, now=now)
    stories = {one.loaded.invoice.pk: story_of(one, now=now) for one in judged}
    _add_history(stories, now)
    chosen = _in_chase(judged)
    asked = stories.get(int(why)) if why.isascii() and why.isdigit() and len(why) < 19 else None
    mine = seats(customer, judged, reading)
    invoices = list(Invoice.objects.filter(customer=customer).exclude(status="void").order_by("-issued_on", "-pk")[:50])
    return {
        "customer": customer,
        "today": today,
        "seats": mine,
        "seat_count": sum(seat.subscription.quantity for seat in mine),
        "late_days": max((_late(one, today) for one in invoices if one.state_on(today) == "overdue"), default=0),
        "open_cases": Dispute.objects.filter(customer=customer).open().count(),
        "chased": _chased(judged),
        "oldest_due": _oldest(invoices, today),
        "story": stories.get(chosen.loaded.invoice.pk) if chosen else None,
        "stage_now": _stage_now(chosen),
        "told": _told(customer, stories[chosen.loaded.invoice.pk].version if chosen else None),
        "rail": rail(stories[chosen.loaded.invoice.pk], reading) if chosen else [],
        "invoices": [{"invoice": one, "state": one.state_on(today), "late": _late(one, today)} for one in invoices],
        "cases": list(Dispute.objects.filter(customer=customer).select_related("invoice").order_by("-opened_at")[:20]),
        "payments": list(customer.payments.order_by("-received_on", "-pk")[:10]),
        "reaches": reaches(customer, reading),
        **agreed(customer, now=now),
        "stops": list(AccessStop.objects.filter(customer=customer).exclude(state="refused").order_by("-pk")[:10]),
        "suspensions": _suspensions(customer),
        "drifts": list(
            Drift.objects.filter(customer=customer).open().select_related("subscription").order_by("pk")[:10]
        ),
        **_timeline(customer, reading, kind, more),
        **(why_panel(asked, reading) if asked else {}),
    }


def _suspensions(customer: Customer) -> list[Suspension]:
    """What was off for non-payment, the newest first; each has its proof."""
    rows = Suspension.objects.filter(customer=customer, debt__isnull=False)
    return list(rows.select_related("subscription", "debt").order_by("-began_at", "-pk")[:10])


def _add_history(stories: dict[int, Explained], now: datetime) -> None:
    rows = Decision.objects.filter(invoice_id__in=stories, decided_at__lte=now)
    for row in rows.select_related("message", "called_by", "proposal").order_by("decided_at", "pk"):
        stories[row.invoice_id].history.append(row)


def _in_chase(judged: list[Judged]) -> Judged | None:
    """The invoice furthest up its ladder: the one whose suspension or next step is nearest."""
    owing = [one for one in judged if one.loaded.invoice.balance > ZERO]
    return min(owing, key=lambda one: (_due(one), one.loaded.invoice.pk), default=None)


def _due(one: Judged) -> date:
    return one.loaded.invoice.due_on or date.max


def _stage_now(one: Judged | None) -> str:
    """The last step that was taken, in words."""
    if one is None or not one.loaded.facts.notices:
        return ""
    return stage(max(one.loaded.facts.notices, key=lambda notice: notice.queued_at).stage)


def _told(customer: Customer, version: int | None) -> PolicyTold | None:
    """When this customer was shown the version that counts, and whether they agreed to it."""
    if not version:
        return None
    return PolicyTold.objects.filter(customer=customer, version__number=version).order_by("pk").first()


def _chased(judged: list[Judged]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for one in judged:
        sums[one.loaded.invoice.currency] += one.decision.undisputed
    return dict(sums)


def _oldest(invoices: list[Invoice], today: date) -> str:
    late = [one.due_on for one in invoices if one.balance > ZERO and one.due_on and one.due_on < today]
    return gettext("due %(day)s") % {"day": formats.day(min(late), today)} if late else ""


def _late(invoice: Invoice, today: date) -> int:
    return (today - invoice.due_on).days if invoice.due_on else 0


def seats(customer: Customer, judged: list[Judged], reading: Reading) -> list[Seat]:
    """The customer's subscriptions, each with the nearest step of the invoices that bill it."""
    rows = Subscription.objects.filter(customer=customer).exclude(status=Subscription.Status.DELETED)
    live = Suspension.objects.filter(restored_at=None).order_by("began_at")
    proposed = {
        pk
        for covers in Proposal.objects.filter(customer=customer, state__in=["proposed", "approved"]).values_list(
            "covers", flat=True
        )
        for pk in covers
    }
    made = {
        one.pk: Seat(one, _state(one, one.live_rows, one.pk in proposed))  # type: ignore[attr-defined]
        for one in rows.prefetch_related(Prefetch("suspensions", queryset=live, to_attr="live_rows")).order_by("pk")
    }
    for one in sorted(judged, key=_due):
        _bill(made, one, reading)
    return sorted(made.values(), key=lambda seat: (-seat.due, seat.subscription.name))


def _state(one: Subscription, rows: Iterable[Suspension], proposed: bool) -> str:
    """A subscription's state in one of the table's words."""
    for row in rows:
        if row.ended_at is None:
            return "suspended" if row.confirmed_at else "suspending"
        if row.confirmed_at and row.lifted_by_id:
            return "restoring"
    if one.status == Subscription.Status.ACTIVE and proposed:
        return "suspension_proposed"
    return str(one.status)


def _bill(made: dict[int, Seat], one: Judged, reading: Reading) -> None:
    invoice, facts = one.loaded.invoice, one.loaded.facts
    frozen: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for dispute in facts.disputes:
        if dispute.decided_at is None or (dispute.told_at is None and dispute.outcome != "upheld"):
            frozen[dispute.line] += dispute.amount
    for line in facts.invoice.lines:
        seat = made.get(int(line.subscription)) if line.subscription else None
        if seat is None or line.open == ZERO:
            continue
        part = min(frozen[line.id], max(line.open, ZERO))
        seat.due, seat.frozen, seat.currency = seat.due + line.open - part, seat.frozen + part, invoice.currency
        if seat.invoice is None and seat.due > ZERO:
            seat.invoice = invoice
            seat.step, seat.at, seat.note = _next(one, reading)


def _next(one: Judged, reading: Reading) -> tuple[str, datetime | None, str]:
    """The next dated step of an invoice in words; without one, why nothing comes by itself."""
    first = next(iter(one.decision.schedule), None)
    if first is not None and one.loaded.facts.proposal is None:
        if first.action is book.Action.SUSPEND:
            return gettext("Suspend if unpaid"), first.at, ""
        return stage(first.stage), first.at, ""
    waits = getattr(one.decision.next, "stage", None)
    name = stage(waits) if waits else gettext("Nothing by itself")
    return name, None, reading.because(one.decision.next.because, one.loaded.invoice.currency)


def reaches(customer: Customer, reading: Reading) -> list[Reach]:
    """Each contact with the fate of the last letter to it."""
    made = {contact.pk: Reach(contact) for contact in customer.contacts.order_by("role")}
    letters = Message.objects.filter(customer=customer, contact_id__in=made).exclude(outcome="moot")
    for message in letters.order_by("queued_at", "pk").defer("body_text", "body_html", "values"):
        reach = made[message.contact_id or 0]
        reach.last = message
        reach.waiting += message.outcome in ("waiting", "parked")
    for reach in made.values():
        if reach.last:
            reach.proof = proof(reach.last, today=reading.today, zone=reading.zone)
            reach.bounced = reach.last.bounced_at is not None and reach.last.delivered_at is None
    return list(made.values())


def _timeline(customer: Customer, reading: Reading, kind: str, more: bool) -> dict[str, Any]:
    kind = kind if kind in FILTERS or kind == "shared" else ""
    rows = TimelineEntry.objects.filter(customer=customer)
    if kind == "shared":
        rows = rows.shared()
    elif kind:
        rows = rows.filter(kind__in=FILTERS[kind][1])
    newest = rows.select_related("message", "actor").defer("message__body_text", "message__body_html")
    found = list(newest.order_by("-at", "-pk")[: 500 if more else LATEST + 1])
    return {
        "entries": timeline(found if more else found[:LATEST], today=reading.today, zone=reading.zone),
        "has_more": not more and len(found) > LATEST,
        "kind": kind,
        "filters": [(code, name) for code, (name, _kinds) in FILTERS.items()],
    }
