"""Which charge types do we know, and under which heading of the bill do they stand?"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)

SECTIONS: dict[str, str] = {
    "Cancel instance prorate": "recurring",
    "Cycle fee": "recurring",
    "Cycle instance prorate": "recurring",
    "Prorate fees when cancel": "recurring",
    "Prorate fees when purchase": "recurring",
    "Purchase fee": "recurring",
    "Prorate fee when renew": "recurring",
    "Renew fee": "recurring",
    "Prorate fees when activate": "other",
    "Offset a line item": "credits",
    "Assess usage fee when cancel": "usage",
    "Assess usage fee for current cycle": "usage",
    "Activation discount": "discounts",
    "Cycle discount": "discounts",
    "Renew discount": "discounts",
    "Cancel discount": "discounts",
    # Names the provider's global files use for the same kinds of charge.
    "Prorate fees when renew": "recurring",
    "Activation fee": "recurring",
    "Cancel fee": "recurring",
    "Prorate fees when convert away from current offering": "recurring",
    "Prorate fees when convert to a new offering": "recurring",
    # One-time and new commerce; its API says New for a purchase and Cancel for a refund.
    "new": "recurring",
    "renew": "recurring",
    "purchase": "recurring",
    "addQuantity": "recurring",
    "removeQuantity": "recurring",
    "cancelImmediate": "recurring",
    "cancel": "recurring",
    "refund": "recurring",
    "convert": "recurring",
    "customerCredit": "credits",
}
# In the order in which a bill shows them.
ORDER = ("recurring", "other", "usage", "credits", "discounts", "taxes", "unmapped")

_KNOWN = {name.casefold(): section for name, section in SECTIONS.items()}


def section_of(charge_type: str, layout: str = "license") -> str | None:
    """The bill's section for a charge type, or None for one we don't know: it waits unbilled. Lines of a daily-rated
    file are all usage, except credits."""
    found = _KNOWN.get(" ".join(charge_type.split()).casefold())
    return "usage" if layout == "daily" and found != "credits" else found


@dataclass(frozen=True)
class Summed:
    """The lines of one section (empty: of charge types we don't know), added up."""

    section: str
    amount: Decimal
    discount: Decimal
    tax: Decimal
    total: Decimal


def sections(groups: Iterable[Summed]) -> dict[str, Decimal]:
    """What each heading of the bill comes to. Credits are summed with their tax, which therefore isn't among the taxes;
    all other headings are before tax, and discounts stand by themselves. Together they are the total of the lines
    wherever a line's amount less its discount is its subtotal."""
    found: dict[str, Decimal] = {}

    def add(name: str, what: Decimal) -> None:
        found[name] = found.get(name, ZERO) + what

    for group in groups:
        if group.section == "credits":
            add("credits", group.total)
            continue
        add(group.section or "unmapped", group.amount)
        add("discounts", -group.discount)
        add("taxes", group.tax)
    return {name: found[name] for name in ORDER if found.get(name)}
