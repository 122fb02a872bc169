"""What is there? `list partners / customers / subscriptions / invoices [--open]`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from billing.models import Invoice
from billing.money import plain
from customers.models import Customer, Partner
from dunning.commands import Answer, PortalCommand
from subscriptions.models import Subscription

Rows = list[dict[str, Any]]


class Command(PortalCommand):
    """List rows of a kind."""

    help = "List partners, or one partner's customers, subscriptions or invoices."
    of_a_partner = False
    only_looks = True

    def arguments(self, parser: CommandParser) -> None:
        """Which rows."""
        parser.add_argument("what", choices=sorted(LISTS))
        parser.add_argument("--open", action="store_true", help="only what is still owed")

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Answer `rows`."""
        if options["what"] != "partners" and partner is None:
            self.of_a_partner = True
            partner = self._partner(options)
        return Answer(rows=LISTS[options["what"]](partner, options["open"], now))


def partners(partner: Partner | None, only_open: bool, now: datetime) -> Rows:
    """Every partner of the installation, or the one named."""
    found = Partner.objects.filter(pk=partner.pk) if partner else Partner.objects.all()
    return [
        {
            "id": one.pk,
            "slug": one.slug,
            "name": one.name,
            "currency": one.currency,
            "zone": one.zone,
            "provider_id": ", ".join(one.provider_identities.values_list("provider_id", flat=True)) or None,
        }
        for one in found.order_by("slug")
    ]


def customers(partner: Partner | None, only_open: bool, now: datetime) -> Rows:
    """Customers; with --open those who owe something."""
    found = Customer.objects.filter(partner=partner)
    if only_open:
        found = found.filter(invoices__in=Invoice.objects.filter(partner=partner).open()).distinct()
    return [
        {
            "id": one.pk,
            "provider_id": one.provider_id,
            "name": one.name,
            "domain": one.domain,
            "language": one.language,
            "contact": next((contact.email for contact in one.contacts.all()), None),
        }
        for one in found.prefetch_related("contacts").order_by("name", "pk")
    ]


def subscriptions(partner: Partner | None, only_open: bool, now: datetime) -> Rows:
    """Subscriptions; with --open those that are not deleted."""
    found = Subscription.objects.filter(partner=partner).select_related("customer")
    if only_open:
        found = found.exclude(status=Subscription.Status.DELETED)
    return [
        {
            "id": one.pk,
            "provider_id": one.provider_id,
            "name": one.name,
            "customer": one.customer.name,
            "quantity": one.quantity,
            "status": one.status,
        }
        for one in found.order_by("customer__name", "name", "pk")
    ]


def invoices(partner: Partner | None, only_open: bool, now: datetime) -> Rows:
    """Invoices, oldest first; with --open those that are issued and not settled."""
    found = Invoice.objects.filter(partner=partner).select_related("customer")
    if only_open:
        found = found.open()
    return [
        {
            "id": one.pk,
            "number": one.number,
            "customer": one.customer.name,
            "provider_id": one.customer.provider_id,
            "currency": one.currency,
            "issued_on": one.issued_on,
            "due_on": one.due_on,
            "total": plain(one.total, one.currency),
            "balance": plain(one.balance, one.currency),
            "reference": one.reference,
            "status": one.state_on(now.astimezone(one.customer.tz).date()),
        }
        for one in found.select_related("customer").order_by("issued_on", "pk")
    ]


LISTS: dict[str, Callable[[Partner | None, bool, datetime], Rows]] = {
    "partners": partners,
    "customers": customers,
    "subscriptions": subscriptions,
    "invoices": invoices,
}
