"""Shall an invoice be warned about again? A person begins a new round with the last notice."""

from datetime import datetime

from billing.models import Invoice
from billing.money import ZERO
from customers.locking import lock_customer
from customers.models import TimelineEntry, User, acting_for
from customers.telling import tell

from .approving import LIVE, abort
from .calling import check_may_chase
from .facts import Loaded, load
from .models import Case, Decision, Restart, Stage
from .reviewing import review


class CantWarnAgain(Exception):
    """There is nothing to warn about again. `code`: status, unwarned, suspended or reason."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


def may_warn_again(invoice: Invoice, *, now: datetime) -> Loaded:
    """The case in which a new round can begin now. Raises CantWarnAgain."""
    one = next((each for each in load([invoice.customer], now=now) if each.invoice.pk == invoice.pk), None)
    if one is None or one.case._state.adding or invoice.balance <= ZERO:
        raise CantWarnAgain("status", "nothing of this invoice is chased")
    if any(row.invoice == str(invoice.pk) and row.ended_at is None for row in one.facts.suspensions):
        raise CantWarnAgain("suspended", "access is off because of it; a payment brings it back, a notice doesn't")
    if not Decision.objects.filter(invoice=invoice, action=Stage.Action.NOTICE, decided_at__lte=now).exists():
        raise CantWarnAgain("unwarned", "no notice has been sent yet")
    return one


def warn_again(invoice: Invoice, *, reason: str, by: User, now: datetime) -> Restart:
    """Begin a new round: the last notice is sent again after the days to resume, and the ladder goes on from it.

    A proposal that waits or was approved ends with it. Chosen twice before that notice went out, it is one
    round. Raises CantWarnAgain and NotAllowed."""
    check_may_chase(by, invoice.partner)
    if not reason.strip():
        raise CantWarnAgain("reason", "say why")
    with acting_for(invoice.partner):
        customer = lock_customer(invoice.customer_id)
        invoice = Invoice.objects.get(pk=invoice.pk)
        invoice.customer = customer
        case = may_warn_again(invoice, now=now).case
        waiting = restarted(case)
        if waiting is not None:
            return waiting
        row = Restart.objects.create(partner_id=case.partner_id, case=case, at=now, why=reason.strip()[:300])
        for proposal in case.proposals.filter(state__in=LIVE):
            abort(proposal, "warned_again", now=now)
        tell(
            customer,
            TimelineEntry.Kind.NOTICE,
            "warned_again",
            now=now,
            about=invoice.number or "",
            values={"person": str(by), "invoice": invoice.number, "reason": row.why},
            actor=by,
            shared=False,
        )
        review([customer.pk], now=now)
        return row


def restarted(case: Case) -> Restart | None:
    """The restart whose notice has not gone out yet, if there is one."""
    latest = case.restarts.order_by("-at").first()
    if latest is None or Decision.objects.filter(case=case, decided_at__gt=latest.at).exists():
        return None
    return latest
