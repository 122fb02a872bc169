"""What does the background do for disputes?"""

from celery import shared_task

from outbox import clock

from .resolving import close_silent


@shared_task
def close_loops() -> None:
    """Close cases whose window to disagree has passed in silence."""
    close_silent(now=clock.now())
