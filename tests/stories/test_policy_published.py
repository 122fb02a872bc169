"""Is a policy written by one person, published by another, told to the customers, and does it govern from then on?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Letter, Message, TimelineEntry, User
from dunning.announcing import announce, effect
from dunning.drafting import (
    Refused,
    Stale,
    begin,
    drop,
    offer,
    open_draft,
    policy_in,
    publish,
    save,
    with_new_stage,
    with_stage,
    with_stage_moved,
    without_stage,
)
from dunning.models import Case, PolicyDraft, PolicyTold, PolicyVersion
from dunning.policy import Action, Stage, faults
from dunning.publishing import NeedsTwo, newest, policy_of
from tests import story

NOW = story.at("2026-06-16")
TODAY = NOW.date()


@pytest.fixture
def writer(people):
    return people["collections"]


@pytest.fixture
def second(people):
    return people["owner"]


def place_of(policy, name):
    return [one.name for one in policy.stages].index(name)


def with_final(policy, **changes):
    """The same policy with a changed final notice."""
    place = place_of(policy, "final")
    return with_stage(policy, place, replace(policy.stages[place], **changes))


def published(partner, people, *, effective_on=TODAY, now=NOW, **changes):
    """The next version, in which the final notice is changed."""
    draft = begin(partner, now=now, by=people["collections"])
    draft = save(draft.pk, with_final(policy_in(draft), **changes), edition=draft.edition, now=now)
    offer(draft.pk, edition=draft.edition, effective_on=effective_on, now=now, by=people["collections"])
    return publish(draft.pk, edition=draft.edition, now=now, by=people["owner"])


def version_of(customer, period):
    return Case.objects.get(invoice__customer=customer, invoice__period=period).version.number


def test_a_milder_version_governs_what_is_issued_after_the_letter_and_nothing_issued_before(book, people, hanhai):
    done = published(hanhai, people, offset=20)
    assert (done.version.number, done.told, done.stricter) == (2, 3, False)
    assert (done.version.published_by, done.version.seconded_by) == (people["collections"], people["owner"])
    story.settle_all(NOW)
    told = PolicyTold.objects.get(customer=book.lanhai, version=done.version)
    assert told.told_at == NOW
    letter = Message.objects.get(customer=book.lanhai, letter=Letter.POLICY)
    assert "Final notice: 20 days after the due date, was 14 days after the due date" in letter.body_text
    assert "Invoices issued from Tue 16 Jun follow collections policy 2." in letter.body_text
    assert TimelineEntry.objects.filter(customer=book.lanhai, code="policy_told").count() == 1
    bill_again(book, on=TODAY)
    assert version_of(book.lanhai, "2026-04") == 1
    assert version_of(book.lanhai, "2026-05") == 2


def billed_again(customer):
    """The customer as the provider bills it once more."""
    rows = customer.subscriptions.order_by("pk")
    seats = tuple(story.Seats(row.name, row.quantity, id=row.provider_id) for row in rows)
    return story.Company(customer.name, seats, customer.domain, customer.provider_id)


def bill_again(book, *, on):
    """The next month's invoices of the same customers, issued on a day."""
    companies = [billed_again(one) for one in (book.lanhai, book.mingyue, book.qinghe)]
    story.import_book(book.partner, companies, on=on, cycle=date(2026, 5, 15))
    story.issue_all(book.partner, "2026-05", on=on)
    story.run_day(book.partner, on + timedelta(days=1))


def test_a_stricter_version_waits_out_its_notice(book, people, hanhai):
    done = published(hanhai, people, offset=10)
    assert done.stricter
    story.settle_all(NOW)
    letter = Message.objects.get(customer=book.lanhai, letter=Letter.POLICY)
    assert "Invoices issued from Thu 16 Jul follow collections policy 2." in letter.body_text
    bill_again(book, on=date(2026, 7, 15))
    assert version_of(book.lanhai, "2026-05") == 1


def test_a_customer_whose_letter_bounced_keeps_the_old_version(hanhai, people, mail_dir):
    story.import_book(hanhai, [story.company("Lanhai Trading", domain="bounce.example")])
    customer = story.customer_named(hanhai, "Lanhai Trading")
    done = published(hanhai, people, offset=20)
    story.settle_all(NOW)
    assert Message.objects.get(customer=customer, letter=Letter.POLICY).bounced_at
    assert not PolicyTold.objects.filter(version=done.version).exists()


def test_a_letter_speaks_the_language_of_its_contact_when_it_leaves(hanhai, people, mail_dir):
    story.import_book(hanhai, [story.company("Lanhai Trading")])
    customer = story.customer_named(hanhai, "Lanhai Trading")
    published(hanhai, people, offset=20)
    Message.objects.filter(letter=Letter.POLICY).update(language="ru")
    story.settle_all(NOW)
    assert Message.objects.get(customer=customer, letter=Letter.POLICY).values["from_on"] == "2026-06-16"


def test_telling_a_thousand_customers_takes_no_query_for_each(hanhai, people):
    story.import_book(hanhai, [story.company(f"Company {n}") for n in range(3)])
    policy = policy_of(newest(hanhai).pk)

    def cost():
        with CaptureQueriesContext(connection) as asked:
            announce(hanhai, policy, effective_on=TODAY, now=NOW)
        return len(asked)

    few = cost()
    story.import_book(hanhai, [story.company(f"Firm {n}") for n in range(12)])
    assert cost() == few
    assert Message.objects.filter(letter=Letter.POLICY).count() == 3 + 15


