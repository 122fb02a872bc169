"""Whose money is an entry? From what is known of customers, their documents, debts and accounts: pure, no tables."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations
from typing import Final

from .names import close, likenesses, numbers_in, same_form

# From here on, and with nobody else near, an entry is booked without a person.
SURE: Final = 80
# Another customer this near makes it unclear.
APART: Final = 20
MOST_CANDIDATES: Final = 20
# Two invoices that add up are looked for among so many.
MOST_PAIRED: Final = 30

# What each reason is worth; together at most 100.
REFERENCE, REFERENCE_ELSEWHERE = 95, 60
NAME, NAME_CLOSE, AMOUNT, ACCOUNT, ACCOUNT_SHARED = 45, 35, 45, 40, 15

Why = list[list[str]]


@dataclass(frozen=True)
class Open:
    """An invoice of which something is owed."""

    pk: int
    number: str
    balance: Decimal


@dataclass(frozen=True)
class Named:
    """An issued invoice whose number or reference a text may hold."""

    invoice: int
    customer: int
    number: str
    currency: str


@dataclass
class Known:
    """What is known of the customers that a few entries may be from."""

    documents: dict[str, list[Named]] = field(default_factory=dict)
    names: dict[str, set[int]] = field(default_factory=dict)
    # The same names by what near ones have in common, and each customer's own.
    alike: dict[str, set[str]] = field(default_factory=dict)
    called: dict[int, str] = field(default_factory=dict)
    accounts: dict[str, set[int]] = field(default_factory=dict)
    # Open invoices by customer and currency, oldest due first.
    open: dict[tuple[int, str], list[Open]] = field(default_factory=dict)
    # What would cure a suspension: the amount and the invoice it would pay.
    cures: dict[tuple[int, str], list[Open]] = field(default_factory=dict)
    # Customers whose one invoice, or whose whole debt, is exactly so much.
    by_amount: dict[tuple[str, Decimal], set[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Money:
    """What of an entry tells whose it is."""

    amount: Decimal
    currency: str
    payer: str
    payer_account: str
    text: str


@dataclass(frozen=True)
class Guess:
    """One customer it may be from: how likely (0 to 100), why (codes with values), which invoices it names."""

    customer: int
    confidence: int
    why: Why
    told: tuple[int, ...] = ()


@dataclass(frozen=True)
class Match:
    """Every customer it may be from, the likeliest first, and whether that one is sure."""

    guesses: tuple[Guess, ...]
    sure: bool

    @property
    def customers(self) -> frozenset[int]:
        """Everybody it may be from."""
        return frozenset(guess.customer for guess in self.guesses)


def match(money: Money, known: Known) -> Match:
    """Judge one entry. By a document's number in its text; else by amount and payer; else by the payer's account.

    Sure is only what reaches SURE with nobody else within APART; a document of one customer outweighs the rest,
    documents of two never do."""
    named = _named(money, known)
    in_currency = {one.customer for one in named if one.currency == money.currency}
    owners = in_currency or {one.customer for one in named}
    accounts = known.accounts.get(money.payer_account, set()) if money.payer_account else set()
    by_amount = known.by_amount.get((money.currency, money.amount), set())
    same, near = _payers(money, known, owners | accounts | by_amount)
    judged = [
        _judge(money, known, customer, named, same, near, accounts)
        for customer in sorted(owners | same | near | accounts | by_amount)
    ]
    guesses = sorted((one for one in judged if one.confidence), key=lambda one: (-one.confidence, one.customer))
    kept = tuple(guesses[:MOST_CANDIDATES])
    return Match(kept, _is_sure(kept, in_currency if len(owners) == 1 else owners))


def concerned(money: Money, known: Known) -> set[int]:
    """Everybody to whom anything points; what they owe must be known before an entry is judged."""
    accounts = known.accounts.get(money.payer_account, set()) if money.payer_account else set()
    others = {one.customer for one in _named(money, known)} | accounts
    others |= known.by_amount.get((money.currency, money.amount), set())
    same, near = _payers(money, known, others)
    return others | same | near


def _is_sure(guesses: tuple[Guess, ...], owners: set[int]) -> bool:
    if not guesses or guesses[0].confidence < SURE:
        return False
    if owners:
        return len(owners) == 1 and guesses[0].customer in owners
    return len(guesses) == 1 or guesses[0].confidence - guesses[1].confidence >= APART


def _named(money: Money, known: Known) -> list[Named]:
    found: dict[int, Named] = {}
    for number in numbers_in(money.text):
        for one in known.documents.get(number, ()):
            found.setdefault(one.invoice, one)
    return list(found.values())


def _payers(money: Money, known: Known, others: set[int]) -> tuple[set[int], set[int]]:
    """Customers called exactly as the payer, and those called nearly so. Misspelt names are looked for only among
    `others`, to whom something else points."""
    name = same_form(money.payer)
    if not name:
        return set(), set()
    same = known.names.get(name, set())
    if same:
        return same, set()
    alike = {other for key in likenesses(name) for other in known.alike.get(key, ())}
    alike |= {known.called[pk] for pk in others if pk in known.called}
    return same, {pk for other in alike if close(name, other) for pk in known.names.get(other, ())}


def _judge(
    money: Money,
    known: Known,
    customer: int,
    named: Iterable[Named],
    same: set[int],
    near: set[int],
    accounts: set[int],
) -> Guess:
    points, why = 0, []
    mine = [one for one in named if one.customer == customer]
    fitting = [one for one in mine if one.currency == money.currency]
    if mine:
        points += REFERENCE if fitting else REFERENCE_ELSEWHERE
        why += [["reference", one.number] for one in fitting or mine]
    if customer in same:
        points, why = points + NAME, [*why, ["name"]]
    elif customer in near:
        points, why = points + NAME_CLOSE, [*why, ["name_close"]]
    if customer in accounts:
        alone = len(accounts) == 1
        points += ACCOUNT if alone else ACCOUNT_SHARED
        why.append(["account"] if alone else ["account_shared"])
    told, reason = _fits(money, known, customer, paired=bool(points))
    if reason:
        points, why = points + AMOUNT, [*why, reason]
    return Guess(customer, min(points, 100), why, tuple(one.invoice for one in fitting) or told)


def _fits(money: Money, known: Known, customer: int, *, paired: bool) -> tuple[tuple[int, ...], list[str]]:
    """What of the customer's debt the amount equals. Two that add up count only where something else points to
    this customer."""
    owed = known.open.get((customer, money.currency), [])
    for one in owed:
        if one.balance == money.amount:
            return (one.pk,), ["amount", one.number]
    for one in known.cures.get((customer, money.currency), []):
        if one.balance == money.amount:
            return (one.pk,), ["cure", one.number]
    if len(owed) > 1 and sum(one.balance for one in owed) == money.amount:
        return (), ["amount_all", str(len(owed))]
    if paired:
        for first, second in combinations(owed[:MOST_PAIRED], 2):
            if first.balance + second.balance == money.amount:
                return (first.pk, second.pk), ["amount_two", first.number, second.number]
    return (), []
