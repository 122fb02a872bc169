"""Does a run read as a document, and does a dry one leave no trace?"""

from billing.models import BankReading
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


def test_what_was_looked_at_again_since_is_counted_and_said_not_to_be_listed(small_book, people, sit_down):
    desk = sit_down(people["collections"])
    desk.post("/collections/runs/now/")
    page = f"/collections/runs/{Run.objects.get().pk}/"
    assert "looked at again since" not in text_of(desk.get(page))
    story.pay(story.customer_named(small_book, "Lanhai Trading"), "100.00", story.at("2026-06-02"))
    seen = text_of(desk.get(page))
    assert "1 more was looked at again since; its reason of then is counted only." in seen
    assert "Its next day has not come 2" in seen


def test_who_may_not_chase_may_not_run(small_book, people, sit_down):
    assert sit_down(people["billing"]).post("/collections/runs/now/").status_code == 403
    assert not Run.objects.exists()


def test_the_policy_reads_as_sentences(hanhai, people, sit_down):
    seen = text_of(sit_down(people["viewer"]).get("/collections/policy/"))
    assert "3 days before the due date Reminder before the due date" in seen
    assert "7 days after Final notice is delivered Suspension" in seen
    assert "No step below an undisputed debt of ¥100.00" in seen


def test_a_bank_that_was_not_read_holds_suspensions_back_and_the_run_says_so(small_book, people, sit_down):
    story.chase(small_book, people["owner"], until=story.FINAL)
    read = story.at("2026-06-29", "10:00")
    BankReading.objects.create(partner=small_book, at=read, recorded_at=read)
    desk = sit_down(people["collections"], story.SUSPEND)
    desk.post("/collections/runs/now/")
    one = Run.objects.latest("pk")
    assert one.skipped == {"stale_cash": 2}
    seen = text_of(desk.get(f"/collections/runs/{one.pk}/"))
    assert "The bank was last read 50 hours before this run" in seen and "The bank was not read lately 2" in seen
