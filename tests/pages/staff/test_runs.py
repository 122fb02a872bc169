"""Does a run read as a document, and does a dry one leave no trace?"""

from customers.models import Message, TimelineEntry
from dunning.models import Case, Decision, Run
from tests import story
from tests.pages.staff.conftest import text_of


def test_a_dry_run_shows_what_would_happen_and_writes_nothing(small_book, people, sit_down):
    before = [model.objects.count() for model in (Run, Case, Decision, Message, TimelineEntry)]
    seen = text_of(sit_down(people["viewer"], story.COURTESY).get("/collections/runs/dry/?show=notices"))
    assert "Nothing was written" in seen and "Reminder before the due date" in seen and "Lanhai Trading" in seen
    assert [model.objects.count() for model in (Run, Case, Decision, Message, TimelineEntry)] == before


def test_run_now_writes_the_document_it_shows(small_book, people, sit_down):
    desk = sit_down(people["collections"], story.COURTESY)
    page = desk.post("/collections/runs/now/", follow=True)
    one = Run.objects.get()
    assert page.redirect_chain[-1][0] == f"/collections/runs/{one.pk}/"
    assert (one.evaluated, one.notices) == (2, 2)
    assert "2 open invoices read" in text_of(page)
    assert "Lanhai Trading" in text_of(desk.get(f"/collections/runs/{one.pk}/?show=notices"))


def test_those_left_alone_are_shown_with_their_reason(small_book, people, sit_down):
    desk = sit_down(people["collections"])
    desk.post("/collections/runs/now/")
    seen = text_of(desk.get(f"/collections/runs/{Run.objects.get().pk}/"))
    assert "Reminder before the due date comes on Fri 5 Jun" in seen
    assert "Its next day has not come 2" in seen


def test_who_may_not_chase_may_not_run(small_book, people, sit_down):
    assert sit_down(people["billing"]).post("/collections/runs/now/").status_code == 403
    assert not Run.objects.exists()


def test_the_policy_reads_as_sentences(hanhai, people, sit_down):
    seen = text_of(sit_down(people["viewer"]).get("/collections/policy/"))
    assert "3 days before the due date Reminder before the due date" in seen
    assert "7 days after Final notice is delivered Suspension" in seen
    assert "No step below an undisputed debt of ¥100.00" in seen
