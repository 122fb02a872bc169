"""What does the background do for the demo? It lives the days that somebody asked for."""

from datetime import date

from celery import shared_task

from partnerportal.demo.walking import walk


@shared_task
def live_days(until: str) -> None:
    """Walk to a day, given as ISO text."""
    walk(date.fromisoformat(until))
