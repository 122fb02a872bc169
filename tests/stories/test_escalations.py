"""A case that only 21Vianet can settle: prepared through the gate, filed, asked after, answered, and told each time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from customers.models import Message, TimelineEntry
from disputes.escalating import answered, file, mailed, prepare, remind, withdraw
from disputes.gating import NotReady
from disputes.models import CommonCause, Dispute, Escalation
from disputes.questioning import question
from disputes.refusing import NotOpen
from disputes.resolving import answer
from tests import story, witness

ASKED, TAKEN, FILED = story.at("2026-06-16"), story.at("2026-06-17", "10:00"), story.at("2026-06-17", "15:00")
# Three business days on: the 19th is the Dragon Boat Festival.
ASK_AT = story.at("2026-06-23", "15:00")
ANSWERED = story.at("2026-06-24", "11:00")
WORDS = {
    "tried": "Compared the bill with the order log; the decrease of 9 May is confirmed there.",
    "why": ["tools"],
    "why_text": "We have no tool that changes a line of 21Vianet’s bill.",
    "asked_for": "Credit four seats of Visio Plan 2 on bill 2026-04.",
}


@pytest.fixture
def wang(small):
    """The person at Lanhai who pays the bills."""
    return story.customer_person(small.lanhai, "wang@lanhai.cn")


@pytest.fixture
def case(small, wang) -> Dispute:
    """Lanhai's question about its second line."""
    return ask(small.lanhai, wang, 2)


def ask(customer, by, *positions: int) -> Dispute:
    invoice = customer.invoices.get()
    amounts = {line.pk: line.open for line in invoice.lines.filter(position__in=positions)}
    return question(invoice, amounts, reason="quantity", text="Four seats left in March.", by=by, now=ASKED)


def take_up(subject, by, **changes) -> Escalation:
    return prepare(subject, **{**WORDS, "no_evidence": True, "by": by, "now": TAKEN, **changes})


def filed(subject, by, reference: str = "21V-778812") -> Escalation:
    one = take_up(subject, by)
    return file(one.pk, reference=reference, by=by, now=FILED)


def turns(customer) -> list[str]:
    """The turns this customer was told by letter, oldest first."""
    letters = Message.objects.filter(customer=customer, letter="case_turn").order_by("queued_at", "pk")
    return [letter.values["turn"] for letter in letters]


def codes(customer) -> list[str]:
    """What the customer's shared timeline says of 21Vianet."""
    rows = TimelineEntry.objects.filter(customer=customer, code__startswith="escalation_", shared=True)
    return [row.code for row in rows.order_by("at", "pk")]


def test_nothing_is_prepared_before_the_gate_is_passed(small, case, people):
    with pytest.raises(NotReady) as missing:
        prepare(case, tried=" ", why=[], why_text="", asked_for="", by=people["billing"], now=TAKEN, tell=False)
    assert set(missing.value.faults) == {"no_evidence", "tried", "why", "asked_for", "tell"}
    with pytest.raises(NotReady) as missing:
        take_up(case, people["billing"], why=["money"], no_evidence=False)
    assert set(missing.value.faults) == {"no_evidence", "why"}
    assert not Escalation.objects.exists()
    assert turns(small.lanhai) == []


def test_a_case_taken_up_and_filed_waits_for_21vianet_and_its_customer_knows(small, case, people, mail_dir):
    one = take_up(case, people["billing"])
    case.refresh_from_db()
    assert (case.status, case.next_action) == ("investigating", Dispute.Next.FILE_PACK)
    one = file(one.pk, reference=" 21V-778812 ", by=people["help_desk"], now=FILED)
    case.refresh_from_db()
    assert (one.reference, one.filed_by, one.filed_at) == ("21V-778812", people["help_desk"], FILED)
    assert (case.status, case.waiting_since, case.next_action) == (
        "waiting_provider",
        FILED,
        Dispute.Next.ASK_PROVIDER,
    )
    assert case.next_at == one.remind_at == ASK_AT
    story.settle_all(FILED)
    assert turns(small.lanhai) == ["taken_up", "filed"]
    assert codes(small.lanhai) == ["escalation_taken_up", "escalation_filed"]
    letter = [mail for mail in witness.mails(mail_dir) if "lanhai" in mail["X-RcptTo"]][-1]
    assert "under reference 21V-778812" in witness.text_of(letter)
    assert "¥482.72" in witness.text_of(letter), "what stays frozen: four seats of Visio with tax"


