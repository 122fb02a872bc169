"""Does the proof of a suspension say what the record says, and does it notice when the record is wrong?"""

from __future__ import annotations

import json
from datetime import datetime
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from dunning.models import Decision, SuspensionDebt
from dunning.proof_papers import CHECKS, fingerprint, sections
from dunning.proving import RELATED, prove
from outbox import clock
from subscriptions.models import AccessAttempt, Suspension
from tests import story
from tests.stories.conftest import proposal_for
from tests.verifying.damaging import broken, damage, judged

PAID = story.at("2026-07-03", "10:00")


def proved(customer):
    rows = Suspension.objects.select_related(*RELATED).filter(customer=customer).order_by("pk")
    return [prove(row) for row in rows]


@pytest.fixture
def told(book):
    """Lanhai, suspended, paid and restored; the bundle of its first subscription."""
    book.chase()
    story.pay(book.lanhai, "100.00", story.at("2026-07-02"))
    story.pay(book.lanhai, story.owed(book.lanhai), PAID, settled=False)
    story.settle_all(story.at("2026-07-03", "10:04"))
    return proved(book.lanhai)[0]


def test_the_bundle_is_the_record(book, told):
    row = Suspension.objects.filter(customer=book.lanhai).order_by("pk")[0]
    debt, proposal = SuspensionDebt.objects.get(suspension=row), proposal_for(book.lanhai)
    assert told["suspension"]["subscription_id_at_provider"] == row.subscription.provider_id
    assert told["policy"]["version"] == debt.decision.version.number
    assert datetime.fromisoformat(told["policy"]["told_at"]) == story.at(story.ISSUED)
    assert told["debt"]["recorded_then"] == told["debt"]["rebuilt_for_then"] == str(debt.debt)
    assert [line["open"] for line in told["debt"]["lines"]] == ["731.40", "482.72"], "as it was, not as it is"
    taken = Decision.objects.filter(invoice=debt.invoice).exclude(action="suspend").order_by("pk")
    assert [one["stage"] for one in told["notices"]] == [one.stage for one in taken]
    assert [one["letter"]["message_id"] for one in told["notices"]] == [one.message.message_id for one in taken]
    assert told["notices"][-1]["suspend_on"] == str(story.SUSPEND)
    assert told["approvals"]["given"] == [{"by": str(book.people["owner"]), "at": proposal.approved_at.isoformat()}]
    calls = AccessAttempt.objects.filter(change=row.opened_by, subscription=row.subscription)
    assert [one["request_id"] for one in told["provider"]["calls"]] == [str(one.request_id) for one in calls]
    assert told["told"]["message_id"] == row.opened_by.letter.message_id
    assert told["times"]["read_back_at"] == row.confirmed_at.isoformat()
    assert [one["amount"] for one in told["end"]["payments"]] == ["100.00", "631.40", "482.72"]
    assert (told["end"]["why"], told["end"]["minutes"]) == ("cured", 4)
    assert told["end"]["told"]["message_id"] == row.lifted_by.letter.message_id


def test_all_of_it_holds_and_says_so(told):
    assert set(told["checks"]) == set(CHECKS)
    assert told["checks"] == dict.fromkeys(CHECKS, True)
    assert told["decision"]["decided_again"]["same"] is True
    times = told["times"]
    assert times["earliest_permitted_at"] <= times["last_look_at"] == times["began_at"]


def test_it_is_the_same_each_time_and_costs_no_more_for_more_lines(book, told):
    rows = list(Suspension.objects.select_related(*RELATED).filter(customer=book.lanhai).order_by("pk"))
    assert fingerprint(prove(rows[0])) == fingerprint(told)
    with CaptureQueriesContext(connection) as seen:
        prove(rows[0])
    assert len(seen) <= 45, len(seen)


def test_a_forged_delivery_is_seen(book):
    """Verify finds it in the whole book; the proof of that one suspension doesn't claim what isn't there."""
    book.chase()
    assert broken(judged()) == {}
    final = Decision.objects.get(invoice__customer=book.mingyue, stage="final")
    damage(
        "UPDATE customers_message SET delivered_at = NULL, seen_at = NULL WHERE id = %s",
        final.message_id,
        table="customers_message",
    )
    [bundle] = proved(book.mingyue)
    assert bundle["checks"]["a_dated_notice_had_reached_them"] is True, "the reminder had named the day too"
    assert bundle["checks"]["the_rule_asked_again_for_then_says_suspend"] is False


def test_staff_download_it_as_page_data_and_paper(book, told, client):
    row = Suspension.objects.filter(customer=book.lanhai).order_by("pk")[0]
    client.force_login(book.people["viewer"])
    page = client.get(f"/collections/suspensions/{row.pk}/proof/")
    assert page.status_code == 200
    text = page.content.decode()
    assert told["provider"]["calls"][0]["request_id"] in text and fingerprint(told) in text
    assert f"/collections/suspensions/{row.pk}/proof/" in client.get(f"/customers/{book.lanhai.pk}/").content.decode()
    proposal = client.get(f"/collections/proposals/{proposal_for(book.lanhai).pk}/").content.decode()
    assert f"/collections/suspensions/{row.pk}/proof/" in proposal

    data = client.get(f"/collections/suspensions/{row.pk}/proof.json")
    assert json.loads(data.content) == told
    assert data["Content-Type"] == "application/json" and data["X-Content-Type-Options"] == "nosniff"

    paper = client.get(f"/collections/suspensions/{row.pk}/proof.pdf")
    assert paper["Content-Type"] == "application/pdf"
    words = " ".join("".join(one.extract_text() for one in PdfReader(BytesIO(paper.content)).pages).split())
    for section in sections(told):
        assert section["title"] in words
    assert told["provider"]["calls"][0]["request_id"] in words.replace(" ", "") or "request" in words


def test_a_live_suspension_has_its_proof_too(book):
    book.chase()
    [bundle] = proved(book.mingyue)
    assert bundle["end"] is None
    with clock.standing_at(story.at("2026-07-02")):
        assert all(section["rows"] for section in sections(bundle))
