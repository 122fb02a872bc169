"""What can be wrong with a line, and which evidence does each reason ask for?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers import formats
from disputes.lines import MOST_SEATS
from disputes.models import Dispute
from disputes.refusing import plain_text

Words = str | Promise
MOST_EVIDENCE: Final = 200
FIRST, LAST = date(2000, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True)
class Asked:
    """One piece of evidence: what it is called, and whether it is a day."""

    label: Words
    is_day: bool = False


@dataclass(frozen=True)
class Seats:
    """A line of which the first step did not ask how many seats were ordered; `line` is its primary key."""

    line: int
    name: str


@dataclass(frozen=True)
class Reason:
    """A reason in the customer's words, what helps to prove it, and what it asks for."""

    words: Words
    hint: Words
    asks: tuple[Asked, ...] = ()


ALL: Final[dict[str, Reason]] = {
    Dispute.Reason.QUANTITY: Reason(
        _("More seats, or more days, than we ordered"),
        _("Add the order or the mail that changed the number, if you have it."),
        (Asked(_("When did you change the number?"), is_day=True),),
    ),
    Dispute.Reason.PRICE: Reason(
        _("The price is not the agreed one"),
        _("Add the offer or the order that names the agreed price."),
        (Asked(_("Which price was agreed for one seat?")),),
    ),
    Dispute.Reason.PERIOD: Reason(
        _("The period is wrong"),
        _("The first and the last day that should be billed."),
        (Asked(_("First day"), is_day=True), Asked(_("Last day"), is_day=True)),
    ),
    Dispute.Reason.TAX: Reason(
        _("The tax is wrong"),
        _("A certificate or an earlier invoice with the right rate helps."),
        (Asked(_("Which rate or tax number is right?")),),
    ),
    Dispute.Reason.DUPLICATE: Reason(
        _("It is billed twice"),
        _("The number stands at the top of the other invoice."),
        (Asked(_("Which other invoice bills it too?")),),
    ),
    Dispute.Reason.CANCELLED: Reason(
        _("We had cancelled it"),
        _("Add your cancellation or our confirmation of it."),
        (Asked(_("When did you cancel?"), is_day=True),),
    ),
    Dispute.Reason.NOT_RECEIVED: Reason(
        _("We didn't get the service"),
        _("Say who couldn't use what; a picture of the error helps."),
        (Asked(_("Since when?"), is_day=True),),
    ),
    Dispute.Reason.CREDIT_MISSING: Reason(
        _("A credit is missing"),
        _("Add the letter or the mail that promised it."),
        (Asked(_("Which credit note, or who promised it when?")),),
    ),
    Dispute.Reason.OTHER: Reason(_("Something else"), _("Say it in your words below.")),
}
# What is wrong, in the customer's words.
REASONS: Final[dict[str, Words]] = {code: reason.words for code, reason in ALL.items()}

WANTED: Final[dict[str, Words]] = {
    Dispute.Wanted.CREDIT: _("A credit note"),
    Dispute.Wanted.REFUND: _("Money back"),
    Dispute.Wanted.CORRECTION: _("The next invoice put right"),
    Dispute.Wanted.EXPLANATION: _("Only an explanation"),
}


@dataclass
class Evidence:
    """One field as it was filled in."""

    name: str
    label: Words
    is_day: bool
    value: str = ""
    error: str = ""
    # How many seats were ordered of this line (its primary key).
    seats_of: int = 0

    @property
    def said(self) -> str:
        """The value as people read it."""
        return (
            formats.day(date.fromisoformat(self.value), date.min, weekday=False, year=True)
            if self.is_day
            else self.value
        )


@dataclass
class Given:
    """One reason as the form shows it again, with its evidence."""

    code: str
    words: Words
    hint: Words
    chosen: bool
    fields: list[Evidence] = field(default_factory=list)

    @property
    def faults(self) -> list[Evidence]:
        """The fields that can't be read; only those of the chosen reason count."""
        return [each for each in self.fields if each.error] if self.chosen else []

    @property
    def seats(self) -> dict[int, int]:
        """How many seats were ordered, by line."""
        said = [each for each in self.fields if each.seats_of and each.value and not each.error]
        return {each.seats_of: int(each.value) for each in said}

    @property
    def lines(self) -> list[str]:
        """What was filled in, one line each, for the words of the case."""
        said = [each for each in self.fields if each.value and not each.error]
        return [
            gettext("%(what)s: %(said)s") % {"what": str(each.label).rstrip("?？"), "said": each.said} for each in said
        ]


def given(data: QueryDict, seats: Sequence[Seats] = ()) -> list[Given]:
    """Every reason with what was filled in beside it; a wrong quantity asks for the seats ordered of these lines."""
    found = [
        Given(
            code,
            reason.words,
            reason.hint,
            data.get("reason") == code,
            [_read(f"ev_{code}_{n}", asked, data) for n, asked in enumerate(reason.asks, 1)],
        )
        for code, reason in ALL.items()
    ]
    for each in found:
        if each.code == Dispute.Reason.QUANTITY:
            each.fields[:0] = [_read_seats(one, data, alone=len(seats) == 1) for one in seats]
    return found


def _read_seats(one: Seats, data: QueryDict, *, alone: bool) -> Evidence:
    name = f"ev_{Dispute.Reason.QUANTITY}_seats_{one.line}"
    label = gettext("Seats you ordered") if alone else gettext("Seats you ordered, %(name)s") % {"name": one.name}
    value = data.get(name, "").strip()[:20]
    found = Evidence(name, label, False, value, seats_of=one.line)
    if value and not (value.isascii() and value.isdecimal() and int(value) <= MOST_SEATS):
        found.error = gettext("“%(typed)s” is not a number of seats. Write it like 24.") % {"typed": value}
    return found


def _read(name: str, asked: Asked, data: QueryDict) -> Evidence:
    value = " ".join(plain_text(data.get(name, "")[: MOST_EVIDENCE * 2]).split())
    found = Evidence(name, asked.label, asked.is_day, value)
    if len(value) > MOST_EVIDENCE:
        found.error = gettext("Too long: at most %(n)s characters.") % {"n": MOST_EVIDENCE}
    elif value and asked.is_day and not _is_day(value):
        found.error = gettext("“%(typed)s” is not a day. Write it like 2026-10-09.") % {"typed": value}
    return found


def _is_day(value: str) -> bool:
    try:
        return FIRST <= date.fromisoformat(value) < LAST
    except ValueError:
        return False
