"""What does billing do by the clock? A thin bell: the gerund asks the database whether it is time."""

from celery import shared_task

from billing.mailing_statements import mail_statements
from customers.models import Partner
from outbox import clock


@shared_task(name="billing.tasks.mail_statements")
def mail_monthly_statements() -> None:
    """Promise the statements of the month that is over, for each partner who wants them."""
    now = clock.now()
    for partner in Partner.objects.filter(monthly_statement=True).order_by("pk"):
        mail_statements(partner, now=now)
