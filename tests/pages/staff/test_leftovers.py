"""Statements by a switch, credit notes with what is left, files of runs and of the worklist."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.checking_out import offered_by
from billing.models import CreditNote, ReceivablesSetting, Refund
from billing.models.settings import choices_of
from customers.models import Partner
from dunning.correcting import credit_invoice
from tests import story

from .conftest import lanhai, text_of

DAY = story.ISSUED


@pytest.fixture
def note(small_book, people) -> CreditNote:
    """A credit note over 10.00 of an invoice that is paid already, so nothing of it finds a debt."""
    customer = lanhai(small_book)
    invoice = customer.invoices.get()
    story.pay(customer, invoice.total, story.at(DAY), settled=False)
    line = invoice.lines.earliest("position")
    return credit_invoice(
        invoice,
        {line.pk: Decimal("10.00")},
        why="goodwill",
        reason="kindness",
        seen=0,
        by=people["owner"],
        now=story.at(DAY, "13:00"),
    )


def test_credits_and_paying_online_are_chosen_once_and_kept_as_history(hanhai, people, sit_down):
    owner = sit_down(people["owner"], DAY)
    assert "Credits and paying online" in text_of(owner.get("/settings/"))
    assert owner.post("/settings/receivables/", {"credits": "on"}).status_code == 422
    for said in ("Saved", "Nothing was changed"):
        answer = owner.post("/settings/receivables/", {"credits": "off", "online": "off"}, follow=True)
        assert said in text_of(answer)
    chosen = choices_of(hanhai)
    assert (chosen.credits_meet_others, chosen.online_payment, chosen.set_by) == (False, False, people["owner"])
    owner.post("/settings/receivables/", {"credits": "on", "online": "off"})
    assert ReceivablesSetting.objects.count() == 2 and not offered_by(hanhai)
    assert sit_down(people["viewer"], DAY).get("/settings/receivables/").status_code == 403


def test_statements_are_switched_on_by_whoever_issues_and_once(hanhai, people, sit_down):
    billing = sit_down(people["billing"], DAY)
    assert "Statements of account" in text_of(billing.get("/settings/"))
    assert billing.post("/settings/statements/", {"monthly": "maybe"}).status_code == 422
    said = [text_of(billing.post("/settings/statements/", {"monthly": "on"}, follow=True)) for _ in range(2)]
    assert "Saved" in said[0] and "Nothing was changed" in said[1]
    assert Partner.objects.get(pk=hanhai.pk).monthly_statement
    assert sit_down(people["viewer"], DAY).get("/settings/statements/").status_code == 403


def test_what_is_left_of_a_credit_note_is_sent_back_from_the_list(note, people, sit_down):
    billing = sit_down(people["billing"], DAY)
    page = billing.get("/credit-notes/?show=left")
    assert note.number in text_of(page) and f"/credit-notes/{note.pk}/refund/" in page.content.decode()
    form = {"amount": "10", "refunded_on": DAY.isoformat(), "reference": "R1", "reason": "asked for"}
    billing.post(f"/credit-notes/{note.pk}/refund/", form, follow=True)
    assert Refund.objects.get().credit_note == note
    assert note.number not in text_of(billing.get("/credit-notes/?show=left"))
    assert note.number in text_of(billing.get("/credit-notes/"))
    file = b"".join(billing.get("/credit-notes/?export=csv").streaming_content).decode()
    assert note.number in file and "0.00" in file
    assert "Send back" not in text_of(sit_down(people["viewer"], DAY).get("/credit-notes/"))


def test_runs_and_the_worklist_leave_as_files(proposed, people, sit_down):
    desk = sit_down(people["collections"], story.SUSPEND)
    runs = b"".join(desk.get("/collections/?export=csv").streaming_content).decode()
    assert len(runs.strip().splitlines()) == 5, "a head and four runs"
    deeds = b"".join(desk.get("/worklist/?export=csv&show=approve").streaming_content).decode()
    assert "Lanhai Trading" in deeds and len(deeds.strip().splitlines()) >= 2
    assert desk.get("/worklist/?export=xlsx").status_code == 200


def test_the_counts_beside_the_places_follow_the_book_within_the_same_day(proposed, people, sit_down):
    desk = sit_down(people["owner"], story.SUSPEND)
    before = desk.get("/worklist/").context["all"]
    proposed.customer.contacts.update(role="technical")
    assert desk.get("/worklist/").context["all"] == before + 1
    assert desk.at(story.SUSPEND, "19:30").get("/worklist/").context["all"] == before + 1
