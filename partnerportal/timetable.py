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
    "watch-drift": {"task": "subscriptions.tasks.watch_drift", "schedule": timedelta(minutes=10)},
    "forget-old-calls": {"task": "subscriptions.tasks.forget_old_calls", "schedule": timedelta(days=1)},
    "seal-history": {"task": "customers.tasks.seal_history", "schedule": timedelta(minutes=1)},
    "collect-case-mail": {"task": "disputes.tasks.collect_mail", "schedule": timedelta(seconds=30)},
    "sweep-files": {"task": "disputes.tasks.sweep_files", "schedule": timedelta(days=1)},
    "remind-about-cases": {"task": "disputes.tasks.remind_about_cases", "schedule": timedelta(minutes=10)},
    "close-loops": {"task": "disputes.tasks.close_loops", "schedule": timedelta(minutes=10)},
    "compare-bills": {"task": "payables.tasks.compare_bills", "schedule": timedelta(hours=1)},
    "bring-in-bills": {"task": "payables.tasks.bring_in_bills", "schedule": timedelta(seconds=20)},
    "look-for-bills": {"task": "payables.tasks.look_for_bills", "schedule": timedelta(days=1)},
    "ask-about-our-account": {"task": "payables.tasks.ask_about_our_account", "schedule": timedelta(days=1)},
    "follow-requests": {"task": "disputes.tasks.follow_requests", "schedule": timedelta(minutes=15)},
}
