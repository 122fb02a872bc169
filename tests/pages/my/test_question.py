"""Does a question freeze exactly what was chosen, once, and only for whom it may?"""

import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from billing.models import DisputedAmount
from disputes.models import Dispute
from tests import story

from .conftest import explained, heading_of, invoice_of, line, question_data, text_of

NOTHING = Decimal(0)


def address(customer) -> str:
    return f"/my/invoices/{invoice_of(customer).pk}/question/"


@pytest.fixture
def lanhai(warned):
    return warned.lanhai


@pytest.fixture
def visitor(lanhai, sign_in):
    return sign_in(lanhai, "2026-06-25")


def test_an_amount_freezes_exactly_that_amount_and_the_rest_keeps_its_dates(lanhai, visitor):
    before = explained(lanhai, visitor.now)
    answer = visitor.post(address(lanhai), question_data(invoice_of(lanhai), Visio_Plan_2="100.00"))
    dispute = Dispute.objects.get()
    assert answer.status_code == 302 and answer.url == f"/my/cases/{dispute.pk}/taken/"
    frozen = DisputedAmount.objects.get()
    assert (frozen.line.description, frozen.amount, frozen.opened_at) == (
        "Visio Plan 2",
        Decimal("100.00"),
        visitor.now,
    )
    after = explained(lanhai, visitor.now)
    assert after.decision.undisputed == before.decision.undisputed - Decimal("100.00")
    assert after.decision.schedule[0].at == before.decision.schedule[0].at


def test_fewer_seats_freeze_their_share_of_the_line_with_tax(lanhai, visitor):
    pk = line(invoice_of(lanhai), "Office 365 E3").pk
    data = {
        f"line_{pk}": "on",
        f"how_{pk}": "seats",
        f"seats_{pk}": "7",
        "reason": "quantity",
        "text": "Seven.",
    }
    visitor.post(address(lanhai), data)
    assert DisputedAmount.objects.get().amount == Decimal("219.42")


def test_the_seats_they_ordered_are_kept_with_the_line_whichever_step_asked(lanhai, visitor):
    invoice = invoice_of(lanhai)
    e3, visio = line(invoice, "Office 365 E3").pk, line(invoice, "Visio Plan 2").pk
    data = {f"line_{e3}": "on", f"how_{e3}": "seats", f"seats_{e3}": "7", f"line_{visio}": "on", f"how_{visio}": "all"}
    asked = visitor.post(address(lanhai), data | {"go": "2"}, follow=True)
    assert f"ev_quantity_seats_{visio}" in asked.content.decode() and f"seats_{e3}" not in text_of(asked)
    data |= {"reason": "quantity", "text": "Fewer.", f"ev_quantity_seats_{visio}": "many"}
    refused = visitor.post(address(lanhai), data)
    assert refused.status_code == 422 and "“many” is not a number of seats" in text_of(refused)
    visitor.post(address(lanhai), data | {f"ev_quantity_seats_{visio}": "2"})
    assert dict(Dispute.objects.get().lines.values_list("line", "ordered")) == {e3: 7, visio: 2}


def test_all_of_a_line_freezes_what_is_open_of_it(lanhai, visitor):
    story.pay(lanhai, "1000.00", visitor.now)
    visitor.post(address(lanhai), question_data(invoice_of(lanhai), Visio_Plan_2="all"))
    assert DisputedAmount.objects.get().amount == Decimal("214.12")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("482.73", "“482.73” is more than the ¥482.72 that is open and not yet questioned."),
        ("1e3", "“1e3” is not an amount. Write it like 1,000.00."),
        ("100.001", "“100.001” has more than 2 decimals."),
        ("0", "“0” is nothing."),
        ("-5", "“-5” is not an amount."),
        ("١٠٠", "“١٠٠” is not an amount."),
        ("9" * 40, "is not an amount."),
        ("", "Write the amount you think is wrong."),
    ],
)
def test_a_bad_amount_is_refused_and_what_was_typed_stays(lanhai, visitor, typed, said):
    answer = visitor.post(address(lanhai), question_data(invoice_of(lanhai), Visio_Plan_2=typed))
    assert answer.status_code == 422
    assert said in text_of(answer)
    body = answer.content.decode()
    assert f'value="{typed}"' in body
    assert "We ordered fewer of these." in body
    assert not Dispute.objects.exists()


def test_an_amount_may_be_written_with_thousands(lanhai, visitor):
    story.pay(lanhai, "0.01", visitor.now)
    data = question_data(invoice_of(lanhai), Office_365_E3="0,100.00")
    assert visitor.post(address(lanhai), data).status_code == 302
    assert DisputedAmount.objects.get().amount == Decimal("100.00")


def test_what_is_questioned_already_cannot_be_questioned_again(lanhai, visitor):
    visitor.post(address(lanhai), question_data(invoice_of(lanhai), Visio_Plan_2="400.00"))
    data = question_data(invoice_of(lanhai), Visio_Plan_2="400.00") | {"text": "Once more."}
    answer = visitor.post(address(lanhai), data)
    assert answer.status_code == 422
    assert "is more than the ¥82.72 that is open and not yet questioned" in text_of(answer)
    assert DisputedAmount.objects.count() == 1


