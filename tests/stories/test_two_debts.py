"""What if two invoices hold the same subscription?"""

from datetime import date, timedelta
from decimal import Decimal

from billing.models import Invoice
from dunning.models import Case
from subscriptions.models import Subscription, Suspension
from tests import story
from tests.stories.conftest import proposal_for
from tests.stories.test_money_arrives import billed_again


def live_until_the_second_is_due(book, customer) -> Invoice:
    """The first invoice's debt has suspended the customer; the second goes its own way to the same end."""
    book.chase()
    (second,) = billed_again(customer, "31.00", on=date(2026, 7, 2))
    day = date(2026, 7, 2)
    while Suspension.objects.filter(debt__invoice_id=second).count() == 0 and day < date(2026, 9, 30):
        day += timedelta(days=1)
        story.run_day(book.partner, day)
        if day.isoweekday() < 6:
            story.approve_all(book.partner, book.people["owner"], story.at(day))
    return Invoice.objects.get(pk=second)


def test_access_comes_back_only_when_the_last_of_two_debts_is_paid(book):
    customer = book.mingyue
    second = live_until_the_second_is_due(book, customer)
    first = customer.invoices.exclude(pk=second.pk).get()
    subscription = customer.subscriptions.get()
    assert Suspension.objects.live().filter(subscription=subscription, confirmed_at__isnull=False).count() == 2
    assert proposal_for(customer).state == "carried_out"

    now = story.at("2026-09-30")
    story.pay(customer, Decimal(first.balance), now)
    story.settle_all(now)
    subscription.refresh_from_db()
    assert subscription.status == Subscription.Status.SUSPENDED, "the second invoice still holds it"
    assert Case.objects.get(invoice=first).closed_at is not None

    later = now + timedelta(hours=1)
    story.pay(customer, Decimal(second.balance), later)
    story.settle_all(later)
    subscription.refresh_from_db()
    assert subscription.status == Subscription.Status.ACTIVE
    assert Case.objects.get(invoice=second).closed_at is not None
