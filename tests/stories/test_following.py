"""A service request is followed on the global cloud; with 21Vianet nothing is ever called."""

from __future__ import annotations

from datetime import timedelta

import pytest

from customers.models import Message, ProviderIdentity
from disputes.escalating import answered, file, prepare, remind
from disputes.following import follow, record
from disputes.gating import NotReady
from disputes.models import Escalation
from subscriptions.gateway.support import RequestStatus, Severity, SupportNote, SupportRequest
from subscriptions.models import ProviderCall
from subscriptions.sandbox.loading import answer_request, open_request
from tests import story
from tests.gateway.conftest import SECRET, Running
from tests.stories.test_escalations import ASK_AT, FILED, TAKEN, WORDS, ask

# Whom the provider's sandbox takes for the partner.
PARTNER = "3b33e682-00c3-41ee-9dd2-a548adf50000"
LATER = story.at("2026-06-18")


@pytest.fixture
def provider(tmp_path, settings):
    """The global provider, which the portal asks from now on."""
    running = Running(tmp_path / "global", ["--profile", "global"]).start()
    settings.PARTNER_CENTER = {
        **settings.PARTNER_CENTER,
        "base_url": running.url,
        "authority": running.url,
        "tenant": "partner.example",
        "client_id": "portal",
        "client_secret": SECRET,
        "profile": "global",
        "refresh_token": "consent-of-a-person",
    }
    yield running
    running.stop()


@pytest.fixture
def case(hanhai, people, mail_dir):
    """Lanhai's question, in the book of the partner that the provider knows."""
    ProviderIdentity.objects.create(partner=hanhai, provider_id=PARTNER, adopted_at=TAKEN)
    story.import_book(hanhai, [story.company("Lanhai Trading")])
    story.issue_all(hanhai)
    customer = story.customer_named(hanhai, "Lanhai Trading")
    return ask(customer, story.customer_person(customer, "wang@lanhai.cn"), 1)


def followed(case, by, request_id: str) -> Escalation:
    one = prepare(case, **WORDS, no_evidence=True, by=by, now=TAKEN)
    return file(one.pk, reference="", request_id=request_id, by=by, now=FILED)


def heard(case) -> list[str]:
    return [entry.text.split("\n")[-1] for entry in case.entries.filter(kind="provider").order_by("pk")]


def test_notes_and_the_end_of_a_request_land_in_the_case_once(case, people, provider):
    request = open_request(provider.url, title="Seats billed twice")
    one = followed(case, people["billing"], request)
    assert (one.reference, one.request_id) == (request, request)
    answer_request(provider.url, request, note="We look into it.")
    assert follow(now=LATER).news == 1
    assert follow(now=LATER).news == 0, "the same note again is no news"
    case.refresh_from_db()
    assert heard(case) == ["We look into it."]
    assert (case.status, case.next_action) == ("waiting_provider", "read_provider")
    answer_request(provider.url, request, note="Credited.", status="closed")
    answer_request(provider.url, request, status="closed")
    assert follow(now=LATER + timedelta(hours=1)).news == 1
    one.refresh_from_db()
    assert (one.request_status, one.answered_at) == ("closed", None), "what it comes to is said by a person"
    assert heard(case) == ["We look into it.", "Credited."]
    turns = Message.objects.filter(letter="case_turn").order_by("pk").values_list("values__turn", flat=True)
    assert list(turns) == ["taken_up", "filed"], "the customer hears of it when a person has read it"
    answered(one.pk, result="accepted", text="Credited.", by=people["billing"], now=LATER + timedelta(hours=2))
    assert follow(now=LATER + timedelta(hours=3)).read == 0, "an answered one is followed no more"


def test_a_request_that_cannot_be_read_changes_nothing(case, people, provider):
    one = followed(case, people["billing"], "999999999999999")
    done = follow(now=LATER)
    assert (done.failed, done.news) == (1, 0)
    one.refresh_from_db()
    assert (one.request_status, one.request_read_at) == ("", None)


def said(request_id: str, status: RequestStatus, *notes: str, organization: str = PARTNER) -> SupportRequest:
    return SupportRequest(
        id=request_id,
        title="t",
        description="d",
        status=status,
        severity=Severity.MODERATE,
        organization_id=organization,
        product="",
        created_at=None,
        changed_at=None,
        closed_at=None,
        notes=tuple(SupportNote(text, "Agent", story.at("2026-06-17", "16:00")) for text in notes),
    )


def test_answers_out_of_order_twice_or_of_somebody_else_do_no_harm(case, people, settings):
    settings.PARTNER_CENTER = {**settings.PARTNER_CENTER, "profile": "global"}
    one = followed(case, people["billing"], "616122290000001")
    closed, opened = RequestStatus.CLOSED, RequestStatus.OPEN
    for answer, news in (
        (said("616122290000001", opened, "First."), True),
        (said("616122290000001", closed, "First.", "Second."), True),
        (said("616122290000001", opened, "First."), False),
        (said("616122290000001", closed, "First.", "Second."), True),
        (said("616122290000001", closed, "Second.", "First."), False),
        (said("616122290000002", closed, "Not ours."), False),
        (said("616122290000001", closed, "Not ours.", organization="11111111-2d55-4f10-8b66-3e7d1f0c2b12"), False),
    ):
        assert record(one, answer, now=LATER) is news
    assert heard(case) == ["First.", "Second."]


def test_the_same_note_twice_in_one_request_is_two_notes(case, people, settings):
    settings.PARTNER_CENTER = {**settings.PARTNER_CENTER, "profile": "global"}
    one = followed(case, people["billing"], "616122290000001")
    twice = said("616122290000001", RequestStatus.OPEN, "Still looking.", "Still looking.")
    assert [record(one, twice, now=LATER) for _ in range(2)] == [True, False]
    assert heard(case) == ["Still looking.", "Still looking."]


def test_with_21vianet_nothing_is_ever_called(case, people, sandbox_url, sandbox_state):
    by = people["billing"]
    one = prepare(case, **WORDS, no_evidence=True, by=by, now=TAKEN)
    with pytest.raises(NotReady) as no:
        file(one.pk, reference="21V-1", request_id="616122290000001", by=by, now=FILED)
    assert "request_id" in no.value.faults
    file(one.pk, reference="21V-1", by=by, now=FILED)
    Escalation.objects.filter(pk=one.pk).update(request_id="616122290000001")
    done = follow(now=LATER)
    assert (done.read, done.failed) == (0, 0)
    remind(one.pk, by=by, now=ASK_AT)
    answered(one.pk, result="refused", text="No.", by=by, now=ASK_AT)
    assert "servicerequest" not in (sandbox_state / "operations.jsonl").read_text().lower()
    assert not ProviderCall.objects.filter(verb__startswith="support").exists()