def test_whoever_offers_does_not_publish(hanhai, writer, second):
    draft = begin(hanhai, now=NOW, by=writer)
    with pytest.raises(Refused) as no:
        publish(draft.pk, edition=1, now=NOW, by=second)
    assert no.value.code == "not_offered"
    offer(draft.pk, edition=1, effective_on=TODAY, now=NOW, by=writer)
    with pytest.raises(Refused, match="another person") as no:
        publish(draft.pk, edition=1, now=NOW, by=writer)
    assert no.value.code == "same_person"
    assert not PolicyVersion.objects.filter(partner=hanhai, number=2).exists()


def test_who_may_not_change_the_policy_neither_offers_nor_publishes(hanhai, people, bohai, writer):
    draft = begin(hanhai, now=NOW, by=writer)
    gone = people["admin_agent"]
    User.objects.filter(pk=gone.pk).update(is_active=False)
    strangers = ((gone, "not_a_member"), (story.people_of(bohai)["owner"], "not_a_member"))
    for person, code in ((people["billing"], "role"), *strangers):
        with pytest.raises(Refused) as no:
            offer(draft.pk, edition=1, effective_on=TODAY, now=NOW, by=person)
        assert no.value.code == code


def test_saving_against_an_old_edition_says_who_saved_the_new_one(hanhai, writer, second):
    draft = begin(hanhai, now=NOW, by=writer)
    save(draft.pk, with_final(policy_in(draft), offset=12), edition=1, now=NOW, by=second)
    with pytest.raises(Stale) as no:
        save(draft.pk, with_final(policy_in(draft), offset=13), edition=1, now=NOW, by=writer)
    assert (no.value.draft.edition, no.value.draft.saved_by) == (2, second)
    assert policy_in(open_draft(hanhai)).stage("final").offset == 12


def test_a_change_takes_the_offer_back(hanhai, writer, second):
    draft = begin(hanhai, now=NOW, by=writer)
    offer(draft.pk, edition=1, effective_on=TODAY, now=NOW, by=writer)
    save(draft.pk, with_final(policy_in(draft), offset=12), edition=1, now=NOW, by=writer)
    with pytest.raises(Refused) as no:
        publish(draft.pk, edition=2, now=NOW, by=second)
    assert no.value.code == "not_offered"


def test_a_draft_with_faults_is_saved_but_not_offered(hanhai, writer):
    draft = begin(hanhai, now=NOW, by=writer)
    policy = policy_in(draft)
    draft = save(draft.pk, without_stage(policy, place_of(policy, "final")), edition=1, now=NOW, by=writer)
    assert [fault.path for fault in faults(policy_in(draft))] == ["stages[2].of", "stages[2].anchor"]
    with pytest.raises(Refused) as no:
        offer(draft.pk, edition=2, effective_on=TODAY, now=NOW, by=writer)
    assert no.value.code == "faults"


def test_nothing_takes_effect_in_the_past(hanhai, writer):
    draft = begin(hanhai, now=NOW, by=writer)
    with pytest.raises(Refused) as no:
        offer(draft.pk, edition=1, effective_on=TODAY - timedelta(days=1), now=NOW, by=writer)
    assert no.value.code == "past"


def test_one_draft_at_a_time_and_a_dropped_one_makes_room(hanhai, writer, second):
    draft = begin(hanhai, now=NOW, by=writer)
    assert begin(hanhai, now=NOW, by=second).pk == draft.pk
    drop(draft.pk, edition=1, now=NOW)
    with pytest.raises(Refused) as no:
        save(draft.pk, policy_in(draft), edition=1, now=NOW)
    assert no.value.code == "closed"
    assert begin(hanhai, now=NOW, by=second).pk != draft.pk
    assert PolicyDraft.objects.filter(partner=hanhai).count() == 2


def test_a_policy_that_suspends_unapproved_needs_two_people(hanhai, writer, second):
    policy = policy_of(newest(hanhai).pk)
    place = place_of(policy, "suspend")
    bold = with_stage(policy, place, replace(policy.stages[place], approvals=0))
    for people in ({}, {"by": writer}, {"by": writer, "seconded_by": writer}):
        with pytest.raises(NeedsTwo):
            announce(hanhai, bold, effective_on=TODAY, now=NOW, **people)
    assert announce(hanhai, bold, effective_on=TODAY, now=NOW, by=writer, seconded_by=second).version.number == 2


def test_what_a_stricter_policy_would_mean_is_counted_before(book, people, hanhai):
    policy = with_final(policy_of(newest(hanhai).pk), offset=10)
    seen = effect(hanhai, policy)
    assert (seen.stricter, seen.waits, seen.customers, seen.agreed, seen.before) == (True, 30, 3, 0, 1)


def test_a_renamed_notice_is_still_what_the_suspension_counts_from(hanhai):
    policy = with_final(policy_of(newest(hanhai).pk), name="last warning")
    assert policy.stage("suspend").of == "last warning"
    assert faults(policy) == ()


def test_stages_are_moved_within_the_ladder_only(hanhai):
    policy = policy_of(newest(hanhai).pk)
    names = [one.name for one in policy.stages]
    assert with_stage_moved(policy, 0, -1) == policy
    assert with_stage_moved(policy, len(names) - 1, 1) == policy
    moved = with_stage_moved(policy, 1, 1)
    assert [one.name for one in moved.stages][:3] == ["courtesy", "final", "remind"]
    call = Stage("call", Action.CALL_TASK, offset=10)
    assert with_new_stage(policy, call, 2).stages[2] == call
