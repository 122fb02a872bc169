"""Does each letter say what its facts mean, whatever a partner called the stage?"""

import copy

import pytest

from .samples import HANHAI, UNDATED, notice, owed, values_of, write

BEFORE_DUE = {"due_on": "2026-11-20"}


@pytest.mark.parametrize(
    ("letter", "subject"),
    [
        ("invoice", "pay ¥9,305.94 by Wed 4 Nov and nothing is interrupted, invoice HH-2026-01"),
        ("received", "¥9,893.60 of Tue 17 Nov has arrived, our last letter no longer counts"),
        ("credit_note", "¥587.66 credited on Tue 17 Nov, you owe that much less, credit note HH-2026-C3"),
        ("notice", "¥9,893.60 by Wed 25 Nov, 18:00, or 114 people lose sign-in"),
        ("deletion", "pay ¥9,893.60 before Mon 25 Jan 2027, or 21Vianet deletes the data"),
        ("suspended", "2 subscriptions suspended on Wed 18 Nov, 09:22, ¥9,893.60 brings them back"),
        ("restored", "114 people can sign in again since Tue 17 Nov, 22:10, invoice HH-2026-01"),
        ("question_taken", "¥587.66 of invoice HH-2026-01 is frozen, we answer by Wed 25 Nov, 18:00, case HH-2026-D7"),
        ("answer", "¥587.66 credited on Wed 18 Nov for invoice HH-2026-01, you owe that much less, case HH-2026-D7"),
        ("policy", "invoices issued from Thu 24 Dec follow collections policy 5"),
    ],
)
def test_subjects_name_customer_amount_day_and_consequence(letter, subject):
    assert write(HANHAI, letter, "en").subject == f"蓝海贸易有限公司: {subject}"


@pytest.mark.parametrize(
    ("language", "amount", "pay_by", "day"),
    [
        ("en", "¥9,893.60", "Wed 25 Nov, 18:00", "Thu 26 Nov, 09:00"),
        ("zh-hans", "¥9,893.60", "11月25日（周三）18:00", "11月26日（周四）09:00"),
        ("ru", "9\u00a0893,60\u00a0¥", "ср, 25 ноября, 18:00", "чт, 26 ноября, 09:00"),
    ],
)
def test_amounts_and_instants_are_written_as_the_language_does_in_the_customers_zone(language, amount, pay_by, day):
    written = write(HANHAI, "notice", language)
    assert amount in written.text
    assert pay_by in written.text
    assert day in written.text


def test_a_notice_that_names_a_day_says_who_when_and_what_keeps_it():
    text = write(HANHAI, "notice", "en").text
    assert "Please pay ¥9,893.60 by Wed 25 Nov, 18:00." in text
    assert "from Thu 26 Nov, 09:00, 114 people can’t sign in to the subscriptions below." in text
    assert "Your administrators keep sign-in" in text
    assert "Access stays if paid by: Wed 25 Nov, 18:00" in text
    assert "21Vianet deletes the data 60 days after the suspension, on Mon 25 Jan 2027 at the earliest." in text


@pytest.mark.parametrize("stage", ["courtesy", "final", "Дружеское", "x"])
def test_the_name_of_a_stage_changes_no_word(stage):
    plain = notice(owed(HANHAI))
    assert write(HANHAI, "notice", "en", {**plain, "stage": stage}) == write(HANHAI, "notice", "en", plain)


def test_a_notice_before_the_due_day_asks_for_that_day():
    written = write(HANHAI, "notice", "en", notice(owed(HANHAI, **BEFORE_DUE)))
    assert written.subject.endswith("pay ¥9,893.60 by Fri 20 Nov and nothing is interrupted")
    assert "Invoice HH-2026-01 is due on Fri 20 Nov." in written.text
    assert "was due" not in written.text


def test_a_notice_on_the_due_day_does_not_call_it_overdue():
    assert "was due" not in write(HANHAI, "notice", "en", notice(owed(HANHAI, due_on="2026-11-18"))).text


def test_the_due_day_is_judged_in_the_customers_zone():
    # Queued at 02:00 UTC of the 18th: in Honolulu that is still the 17th.
    values = notice(owed(HANHAI, due_on="2026-11-17"))
    assert "was due" in write(HANHAI, "notice", "en", values).text
    far = copy.deepcopy(HANHAI)
    far.customer.zone = "Pacific/Honolulu"
    text = write(far, "notice", "en", values).text
    assert "is due on Tue 17 Nov" in text
    assert "Wed 25 Nov, 00:00" in text
    assert "All times are those of Pacific/Honolulu." in text


def test_an_overdue_notice_without_a_day_threatens_nothing():
    written = write(HANHAI, "notice", "en", notice(owed(HANHAI, **UNDATED)))
    assert written.subject.endswith("¥9,893.60 was due on Wed 4 Nov, nothing is suspended before we name a day")
    assert "Nobody loses sign-in before a letter of ours has named the day." in written.text
    assert "suspended from" not in written.text
    assert "21Vianet" not in written.text


