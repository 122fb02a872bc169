"""The provider is about to delete what is suspended: does it come back for a while, or may it go?"""

from collections.abc import Sequence
from datetime import date, datetime

from billing.models import Hold, Invoice
from customers.locking import lock_customer
from customers.models import Customer, TimelineEntry, User, acting_for
from customers.roles import May
from customers.telling import tell
from subscriptions.models import Suspension

from .approving import LONGEST_DAYS, NotAllowed, check_may
from .models import DeletionDecision
from .releasing import lift
from .reviewing import after_the_lock, review


def suspended_for(invoice: Invoice) -> list[Suspension]:
    """What is suspended for this invoice, base before add-on as it comes."""
    rows = invoice.suspension_debts.filter(
        suspension__cause=Suspension.Cause.NON_PAYMENT, suspension__ended_at=None
    ).select_related("suspension__subscription", "decision__version")
    return [row.suspension for row in rows.order_by("suspension_id")]


def letting_go(invoice: Invoice, rows: Sequence[Suspension]) -> DeletionDecision | None:
    """The newest decision to let the data of these suspensions go, confirmed or not."""
    if not rows:
        return None
    began = max(row.began_at for row in rows)
    found = invoice.deletion_decisions.filter(choice=DeletionDecision.Choice.LET_GO, decided_at__gte=began)
    return found.order_by("decided_at", "pk").last()


def bring_back(invoice: Invoice, *, until: date, reason: str, by: User, now: datetime) -> DeletionDecision:
    """Switch on again what is suspended for an unpaid invoice and hold the invoice through `until`, a day in the
    customer's zone. Afterwards the ladder goes on; it doesn't suspend a second time in this round.

    Raises NotAllowed (not_a_member, role, nothing_suspended), and ValueError for a missing reason or a day that
    is past or too far."""
    said = _reason(reason)
    with acting_for(invoice.partner):
        customer, rows, now = _look(invoice, by=by, now=now)
        today = now.astimezone(customer.tz).date()
        if not 0 <= (until - today).days <= LONGEST_DAYS:
            raise ValueError("until: choose a day from today on, within a year")
        decision = _decide(invoice, DeletionDecision.Choice.BRING_BACK, said, by=by, now=now, until=until)
        Hold.objects.create(
            partner_id=invoice.partner_id,
            customer=customer,
            invoice=invoice,
            kind=Hold.Kind.HOLD,
            from_on=today,
            until_on=until,
            reason=said,
            recorded_at=now,
            recorded_by=by,
        )
        lift(invoice, rows, why="person", now=now)
        values = {"invoice": invoice.number or "", "until": str(until)}
        _tell(customer, "brought_back", {**values, "person": str(by), "reason": said}, by=by, now=now)
        tell(
            customer,
            TimelineEntry.Kind.ACCESS,
            "restoring_until",
            now=now,
            about=invoice.number or "",
            values=values,
        )
        review([customer.pk], now=now)
        return decision


def let_go(invoice: Invoice, *, reason: str, by: User, now: datetime) -> DeletionDecision:
    """Say that the data may go. It counts when a second person confirms it; said twice it is one decision.

    Raises NotAllowed (not_a_member, role, nothing_suspended), and ValueError without a reason."""
    said = _reason(reason)
    with acting_for(invoice.partner):
        customer, rows, now = _look(invoice, by=by, now=now)
        known = letting_go(invoice, rows)
        if known is not None:
            return known
        decision = _decide(invoice, DeletionDecision.Choice.LET_GO, said, by=by, now=now)
        values = {"invoice": invoice.number or "", "person": str(by), "reason": said}
        _tell(customer, "let_go", values, by=by, now=now)
        return decision


def confirm(decision_id: int, *, by: User, now: datetime) -> DeletionDecision:
    """A second person agrees that the data may go. Nothing is done at the provider: time does it.

    Raises NotAllowed (not_a_member, role, nothing_suspended, same_person, confirmed, overtaken)."""
    decision = DeletionDecision.objects.select_related("partner", "invoice__customer").get(pk=decision_id)
    invoice = decision.invoice
    with acting_for(decision.partner):
        customer, rows, now = _look(invoice, by=by, now=now)
        decision.refresh_from_db()
        if letting_go(invoice, rows) != decision:
            raise NotAllowed("overtaken", "Something else has been decided or suspended since.")
        if decision.confirmed_at is not None:
            raise NotAllowed("confirmed", "This has been confirmed already.")
        if decision.decided_by_id == by.pk:
            raise NotAllowed("same_person", "You decided this; somebody else has to confirm it.")
        decision.confirmed_at, decision.confirmed_by = now, by
        decision.save(update_fields=["confirmed_at", "confirmed_by"])
        _tell(customer, "let_go_confirmed", {"invoice": invoice.number or "", "person": str(by)}, by=by, now=now)
        return decision


def _reason(reason: str) -> str:
    if not reason.strip():
        raise ValueError("reason: say why")
    return reason.strip()[:300]


def _look(invoice: Invoice, *, by: User, now: datetime) -> tuple[Customer, list[Suspension], datetime]:
    """Lock the customer, check the person, and find what is suspended."""
    customer = lock_customer(invoice.customer_id)
    now = after_the_lock([customer], now=now)
    check_may(by, invoice, May.APPROVE)
    rows = suspended_for(invoice)
    if not rows:
        raise NotAllowed("nothing_suspended", "Nothing is suspended for this invoice any more.")
    return customer, rows, now


def _decide(
    invoice: Invoice,
    choice: DeletionDecision.Choice,
    reason: str,
    *,
    by: User,
    now: datetime,
    until: date | None = None,
) -> DeletionDecision:
    return DeletionDecision.objects.create(
        partner_id=invoice.partner_id,
        customer_id=invoice.customer_id,
        invoice=invoice,
        choice=choice,
        until_on=until,
        reason=reason,
        decided_at=now,
        decided_by=by,
    )


def _tell(customer: Customer, code: str, values: dict[str, str], *, by: User, now: datetime) -> None:
    tell(
        customer,
        TimelineEntry.Kind.ACCESS,
        code,
        now=now,
        about=values["invoice"],
        values=values,
        actor=by,
        shared=False,
    )