def test_a_second_click_is_the_same_deed(small, case, people):
    by = people["billing"]
    assert take_up(case, by).pk == take_up(case, by).pk
    one = filed(case, by)
    assert file(one.pk, reference="21V-778812", by=by, now=FILED).pk == one.pk
    with pytest.raises(NotOpen):
        file(one.pk, reference="21V-9", by=by, now=FILED)
    remind(one.pk, by=by, now=ASK_AT, seen=ASK_AT)
    remind(one.pk, by=by, now=ASK_AT, seen=ASK_AT)
    for _ in range(2):
        answered(one.pk, result="refused", text="Billed as ordered.", by=by, now=ANSWERED)
    assert turns(small.lanhai) == ["taken_up", "filed", "reminded", "answered"]


def test_a_reference_belongs_to_one_case_of_the_partner(small, case, people, wang):
    filed(case, people["billing"])
    other = ask(small.mingyue, story.customer_person(small.mingyue, "m@mingyue.cn"), 1)
    second = take_up(other, people["billing"])
    for reference, word in (("21v-778812", case.number), ("   ", "Enter"), ("x" * 81, "80"), ("a\u202eb", "seen")):
        with pytest.raises(NotReady) as no:
            file(second.pk, reference=reference, by=people["billing"], now=FILED)
        assert word in str(no.value.faults["reference"])
    assert file(second.pk, reference="21V-778813", by=people["billing"], now=FILED).reference == "21V-778813"


def test_21vianet_is_asked_again_after_as_many_business_days(small, case, people):
    one = filed(case, people["billing"])
    one = remind(one.pk, by=people["billing"], now=ASK_AT)
    case.refresh_from_db()
    assert one.remind_at == case.next_at == story.at("2026-06-26", "15:00")
    assert case.status == "waiting_provider"


def test_an_accepted_escalation_ends_in_a_credit_that_the_customer_is_told_of(small, case, people, mail_dir):
    by = people["billing"]
    one = filed(case, by)
    answered(one.pk, result="accepted", text="4 seats credited.", words="Your order counts.", by=by, now=ANSWERED)
    case.refresh_from_db()
    assert (case.status, case.waiting_since, case.next_action) == ("investigating", None, Dispute.Next.ANSWER)
    assert [entry.kind for entry in case.entries.all()] == ["provider"]
    story.settle_all(ANSWERED)
    letter = [mail for mail in witness.mails(mail_dir) if "lanhai" in mail["X-RcptTo"]][-1]
    assert "21Vianet accepts what we asked for" in witness.text_of(letter)
    assert "Your order counts." in witness.text_of(letter)
    assert "4 seats credited." not in witness.text_of(letter), "21Vianet's own words stay with us"
    now = ANSWERED + timedelta(hours=1)
    decided = answer(case.pk, outcome="upheld", text="You are right.", by=by, now=now)
    story.settle_all(now)
    assert decided.credit_note.total == Decimal("482.72")
    assert witness.letters(mail_dir, "lanhai")[-2:] == ["credit_note", "answer"]


def test_a_refused_escalation_ends_in_a_rejection(small, case, people, mail_dir):
    by = people["billing"]
    answered(filed(case, by).pk, result="refused", text="Billed as ordered.", by=by, now=ANSWERED)
    decided = answer(case.pk, outcome="rejected", text="21Vianet billed what was ordered.", by=by, now=ANSWERED)
    story.settle_all(ANSWERED)
    assert decided.credit_note is None
    assert turns(small.lanhai) == ["taken_up", "filed", "answered"]
    assert witness.letters(mail_dir, "lanhai")[-1] == "answer"


def test_an_answer_by_mail_waits_for_a_person_before_the_customer_hears_of_it(small, case, people):
    one = filed(case, people["billing"])
    entry = mailed(one, "We credit four seats.", "> your pack", "support@21vianet.example", ANSWERED, ())
    case.refresh_from_db()
    assert (entry.kind, entry.dispute, entry.by, entry.from_email) == (
        "provider",
        case,
        None,
        "support@21vianet.example",
    )
    assert (case.status, case.next_action) == ("waiting_provider", Dispute.Next.READ_PROVIDER)
    assert case.next_at == story.at("2026-06-25", "18:00")
    assert turns(small.lanhai) == ["taken_up", "filed"]
    answered(one.pk, result="accepted", text="We credit four seats.", by=people["billing"], now=ANSWERED)
    assert case.entries.filter(kind="provider").count() == 1, "the mail is the answer; it isn't kept twice"
    assert turns(small.lanhai) == ["taken_up", "filed", "answered"]