@pytest.mark.parametrize("amount", ["100.00", "all"])
def test_a_double_click_is_one_case(lanhai, visitor, amount):
    data = question_data(invoice_of(lanhai), Visio_Plan_2=amount)
    first, second = visitor.post(address(lanhai), data), visitor.post(address(lanhai), data)
    assert first.url == second.url
    assert Dispute.objects.count() == DisputedAmount.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": "  "}, "Say in a sentence what is wrong."),
        ({"text": "x" * 4001}, "Too long: at most 4000 characters."),
        ({"reason": "revenge"}, "Choose what is wrong."),
        ({"reason": ""}, "Choose what is wrong."),
    ],
)
def test_a_question_without_reason_or_words_is_refused(lanhai, visitor, change, said):
    answer = visitor.post(address(lanhai), question_data(invoice_of(lanhai), Visio_Plan_2="100.00") | change)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert 'value="100.00"' in answer.content.decode()
    assert not Dispute.objects.exists()


def test_without_a_line_nothing_is_taken(lanhai, visitor):
    answer = visitor.post(address(lanhai), {"reason": "price", "text": "Too much."})
    assert answer.status_code == 422
    assert "Choose at least one line." in text_of(answer)
    assert not Dispute.objects.exists()


def test_a_line_of_another_invoice_is_no_line_of_this_one(warned, lanhai, visitor):
    foreign = line(invoice_of(warned.mingyue), "Office 365 E3").pk
    data = {f"line_{foreign}": "on", f"how_{foreign}": "all", "reason": "price", "text": "Theirs."}
    assert visitor.post(address(lanhai), data).status_code == 422
    assert not DisputedAmount.objects.exists()


def test_the_foot_says_what_is_frozen_and_what_stays(lanhai, visitor):
    data = question_data(invoice_of(lanhai), Visio_Plan_2="100.00")
    text = text_of(visitor.get(f"{address(lanhai)}effect/", data=data))
    assert text == "Frozen until we answer ¥100.00 Still to pay by Tue 30 Jun, 18:00 ¥1,114.12"


def test_without_scripts_the_page_itself_shows_the_effect_and_takes_nothing(lanhai, visitor):
    data = question_data(invoice_of(lanhai), Visio_Plan_2="100.00") | {"look": "1"}
    answer = visitor.post(address(lanhai), data)
    assert answer.status_code == 200
    assert "Frozen until we answer ¥100.00" in text_of(answer)
    assert 'value="100.00"' in answer.content.decode()
    assert not Dispute.objects.exists()


def test_the_answer_to_a_question_names_number_amounts_and_promised_time(lanhai, visitor):
    data = question_data(invoice_of(lanhai), Visio_Plan_2="100.00")
    answer = visitor.post(address(lanhai), data)
    page, dispute = visitor.get(answer.url), Dispute.objects.get()
    assert heading_of(page) == "We have your question and answer by Tue 30 Jun, 18:00."
    assert f"Case {dispute.number}" in text_of(page)
    assert "Frozen You need not pay it until you have our answer" in text_of(page)
    assert "¥100.00" in text_of(page)
    assert f"The other ¥1,114.12 of {invoice_of(lanhai).number} keeps its dates." in text_of(page)
    case = text_of(visitor.get(f"/my/cases/{dispute.pk}/"))
    assert "¥100.00 is frozen until then: you need not pay it." in case
    assert f"Not frozen: the other ¥1,114.12 of {invoice_of(lanhai).number}" in case


def test_a_viewer_sees_no_way_to_question_and_is_refused(lanhai, sign_in):
    viewer = sign_in(lanhai, "2026-06-25", role="customer_viewer")
    invoice = invoice_of(lanhai)
    assert "Question a line" not in text_of(viewer.get(f"/my/invoices/{invoice.pk}/"))
    assert "Question a line" not in text_of(viewer.get("/my/"))
    answer = viewer.post(address(lanhai), question_data(invoice, Visio_Plan_2="100.00"))
    assert answer.status_code == viewer.get(address(lanhai)).status_code == 403
    assert not Dispute.objects.exists()


def test_a_sibling_cannot_question_this_invoice(warned, lanhai, sign_in):
    sibling = sign_in(warned.mingyue, "2026-06-25")
    answer = sibling.post(address(lanhai), question_data(invoice_of(lanhai), Visio_Plan_2="100.00"))
    assert answer.status_code == 404
    assert not Dispute.objects.exists()


def test_a_paid_invoice_leads_back_instead_of_asking(lanhai, visitor):
    story.pay(lanhai, story.owed(lanhai), visitor.now)
    invoice = lanhai.invoices.get()
    assert visitor.get(f"/my/invoices/{invoice.pk}/question/").url == f"/my/invoices/{invoice.pk}/"


