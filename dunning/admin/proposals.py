"""How does an admin approve and reject suspensions, with their consequences first?"""

from collections.abc import Callable
from typing import Final

from django.contrib import admin
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from customers import formats
from customers.consequences import (
    By,
    Deed,
    Refused,
    action,
    rehearsal,
)
from customers.ledgers import Ledger, LedgerLines, amount, linked
from dunning.approving import NotAllowed, approve, refuse
from dunning.models import (
    Approval,
    Proposal,
)
from subscriptions.models import Subscription

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)


def _stakes(proposal: Proposal) -> dict[str, str]:
    invoice = proposal.decision.invoice
    seats = list(Subscription.objects.filter(pk__in=proposal.covers).values_list("quantity", flat=True))
    return {
        "customer": proposal.customer.name,
        "invoice": str(invoice),
        "amount": formats.amount(proposal.decision.amount, invoice.currency),
        "subscriptions": ngettext("%(n)s subscription", "%(n)s subscriptions", len(seats)) % {"n": len(seats)},
        "users": ngettext("%(n)s user", "%(n)s users", sum(seats)) % {"n": formats.grouped(sum(seats))},
    }


def _decided(decide: Callable[[], Proposal]) -> Proposal:
    try:
        return decide()
    except NotAllowed as no:
        raise Refused(str(no)) from no


def _yes(proposal: Proposal, by: By) -> str:
    decided = _decided(lambda: approve(proposal.pk, by=by.user, now=by.now))
    values = {
        **_stakes(proposal),
        "k": decided.approvals.count(),
        "n": decided.approvals_needed,
    }
    if decided.change is None:
        return gettext("%(customer)s, %(invoice)s: %(k)s of %(n)s approvals; nothing happens before the next") % values
    today = by.now.astimezone(proposal.customer.tz).date()
    values["at"] = formats.spoken(decided.change.due_at, today, proposal.customer.tz)
    text = gettext("%(customer)s loses %(subscriptions)s (%(users)s) from %(at)s for %(amount)s of %(invoice)s")
    return text % values


def _foresee_yes(proposal: Proposal, by: By) -> str:
    with rehearsal():
        return _yes(proposal, by)


def _no(proposal: Proposal, by: By) -> str:
    _decided(lambda: refuse(proposal.pk, by=by.user, reason=by.reason, now=by.now))
    text = gettext("%(customer)s keeps %(subscriptions)s (%(users)s); %(invoice)s is on hold until a person ends that")
    return text % _stakes(proposal)


def _foresee_no(proposal: Proposal, by: By) -> str:
    with rehearsal():
        return _no(proposal, by)


WITH: Final = ("customer", "decision__invoice", "partner")
APPROVE = Deed(
    name="approve",
    title=_("Approve selected suspensions"),
    says=_(
        "Each is looked at once more, under lock, in the moment before access is switched off: a payment, a question"
        " or a hold that came meanwhile stops it. Your approval stays on record."
    ),
    button=_("Approve"),
    foresee=_foresee_yes,
    do=_yes,
    sums=lambda proposal: (proposal.decision.invoice.currency, proposal.decision.amount),
    names=lambda proposal: f"{proposal.customer.name}, {proposal.decision.invoice}",
    select_related=WITH,
)
REJECT = Deed(
    name="reject",
    title=_("Reject selected suspensions"),
    says=_("Nothing is switched off, and the invoice is put on hold. Your reason stays on record."),
    button=_("Reject"),
    foresee=_foresee_no,
    do=_no,
    reason=_("Why not"),
    sums=lambda proposal: (proposal.decision.invoice.currency, proposal.decision.amount),
    names=lambda proposal: f"{proposal.customer.name}, {proposal.decision.invoice}",
    select_related=WITH,
)


class ApprovalLines(LedgerLines):
    """Who said yes."""

    model = Approval
    columns = (linked("user"), "at")
    lines_select_related = ("user",)


@admin.register(Proposal)
class ProposalAdmin(Ledger):
    """A suspension that waits for people."""

    list_display = (
        "id",
        linked("customer"),
        linked("decision__invoice", _("Invoice")),
        amount("decision__amount", "decision__invoice__currency", _("Undisputed due")),
        "state",
        "approvals_needed",
        "proposed_at",
        "ended_why",
    )
    list_select_related = ("customer", "decision__invoice")
    list_filter = ("state", BY_PARTNER)
    search_fields = ("customer__name", "decision__invoice__number")
    date_hierarchy = "proposed_at"
    ordering = ("-id",)
    page_select_related = ("customer", "partner", "decision", "case", "change", "ended_by")
    inlines = (ApprovalLines,)
    actions = (action(APPROVE), action(REJECT))
    staff_page = "/collections/proposals/{pk}/"


@admin.register(Approval)
class ApprovalAdmin(Ledger):
    """One person's yes."""

    list_display = ("id", linked("proposal"), linked("proposal__customer", _("Customer")), linked("user"), "at")
    list_select_related = ("proposal__customer", "user")
    list_filter = (BY_PARTNER,)
    search_fields = ("user__name", "user__email", "proposal__customer__name")
    date_hierarchy = "at"
    ordering = ("-id",)
