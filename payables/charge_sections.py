"""What are the headings of a bill called?"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SECTION_NAMES: Final[Mapping[str, str | Promise]] = {
    "recurring": _("Recurring charges"),
    "other": _("Other products and services"),
    "usage": _("Usage charges"),
    "credits": _("Credits and adjustments, with tax"),
    "discounts": _("Discounts"),
    "taxes": _("Taxes"),
    "unmapped": _("Charge types we don’t know"),
}


def in_order(sums: Mapping[str, str]) -> list[tuple[str | Promise, Decimal]]:
    """What the headings come to, by name, in the order of the bill."""
    return [(name, Decimal(sums[code])) for code, name in SECTION_NAMES.items() if code in sums]
