"""Which application does Celery's command line start, and how does it find the tasks?"""

import os
from secrets import token_hex
from typing import Any

from celery import Celery, Task

from customers.history.acting import Acting, at_work

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnerportal.settings")


class AtWork(Task):  # type: ignore[type-arg]
    """What a task changes is the background's, by the task's name."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Tell the database, then do it."""
        with at_work(Acting("task", f"{self.name} {self.request.id or token_hex(4)}")):
            return super().__call__(*args, **kwargs)


app = Celery("partnerportal", task_cls=AtWork)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
