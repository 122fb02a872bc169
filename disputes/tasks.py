"""What does the background do for disputes?"""

from celery import shared_task

from outbox import clock

from .attaching import sweep
from .collecting_mail import collect
from .following import follow
from .reminding import remind
from .resolving import close_silent


@shared_task
def close_loops() -> None:
    """Close cases, and loops about access, whose window to disagree has passed in silence."""
    close_silent(now=clock.now())


@shared_task
def sweep_files() -> None:
    """Delete uploads that no case took, and bytes that no row names."""
    sweep(now=clock.now(), machine=clock.machine())


@shared_task
def collect_mail() -> None:
    """Take the mail that answers cases."""
    collect(now=clock.now())


@shared_task
def follow_requests() -> None:
    """Read the service requests that cases wait for."""
    follow(now=clock.now())


@shared_task
def remind_about_cases() -> None:
    """Tell owners of cases past their time, and customers whose word we wait for, once each."""
    remind(now=clock.now())
