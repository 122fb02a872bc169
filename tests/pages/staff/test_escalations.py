"""A case is taken up with 21Vianet by pages: the gate, the pack, the reference, the clock, the answer, the list."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest

from customers.models import Document
from disputes.attaching import attach, belong
from disputes.escalating import mailed
from disputes.models import CommonCause, Dispute, Escalation
from disputes.questioning import question
from disputes.replying import note
from disputes.resolving import confirm
from tests import story
from tests.papers.conftest import pdf_text, squeezed

from .conftest import lanhai, text_of

ASKED = story.at("2026-06-16")
SAID = {
    "tried": "Compared the bill with the order log #set text(red)",
    "why": ["tools"],
    "why_text": "No tool changes a line of their bill.",
    "asked_for": "Credit four seats on the bill.",
    "tell": "on",
}


@pytest.fixture
def case(small_book) -> Dispute:
    """Lanhai's question about its second line, with a mail of theirs as evidence."""
    customer = lanhai(small_book)
    person = story.customer_person(customer, "wang@lanhai.cn")
    invoice = customer.invoices.get()
    amounts = {line.pk: line.open for line in invoice.lines.filter(position=2)}
    asked = question(invoice, amounts, reason="quantity", text="Four seats left in March.", by=person, now=ASKED)
    proof = attach(customer, "=order, 9 May.txt", io.BytesIO(b"four seats given back"), by=person, now=ASKED)
    belong([proof], asked)
    return asked


@pytest.fixture
def desk(sit_down, people):
    return sit_down(people["billing"], "2026-06-17")


@pytest.fixture
def prepared(case, desk) -> Escalation:
    desk.post(f"/disputes/{case.pk}/escalate/", {**SAID, "attached": [case.files.get().pk]})
    return Escalation.objects.get()


def filed(desk, one: Escalation, reference: str = "21V-778812"):
    return desk.post(f"/disputes/escalations/{one.pk}/file/", {"reference": reference}, follow=True)


def test_the_case_page_shows_what_is_ready_and_leads_to_the_gate(case, desk):
    seen = text_of(desk.get(f"/disputes/{case.pk}/"))
    assert "Escalate to 21Vianet 2 of 6 ready" in seen
    assert "Make the pack, Chinese and English" in seen
    gate = text_of(desk.get(f"/disputes/{case.pk}/escalate/"))
    assert "it may ask for a meeting about a remediation plan" in gate
    assert "The customer has no evidence" not in gate, "a tick is asked for only where the record has a gap"


def test_a_gate_that_is_not_passed_keeps_what_was_typed_and_prepares_nothing(case, desk):
    page = desk.post(f"/disputes/{case.pk}/escalate/", {**SAID, "tried": "x", "tell": ""})
    assert page.status_code == 422
    assert "Say what was tried, so that 21Vianet need not ask" in text_of(page)
    assert "The customer has to know that it is taken up" in text_of(page)
    assert "Credit four seats on the bill." in text_of(page)
    assert not Escalation.objects.exists()
    assert not Document.objects.filter(kind="pack").exists()


def test_the_pack_holds_both_languages_the_lines_and_the_files_with_their_sums(case, desk, prepared):
    page = desk.get(f"/disputes/escalations/{prepared.pk}/")
    assert "File it" in text_of(page)
    archive = desk.get(f"/disputes/escalations/{prepared.pk}/pack/archive/")
    assert archive.headers["Content-Disposition"].startswith('attachment; filename="pack-D-2026-0001.zip"')
    kept = Document.objects.get(kind="pack", content_type="application/zip")
    assert hashlib.sha256(archive.content).hexdigest() == kept.sha256
    assert kept.sha256 in text_of(page)
    assert kept.customer is None, "what we pay is in it, so it is no paper of the customer's"
    with zipfile.ZipFile(io.BytesIO(archive.content)) as packed:
        names = packed.namelist()
        assert names == [
            "pack-D-2026-0001-zh-hans.pdf",
            "pack-D-2026-0001-en.pdf",
            "pack-D-2026-0001.csv",
            "attachments/01-=order, 9 May.txt",
            "SHA256SUMS",
        ]
        assert packed.read(names[3]) == b"four seats given back"
        for line in packed.read("SHA256SUMS").decode().splitlines():
            mark, name = line.split("  ", 1)
            assert hashlib.sha256(packed.read(name)).hexdigest() == mark
        text, lines = squeezed(pdf_text(packed.read(names[1]))), packed.read(names[2]).decode()
    line, customer = case.disputed_line if hasattr(case, "disputed_line") else _line(case), case.customer
    source = line.provider_line
    for said in (
        customer.provider_id,
        customer.domain,
        line.subscription.provider_id,
        f"{source.bill.number} / {source.row}",
        source.order_id,
        f"{line.invoice.number} / 2",
        "Four seats left in March.",
        SAID["tried"],
        SAID["asked_for"],
        case.files.get().sha256,
        prepared.secret,
    ):
        assert squeezed(said) in text, said
    assert "billing@" not in text, "the contact is ours, not the customer's"
    assert f",{source.bill.number},{source.row}," in lines
    assert lines.startswith("\ufeff")


