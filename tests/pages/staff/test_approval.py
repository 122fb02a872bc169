"""Can a suspension be judged and approved on its page, once, by those who may?"""

from datetime import date

import pytest

from billing.models import Hold
from dunning.approving import refuse
from dunning.models import Approval, Proposal
from subscriptions.models import AccessChange
from tests import story
from tests.pages.staff.conftest import text_of, words_in


def test_the_page_names_the_debt_the_notices_and_the_effect(proposed, people, sit_down):
    page = sit_down(people["owner"], story.SUSPEND).get(f"/collections/proposals/{proposed.pk}/")
    seen = text_of(page)
    assert "Suspend Lanhai Trading for non-payment?" in seen
    assert "14 users lose sign-in" in seen
    assert "Final notice" in seen and "billing@lanhaitrading" in seen
    assert "¥1,023.96 brings it back" in seen
    assert "Suspend2subscriptions,14userslosesign-in" in words_in(page)
    assert "Lanhai Trading: 2 subscriptions suspended" in seen


def test_approving_promises_the_change_for_exactly_these_subscriptions(proposed, people, sit_down):
    desk = sit_down(people["collections"], story.SUSPEND)
    answer = desk.post(f"/collections/proposals/{proposed.pk}/approve/", follow=True)
    assert answer.status_code == 200
    proposed.refresh_from_db()
    assert proposed.state == Proposal.State.APPROVED
    change = AccessChange.objects.get()
    assert sorted(change.scope) == sorted(proposed.covers) and len(change.scope) == 2


def test_a_double_click_is_one_approval(proposed, people, sit_down):
    desk = sit_down(people["owner"], story.SUSPEND)
    for _ in range(2):
        answer = desk.post(f"/collections/proposals/{proposed.pk}/approve/", follow=True)
    assert Approval.objects.count() == 1
    assert AccessChange.objects.count() == 1
    assert "You have approved this already" in text_of(answer)


def test_whoever_may_not_approve_is_refused_and_sees_no_button(proposed, people, sit_down):
    desk = sit_down(people["billing"], story.SUSPEND)
    page = desk.get(f"/collections/proposals/{proposed.pk}/")
    assert "/approve/" not in page.content.decode()
    assert desk.post(f"/collections/proposals/{proposed.pk}/approve/").status_code == 403
    assert desk.post(f"/collections/proposals/{proposed.pk}/refuse/", {"reason": "no"}).status_code == 403
    assert not Approval.objects.exists()


def test_to_another_partner_the_proposal_is_absent(proposed, bohai, sit_down):
    desk = sit_down(story.people_of(bohai)["owner"], story.SUSPEND)
    assert desk.get(f"/collections/proposals/{proposed.pk}/").status_code == 404
    assert desk.post(f"/collections/proposals/{proposed.pk}/approve/").status_code == 404
    assert not Approval.objects.exists()


def test_rejecting_needs_a_reason_and_holds_the_invoice(proposed, people, sit_down):
    desk = sit_down(people["owner"], story.SUSPEND)
    path = f"/collections/proposals/{proposed.pk}/refuse/"
    assert desk.post(path, {"reason": " "}).status_code == 422
    assert not Hold.objects.exists()
    assert desk.post(path, {"reason": "They pay on Friday"}).status_code == 302
    proposed.refresh_from_db()
    assert proposed.state == Proposal.State.REFUSED
    hold = Hold.objects.get()
    assert (hold.invoice, hold.until_on, hold.reason) == (proposed.case.invoice, None, "They pay on Friday")


def test_postponing_keeps_what_was_typed_when_the_day_has_passed(proposed, people, sit_down):
    desk = sit_down(people["owner"], story.SUSPEND)
    path = f"/collections/proposals/{proposed.pk}/refuse/"
    typed = {"how": "postpone", "reason": "Audit", "until": story.SUSPEND.isoformat()}
    answer = desk.post(path, typed)
    assert answer.status_code == 422
    assert 'value="Audit"' in answer.content.decode()
    assert desk.post(path, {**typed, "until": "2026-07-20"}).status_code == 302
    assert str(Hold.objects.get().until_on) == "2026-07-19"


def test_a_day_nobody_means_is_refused_and_the_day_goes_on(proposed, people, sit_down):
    desk = sit_down(people["owner"], story.SUSPEND)
    for day in ("2036-07-10", "2027-07-10"):
        typed = {"how": "postpone", "reason": "Slip of the pen", "until": day}
        answer = desk.post(f"/collections/proposals/{proposed.pk}/refuse/", typed)
        assert answer.status_code == 422
        assert "is more than a year away" in text_of(answer)
    assert not Hold.objects.exists()
    with pytest.raises(ValueError, match="within a year"):
        refuse(proposed.pk, by=people["owner"], reason="x", until=date(9999, 12, 31), now=story.at(story.SUSPEND))
    assert story.run_day(proposed.partner, story.SUSPEND, "18:00").evaluated
