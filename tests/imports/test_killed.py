"""What if the process that imports is killed in the middle? Nothing is in the book, and the file can be had again."""

from __future__ import annotations

import os
import signal
import time

import pytest
from django.db import connection, transaction

from customers.models import Customer, ProviderIdentity
from payables.models import ProviderBill, ProviderLine
from subscriptions.models import Subscription
from tests.commanding import process, start
from tests.imports.sheets import charge, good

pytestmark = pytest.mark.django_db(transaction=True)
WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'payables_providerline'::regclass"


def wait_until_it_books_lines(running) -> None:
    """The process has booked customers and subscriptions and stands before the lines."""
    ends = time.monotonic() + 60
    while True:
        with connection.cursor() as cursor:
            cursor.execute(WAITS)
            if cursor.fetchone()[0]:
                return
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < ends, "it never came to the lines"
        time.sleep(0.05)


def test_a_killed_import_leaves_nothing_and_can_be_run_again(hanhai, tmp_path):
    file = tmp_path / "09.csv"
    file.write_bytes(good(*[charge(f"Company {n}") for n in range(1_500)]))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE payables_providerline IN SHARE MODE")
        running = start("import_reconciliation", file)
        wait_until_it_books_lines(running)
        os.killpg(running.pid, signal.SIGKILL)
        running.wait(10)
    for model in (ProviderBill, ProviderLine, Customer, Subscription, ProviderIdentity):
        assert not model.objects.exists(), model
    said = process("import_reconciliation", file)
    assert (said["lines"], said["customers"], said["already_imported"]) == (1_500, 1_500, False)
    assert ProviderLine.objects.count() == 1_500