def test_a_wholly_questioned_invoice_has_nothing_to_pay_and_nothing_at_risk(lanhai, visitor):
    data = question_data(invoice_of(lanhai), Visio_Plan_2="all", Office_365_E3="all")
    visitor.post(address(lanhai), data)
    page = visitor.get(f"/my/invoices/{invoice_of(lanhai).pk}/")
    assert page.context["outlook"].to_pay == NOTHING
    assert "Nothing is to pay now." in text_of(page)
    assert "can't sign in" not in text_of(page)


def test_the_three_steps_go_one_after_the_other_and_back_without_losing_a_word(lanhai, visitor):
    invoice = invoice_of(lanhai)
    data = question_data(invoice, Visio_Plan_2="100.00") | {"reason": "", "text": ""}
    first = visitor.post(address(lanhai), data | {"go": "2"})
    assert (first.status_code, first.url) == (302, f"{address(lanhai)}?step=2")
    second = visitor.get(first.url)
    assert heading_of(second) == "What is wrong?"
    assert "When did you change the number?" in text_of(second)
    words = {"reason": "quantity", "text": "Five seats fewer.", "ev_quantity_1": "2026-05-09"}
    third = visitor.get(visitor.post(address(lanhai), data | words | {"go": "3"}).url)
    assert heading_of(third) == "What goes with it?"
    assert "When did you change the number: 9 May 2026" in text_of(third)
    back = visitor.get(visitor.post(address(lanhai), data | words | {"wanted": "credit", "go": "2"}).url)
    assert 'value="2026-05-09"' in back.content.decode()
    assert "Five seats fewer." in text_of(back)
    assert 'name="wanted" value="credit"' in back.content.decode()
    assert 'value="100.00"' in visitor.get(address(lanhai)).content.decode()
    assert not Dispute.objects.exists()


def test_what_was_filled_in_is_sent_as_one_question(lanhai, visitor):
    data = question_data(invoice_of(lanhai), Visio_Plan_2="100.00")
    proof = SimpleUploadedFile("order.txt", b"24 seats")
    more = {"ev_quantity_1": "2026-05-09", "ev_duplicate_1": "HH-1", "wanted": "credit", "files": proof}
    visitor.post(address(lanhai), data | more)
    dispute = Dispute.objects.get()
    assert dispute.text == "When did you change the number: 9 May 2026\n\nWe ordered fewer of these."
    assert (dispute.wanted, dispute.source, dispute.files.get().name) == ("credit", "customer", "order.txt")
    assert "question" not in visitor.client.session or not visitor.client.session["question"]


def test_a_step_with_a_fault_is_shown_again_with_what_was_typed(lanhai, visitor):
    data = question_data(invoice_of(lanhai), Visio_Plan_2="lots") | {"go": "2"}
    wrong = visitor.post(address(lanhai), data)
    assert (wrong.status_code, heading_of(wrong)) == (422, "Which lines, and how much?")
    assert "“lots” is not an amount" in text_of(wrong)
    bad_day = question_data(invoice_of(lanhai), Visio_Plan_2="1.00") | {"ev_quantity_1": "yesterday", "go": "3"}
    wrong = visitor.post(address(lanhai), bad_day)
    assert (wrong.status_code, heading_of(wrong)) == (422, "What is wrong?")
    assert "“yesterday” is not a day. Write it like 2026-10-09." in text_of(wrong)
    ahead = visitor.get(f"{address(lanhai)}?step=3")
    assert ahead.url == f"{address(lanhai)}?step=2"


def test_a_file_that_is_refused_leaves_the_question_in_the_form(lanhai, visitor):
    page = SimpleUploadedFile("a.html", b"<html><script>1</script></html>")
    data = question_data(invoice_of(lanhai), Visio_Plan_2="100.00") | {"files": page}
    answer = visitor.post(address(lanhai), data)
    assert (answer.status_code, heading_of(answer)) == (422, "What goes with it?")
    assert "“a.html” was not taken" in text_of(answer)
    assert 'value="100.00"' in answer.content.decode()
    assert not Dispute.objects.exists()


def test_a_file_chosen_once_goes_with_the_question_sent_later(lanhai, visitor):
    proof = SimpleUploadedFile("order.txt", b"24 seats")
    data = question_data(invoice_of(lanhai), Visio_Plan_2="100.00")
    back = visitor.get(visitor.post(address(lanhai), data | {"files": proof, "go": "2"}).url)
    kept = re.search(r'name="files_kept" value="(\d+)"', back.content.decode())[1]
    visitor.post(address(lanhai), data | {"files_kept": kept})
    assert Dispute.objects.get().files.get().name == "order.txt"


def test_a_line_questioned_as_often_as_may_be_cannot_be_chosen(lanhai, visitor):
    lanhai.partner.questions_per_line = 1
    lanhai.partner.save(update_fields=["questions_per_line"])
    visitor.post(address(lanhai), question_data(invoice_of(lanhai), Visio_Plan_2="10.00"))
    again = question_data(invoice_of(lanhai), Visio_Plan_2="10.00") | {"text": "Once more."}
    answer = visitor.post(address(lanhai), again)
    assert answer.status_code == 422
    assert "Questioned as often as it can be." in text_of(answer)
    assert Dispute.objects.count() == 1
