"""Can the deed before data is deleted be decided on its page, each way, by those who may?"""

import pytest

from dunning.models import DeletionDecision
from subscriptions.models import Suspension
from tests import story
from tests.pages.staff.conftest import text_of

NEAR, EARLY = "2026-08-16", "2026-08-10"


@pytest.fixture
def suspended(book, people):
    """Lanhai is off since 1 July; 45 of 60 days have gone on 15 August."""
    book.chase()
    for customer in (book.mingyue, book.qinghe):
        story.pay(customer, story.owed(customer), story.at("2026-07-02"))
    return book.lanhai.invoices.get()


def test_it_stands_on_the_worklist_for_the_last_fifteen_days(suspended, people, sit_down):
    title = "Decide: bring back until a date, or let the data go"
    assert title not in text_of(sit_down(people["owner"], EARLY).get("/worklist/"))
    desk = sit_down(people["owner"], NEAR)
    assert title in text_of(desk.get("/worklist/"))
    page = desk.get(f"/collections/deletions/{suspended.pk}/")
    assert "Nothing brings it back after that" in text_of(page) and "Bring back 2 subscriptions" in text_of(page)


def test_letting_go_takes_two_people_and_leaves_the_worklist(suspended, people, sit_down):
    first, second = sit_down(people["owner"], NEAR), sit_down(people["collections"], NEAR)
    path = f"/collections/deletions/{suspended.pk}/"
    assert first.post(f"{path}let-go/", {"reason": " "}).status_code == 422
    assert "Somebody else has to confirm" in text_of(first.post(f"{path}let-go/", {"reason": "Moved."}, follow=True))
    decision = DeletionDecision.objects.get()
    confirm = f"/collections/deletions/confirm/{decision.pk}/"
    assert "somebody else has to confirm it" in text_of(first.post(confirm, follow=True))
    assert "bring back until a date" in text_of(second.get("/worklist/"))
    assert "Confirmed" in text_of(second.post(confirm, follow=True))
    assert "confirmed already" in text_of(second.post(confirm, follow=True))
    assert "bring back until a date" not in text_of(second.get("/worklist/"))


def test_bringing_back_keeps_what_was_typed_and_is_done_once(suspended, people, sit_down):
    desk = sit_down(people["owner"], NEAR)
    path = f"/collections/deletions/{suspended.pk}/"
    wrong = desk.post(f"{path}bring-back/", {"until": "2026-08-01", "reason": "Audit"})
    assert wrong.status_code == 422 and "is past. Choose today or later" in text_of(wrong)
    assert 'value="Audit"' in wrong.content.decode()
    right = {"until": "2026-09-10", "reason": "Audit"}
    assert "Access is being restored" in text_of(desk.post(f"{path}bring-back/", right, follow=True))
    assert "Nothing is suspended for this invoice any more" in text_of(
        desk.post(f"{path}bring-back/", right, follow=True)
    )
    assert DeletionDecision.objects.count() == 1
    assert not Suspension.objects.live().filter(customer=suspended.customer).exists()


def test_who_may_not_approve_decides_nothing(suspended, people, sit_down):
    desk = sit_down(people["billing"], NEAR)
    path = f"/collections/deletions/{suspended.pk}/"
    assert "bring-back/" not in desk.get(path).content.decode()
    assert desk.post(f"{path}bring-back/", {"until": "2026-09-10", "reason": "x"}).status_code == 403
    assert desk.post(f"{path}let-go/", {"reason": "x"}).status_code == 403
    assert not DeletionDecision.objects.exists()
