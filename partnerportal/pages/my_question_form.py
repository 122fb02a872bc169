"""Which lines are questioned, and with how much of each? Reads the form as people fill it in."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext

from billing.models import Invoice
from billing.money import ZERO, decimals, quantise
from disputes.refusing import MOST_TEXT, plain_text

from .my_invoices import Shown
from .my_question_reasons import REASONS, WANTED, Given, Seats, given
from .my_saying import money

WRITTEN: Final = re.compile(r"(\d{1,15}|\d{1,3}(,\d{3}){1,4})(\.\d+)?", re.ASCII)


@dataclass
class Choice:
    """One line as the form shows it again: what was typed, what that freezes, what is wrong with it."""

    shown: Shown
    chosen: bool = False
    how: str = "seats"
    seats: str = ""
    typed: str = ""
    amount: Decimal = ZERO
    error: str = ""
    # Questioned as often as the partner takes it.
    spent: bool = False

    @property
    def may_be_chosen(self) -> bool:
        """Whether anything of it can be questioned."""
        return self.shown.free > ZERO and not self.spent

    @property
    def by_seats(self) -> bool:
        """Whether a number of seats says how much is wrong."""
        return self.shown.line.quantity > 1 and self.shown.line.total > ZERO

    @property
    def fewer(self) -> int:
        """How many seats fewer than billed."""
        return self.shown.line.quantity - int(self.seats) if self.how == "seats" and self.seats.isdecimal() else 0


@dataclass
class Question:
    """The whole form, kept as it was filled in; `errors` are those of no single line."""

    invoice: Invoice
    choices: list[Choice]
    reasons: list[Given] = field(default_factory=list)
    reason: str = ""
    text: str = ""
    wanted: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What the case says: the evidence, a line each, then the customer's own words."""
        evidence = [line for each in self.reasons if each.chosen for line in each.lines]
        return "\n\n".join(filter(None, ("\n".join(evidence), self.text)))

    @property
    def amounts(self) -> dict[int, Decimal]:
        """What is to be frozen per line, by primary key."""
        return {each.shown.line.pk: each.amount for each in self.choices if each.amount > ZERO}

    @property
    def ordered(self) -> dict[int, int]:
        """How many seats they say they ordered, by line."""
        by_seats = [each for each in self.choices if each.chosen and each.how == "seats" and each.seats.isdecimal()]
        said = {each.shown.line.pk: int(each.seats) for each in by_seats}
        return said | {line: n for each in self.reasons if each.chosen for line, n in each.seats.items()}

    @property
    def frozen(self) -> Decimal:
        """What it freezes in all."""
        return sum(self.amounts.values(), ZERO)

    @property
    def faults(self) -> list[dict[str, Any]]:
        """Every fault with the field it belongs to, for the summary."""
        lines = [
            {"target": f"line-{each.shown.line.pk}", "label": each.shown.line.description, "text": each.error}
            for each in self.choices
            if each.error
        ]
        return lines + self._of_step(1) + self._of_step(2) + self._of_step(3)

    def faults_until(self, step: int) -> list[dict[str, Any]]:
        """The faults of a step and of those before it."""
        lines = [fault for fault in self.faults if str(fault["target"]).startswith("line-")]
        return lines + [fault for each in range(1, step + 1) for fault in self._of_step(each)]

    def _of_step(self, step: int) -> list[dict[str, Any]]:
        names = {
            "lines": (1, gettext("Lines")),
            "reason": (2, gettext("Reason")),
            "text": (2, gettext("Your words")),
            "wanted": (3, gettext("What you would like")),
            "files": (3, gettext("Files")),
        }
        found = [(key, names[key][1], text) for key, text in self.errors.items() if names[key][0] == step]
        if step == 2:
            found += [(each.name, str(each.label), each.error) for one in self.reasons for each in one.faults]
        return [{"target": key, "label": label, "text": text} for key, label, text in found]

    @property
    def first_wrong(self) -> int:
        """The first step with a fault; 0 where there is none."""
        return next((step for step in (1, 2, 3) if self.faults_until(step)), 0)


