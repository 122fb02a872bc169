"""The bell that makes a worker look at the table of promises."""

from celery import shared_task

from . import keeping


@shared_task
def keep_promises() -> None:
    """Work off what is due now. Safe to ring any number of times, at once or never."""
    keeping.keep_all()