def test_one_letter_lists_every_invoice_and_speaks_for_the_nearest_day():
    far = {"suspend_on": "2026-12-10", "not_before": "2026-12-10T01:00:00+00:00", "pay_by": "2026-12-09T10:00:00+00:00"}
    bill = notice(
        owed(HANHAI, 1, amount="100.00", reference="R-1", **UNDATED),
        owed(HANHAI, 2, amount="200.00", reference="R-2"),
        owed(HANHAI, 3, amount="400.00", reference="R-3", **far),
    )
    written = write(HANHAI, "notice", "en", bill)
    assert written.subject.endswith("¥200.00 by Wed 25 Nov, 18:00, or 114 people lose sign-in")
    assert "This letter is about 3 invoices, ¥700.00 in all." in written.text
    assert written.page.button.strip() == "See the invoices and pay ¥700.00"
    for word in ("HH-2026-01", "HH-2026-02", "HH-2026-03", "R-1", "R-2", "R-3", "¥100.00", "¥400.00", "Thu 10 Dec"):
        assert word in written.text


def test_invoices_that_share_their_day_are_asked_for_together():
    both = notice(owed(HANHAI, 1, amount="100.00"), owed(HANHAI, 2, amount="200.00"))
    subject = write(HANHAI, "notice", "en", both).subject
    assert subject.endswith("¥300.00 by Wed 25 Nov, 18:00, or 114 people lose sign-in")


def test_people_of_different_subscriptions_are_not_added_up():
    both = notice(owed(HANHAI, 1), owed(HANHAI, 2, subscriptions=["Office 365 E3"], seats=24))
    written = write(HANHAI, "notice", "en", both)
    assert written.subject.endswith("¥19,787.20 by Wed 25 Nov, 18:00, or people lose sign-in from Thu 26 Nov, 09:00")
    assert "138" not in written.text
    assert "People who then can’t sign in: 114" in written.text
    assert "People who then can’t sign in: 24" in written.text


def test_several_currencies_have_no_sum():
    both = notice(owed(HANHAI, 1, amount="100.00"), owed(HANHAI, 2, amount="200.00", currency="USD"))
    written = write(HANHAI, "notice", "en", both)
    assert "¥100.00" in written.text
    assert "$200.00" in written.text
    assert "300.00" not in written.text + written.subject
    assert "in all" not in written.text


def test_an_overdue_invoice_is_asked_for_before_one_that_is_not_due():
    both = notice(owed(HANHAI, 1, amount="100.00", **BEFORE_DUE), owed(HANHAI, 2, amount="200.00", **UNDATED))
    assert "¥200.00 was due on Wed 4 Nov" in write(HANHAI, "notice", "en", both).subject


@pytest.mark.parametrize("letter", ["notice", "suspended"])
def test_one_person_and_one_subscription_are_named_in_the_singular(letter):
    one = {"subscriptions": ["Visio Plan 2"], "seats": 1}
    values = notice(owed(HANHAI, **one)) if letter == "notice" else {**values_of(HANHAI)[letter], **one}
    assert "1 person can’t sign in to Visio Plan 2." in write(HANHAI, letter, "en", values).text


def test_an_invoice_that_credit_has_paid_asks_for_nothing():
    values = {**values_of(HANHAI)["invoice"], "open": "0.00"}
    written = write(HANHAI, "invoice", "en", values)
    assert "nothing to pay" in written.subject
    assert "Please pay" not in written.text
    assert "Credit taken off: ¥9,893.60" in written.text


def test_a_deletion_notice_stands_without_subscriptions_or_people():
    values = {**values_of(HANHAI)["deletion"], "subscriptions": [], "seats": 0}
    text = write(HANHAI, "deletion", "en", values).text
    assert "21Vianet deletes the data on Mon 25 Jan 2027." in text
    assert "People" not in text
    assert "Suspended:" not in text


@pytest.mark.parametrize(
    ("outcome", "credited", "note", "title"),
    [
        ("upheld", "587.66", "HH-2026-C3", "You are right: ¥587.66 is credited."),
        ("partly", "352.60", "HH-2026-C3", "¥352.60 is credited, the rest of what you questioned is owed."),
        ("rejected", "0.00", "", "The amount you questioned is owed."),
    ],
)
def test_an_answer_says_its_outcome_first(outcome, credited, note, title):
    values = {**values_of(HANHAI)["answer"], "outcome": outcome, "credited": credited, "credit_note": note}
    text = write(HANHAI, "answer", "en", values).text
    assert text.split("\n\n")[1] == title
    assert "within 4 business days" in text
    assert ("Credit note" in text) == bool(note)
    assert ("no longer frozen" in text) == (outcome != "upheld")
