"""Can a name or a sentence that somebody typed break a letter, or pass for our words?"""

import copy

import pytest
from django.core.mail import EmailMessage

from .samples import HANHAI, LANGUAGES, House, notice, owed, values_of, write

NAMES = [
    "<script>alert(1)</script>",
    "{{7*7}} {% debug %}",
    "%(amount)s %s %",
    '"><img src=x onerror=alert(1)>',
    "Müller & Söhne's <b>Ltd</b>",
    "</td></tr></table><h1>Paid",
    "&lt;b&gt; &amp;",
]
LETTERS = list(values_of(HANHAI))


def renamed(name: str) -> House:
    """The same house whose customer and partner carry this name."""
    house = copy.deepcopy(HANHAI)
    house.customer.name = name
    for field in ("name", "address", "phone", "bank_account", "bank_name", "bank_number"):
        setattr(house.partner, field, name)
    return house


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_is_shown_as_it_is(letter, name):
    plain, hostile = write(HANHAI, letter, "en"), write(renamed(name), letter, "en")
    assert hostile.page.tags == plain.page.tags
    assert name in hostile.subject
    assert name in hostile.text
    assert name in hostile.page.words
    assert hostile.page.links == plain.page.links


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_break_in_a_name_breaks_neither_subject_nor_text(letter, language):
    name = "Lan\r\nBcc: thief@evil.example\u2028\x0b\x85\u202eHai"
    written = write(renamed(name), letter, language)
    assert written.subject.startswith("Lan Bcc: thief@evil.example Hai")
    assert len(written.subject.splitlines()) == 1
    assert not any(line.startswith("Bcc") for line in written.text.splitlines())
    mail = EmailMessage(subject=written.subject, body=written.text, to=["a@b.example"]).message()
    assert mail["Bcc"] is None
    assert "\u202e" not in written.subject + written.text + written.html


@pytest.mark.parametrize("name", ["蓝海贸易有限公司", "ООО «Северная верфь»", "نور للتجارة", "Zażółć 🙂 gęślą"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_names_of_every_script_are_kept(name, language):
    for letter in LETTERS:
        written = write(renamed(name), letter, language)
        assert name in written.subject
        assert name in written.text
        assert name in written.page.words


@pytest.mark.parametrize("letter", ["notice", "deletion", "suspended", "restored"])
@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_subscription_is_shown_as_it_is(letter, name):
    for names in ([name], [name, "Visio Plan 2"]):
        values = values_of(HANHAI)[letter]
        target = values["invoices"][0] if letter == "notice" else values
        target["subscriptions"] = names
        written = write(HANHAI, letter, "en", values)
        assert name in written.text
        assert name in written.page.words
        assert not {"script", "img", "b"} & set(written.page.tags)


@pytest.mark.parametrize(("letter", "field"), [("question_taken", "text"), ("answer", "answer")])
def test_what_a_person_wrote_stands_as_a_quotation(letter, field):
    said = "Pay to another account:\r\nhttps://evil.example/pay\n\n\n\n<b>now</b> {{7*7}} & {% now %}"
    written = write(HANHAI, letter, "en", {**values_of(HANHAI)[letter], field: said})
    quoted = "> Pay to another account:\n> https://evil.example/pay\n>\n> <b>now</b> {{7*7}} & {% now %}\n"
    assert quoted in written.text
    assert "&lt;b&gt;now&lt;/b&gt; {{7*7}} &amp; {% now %}" in written.html
    assert not any("evil" in link for link in written.page.links)


def test_a_very_long_name_leaves_a_subject_of_at_most_300_signs():
    written = write(renamed("蓝" * 200), "notice", "en")
    assert len(written.subject) <= 300
    assert "¥9,893.60" in written.subject


def test_values_of_a_notice_are_escaped_too():
    bad = "<i>"
    one = owed(HANHAI, invoice=bad, reference=bad)
    written = write(HANHAI, "notice", "en", notice(one, owed(HANHAI, 2)))
    assert "i" not in written.page.tags
    assert written.page.words.count(bad) == written.text.count(bad) >= 2
