"""Is a file looked at before it is booked, once, and found again by whoever left it?"""

from __future__ import annotations

import io
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from payables import taking_in
from payables.importing import import_file
from payables.models import Intake, ProviderBill, ProviderLine
from payables.views import intakes
from tests.imports.conftest import NOW
from tests.imports.sheets import charge, good, sheet
from tests.pages.staff.conftest import Desk, sit_down, text_of

__all__ = ["sit_down"]


@pytest.fixture
def desk(hanhai, people, sit_down) -> Desk:
    """The admin agent's."""
    return sit_down(people["admin_agent"], "2026-10-16")


def send(desk: Desk, content: bytes, **more):
    """Upload a file on the page; the answer, after redirects."""
    file = SimpleUploadedFile("09.csv", content, "text/csv")
    return desk.client.post("/provider/import/", {"file": file, **more}, follow=True)


def test_a_file_says_what_it_is_and_is_booked_when_somebody_agrees(desk):
    page = text_of(send(desk, good(charge("Lanhai Trading"), charge("Qinghe Foods", kind="Gift wrapping"))))
    assert "License-based file" in page and "2 of them new" in page and "1 line waits unbilled" in page
    assert "Recurring charges ¥600.00" in page and not ProviderBill.objects.exists()
    one = Intake.objects.get()
    answers = [desk.client.post(f"/provider/import/{one.pk}/apply/", follow=True) for _ in range(2)]
    assert all(answer.status_code == 200 for answer in answers)
    assert "2 lines of 2 customers imported" in text_of(answers[0])
    assert (ProviderBill.objects.count(), ProviderLine.objects.count()) == (1, 2)
    assert "imported before" in text_of(
        send(desk, good(charge("Lanhai Trading"), charge("Qinghe Foods", kind="Gift wrapping")))
    )


def test_a_bad_file_is_refused_where_it_was_sent_and_one_may_be_let_go(desk):
    answer = send(desk, sheet().put("Amount", "x", 3).bytes(), bill_number="D1")
    assert answer.status_code == 422 and "line 3, Amount: 'x' is not an amount" in text_of(answer)
    send(desk, good())
    one = Intake.objects.get(state="ready")
    assert "09.csv was not imported" in text_of(desk.client.post(f"/provider/import/{one.pk}/drop/", follow=True))
    assert desk.client.post(f"/provider/import/{one.pk}/apply/", follow=True).status_code == 200
    assert not ProviderBill.objects.exists()


def test_a_large_file_is_read_and_booked_by_the_worker_and_its_page_counts(desk, monkeypatch):
    monkeypatch.setattr(intakes, "READ_AT_ONCE", 10)
    monkeypatch.setattr(intakes, "BOOK_AT_ONCE", 1)
    rung: list[int] = []
    monkeypatch.setattr(intakes.tasks, "ring", lambda: rung.append(1))
    assert "0 lines so far" in text_of(send(desk, good()))
    one = taking_in.carry_on(Intake.objects.get(), None, now=NOW)
    assert one.state == Intake.State.READY
    assert "Import 3 lines" in text_of(desk.client.get(f"/provider/import/{one.pk}/"))
    desk.client.post(f"/provider/import/{one.pk}/apply/")
    Intake.objects.update(done=1)
    assert "1 of 3 lines" in text_of(desk.client.get(f"/provider/import/{one.pk}/progress/"))
    assert "1 of 3 lines" in text_of(desk.client.get("/provider/bills/"))
    one = taking_in.carry_on(one, None, now=NOW)
    assert (one.state, one.done, len(rung)) == (Intake.State.DONE, 3, 2)


@pytest.mark.django_db(transaction=True)
def test_the_same_file_twice_at_once_is_booked_once(hanhai):
    found = []

    def one_import() -> None:
        try:
            found.append(import_file(hanhai, io.BytesIO(good()), file_name="09.csv", now=NOW).already_imported)
        finally:
            connection.close()

    threads = [threading.Thread(target=one_import) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(found) == [False, True]
    assert (ProviderBill.objects.count(), ProviderLine.objects.count()) == (1, 3)
