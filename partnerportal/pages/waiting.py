"""What waits in this book for a person, kind by kind? Read from the record each time."""

from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDate

from billing.bank.standing import taken_back
from billing.models import BankEntry, Claim, Invoice, PromiseToPay, WriteOff
from customers.models import Contact, ContactRole, Customer, Letter, Message, TimelineEntry
from disputes.models import Dispute, Escalation
from dunning import policy as book
from dunning.banking import held_back
from dunning.breaking import REASON as BREAKER
from dunning.calendars import calendar_for
from dunning.calling import BY_HAND
from dunning.models import Breaker, Decision, DeletionDecision, Proposal
from outbox.models import Outcome
from payables.models import Finding, ProviderBill, ProviderLine
from payables.owing import with_paid
from subscriptions.models import AccessStop, Drift, Suspension

from .desk import Desk

NEAR_DELETION = timedelta(days=15)
# No policy lets money take longer to arrive than this many business days.
MOST_SETTLING = 15


# What waits, kind by kind


def proposals(desk: Desk) -> QuerySet[Any]:
    """Suspensions that wait for a person's yes."""
    return desk.of(Proposal).filter(state=Proposal.State.PROPOSED)


def stops(desk: Desk) -> QuerySet[Any]:
    """Suspensions for a reason beside money that wait for somebody else than who asked: to begin or to end."""
    asked_by_me = Q(state="asked", opened_by=desk.user) | Q(state="lift_asked", lift_asked_by=desk.user)
    return desk.of(AccessStop).filter(state__in=["asked", "lift_asked"]).exclude(asked_by_me)


def calls(desk: Desk) -> QuerySet[Any]:
    """Calls and hand-overs nobody has logged."""
    return desk.of(Decision).filter(action__in=BY_HAND, called_at=None, waived_at=None, case__closed_at=None)


def broken_promises(desk: Desk) -> QuerySet[Any]:
    """Promises whose day and settling days have passed without the money, and about which nobody has called since."""
    called = TimelineEntry.objects.annotate(on=TruncDate("at", tzinfo=desk.zone)).filter(
        customer=OuterRef("customer"),
        code="call_logged",
        about=OuterRef("invoice__number"),
        on__gt=OuterRef("by_on"),
    )
    last = Case(*(When(invoice__case__version__settle_days=n, then=Value(on)) for n, on in _last_days(desk)))
    late = desk.of(PromiseToPay).filter(kept_at=None, by_on__lt=desk.today, invoice__balance__gt=0)
    broken: QuerySet[Any] = late.annotate(last=last).filter(~Exists(called), by_on__lt=F("last"))
    return broken


def _last_days(desk: Desk) -> list[tuple[int, date]]:
    """For each number of settling days the day before which a promise must lie to be broken today."""
    calendar = calendar_for(desk.partner)
    days = [desk.today]
    while len(days) <= MOST_SETTLING:
        earlier = days[-1] - timedelta(days=1)
        while not book.business_day(earlier, calendar):
            earlier -= timedelta(days=1)
        days.append(earlier)
    return list(enumerate(days))


def claims(desk: Desk) -> QuerySet[Any]:
    """Payments that customers say they have made and nobody has found or given up."""
    return desk.of(Claim).filter(gone_at=None)


def returned(desk: Desk) -> QuerySet[Any]:
    """Letters that came back or were given up, with the address they went to."""
    return desk.of(Message).filter(outcome=Outcome.PARKED).exclude(to_email="").exclude(letter=Letter.CASE_LATE)


def unreachable(desk: Desk) -> QuerySet[Any]:
    """Customers read from the provider who have nobody to write to."""
    billing = Contact.objects.filter(customer=OuterRef("pk"), role=ContactRole.BILLING)
    return desk.of(Customer).filter(~Exists(billing), contact_read_at__isnull=False)


def receipts(desk: Desk) -> QuerySet[Any]:
    """Money at the bank nobody has matched or set aside."""
    rows: QuerySet[Any] = BankEntry.objects.visible_to(desk.user).of(desk.partner).waiting()
    return rows


def returns(desk: Desk) -> QuerySet[Any]:
    """Payments the bank took back that still count in the book."""
    return taken_back(BankEntry.objects.visible_to(desk.user).of(desk.partner))


def held_by_the_bank(desk: Desk) -> QuerySet[Any]:
    """Cases whose next step waits only because the bank was not read for too long."""
    held: QuerySet[Any] = held_back(desk.partner)
    return held


def questions(desk: Desk) -> QuerySet[Any]:
    """Cases in which the next move is ours: an answer, a word to read, a call; and whatever is past its time."""
    status, what = Dispute.Status, Dispute.Next
    ours = Q(status__in=[status.NEW, status.INVESTIGATING])
    overdue = Q(decided_at=None, answer_by__lt=desk.now)
    silent = Q(status=status.WAITING_CUSTOMER, next_action=what.CALL_CUSTOMER)
    to_read = Q(status__in=[status.DECIDED, status.AWAITING_CONFIRMATION], next_action=what.READ)
    came_back = Q(status__in=[status.DECIDED, status.AWAITING_CONFIRMATION], told_by__bounced_at__isnull=False)
    return desk.of(Dispute).filter(ours | overdue | silent | to_read | came_back)


