"""Can the circuit breaker be seen, lifted by two people and its limit changed, each on its page?"""

import pytest

from dunning.models import Breaker, BreakerLift, Proposal
from partnerportal.pages.desk import KINDS
from subscriptions.models import AccessChange
from tests import story
from tests.pages.staff.conftest import text_of


@pytest.fixture
def tripped(small_book, people) -> Breaker:
    """A run has proposed two customers, and one is the limit."""
    partner = small_book
    partner.breaker_customers = 1
    partner.save()
    story.chase(partner, people["owner"], until=story.FINAL)
    story.run_day(partner, story.SUSPEND)
    return Breaker.objects.get()


def test_two_people_lift_it_on_its_page(tripped, people, sit_down):
    path = f"/collections/breakers/{tripped.pk}/"
    first, second = (sit_down(people[who], story.SUSPEND) for who in ("owner", "collections"))
    seen = text_of(first.get(path))
    assert "Shall 2 customers lose access within a day?" in seen and "the limit is 1" in seen
    assert "1 other person has to agree" in text_of(first.post(f"{path}lift/", follow=True))
    assert "somebody else is needed" in text_of(first.post(f"{path}lift/", follow=True))
    assert BreakerLift.objects.count() == 1
    assert "Let 2 customers be suspended" in text_of(second.get(path))
    assert "Two people let these suspensions through" in text_of(second.post(f"{path}lift/", follow=True))
    assert "lifted already" in text_of(second.post(f"{path}lift/", follow=True))
    tripped.refresh_from_db()
    assert tripped.lifted_at == second.now


def test_who_may_not_approve_neither_lifts_nor_sees_the_button(tripped, people, sit_down):
    desk = sit_down(people["billing"], story.SUSPEND)
    page = desk.get(f"/collections/breakers/{tripped.pk}/")
    assert f"/breakers/{tripped.pk}/lift/" not in page.content.decode()
    assert desk.post(f"/collections/breakers/{tripped.pk}/lift/").status_code == 403
    assert not BreakerLift.objects.exists()


def test_the_run_and_the_list_of_runs_say_so(tripped, people, sit_down):
    desk = sit_down(people["owner"], story.SUSPEND)
    run = text_of(desk.get(f"/collections/runs/{tripped.run_id}/"))
    assert "Circuit breaker open" in run and "2 customers would lose access within 24 hours; the limit is 1" in run
    assert "breaker tripped" in text_of(desk.get("/collections/"))
    dry = text_of(desk.get("/collections/runs/dry/"))
    assert "Nothing was written" in dry


def test_what_it_parked_is_one_deed_on_the_worklist(tripped, people, sit_down):
    desk = sit_down(people["owner"], story.SUSPEND)
    for one in Proposal.objects.all():
        desk.post(f"/collections/proposals/{one.pk}/approve/")
    assert AccessChange.objects.update(outcome="parked", reason="breaker") == 2
    page = desk.get("/worklist/?show=approve")
    assert "Lift the circuit breaker" in text_of(page)
    assert "Help a change of access along" not in text_of(desk.get("/worklist/"))
    shown = desk.get(f"/worklist/?row=breaker-{tripped.pk}")
    assert f"/collections/breakers/{tripped.pk}/" in shown.content.decode()
    assert "breaker" in KINDS


def test_the_limit_is_changed_on_the_collections_page(small_book, hanhai, people, sit_down):
    desk = sit_down(people["owner"], story.SUSPEND)
    wrong = desk.post("/collections/breaker/limits/", {"number": "0", "percent": "101", "cap": "x"})
    assert wrong.status_code == 422
    hanhai.refresh_from_db()
    assert (hanhai.breaker_customers, hanhai.breaker_cap) == (3, 20)
    assert desk.post("/collections/breaker/limits/", {"number": "5", "percent": "3.5", "cap": "30"}).status_code == 302
    hanhai.refresh_from_db()
    assert (hanhai.breaker_customers, str(hanhai.breaker_percent), hanhai.breaker_cap) == (5, "3.50", 30)
    assert sit_down(people["billing"]).post("/collections/breaker/limits/", {"number": "9"}).status_code == 403


# Several at once


def ids(*more):
    return [str(pk) for pk in Proposal.objects.order_by("pk").values_list("pk", flat=True)] + [*more]


def test_a_yes_to_several_names_its_effect_first(tripped, people, sit_down):
    desk = sit_down(people["owner"], story.SUSPEND)
    page = desk.post("/collections/proposals/decide/", {"how": "approve", "id": ids()})
    seen = text_of(page)
    assert "Suspend 2 customers for non-payment?" in seen and "Two people must lift the circuit breaker" in seen
    assert "users lose sign-in" in seen
    assert not Proposal.objects.filter(state="approved").exists()
    sure = {"how": "approve", "sure": "1", "ids": ",".join(ids())}
    assert "2 suspensions approved" in text_of(desk.post("/collections/proposals/decide/", sure, follow=True))
    again = text_of(desk.post("/collections/proposals/decide/", sure, follow=True))
    assert "2 no longer waited for you" in again
    assert Proposal.objects.filter(state="approved").count() == 2


def test_several_are_postponed_or_rejected_with_a_reason(tripped, people, sit_down):
    desk = sit_down(people["owner"], story.SUSPEND)
    path = "/collections/proposals/decide/"
    assert desk.post(path, {"how": "approve"}).status_code == 422
    assert desk.post(path, {"how": "approve", "id": ids("987654321")}).status_code == 404
    late = desk.post(path, {"how": "postpone", "id": ids()[:1], "until": "2026-06-01", "reason": "They merge."})
    assert late.status_code == 422 and "They merge." in late.content.decode()
    assert f'value="{ids()[0]}" checked' in late.content.decode()
    assert desk.post(path, {"how": "refuse", "id": ids()[:1], "reason": ""}).status_code == 422
    good = {"how": "postpone", "id": ids()[:1], "until": "2026-07-20", "reason": "They merge."}
    assert "Nothing happens before" in text_of(desk.post(path, good, follow=True))
    assert desk.post(path, {"how": "refuse", "id": ids()[1:], "reason": "No."}).status_code == 302
    assert Proposal.objects.filter(state="refused").count() == 2


def test_each_figure_of_a_run_leads_to_its_list_in_as_many_queries(tripped, people, sit_down):
    desk = sit_down(people["owner"], story.SUSPEND)
    path = f"/collections/runs/{tripped.run_id}/"
    for kind in ("skipped", "notices", "calls", "restored", "unchanged", "evaluated"):
        assert desk.get(f"{path}?show={kind}").status_code == 200
        assert desk.get(f"/collections/runs/dry/?show={kind}").status_code == 200
    assert "Waits for approval" in text_of(desk.get(f"{path}?show=skipped&why=awaiting_approval"))
    changed = text_of(desk.get(path))
    assert "What is different from the look before" in changed