def test_an_escalation_that_is_let_go_is_ours_again(small, case, people):
    one = filed(case, people["billing"])
    withdraw(one.pk, why="The customer found the order.", by=people["billing"], now=ANSWERED)
    case.refresh_from_db()
    assert (case.status, case.next_action) == ("investigating", Dispute.Next.ANSWER)
    assert turns(small.lanhai) == ["taken_up", "filed", "withdrawn"]
    with pytest.raises(NotOpen):
        remind(one.pk, by=people["billing"], now=ANSWERED)
    take_up(case, people["billing"], asked_for="Something quite different.")
    assert turns(small.lanhai) == ["taken_up", "filed", "withdrawn"], "they know already that we take it up"


def test_a_case_decided_meanwhile_keeps_its_answer(small, case, people):
    by = people["billing"]
    one = filed(case, by)
    answer(case.pk, outcome="upheld", text="You are right.", by=by, now=FILED)
    one.refresh_from_db()
    assert (one.withdrawn_at, one.reference, one.to_call_off) == (FILED, "21V-778812", True)
    answered(one.pk, result="refused", text="No.", by=by, now=ANSWERED)
    case.refresh_from_db()
    assert (case.outcome, case.status, case.next_action) == ("upheld", "decided", Dispute.Next.ARRIVAL)
    with pytest.raises(NotOpen):
        take_up(case, by)


def test_only_who_may_answer_cases_may_take_them_up(small, case, people, bohai):
    for nobody in (people["viewer"], people["sales"], story.people_of(bohai)["owner"]):
        with pytest.raises(PermissionError):
            take_up(case, nobody)


@pytest.fixture
def cause(hanhai, people, mail_dir) -> CommonCause:
    """Three customers who were billed Visio seats that they had given back."""
    names = ("Lanhai Trading", "Mingyue Logistics", "Qinghe Foods")
    story.import_book(hanhai, [story.company(name) for name in names])
    story.issue_all(hanhai)
    made = CommonCause.objects.create(
        partner=hanhai,
        number="CC-1",
        title="Seats given back in March",
        owner=people["owner"],
        opened_by=people["owner"],
        opened_at=ASKED,
    )
    for number, name in enumerate(names):
        customer = story.customer_named(hanhai, name)
        one = ask(customer, story.customer_person(customer, f"p{number}@customer.example"), 1)
        Dispute.objects.filter(pk=one.pk).update(cause=made)
    return made


def test_one_pack_for_three_customers_tells_each_of_their_own_case(cause, people, mail_dir):
    by = people["billing"]
    one = filed(cause, by)
    cases = list(cause.cases.order_by("pk"))
    assert {case.status for case in cases} == {"waiting_provider"}
    assert {case.next_at for case in cases} == {ASK_AT}
    with pytest.raises(NotReady) as no:
        answered(one.pk, result="partly", text="Half.", words="Lanhai Trading is right.", by=by, now=ANSWERED)
    assert "Lanhai Trading" in str(no.value.faults["words"])
    answered(one.pk, result="partly", text="Half of it, see Qinghe Foods.", words="Half of it.", by=by, now=ANSWERED)
    story.settle_all(ANSWERED)
    for case in cases:
        assert turns(case.customer) == ["taken_up", "filed", "answered"]
        mails = [witness.text_of(one) for one in witness.mails(mail_dir) if one["X-RcptTo"] == _address(case)]
        assert len([text for text in mails if "21V-778812" in text]) == 2
        for other in cases:
            strange = [
                text for text in mails if other != case and (other.number in text or other.customer.name in text)
            ]
            assert strange == [], f"a letter to {case.customer} speaks of {other.customer}"
    assert {case.status for case in cause.cases.all()} == {"investigating"}


def _address(case: Dispute) -> str:
    return case.customer.contacts.get(role="billing").email


def test_a_case_is_taken_up_once_alone_or_with_its_cause(cause, people):
    filed(cause, people["billing"])
    with pytest.raises(NotOpen):
        take_up(cause.cases.first(), people["billing"])