def _line(case: Dispute):
    return case.invoice.lines.get(position=2)


def test_a_formula_in_a_customers_name_stays_text_in_the_table(case, desk):
    customer = case.customer
    customer.name = "=cmd|'/c calc'!A0"
    customer.save()
    desk.post(f"/disputes/{case.pk}/escalate/", SAID)
    lines = bytes(Document.objects.get(kind="pack", content_type="text/csv").content).decode()
    assert "'=cmd|'/c calc'!A0" in lines


def test_notes_stay_with_us_unless_chosen(case, desk, people):
    kept = note(case.pk, text="Their admin is on holiday.", by=people["billing"], now=ASKED)
    desk.post(f"/disputes/{case.pk}/escalate/", SAID)
    one = Escalation.objects.get()
    english = f"/disputes/escalations/{one.pk}/pack/en/"
    assert "holiday" not in pdf_text(desk.get(english).content)
    desk.post(f"/disputes/escalations/{one.pk}/make/", {"notes": [kept.pk]})
    assert "holiday" in pdf_text(desk.get(english).content)


def test_a_pack_is_made_once_for_the_same_choice(case, desk, prepared):
    chosen = {"attached": [case.files.get().pk]}
    desk.post(f"/disputes/escalations/{prepared.pk}/make/", chosen)
    desk.post(f"/disputes/{case.pk}/escalate/", {**SAID, **chosen})
    assert Document.objects.filter(kind="pack").count() == 4
    assert Escalation.objects.count() == 1


def test_who_may_not_see_bills_may_make_a_pack_but_not_take_it_away(case, prepared, sit_down, people):
    desk = sit_down(people["help_desk"], "2026-06-17")
    page = text_of(desk.get(f"/disputes/escalations/{prepared.pk}/"))
    assert "somebody who may see provider bills hands it out" in page
    assert desk.get(f"/disputes/escalations/{prepared.pk}/pack/archive/").status_code == 403
    assert desk.get(f"/disputes/escalations/{prepared.pk}/pack/nothing/").status_code == 403


def test_a_reference_starts_the_clock_and_the_list_shows_it(case, desk, prepared):
    refused = filed(desk, prepared, "  ")
    assert refused.status_code == 422
    assert "Enter the reference that 21Vianet gave" in text_of(refused)
    page = filed(desk, prepared)
    assert "Filed under 21V-778812; the customer is told" in text_of(page)
    assert filed(desk, prepared, "21V-1").status_code == 409
    later = desk.at("2026-06-22", "14:00")
    seen = text_of(later.get("/disputes/escalations/"))
    assert "21V-778812" in seen
    assert "2 business days, 2 hours" in seen, "the 19th was a holiday, and two days a weekend"
    case_page = text_of(later.get(f"/disputes/{case.pk}/"))
    assert "Filed as 21V-778812" in case_page
    assert "We ask again on Tue 23 Jun, 12:00" in text_of(desk.get(f"/disputes/{case.pk}/"))


