"""What does the background do about the provider by the clock? Thin bells."""

from celery import shared_task

from customers.models import Partner
from outbox import clock

from .calling import forget_old_calls
from .drifting import look, looked_on

# The night of the partner's own zone; what is cut off goes on later in the day.
LOOK_FROM_HOUR = 2


@shared_task(name="subscriptions.tasks.forget_old_calls")
def forget_calls() -> None:
    """Forget the traces of calls that are older than we keep them."""
    forget_old_calls(machine=clock.machine())


@shared_task(name="subscriptions.tasks.watch_drift")
def watch_drift() -> None:
    """Compare each partner's book with the provider once a night, and go on where a look was cut off."""
    now = clock.now()
    for partner in Partner.objects.order_by("pk"):
        local = now.astimezone(partner.tz)
        if local.hour >= LOOK_FROM_HOUR and not looked_on(partner, local.date()):
            look(partner, now=now)
