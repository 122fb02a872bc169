"""Can a partner's own words name what they list, nothing else, and never do anything?"""

import copy

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from customers.models import Letter, Message
from customers.own_words import Own, said
from customers.placeholders import ALWAYS, MOST, NAMES, faults, filled, names_of
from customers.sending import words

from .samples import HANHAI, HOUSES, LANGUAGES, QUEUED, House, Written, in_turn, values_of

HOSTILE = (
    "{{7*7}}",
    "{{ customer.__class__.__mro__ }}",
    "{% debug %}{% load os %}",
    "{0.__init__}",
    "{customer.partner.bank_number}",
    "%(amount)s %s %n",
    "${7*7} ${customer}",
    "$",
    "$$ $1 $-",
    "#{7*7} <%= 7*7 %>",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</td></tr></table><h1>Paid",
    "\\g<0> \\1",
)


def message_of(house: House, letter: str, language: str) -> Message:
    customer = copy.copy(house.customer)
    customer.partner = house.partner
    values = values_of(house)[letter]
    return Message(
        partner=house.partner, customer=customer, letter=letter, language=language, queued_at=QUEUED, values=values
    )


def written(house: House, letter: str, language: str, opening: str, closing: str = "") -> Written:
    message = message_of(house, letter, language)
    return Written(*words(message, said(message, opening, closing)))


def test_every_letter_to_a_customer_takes_words_and_one_to_our_people_takes_none():
    assert set(NAMES) == set(Letter.values) - {Letter.CASE_LATE}


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("letter", ["invoice", "notice"])
def test_what_is_no_name_prints_literally_in_both_twins(letter, hostile):
    assert faults(hostile, letter) == []
    plain, letter_with = written(HANHAI, letter, "en", ""), written(HANHAI, letter, "en", hostile, hostile)
    assert letter_with.text.count(hostile) == 2
    assert letter_with.page.words.count(hostile) == 2
    assert letter_with.page.links == plain.page.links
    assert set(letter_with.page.tags) == set(plain.page.tags)
    assert "49" not in letter_with.text.replace(plain.text, "")[:60]


@pytest.mark.parametrize(("house", "letter", "language"), list(in_turn()))
def test_names_stand_for_the_facts_of_their_own_letter_and_house(house, letter, language):
    if letter not in NAMES:
        return
    every = " ".join(f"[${name}]" for name in names_of(letter))
    made = written(house, letter, language, every, "Bye, $partner")
    other = next(one for one in HOUSES if one is not house)
    assert "$" not in made.text.replace("$partner", "")
    assert f"[{house.customer.name}]" in made.text
    assert f"[{house.customer.name}]" in made.page.words
    assert f"Bye, {house.partner.name}" in made.text
    everything = f"{made.subject}\n{made.text}\n{made.html}"
    assert [word for word in other.canaries if word in everything] == []


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "¥9,305.94 by Wed 4 Nov"),
        ("zh-hans", "¥9,305.94 by 11月4日（周三）"),
        ("ru", "9\u00a0305,94\u00a0¥ by ср, 4 ноября"),
    ],
)
def test_amounts_and_days_are_written_as_the_letter_writes_them(language, line):
    made = written(HANHAI, "invoice", language, "Please pay $amount by $due_on.")
    assert f"Please pay {line}." in made.text


def test_an_unknown_name_is_refused_with_line_and_place():
    with translation.override("en"):
        assert faults("Dear $customer,\nabout $nosuch and $deletes_on", "invoice") == [
            "Line 2, place 7: “$nosuch” stands for nothing in this letter",
            "Line 2, place 19: “$deletes_on” stands for nothing in this letter",
        ]
        assert faults("a\n b\u202ec", "invoice") == ["Line 2, place 3: a sign that can’t be seen"]
        assert faults("x" * (MOST + 5), "invoice") == ["5 signs too many"]


def test_an_unknown_name_that_was_kept_before_prints_as_it_is():
    assert filled("$nosuch and $customer", {"customer": "A"}) == "$nosuch and A"


def test_a_value_that_looks_like_a_name_is_not_filled_again():
    house = copy.deepcopy(HANHAI)
    house.customer.name = "$amount {{7*7}} $partner"
    assert "Dear $amount {{7*7}} $partner." in written(house, "invoice", "en", "Dear $customer.").text


def test_a_suspension_without_debt_says_our_words_alone():
    message = message_of(HANHAI, "suspended", "en")
    message.values = {"subscriptions": ["Visio"], "link": "/my/subscriptions/", "cause": "fraud"}
    assert said(message, "You owe $amount", "Bye") == Own()


@given(st.text(max_size=300))
def test_no_text_is_evaluated_or_lost(text):
    values = dict.fromkeys(ALWAYS, "VALUE")
    made = filled(text, values)
    rest = text
    for name in sorted(values, key=len, reverse=True):
        assert made.count("VALUE") <= text.count("$") + text.count("VALUE")
        rest = rest.replace(f"${name}", "")
    assert faults(text, "invoice") or "$" not in text or made


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_are_kept_and_the_twins_stay_alike(language):
    made = written(HANHAI, "invoice", language, "First line\nSecond line\n\n\nThird")
    assert "First line\nSecond line\n\nThird" in made.text
    assert "First line<br>Second line<br><br>Third" in made.html
