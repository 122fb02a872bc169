"""Can a policy be written, checked, compared and published in the studio, by two people, without scripts?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from customers.models import Letter, Message
from dunning import policy as book
from dunning.drafting import begin, open_draft, policy_in, save, with_stage
from dunning.models import PolicyVersion
from dunning.policyfile import write_policy
from dunning.publishing import policy_of
from tests import story

from .conftest import text_of

STUDIO = "/collections/policy/studio/"
FINAL = f"{STUDIO}stages/3/"
DAY = "2026-06-16"


@pytest.fixture
def desk(hanhai, people, sit_down):
    """The collections person, with a draft just begun."""
    desk = sit_down(people["collections"], DAY)
    desk.post(f"{STUDIO}begin/")
    return desk


@pytest.fixture
def owner(people, sit_down):
    return sit_down(people["owner"], DAY)


def draft_of(partner):
    return open_draft(partner)


def typed(desk, path=FINAL, **changes):
    """What the open form would send, with some of it typed anew."""
    page = desk.get(path)
    form = page.context["form"]
    first = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data = {name: "" if value is None else value for name, value in first.items()}
    return {**data, "edition": page.context["draft"].edition, **changes}


def final_of(partner):
    return policy_in(draft_of(partner)).stage("final")


def test_without_a_draft_the_studio_says_how_to_begin(hanhai, owner):
    assert "Begin a draft" in text_of(owner.get(STUDIO))
    owner.post(f"{STUDIO}begin/")
    owner.post(f"{STUDIO}begin/")
    assert draft_of(hanhai).edition == 1
    assert "Collections policy 2" in text_of(owner.get(STUDIO))


def test_stages_read_as_sentences(desk):
    text = text_of(desk.get(STUDIO))
    assert "7 days after Final notice is delivered" in text
    assert "propose suspending the unpaid subscriptions , 1 person approves ." in text


def test_a_stage_is_changed_in_its_place_and_compared_with_what_it_was(hanhai, desk):
    assert "Save in the draft" in text_of(desk.get(FINAL))
    answer = desk.post(FINAL, typed(desk, count="10"))
    assert answer.url == f"{STUDIO}#stage-3"
    assert final_of(hanhai).offset == 10
    text = text_of(desk.get(STUDIO))
    assert "was 14 days after the due date" in text
    assert "Stricter than version 1." in text


def test_what_was_typed_stays_when_it_is_refused(hanhai, desk):
    answer = desk.post(FINAL, typed(desk, count="soon", least_CNY="1e3"))
    assert answer.status_code == 422
    assert "“1e3” is not an amount" in text_of(answer)
    assert answer.context["form"]["count"].value() == "soon"
    assert draft_of(hanhai).edition == 1


def test_a_line_break_in_a_name_is_a_gap(hanhai, desk):
    desk.post(FINAL, typed(desk, name="Last\r\nwarning", tags_any="big\tones, small"))
    stage = policy_in(draft_of(hanhai)).stages[2]
    assert (" ".join(stage.name.split()), stage.tags_any) == ("Last warning", {"big ones", "small"})
    assert desk.get(STUDIO).status_code == 200


def test_who_comes_second_reads_who_was_first_and_keeps_what_they_typed(hanhai, desk, owner):
    mine = typed(desk, count="10")
    owner.post(FINAL, typed(owner, count="12"))
    answer = desk.post(FINAL, mine)
    assert answer.status_code == 409
    assert "Owner saved another edition" in text_of(answer)
    assert answer.context["form"]["count"].value() == "10"
    assert final_of(hanhai).offset == 12
    desk.post(FINAL, {**mine, "edition": answer.context["draft"].edition})
    assert final_of(hanhai).offset == 10


def test_a_fault_stands_beside_its_stage_and_keeps_the_draft_from_being_offered(hanhai, desk):
    desk.post(f"{STUDIO}stages/4/", typed(desk, f"{STUDIO}stages/4/", count="1"))
    page = desk.get(STUDIO)
    assert page.context["rows"][3].faults == ["Too short: no day is left for a payment to arrive after the notice"]
    assert "Offer for publication" not in text_of(page)
    answer = desk.post(f"{STUDIO}offer/", {"edition": 2, "effective_on": DAY}, follow=True)
    assert "The draft has faults" in text_of(answer)
    assert draft_of(hanhai).offered_at is None


def test_stages_are_added_moved_and_taken_out(hanhai, desk):
    desk.post(f"{STUDIO}stages/new/", typed(desk, f"{STUDIO}stages/new/", name="call", action="call_task", count="10"))
    names = [one.name for one in policy_in(draft_of(hanhai)).stages]
    assert names[-1] == "call"
    desk.post(f"{STUDIO}stages/{len(names)}/move/", {"edition": 2, "way": "up"})
    assert policy_in(draft_of(hanhai)).stages[-2].name == "call"
    desk.post(f"{STUDIO}stages/{len(names) - 1}/remove/", {"edition": 2})
    assert draft_of(hanhai).edition == 3, "an old edition takes nothing out"
    desk.post(f"{STUDIO}stages/{len(names) - 1}/remove/", {"edition": 3})
    assert "call" not in [one.name for one in policy_in(draft_of(hanhai)).stages]


@pytest.mark.parametrize(
    ("group", "typed_in", "figure", "value"),
    [
        ("promises", {"promise_days": "7"}, "promise_days", 7),
        ("pauses", {"resume_days": "4"}, "resume_days", 4),
        ("ends", {"notice_days": "14"}, "notice_days", 14),
        ("money", {"ignore_below_CNY": "2.50"}, "ignore_below", {"CNY": story.Decimal("2.50")}),
    ],
)
def test_other_figures_are_changed_a_group_at_a_time(hanhai, desk, group, typed_in, figure, value):
    path = f"{STUDIO}figures/"
    desk.post(path, {**typed(desk, f"{path}?group={group}"), "group": group, **typed_in})
    assert getattr(policy_in(draft_of(hanhai)), figure) == value
    before = policy_of(PolicyVersion.objects.get(partner=hanhai).pk)
    assert replace(policy_in(draft_of(hanhai)), **{figure: getattr(before, figure), "version": 1}) == before


def test_one_person_offers_and_another_publishes_and_the_customers_are_written_to(small_book, desk, owner):
    desk.post(FINAL, typed(desk, count="20"))
    desk.post(f"{STUDIO}offer/", {"edition": 2, "effective_on": "2026-06-20"})
    mine = text_of(desk.get(STUDIO))
    assert "Another person publishes it." in mine
    assert "Publish version 2" not in mine
    refused = desk.post(f"{STUDIO}publish/", {"edition": 2}, follow=True)
    assert "You offered it, so another person has to publish it" in text_of(refused)
    assert "Publish version 2 and mail 2 customers" in text_of(owner.get(STUDIO))
    done = owner.post(f"{STUDIO}publish/", {"edition": 2}, follow=True)
    assert "Version 2 is published; 2 customers are told by mail" in text_of(done)
    owner.post(f"{STUDIO}publish/", {"edition": 2})
    assert Message.objects.filter(letter=Letter.POLICY).count() == 2
    assert PolicyVersion.objects.filter(partner=small_book).count() == 2


def test_a_day_that_is_past_is_refused_and_a_day_that_is_none_keeps_the_form(hanhai, desk):
    late = desk.post(f"{STUDIO}offer/", {"edition": 1, "effective_on": "2026-06-15"}, follow=True)
    assert "A policy takes effect from today on" in text_of(late)
    assert desk.post(f"{STUDIO}offer/", {"edition": 1, "effective_on": "soon"}).status_code == 422


def test_a_file_comes_out_and_goes_in_again(hanhai, desk):
    written = desk.get(f"{STUDIO}file/")
    assert written["Content-Disposition"] == 'attachment; filename="hanhai-policy-2-draft-1.yaml"'
    changed = written.content.decode().replace("offset: 14", "offset: 16")
    upload = SimpleUploadedFile("p.yaml", changed.encode())
    desk.post(f"{STUDIO}file/", {"edition": 1, "file": upload})
    assert final_of(hanhai).offset == 16


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"stages: [{name: a, action: run}]", "stages[0].action: is none of"),
        (b"stages: [", "file: "),
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"", "empty"),
        (b'stages: [{name: "a\\0b", action: notice}]', "stages[0].name: is not a text"),
        (b'stages: [{name: "a\\uD800b", action: notice}]', "stages[0].name: is not a text"),
        (b'ignore_below: {"C\\0": 1}', "ignore_below: is not a text"),
        (b"cure_share: 1e999999999", "cure_share: is not an amount"),
        (b"ignore_below: {CNY: 1e-999999}", "ignore_below: is not an amount"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing_and_says_where(hanhai, desk, content, said):
    answer = desk.post(f"{STUDIO}file/", {"edition": 1, "file": SimpleUploadedFile("p.yaml", content)})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert draft_of(hanhai).edition == 1


def test_a_draft_begins_with_a_file_too(hanhai, owner):
    policy = policy_of(PolicyVersion.objects.get(partner=hanhai).pk)
    upload = SimpleUploadedFile("p.yaml", write_policy(policy).encode())
    owner.post(f"{STUDIO}file/", {"file": upload})
    assert draft_of(hanhai) is not None
    owner.post(f"{STUDIO}drop/", {"edition": 1})
    assert owner.post(f"{STUDIO}file/", {"file": SimpleUploadedFile("p.yaml", b"stages: [")}).status_code == 422


def test_the_preview_is_the_customers_page_and_each_letter_in_each_language(desk):
    page = desk.get(STUDIO)
    assert "Sign-in stops" in text_of(page)
    assert "21Vianet deletes the data" in page.context["preview"].lines[-2].strong
    for number in range(1, 10):
        assert desk.get(f"{STUDIO}?see={number}").context["preview"].letter, number
    assert "Sample customer" in text_of(desk.get(f"{STUDIO}?see=3"))
    assert desk.get(f"{STUDIO}?lang=ru").context["preview"].language == "ru"
    assert desk.get(f"{STUDIO}?see=x&lang=xx").status_code == 200


def test_a_draft_without_any_stage_still_opens(hanhai, desk):
    draft = draft_of(hanhai)
    save(draft.pk, replace(policy_in(draft), stages=()), edition=1, now=desk.now)
    assert "There is no stage. Add one" in text_of(desk.get(STUDIO))
    assert desk.get(f"{STUDIO}stages/new/").status_code == 200


def test_a_draft_of_wild_figures_still_opens(hanhai, desk):
    draft = draft_of(hanhai)
    policy = policy_in(draft)
    wild = replace(policy.stages[2], offset=99_999, gap=0, roles=(), min_overdue={}, tags_all=frozenset({"a", "b"}))
    save(draft.pk, with_stage(policy, 2, wild), edition=1, now=desk.now)
    page = desk.get(STUDIO)
    assert page.status_code == 200
    assert len(page.context["rows"][2].faults) >= 4


def test_a_draft_beyond_the_calendar_still_opens_and_is_not_offered(hanhai, desk):
    far = replace(policy_in(draft_of(hanhai)).stages[1], offset=100_000, gap=100_000, unit=book.Unit.BUSINESS_DAYS)
    stages = tuple(replace(far, name=f"far {n}") for n in range(60))
    save(draft_of(hanhai).pk, replace(policy_in(draft_of(hanhai)), stages=stages), edition=1, now=desk.now)
    assert desk.get(STUDIO).status_code == 200
    desk.post(f"{STUDIO}offer/", {"edition": 2, "effective_on": "2026-07-01"})
    assert draft_of(hanhai).offered_at is None
    assert "stages: is too long" in map(str, book.faults(policy_in(draft_of(hanhai))))


def test_the_notice_a_suspension_counts_from_may_be_taken_out_and_put_back(hanhai, desk):
    assert desk.post(f"{FINAL}remove/", {"edition": 1}, follow=True).status_code == 200
    page = desk.get(STUDIO)
    assert page.status_code == 200
    assert any("Counts from a notice that is no stage" in text for row in page.context["rows"] for text in row.faults)


def test_the_studio_asks_the_database_no_more_for_a_longer_ladder(hanhai, desk):
    few = desk.queries(STUDIO)
    draft = draft_of(hanhai)
    policy = policy_in(draft)
    more = [replace(policy.stages[1], name=f"again {n}", offset=4 + n) for n in range(8)]
    stages = (*policy.stages[:2], *more, *policy.stages[2:])
    save(draft.pk, replace(policy, stages=stages), edition=1, now=desk.now)
    assert desk.queries(STUDIO) == few <= 12


def test_nobody_without_the_right_comes_in_and_nobody_sees_anothers_draft(hanhai, bohai, people, sit_down, desk):
    assert sit_down(people["billing"], DAY).get(STUDIO).status_code == 403
    stranger = sit_down(story.people_of(bohai)["owner"], DAY)
    assert "Begin a draft" in text_of(stranger.get(STUDIO))
    begin(bohai, now=story.at(DAY))
    stranger.post(FINAL, typed(stranger, count="10"))
    assert final_of(hanhai).offset == 14