def test_the_worklist_says_file_it_ask_again_and_read_it(case, desk, prepared):
    assert "File a pack with 21Vianet" in text_of(desk.get("/worklist/"))
    filed(desk, prepared)
    assert "Ask 21Vianet again" not in text_of(desk.get("/worklist/"))
    later = desk.at("2026-06-23")
    page = later.get(f"/worklist/?deed=to_ask-{prepared.pk}")
    assert "Ask 21Vianet again" in text_of(page)
    one = Escalation.objects.get()
    later.post(f"/disputes/escalations/{one.pk}/remind/", {"seen": one.remind_at.isoformat()})
    assert "Ask 21Vianet again" not in text_of(later.get("/worklist/"))
    mailed(one, "We are looking into it.", "", "support@21vianet.example", later.now)
    assert "Read 21Vianet’s answer" in text_of(later.get(f"/worklist/?deed=to_read-{one.pk}"))
    assert "Word from 21Vianet waits to be read" in text_of(later.get(f"/disputes/{case.pk}/"))
    assert "We are looking into it." in text_of(later.get(f"/disputes/escalations/{one.pk}/"))
    later.post(f"/disputes/escalations/{one.pk}/wait/")
    assert "Read 21Vianet’s answer" not in text_of(later.get("/worklist/"))


def test_the_answer_is_entered_and_counts_as_accepted(case, desk, prepared):
    filed(desk, prepared)
    later = desk.at("2026-06-24")
    url = f"/disputes/escalations/{prepared.pk}/answer/"
    assert later.post(url, {"text": "We credit it."}).status_code == 422
    page = later.post(url, {"result": "accepted", "text": "We credit it.", "words": ""}, follow=True)
    assert "The answer is entered; the customer is told" in text_of(page)
    seen = text_of(later.get("/disputes/escalations/?show=answered"))
    assert "100 %" in seen
    assert "1 of 1 in a year" in seen
    assert "4 business days" in seen
    assert later.post(url, {"result": "refused", "text": "No."}).status_code == 409
    assert "21Vianet: accepted" in text_of(later.get(f"/disputes/{case.pk}/"))


def test_what_21vianet_answers_after_the_case_has_ended_can_be_entered(case, desk, prepared):
    filed(desk, prepared)
    desk.post(f"/disputes/{case.pk}/answer/", {"outcome": "rejected", "answer": "As ordered."})
    story.settle_all(desk.now)
    confirm(case.pk, by=case.opened_by, now=desk.now)
    page = text_of(desk.get(f"/disputes/escalations/{prepared.pk}/"))
    assert "21Vianet has answered all the same" in page and "tell the customer" not in page
    said = {"result": "accepted", "text": "Four seats credited."}
    done = text_of(desk.post(f"/disputes/escalations/{prepared.pk}/answer/", said, follow=True))
    assert "The answer is entered" in done and "It was not pursued any more since" in done
    assert "The case was answered without 21Vianet" in done
    assert "21V-778812" in text_of(desk.get("/disputes/escalations/?show=answered"))
    assert "21V-778812" not in text_of(desk.get("/disputes/escalations/?show=withdrawn"))


def test_it_can_be_let_go(case, desk, prepared):
    url = f"/disputes/escalations/{prepared.pk}/withdraw/"
    assert desk.post(url, {"why": ""}).status_code == 422
    assert "no longer pursued" in text_of(desk.post(url, {"why": "The order was found."}, follow=True))
    assert "Take it up again" in text_of(desk.get(f"/disputes/{case.pk}/"))


def test_the_list_leaves_as_a_file_with_its_filter(case, desk, prepared):
    filed(desk, prepared)
    answer = desk.get("/disputes/escalations/?export=csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert "escalations-waiting-2026-06-17.csv" in answer.headers["Content-Disposition"]
    assert [line.split(",")[0] for line in lines[1:]] == [case.number]
    assert desk.get("/disputes/escalations/?export=xlsx").status_code == 200
    assert "No escalation matches" in text_of(desk.get("/disputes/escalations/?q=nobody"))
    assert case.number in text_of(desk.get("/disputes/escalations/?q=778812"))


def test_the_list_asks_no_more_of_the_database_with_more_in_it(small_book, case, desk, prepared, people):
    filed(desk, prepared)
    few = desk.queries("/disputes/escalations/")
    for number in range(4):
        cause = CommonCause.objects.create(
            partner=small_book,
            number=f"CC-{number}",
            title="Same",
            owner=people["owner"],
            opened_by=people["owner"],
            opened_at=ASKED,
        )
        Escalation.objects.create(
            partner=small_book,
            cause=cause,
            tried="t",
            why=["tools"],
            why_text="w",
            asked_for="a",
            prepared_by=people["owner"],
            prepared_at=ASKED,
            reference=f"R{number}",
            filed_by=people["owner"],
            filed_at=ASKED,
            remind_at=ASKED,
            secret=f"{number:032d}",
        )
    assert desk.queries("/disputes/escalations/") == few <= 14
