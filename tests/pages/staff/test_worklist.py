"""Does the worklist show what waits, and does each deed's form do exactly that?"""

import pytest

from customers.models import Contact, Message
from dunning.models import Decision
from tests import story
from tests.pages.staff.conftest import lanhai, text_of


@pytest.fixture
def bounced(hanhai, people, mail_dir):
    """A customer whose invoice mail is refused by its server."""
    story.import_book(hanhai, [story.company("Nowhere Foods", domain="bounce.example")])
    story.issue_all(hanhai)
    return story.customer_named(hanhai, "Nowhere Foods")


def test_a_proposal_stands_first_with_amount_and_people(proposed, people, sit_down):
    seen = text_of(sit_down(people["owner"], story.SUSPEND).get("/worklist/"))
    assert "Approve a suspension Lanhai Trading" in seen
    assert "2 subscriptions, 14 users" in seen and "¥1,023.96" in seen


def test_the_panel_says_what_happens_if_nobody_acts(proposed, people, sit_down):
    page = sit_down(people["owner"], story.SUSPEND).get(f"/worklist/?row=approve-{proposed.pk}")
    seen = text_of(page)
    assert "Without an approval nobody is suspended" in seen
    assert f"/collections/proposals/{proposed.pk}/" in page.content.decode()


def test_a_deed_that_is_done_says_so(small_book, people, sit_down):
    seen = text_of(sit_down(people["owner"]).get("/worklist/?row=approve-999"))
    assert "That deed is done, or somebody was faster" in seen


def test_mending_an_address_lets_the_letter_leave_again(bounced, people, sit_down):
    desk = sit_down(people["collections"])
    assert "Mend a bounced notice Nowhere Foods" in text_of(desk.get("/worklist/"))
    form = {"role": "billing", "email": "ap@nowhere.example", "name": "Ann", "language": "en"}
    assert desk.post(f"/worklist/address/{bounced.pk}/", form).status_code == 302
    assert Contact.objects.get(customer=bounced).email == "ap@nowhere.example"
    story.settle_all(desk.now)
    letter = Message.objects.get(customer=bounced)
    assert (letter.to_email, letter.outcome, letter.bounced_at) == ("ap@nowhere.example", "done", None)
    assert "Mend a bounced notice" not in text_of(desk.get("/worklist/"))


def test_a_bad_address_keeps_the_panel_open_with_what_was_typed(bounced, people, sit_down):
    desk = sit_down(people["owner"])
    answer = desk.post(
        f"/worklist/address/{bounced.pk}/", {"role": "billing", "email": "ap@", "name": "Ann", "language": "en"}
    )
    assert answer.status_code == 422
    assert 'value="Ann"' in answer.content.decode() and "Mend a bounced notice" in text_of(answer)


def test_without_the_right_there_is_no_form_and_a_refusal(bounced, people, sit_down):
    desk = sit_down(people["viewer"])
    page = desk.get(f"/worklist/?row=bounced-{bounced.pk}")
    assert "Your role may look at this, not do it" in text_of(page)
    form = {"role": "billing", "email": "ap@nowhere.example", "language": "en"}
    assert desk.post(f"/worklist/address/{bounced.pk}/", form).status_code == 403


def test_logging_a_call_ends_the_deed(suspended_long_ago, people, sit_down):
    partner, decision = suspended_long_ago
    desk = sit_down(people["collections"]).at(decision.decided_at.date().isoformat())
    assert "Hand over to an agency Lanhai Trading" in text_of(desk.get("/worklist/"))
    answer = desk.post(f"/worklist/call/{decision.pk}/", {"note": ""})
    assert answer.status_code == 422
    assert desk.post(f"/worklist/call/{decision.pk}/", {"note": "Sent to Huaxin"}).status_code == 302
    decision.refresh_from_db()
    assert decision.call_note == "Sent to Huaxin" and decision.called_by == people["collections"]
    assert "Hand over to an agency" not in text_of(desk.get("/worklist/"))
    again = desk.post(f"/worklist/call/{decision.pk}/", {"note": "Again"}, follow=True)
    assert "logged already" in text_of(again)


@pytest.fixture
def suspended_long_ago(hanhai, people, sandbox_url, mail_dir):
    """Lanhai stayed suspended until the debt was to be handed over."""
    story.import_book(hanhai, [story.company("Lanhai Trading")], sandbox_url=sandbox_url)
    story.issue_all(hanhai)
    story.chase(hanhai, people["owner"])
    for day in ("2026-07-31", "2026-08-17", "2026-08-24", "2026-08-28", "2026-08-30"):
        story.run_day(hanhai, day)
    warned = Decision.objects.filter(action="deletion_notice").count()
    assert warned == 5
    story.run_day(hanhai, "2026-09-14")
    return hanhai, Decision.objects.get(action="hand_over")


def test_data_near_its_deletion_is_a_deed(hanhai, people, sandbox_url, mail_dir, sit_down):
    story.import_book(hanhai, [story.company("Lanhai Trading")], sandbox_url=sandbox_url)
    story.issue_all(hanhai)
    story.chase(hanhai, people["owner"])
    title = "Decide: bring back until a date, or let the data go"
    desk = sit_down(people["owner"], "2026-08-14")
    assert title not in text_of(desk.get("/worklist/"))
    near = desk.at("2026-08-15")
    assert f"{title} Lanhai Trading" in text_of(near.get("/worklist/"))


def test_drafts_wait_until_they_are_issued(hanhai, people, sit_down):
    story.import_book(hanhai, [story.company("Lanhai Trading")])
    story.rebilling.draft(hanhai, story.PERIOD, now=story.at(story.ISSUED))
    assert "Issue 1 draft" in text_of(sit_down(people["owner"]).get("/worklist/"))


def test_a_partner_sees_nothing_of_another(proposed, bohai, sit_down):
    desk = sit_down(story.people_of(bohai)["owner"], story.SUSPEND)
    page = desk.get("/worklist/")
    assert "First reconciliation file" in text_of(page) and "Lanhai" not in page.content.decode()
    customer = lanhai(proposed.partner)
    form = {"role": "billing", "email": "a@b.example", "language": "en"}
    assert desk.post(f"/worklist/address/{customer.pk}/", form).status_code == 404
