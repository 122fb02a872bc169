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
