"""What happens when, without anybody pressing a button? The whole day on one screen.

A tick only rings the bell: each task asks the database what is due, so two beats or a missed tick change
nothing but the moment."""

from datetime import timedelta
from typing import Any

TIMETABLE: dict[str, dict[str, Any]] = {
    "keep-promises": {"task": "outbox.tasks.keep_promises", "schedule": timedelta(seconds=5)},
    "review-what-is-due": {"task": "dunning.tasks.review_due", "schedule": timedelta(minutes=1)},
    "match-bank-statements": {"task": "dunning.tasks.go_on_with_statements", "schedule": timedelta(seconds=10)},
    "daily-run": {"task": "dunning.tasks.daily_run", "schedule": timedelta(minutes=10)},
    "mail-statements": {"task": "billing.tasks.mail_statements", "schedule": timedelta(minutes=30)},
    "close-loops": {"task": "disputes.tasks.close_loops", "schedule": timedelta(minutes=10)},
}