def to_file(desk: Desk) -> QuerySet[Any]:
    """Packs for 21Vianet that nobody has filed."""
    return desk.of(Escalation).filter(filed_at=None, withdrawn_at=None)


def to_call_off(desk: Desk) -> QuerySet[Any]:
    """Filed with 21Vianet, not pursued any more, and 21Vianet does not know it."""
    over: QuerySet[Any] = Escalation.objects.visible_to(desk.user).of(desk.partner).to_call_off()
    return over


def to_ask(desk: Desk) -> QuerySet[Any]:
    """Filed, unanswered, and today is the day to ask again; what waits to be read is another deed."""
    late: QuerySet[Any] = Escalation.objects.visible_to(desk.user).of(desk.partner).waiting()
    return late.filter(remind_at__lte=max(desk.tonight(), desk.now)).exclude(_unread())


def to_read(desk: Desk) -> QuerySet[Any]:
    """Word from 21Vianet that nobody has read."""
    found: QuerySet[Any] = Escalation.objects.visible_to(desk.user).of(desk.partner).waiting()
    return found.filter(_unread())


def _unread() -> Q:
    """A case behind it says that the next thing is to read."""
    to_be_read = Dispute.objects.filter(status=Dispute.Status.WAITING_PROVIDER, next_action=Dispute.Next.READ_PROVIDER)
    by_cause = Exists(to_be_read.filter(cause=OuterRef("cause")))
    return Q(Exists(to_be_read.filter(pk=OuterRef("dispute")))) | Q(by_cause)


def drafts(desk: Desk) -> QuerySet[Any]:
    """Invoices nobody has issued yet."""
    return desk.of(Invoice).filter(status=Invoice.Status.DRAFT)


def write_offs(desk: Desk) -> QuerySet[Any]:
    """Debts that another person asked to give up."""
    return desk.of(WriteOff).filter(agreed_at=None, refused_at=None).exclude(asked_by=desk.user)


def unknown_charges(desk: Desk) -> QuerySet[Any]:
    """Provider lines of a charge type we don't know."""
    return desk.of(ProviderLine).filter(mapped=False, invoice_line=None, credit_line=None)


def open_findings(desk: Desk) -> QuerySet[Any]:
    """Differences between a bill and what we billed that nobody has decided; unknown charges are another deed."""
    found: QuerySet[Any] = Finding.objects.visible_to(desk.user).of(desk.partner).open()
    return found.exclude(kind=Finding.Kind.UNMAPPED)


def bills_to_pay(desk: Desk) -> QuerySet[Any]:
    """Bills of the provider that are due within a week, or were, and are not paid in full."""
    week = desk.today + timedelta(days=7)
    soon = Q(agreed_due_on__lte=week) | Q(agreed_due_on=None, due_on__lte=week)
    bills: QuerySet[Any] = with_paid(desk.of(ProviderBill).filter(soon, document=ProviderBill.Kind.INVOICE))
    said = Coalesce(F("stated_total"), F("total")) + F("adjusted")
    unpaid: QuerySet[Any] = bills.annotate(said=said).filter(voided_by=None, said__gt=F("paid"))
    return unpaid


def near_deletion(desk: Desk) -> QuerySet[Any]:
    """Suspensions whose data the provider deletes within fifteen days, and that two people have not let go."""
    days = ExpressionWrapper(
        F("debt__decision__version__deletion_days") * Value(timedelta(days=1), output_field=DurationField()),
        output_field=DurationField(),
    )
    ends = ExpressionWrapper(F("confirmed_at") + days, output_field=DateTimeField())
    live: QuerySet[Any] = desk.of(Suspension).filter(ended_at=None, confirmed_at__isnull=False, debt__isnull=False)
    gone = DeletionDecision.objects.filter(
        invoice=OuterRef("debt__invoice"), confirmed_at__isnull=False, decided_at__gte=OuterRef("began_at")
    )
    near: QuerySet[Any] = live.annotate(deletes_at=ends).filter(~Exists(gone), deletes_at__lte=desk.now + NEAR_DELETION)
    return near


def breakers(desk: Desk) -> QuerySet[Any]:
    """Circuit breakers that hold somebody back."""
    open_ones: QuerySet[Any] = Breaker.objects.visible_to(desk.user).of(desk.partner).holding()
    return open_ones


def stuck(desk: Desk, model: type[Model]) -> QuerySet[Any]:
    """Deeds at the provider that were given up until a person looks; what a breaker parked waits for that one."""
    return desk.of(model).filter(outcome=Outcome.PARKED).exclude(reason=BREAKER)


def drifts(desk: Desk) -> QuerySet[Any]:
    """Differences with the provider about which nobody has decided, a kind of them at a time."""
    rows: QuerySet[Any] = Drift.objects.visible_to(desk.user).of(desk.partner).open()
    waits = Q(change__outcome=Outcome.WAITING) | Q(resize__outcome=Outcome.WAITING)
    return rows.exclude(waits).exclude(stop__state__in=["asked", "in_force"])
