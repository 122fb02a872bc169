"""What is asked of the provider about our own account without anybody pressing a button?"""

import logging
from datetime import timedelta
from typing import Final

from celery import shared_task

from customers.models import Partner
from outbox import clock
from subscriptions.gateway.protocol import ProviderError
from subscriptions.provisioning import provider_for

from .balances import heed_refusals, read_balances
from .models import ProviderBill
from .reconciling import reconcile

log = logging.getLogger(__name__)
# Two cycles: older bills are compared when somebody asks.
COMPARED: Final = timedelta(days=62)


@shared_task
def ask_about_our_account() -> None:
    """Read each partner's balance and heed what refusals have said; a partner whose provider is away waits a day."""
    for partner in Partner.objects.order_by("pk"):
        heed_refusals(partner, now=clock.now())
        try:
            read_balances(partner, provider_for(partner), now=clock.now())
        except ProviderError as error:
            log.warning("the balance of %s could not be read: %s", partner, error)


@shared_task
def compare_bills() -> None:
    """Compare the bills of the last two cycles with what was billed since, each in a transaction of its own."""
    for partner in Partner.objects.order_by("pk"):
        recent = ProviderBill.objects.filter(partner=partner, billed_on__gte=clock.now().date() - COMPARED)
        for bill in recent.select_related("partner").order_by("billed_on", "pk"):
            reconcile(bill, now=clock.now())
