"""How does a rule of the price book read? Whom it is for, what it says, for which days, and who said so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext

from customers import formats

from .models import PassOn, PriceEntry, PriceRule, TaxRule
from .price_words import because, percent_said, plus_said, rounding_said, tax_said, with_sign


@dataclass(frozen=True)
class Shown:
    """One rule as the page shows it. `state` is coming, in_force, over or withdrawn."""

    rule: Any
    group: str
    whom: str
    says: str
    days: str
    state: str


def shown(rule: Any, offers: Mapping[str, str], today: date) -> Shown:
    """A rule in words; `offers` gives offers their names."""
    return Shown(rule, _group(rule), _whom(rule, offers), _says(rule), span(rule, today), state_of(rule, today))


def grouped(rows: Iterable[Shown]) -> list[tuple[str, list[Shown]]]:
    """The rows under their groups, in their order."""
    groups: dict[str, list[Shown]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    return list(groups.items())


def first_rules(rules: Sequence[PriceRule], today: date) -> list[tuple[str, str, bool]]:
    """The first rules that apply or will: what they say, since when, and whether that is to come."""
    coming = [rule for rule in rules if rule.effective_from > today]
    now = [rule for rule in rules if rule.effective_from <= today][:1]
    return [
        (plus_said(rule.markup_percent), _since(rule.effective_from), rule.effective_from > today)
        for rule in [*now, *reversed(coming)]
    ]


def _since(day: date) -> str:
    if day.year <= 2000:
        return gettext("from the beginning")
    return gettext("from %(day)s") % {"day": formats.day(day, day, weekday=False, year=True)}


def state_of(rule: Any, today: date) -> str:
    """Whether it applies, will apply, is over or was withdrawn."""
    if rule.withdrawn:
        return "withdrawn"
    if rule.until_on is not None and rule.until_on < today:
        return "over"
    return "coming" if rule.from_on > today else "in_force"


def span(rule: Any, today: date) -> str:
    """From when to when it applies."""
    first = formats.day(rule.from_on, today, weekday=False)
    if rule.withdrawn:
        return gettext("was to apply from %(first)s") % {"first": first}
    if rule.until_on is None:
        return gettext("since %(first)s") % {"first": first} if rule.from_on <= today else _since(rule.from_on)
    last = formats.day(rule.until_on, today, weekday=False)
    return gettext("%(first)s to %(last)s") % {"first": first, "last": last}


def _group(rule: Any) -> str:
    if isinstance(rule, PassOn):
        return gettext("Everything")
    if rule.customer is not None:
        return gettext("Customers")
    return gettext("Offers") if rule.offer_id else gettext("Everything")


def _whom(rule: Any, offers: Mapping[str, str]) -> str:
    if isinstance(rule, PassOn):
        return gettext("All customers")
    offer = offers.get(rule.offer_id, rule.offer_id)
    if rule.customer is None:
        return offer or gettext("All offers")
    return formats.joined(rule.customer.name, offer) if offer else str(rule.customer.name)


def _says(rule: Any) -> str:
    if isinstance(rule, PriceEntry):
        return _price(rule)
    if isinstance(rule, TaxRule):
        rate = percent_said(rule.rate * 100)
        if rule.inclusive:
            return gettext("%(rate)s tax, held by the price already") % {"rate": rate}
        return gettext("%(rate)s tax, added to the price") % {"rate": rate}
    return f"{_passing(rule)} {rounding_said(rule.rounding)}."


def _price(rule: PriceEntry) -> str:
    if rule.method == PriceEntry.Method.FIXED:
        assert rule.unit_price is not None
        return gettext("fixed %(price)s a unit") % {"price": with_sign(rule.unit_price, rule.currency)}
    assert rule.percent is not None
    if rule.method == PriceEntry.Method.DISCOUNT:
        return gettext("%(percent)s less") % {"percent": percent_said(rule.percent)}
    return plus_said(rule.percent)


def _passing(rule: PassOn) -> str:
    said = {
        ("carried", "carried"): gettext("Credits and prorations are carried through."),
        ("carried", "absorbed"): gettext("Credits are carried through, prorations stay with us."),
        ("absorbed", "carried"): gettext("Credits stay with us, prorations are carried through."),
        ("absorbed", "absorbed"): gettext("Credits and prorations stay with us."),
    }
    return said[str(rule.credits), str(rule.prorations)]


def previewed(found: Any, today: date) -> dict[str, str]:
    """A preview in words: "¥99.00 cost → ¥110.88, margin 10.7 %", and why."""
    if found.made is None:
        if found.cost is None:
            return {"price": gettext("21Vianet has charged nothing for it yet, so only a fixed price could be told.")}
        return {"price": gettext("No rule applies, so it can’t be billed."), "tone": "bad"}
    price = with_sign(found.made.net, found.currency)
    why = formats.joined(because(found.note, found.currency, today=today), tax_said(found.note, found.currency))
    whole = gettext("%(total)s with tax") % {"total": formats.amount(found.made.total, found.currency)}
    if found.earned is None:
        return {"price": price, "why": why, "whole": whole}
    text = gettext("%(cost)s cost → %(price)s, margin %(share)s")
    share = formats.percent(found.earned["percent"], 1)
    said = text % {"cost": with_sign(found.cost, found.currency), "price": price, "share": share}
    return {"price": said, "why": why, "whole": whole, "tone": "bad" if found.earned["amount"] < 0 else ""}
