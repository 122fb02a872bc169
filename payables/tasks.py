"""What is asked of the provider about our own account without anybody pressing a button?"""

import logging
from datetime import timedelta
from typing import Final

from celery import shared_task

from customers.models import Partner
from outbox import clock
from subscriptions.gateway.protocol import ProviderError
from subscriptions.provisioning import provider_for

from . import taking_in
from .balances import heed_refusals, read_balances
from .fetching import begin, known
from .models import Intake, ProviderBill
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


@shared_task
def bring_in_bills() -> None:
    """Go on with every bill on its way in, and begin with those that the provider's events named."""
    for partner in Partner.objects.order_by("pk"):
        taking_in.heard_of(partner, now=clock.now())
    for one in Intake.objects.going().select_related("partner").order_by("pk"):
        fetched = one.source == Intake.Source.PROVIDER
        taking_in.carry_on(one, provider_for(one.partner) if fetched else None, now=clock.now())


@shared_task
def look_for_bills() -> None:
    """Ask each partner's provider once a day for bills that aren't here; one that is away waits a day."""
    for partner in Partner.objects.order_by("pk"):
        try:
            missing = known(partner, provider_for(partner)).missing
        except ProviderError as error:
            log.warning("the bills of %s could not be listed: %s", partner, error)
            continue
        for one in missing:
            begin(partner, one.number, by=None, now=clock.now())


def ring() -> None:
    """Have the worker look at once; where nobody hears it, the next tick does."""
    try:
        bring_in_bills.delay()
    except OSError as error:
        log.warning("nobody heard that there is a bill to bring in: %s", error)
