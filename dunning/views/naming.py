"""How are holds, promises and reports called, and why is one refused? The words of their pages."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.models import Hold

Words = Mapping[str, "str | Promise"]
KINDS: Final[Words] = {
    Hold.Kind.HOLD: _("Hold"),
    Hold.Kind.EXEMPTION: _("Exemption"),
    Hold.Kind.EXTENSION: _("Extension"),
}
STATES: Final[Words] = {
    "open": _("Running"),
    "kept": _("Kept"),
    "broken": _("Broken"),
    "settled": _("Nothing is owed any more"),
}
TONES: Final[Mapping[str, str]] = {"kept": "good", "broken": "bad"}
BAD_HOLD: Final[Words] = {
    "reason": _("Say why"),
    "from_on": _("This day has passed. Choose today or a later one"),
    "until_on": _("This is not later than the day it is due already"),
    "scope": _("An invoice or the whole customer is extended, not a subscription"),
    "ended": _("It has ended already"),
}
BAD_PROMISE: Final[Words] = {
    "status": _("Nothing of this invoice is to pay"),
    "amount": _("The amount that is to pay has changed meanwhile. Look at it again"),
    "by_on": _("The policy does not allow that day"),
    "count": _("This invoice was promised as often as the policy allows"),
}
BAD_CLAIM: Final[Words] = {
    "status": _("Nothing of this invoice is to pay"),
    "amount": _("This is not an amount"),
    "paid_on": _("This is not a day of the last year"),
    "again": _("We looked for this payment and did not find it. Check the day and the reference, or call us"),
    "why": _("Say what was looked at"),
    "gone": _("A payment has matched it meanwhile"),
}
CANT_WARN: Final[Words] = {
    "status": _("Nothing of this invoice is chased, so there is nothing to warn about."),
    "unwarned": _("No notice has been sent yet; the first one comes by itself."),
    "suspended": _("Access is off because of this invoice. A payment brings it back; a notice changes nothing."),
    "reason": _("Say why."),
}
