"""Which values may a partner's own words name, and what is wrong with words that name another?

`$name` stands for a value, and that is the whole language. There is nothing to call, to look into or to compute, so
`{{7*7}}` and `{0.__init__}` are three and two words like any other."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from . import formats
from .channels import channels_of
from .models import Letter, Message
from .noticing import notice_of

MOST: Final = 1_000
NAME: Final = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
# A line break or gap in a value; the space that holds an amount together stays.
GAP: Final = re.compile(r"[^\S\u00a0]+")
# Control signs but the line break, and marks that turn the direction of writing.
UNSEEN: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Said:
    """A letter's frozen values, and when and where they are read."""

    values: Mapping[str, Any]
    now: datetime
    zone: tzinfo

    def day(self, value: date | datetime) -> str:
        """A day as the letter writes it."""
        return formats.spoken(value, self.now.astimezone(self.zone).date(), self.zone)


Speak = Callable[[Said], str]
Named = Mapping[str, tuple["str | Promise", Speak]]


def _text(name: str) -> Speak:
    return lambda said: str(said.values.get(name, ""))


def _amount(name: str) -> Speak:
    return lambda said: formats.amount(Decimal(said.values[name]), said.values["currency"])


def _day(name: str) -> Speak:
    return lambda said: said.day(_parsed(said.values[name]))


def _parsed(value: str) -> date | datetime:
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)


def _numbers(numbers: list[str]) -> str:
    text = numbers[0]
    for number in numbers[1:]:
        text = formats.joined(text, number)
    return text


def _notice(speak: Callable[[Any, Said], str]) -> Speak:
    return lambda said: speak(notice_of(said.values["invoices"], zone=said.zone, now=said.now), said)


INVOICE: Final = _("the invoice’s number")
TO_PAY: Final = _("the amount to pay")
DUE: Final = _("the day it is due")
REFERENCE: Final = _("the reference of a transfer")
CASE: Final = _("the case’s number")
# The letters a partner may add words to, each with what it can name. A letter to our own people is not among them.
NAMES: Final[Mapping[str, Named]] = {
    Letter.INVOICE: {
        "invoice": (INVOICE, _text("invoice")),
        "amount": (TO_PAY, _amount("open")),
        "total": (_("the invoice’s total"), _amount("amount")),
        "due_on": (DUE, _day("due_on")),
        "reference": (REFERENCE, _text("reference")),
    },
    Letter.NOTICE: {
        "invoice": (
            _("the numbers of its invoices"),
            _notice(lambda notice, _said: _numbers([one.number for one in notice.invoices])),
        ),
        "amount": (TO_PAY, _notice(lambda notice, _said: formats.amount(notice.asked, notice.head.currency))),
        "due_on": (DUE, _notice(lambda notice, said: said.day(notice.head.due_on))),
        "reference": (REFERENCE, _notice(lambda notice, _said: notice.head.reference)),
    },
    Letter.DELETION: {
        "invoice": (INVOICE, _text("invoice")),
        "amount": (TO_PAY, _amount("amount")),
        "due_on": (DUE, _day("due_on")),
        "deletes_on": (_("the day the data is deleted"), _day("deletes_on")),
    },
    Letter.SUSPENDED: {
        "invoice": (INVOICE, _text("invoice")),
        "amount": (_("what brings access back"), _amount("amount")),
        "reference": (REFERENCE, _text("reference")),
        "deletes_on": (_("the day the data is deleted"), _day("deletes_on")),
    },
    Letter.RESTORED: {
        "invoice": (INVOICE, _text("invoice")),
        "restored_at": (_("when access came back"), _day("restored_at")),
    },
    Letter.CREDIT_NOTE: {
        "credit_note": (_("the credit note’s number"), _text("credit_note")),
        "amount": (_("the amount credited"), _amount("amount")),
        "issued_on": (_("the day it was issued"), _day("issued_on")),
    },
    Letter.RECEIVED: {
        "amount": (_("the amount that has arrived"), _amount("amount")),
        "received_on": (_("the day it arrived"), _day("received_on")),
    },
    Letter.STATEMENT: {
        "first_on": (_("the month’s first day"), _day("first_on")),
        "last_on": (_("the month’s last day"), _day("last_on")),
    },
    Letter.POLICY: {
        "version": (_("the policy’s number"), _text("version")),
        "from_on": (_("the day from which it governs new invoices"), _day("from_on")),
    },
    Letter.QUESTION_TAKEN: {
        "case": (CASE, _text("case")),
        "answer_by": (_("when the answer is due"), _day("answer_by")),
    },
    Letter.ANSWER: {"case": (CASE, _text("case"))},
    Letter.CASE_WORD: {"case": (CASE, _text("case"))},
    Letter.CASE_TURN: {"case": (CASE, _text("case"))},
    Letter.LINK: {
        "invoice": (INVOICE, _text("invoice")),
        "amount": (TO_PAY, _amount("open")),
        "due_on": (DUE, _day("due_on")),
    },
}
ALWAYS: Final[Mapping[str, "str | Promise"]] = {
    "customer": _("the customer’s name"),
    "partner": _("your name"),
    "phone": _("your support’s number"),
    "email": _("your support’s address"),
}


def names_of(letter: str) -> dict[str, "str | Promise"]:
    """What words in this letter can name, each with what it stands for."""
    return {**ALWAYS, **{name: label for name, (label, _speak) in NAMES[letter].items()}}


def values_of(message: Message) -> dict[str, str]:
    """What each of those names stands for in one letter, in the language of the moment."""
    said = Said(message.values, message.queued_at, message.customer.tz)
    support = channels_of(message.partner)
    spoken = {name: speak(said) for name, (_label, speak) in NAMES[message.letter].items()}
    spoken |= {"customer": message.customer.name, "partner": message.partner.name}
    spoken |= {"phone": support.phone, "email": support.email}
    return {name: GAP.sub(" ", value).strip() for name, value in spoken.items()}


def filled(text: str, values: Mapping[str, str]) -> str:
    """Words with their values put in, once: a value that looks like a name stays as it is, and so does a name that
    stands for nothing."""
    return NAME.sub(lambda found: values.get(found[1], found[0]), text)


def faults(text: str, letter: str) -> list[str]:
    """What keeps these words from being taken, each with its line and place; empty where they can be."""
    known = names_of(letter)
    found = []
    if len(text) > MOST:
        more = ngettext("%(n)s sign too many", "%(n)s signs too many", len(text) - MOST)
        found.append(more % {"n": formats.grouped(len(text) - MOST)})
    for number, line in enumerate(text.split("\n"), 1):
        where = {"line": number}
        for name in (one for one in NAME.finditer(line) if one[1] not in known):
            said = gettext("Line %(line)s, place %(place)s: “%(name)s” stands for nothing in this letter")
            found.append(said % {**where, "place": name.start() + 1, "name": name[0]})
        if sign := UNSEEN.search(line):
            said = gettext("Line %(line)s, place %(place)s: a sign that can’t be seen")
            found.append(said % {**where, "place": sign.start() + 1})
    return found
