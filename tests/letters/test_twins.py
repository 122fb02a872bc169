"""Do HTML and text of every letter carry the same facts, for two partners in three languages by turns?"""

import re
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.utils import translation

from customers import formats
from customers.models import Letter

from .samples import HANHAI, HOUSES, LANGUAGES, QUEUED, House, facts_of, in_turn, parsed, values_of, write

# News without a figure to pay.
WITHOUT_AMOUNTS = ("restored", "policy", "case_word", "case_late")
ORIGIN = "https://portal.example"
ADDRESS = re.compile(r"https?://[^\s)]+")
AMOUNT = re.compile(r"[¥₽]\d[\d,]*\.\d\d|\d[\d\u00a0]*,\d\d\u00a0[¥₽]")
EVERY = [pytest.param(*one, id="-".join((one[0].partner.slug, *one[1:]))) for one in in_turn()]
FOLDERS = Path(__file__).parents[2] / "templates" / "emails"


@pytest.fixture(autouse=True)
def origin(settings):
    settings.PORTAL_URL = ORIGIN


def other(house: House) -> House:
    return next(one for one in HOUSES if one is not house)


def test_every_letter_is_a_folder_and_is_written_here():
    for house in HOUSES:
        assert set(values_of(house)) == set(facts_of(house)) == set(Letter.values)
    for letter in Letter.values:
        assert all((FOLDERS / letter / name).is_file() for name in ("subject.txt", "body.txt", "body.html"))


def test_the_turns_cover_each_house_letter_and_language_once():
    assert len({(house.partner.pk, letter, language) for house, letter, language in in_turn()}) == len(EVERY)
    assert len(EVERY) == len(HOUSES) * len(Letter.values) * len(LANGUAGES)


@pytest.mark.parametrize(("house", "letter", "language"), EVERY)
def test_a_letter_names_its_facts_in_both_twins(house, letter, language):
    written = write(house, letter, language)
    amounts, days = facts_of(house)[letter]
    with translation.override(language):
        expected = [formats.amount(one, house.partner.currency) for one in amounts]
        expected += [formats.spoken(parsed(one), QUEUED.date(), house.customer.tz) for one in days]
    values = values_of(house)[letter]
    for one in (each for each in [values, *values.get("invoices", [])] if isinstance(each, dict)):
        expected += [one[name] for name in ("invoice", "case", "credit_note", "reference") if one.get(name)]
        expected += one.get("subscriptions", [])
    if letter == "restored" or "case" in values:
        expected = [one for one in expected if one != house.reference]
    words = written.page.words
    assert [one for one in expected if one not in written.text] == []
    assert [one for one in expected if one not in words] == []


@pytest.mark.parametrize(("house", "letter", "language"), EVERY)
def test_the_twins_say_the_same_word_for_word(house, letter, language):
    written = write(house, letter, language)
    text = re.sub(r"^(> |--$)", "", ADDRESS.sub("", written.text), flags=re.M)

    def bare(words: str) -> str:
        return re.sub(r"[\s:：;；()]", "", words)

    mark = house.partner.mark + bare(house.partner.name)
    words = bare(written.page.words)
    assert words.startswith(mark)
    assert words.removeprefix(mark) == bare(text)


@pytest.mark.parametrize(("house", "letter", "language"), EVERY)
def test_the_twins_lead_to_the_same_addresses(house, letter, language):
    written = write(house, letter, language)
    links = written.page.links
    assert set(links) == set(ADDRESS.findall(written.text))
    home = "disputes" if letter == "case_late" else "my"  # one of ours reads that one
    assert all(link.startswith(f"{ORIGIN}/{home}/") for link in links)
    values = values_of(house)[letter]
    wanted = values.get("link") or (values["invoices"][0]["link"] if "invoices" in values else "/my/statement/")
    assert f"{ORIGIN}{wanted}" in links


@pytest.mark.parametrize(("house", "letter", "language"), EVERY)
def test_the_twins_name_the_same_amounts(house, letter, language):
    written = write(house, letter, language)
    assert set(AMOUNT.findall(written.page.words)) == set(AMOUNT.findall(written.text))
    assert bool(AMOUNT.findall(written.text)) == (letter not in WITHOUT_AMOUNTS)


@pytest.mark.parametrize(("house", "letter", "language"), EVERY)
def test_a_subject_is_one_line_that_names_customer_amount_and_day(house, letter, language):
    subject = write(house, letter, language).subject
    amounts, days = facts_of(house)[letter]
    with translation.override(language):
        spoken = [formats.spoken(parsed(one), QUEUED.date(), house.customer.tz) for one in days]
        figures = [formats.amount(one, house.partner.currency).replace("\u00a0", " ") for one in amounts]
    assert subject.isprintable()
    assert subject.startswith(house.customer.name)
    assert any(day in subject for day in spoken)
    assert letter in WITHOUT_AMOUNTS or any(figure in subject for figure in figures)
    EmailMessage(subject=subject, body=".", to=["a@b.example"]).message()


def test_nothing_of_the_other_partner_stands_in_a_letter():
    for _ in range(2):
        for house, letter, language in in_turn():
            written = write(house, letter, language)
            everything = f"{written.subject}\n{written.text}\n{written.html}"
            assert [word for word in other(house).canaries if word in everything] == []
            assert house.partner.name in written.text
            assert house.partner.address in written.text
            assert house.partner.phone in written.text
            assert f'lang="{language}"' in written.html


@pytest.mark.parametrize("letter", [one for one in values_of(HANHAI) if one != "case_late"])
def test_every_letter_says_how_and_when_the_partner_is_reached(letter, monkeypatch):
    reached = {"support_email": "help@hanhai.example", "support_phone": "+86 400 1", "support_hours": "Day and night"}
    for name, said in reached.items():
        monkeypatch.setattr(HANHAI.partner, name, said)
    written = write(HANHAI, letter, "ru")
    assert [one for one in reached.values() if one not in written.text or one not in written.page.words] == []


def test_the_order_of_writing_changes_nothing():
    keys = list(in_turn())
    forward = {one: write(*one) for one in keys}
    backward = {one: write(*one) for one in reversed(keys)}
    assert forward == backward


@pytest.mark.parametrize(("house", "letter", "language"), EVERY)
def test_the_html_is_one_column_with_one_button_and_nothing_to_fetch(house, letter, language):
    written = write(house, letter, language)
    page = written.page
    assert written.html.count('height="48"') == written.html.count('class="button"') == 1
    assert page.button.strip()
    if letter not in WITHOUT_AMOUNTS:
        assert AMOUNT.search(page.button)
    assert not {"img", "script", "link", "iframe", "form"} & set(page.tags)
    assert not re.search(r"url\(|src=|@import|\son\w+=", written.html)
    assert 'width="600"' in written.html
    assert "prefers-color-scheme: dark" in written.html
    assert len(written.html) < 40_000
