"""What are the provider's kinds of charge called in the reader's language?"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers import formats

# By the provider's own name, in small letters.
NAMES: Final[Mapping[str, str | Promise]] = {
    "cycle fee": _("Charge for the period"),
    "purchase fee": _("First charge"),
    "renew fee": _("Charge on renewal"),
    "activation fee": _("Activation"),
    "cancel fee": _("Charge on cancelling"),
    "cycle instance prorate": _("Change of seats within the period"),
    "cancel instance prorate": _("Given back on cancelling"),
    "prorate fees when purchase": _("Seats added within the period"),
    "prorate fees when cancel": _("Seats cancelled within the period"),
    "prorate fee when renew": _("Part of a period on renewal"),
    "prorate fees when renew": _("Part of a period on renewal"),
    "prorate fees when activate": _("Part of a period on activation"),
    "offset a line item": _("Refund of a charge"),
    "prorate fees when convert away from current offering": _("Change to another offer within the period"),
    "prorate fees when convert to a new offering": _("Change to another offer within the period"),
    "assess usage fee for current cycle": _("Usage"),
    "assess usage fee when cancel": _("Usage until the cancelling"),
    "activation discount": _("Discount on activation"),
    "cycle discount": _("Discount for the period"),
    "renew discount": _("Discount on renewal"),
    "cancel discount": _("Discount taken back"),
    "new": _("Purchase"),
    "purchase": _("Purchase"),
    "renew": _("Charge on renewal"),
    "addquantity": _("Seats added within the period"),
    "removequantity": _("Seats cancelled within the period"),
    "cancelimmediate": _("Given back on cancelling"),
    "cancel": _("Given back on cancelling"),
    "refund": _("Given back on cancelling"),
    "convert": _("Change to another offer within the period"),
    "customercredit": _("Credit"),
}
STORED: Final = re.compile(r"(.+), (\d{4}-\d\d-\d\d) – (\d{4}-\d\d-\d\d)", re.ASCII)


def charge_said(charge_type: str) -> str:
    """A kind of charge in words; one we don't know keeps the provider's."""
    return str(NAMES.get(" ".join(charge_type.split()).casefold(), charge_type))


def detail_said(detail: str) -> str:
    """An invoice line's detail as it is read: the kind of charge, and from when to when. What is none stays."""
    found = STORED.fullmatch(detail)
    if found is None:
        return detail
    try:
        first, last = date.fromisoformat(found[2]), date.fromisoformat(found[3])
    except ValueError:
        return detail
    days = gettext("%(first)s to %(last)s") % {
        "first": formats.day(first, last, weekday=False),
        "last": formats.day(last, last, weekday=False, year=True),
    }
    return formats.joined(charge_said(found[1]), days)
