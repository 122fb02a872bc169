"""What does the background do for collections? Rings only; the database says what is due."""

from celery import shared_task

from customers.models import Partner
from outbox import clock

from .models import PolicyVersion
from .running import alone, ran_on, review_due, run

RUN_FROM_HOUR = 6


@shared_task(name="dunning.tasks.review_due")
def review_due_customers() -> None:
    """Review whoever a recorded fact or a date calls for."""
    review_due(now=clock.now())


@shared_task
def daily_run() -> None:
    """Look at the whole book of each partner once a day, from six in its morning."""
    now = clock.now()
    for partner in Partner.objects.filter(pk__in=PolicyVersion.objects.values("partner_id")):
        local = now.astimezone(partner.tz)
        with alone(partner) as mine:
            if mine and local.hour >= RUN_FROM_HOUR and not ran_on(partner, local.date()):
                run(partner, now=now)