def read(
    invoice: Invoice, lines: Sequence[Shown], data: QueryDict, *, whole: bool = True, spent: Collection[int] = ()
) -> Question:
    """The form as it was sent. Without `whole` nothing is missed that isn't filled in yet; `spent` are the lines
    that were questioned as often as they may be."""
    choices = [_choice(shown, data, spent) for shown in lines]
    asked = [one.shown.line for one in choices if one.chosen and one.by_seats and one.how != "seats"]
    found = Question(invoice, choices, given(data, [Seats(line.pk, line.description) for line in asked]))
    found.reason, found.wanted = data.get("reason", ""), data.get("wanted", "")
    found.text = plain_text(data.get("text", ""))
    for each in found.choices:
        if each.chosen:
            each.amount, each.error = _amount(each, invoice.currency)
    if whole:
        found.errors = _missing(found)
    return found


def _choice(shown: Shown, data: QueryDict, spent: Collection[int]) -> Choice:
    pk = shown.line.pk
    choice = Choice(
        shown,
        spent=pk in spent,
        chosen=f"line_{pk}" in data and shown.free > ZERO and pk not in spent,
        how=data.get(f"how_{pk}", ""),
        seats=data.get(f"seats_{pk}", "").strip()[:20],
        typed=data.get(f"amount_{pk}", "").strip()[:40],
    )
    if choice.how not in ("seats", "amount", "all") or (choice.how == "seats" and not choice.by_seats):
        choice.how = "seats" if choice.by_seats else "all"
    return choice


def _missing(found: Question) -> dict[str, str]:
    errors = {}
    if not any(each.chosen for each in found.choices):
        errors["lines"] = gettext("Choose at least one line.")
    if found.reason not in REASONS:
        errors["reason"] = gettext("Choose what is wrong.")
    if not found.text:
        errors["text"] = gettext("Say in a sentence what is wrong.")
    elif len(found.words) > MOST_TEXT:
        errors["text"] = gettext("Too long: at most %(n)s characters.") % {"n": MOST_TEXT}
    if found.wanted and found.wanted not in WANTED:
        errors["wanted"] = gettext("Choose one of these.")
    return errors


def _amount(choice: Choice, currency: str) -> tuple[Decimal, str]:
    """What a chosen line freezes, or what is wrong with how it was filled in."""
    if choice.how == "all":
        return choice.shown.free, ""
    return _by_seats(choice, currency) if choice.how == "seats" else _typed(choice, currency)


def _by_seats(choice: Choice, currency: str) -> tuple[Decimal, str]:
    line = choice.shown.line
    if not (choice.seats.isascii() and choice.seats.isdecimal()):
        if not choice.seats:
            return ZERO, gettext("Write how many seats you ordered.")
        return ZERO, gettext("“%(typed)s” is not a number of seats. Write it like 24.") % {"typed": choice.seats}
    seats = int(choice.seats)
    if seats >= line.quantity:
        return ZERO, gettext("%(typed)s seats are not fewer than the %(billed)s billed.") % {
            "typed": choice.seats,
            "billed": line.quantity,
        }
    share = quantise(line.total * (line.quantity - seats) / line.quantity, currency)
    # What is paid or questioned already can't be frozen again.
    return min(share, choice.shown.free), ""


def _typed(choice: Choice, currency: str) -> tuple[Decimal, str]:
    said = {"typed": choice.typed, "free": money(choice.shown.free, currency)}
    if not choice.typed:
        return ZERO, gettext("Write the amount you think is wrong.")
    if not WRITTEN.fullmatch(choice.typed):
        return ZERO, gettext("“%(typed)s” is not an amount. Write it like 1,000.00.") % said
    amount = Decimal(choice.typed.replace(",", ""))
    if amount <= ZERO:
        return ZERO, gettext("“%(typed)s” is nothing. Write what you think is wrong.") % said
    if quantise(amount, currency) != amount:
        said["n"] = str(decimals(currency))
        return ZERO, gettext("“%(typed)s” has more than %(n)s decimals.") % said
    if amount > choice.shown.free:
        return ZERO, gettext("“%(typed)s” is more than the %(free)s that is open and not yet questioned.") % said
    return amount, ""
