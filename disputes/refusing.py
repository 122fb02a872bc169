"""Why is this not done to a case? Errors that name the field and the reason, and the checks that raise them."""

import unicodedata
from typing import Final

from django.utils.translation import gettext

from customers.models import Customer, Membership, User
from customers.roles import May

from .models import Dispute

MOST_TEXT: Final = 4000
MOST_WORD: Final = 20_000
# Separators, controls and marks that take no ink: a text of these alone says nothing.
INKLESS: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cn", "Co", "Cs"})


class BadQuestion(Exception):
    """A value can't be taken. The message is `field: why`; `why` alone is for the person at that field."""

    @property
    def field(self) -> str:
        """Which value."""
        return str(self).partition(": ")[0]

    @property
    def why(self) -> str:
        """What is wrong with it, in the reader's language."""
        return str(self).partition(": ")[2]


class NotOpen(Exception):
    """Somebody moved this case on meanwhile: it is not in the state this needs."""


def plain_text(text: str) -> str:
    """The text with plain line ends and without what a database can't keep; empty if nobody could read it."""
    kept = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    return kept if any(unicodedata.category(char) not in INKLESS for char in kept) else ""


def worded(field: str, text: str, missing: str, *, most: int = MOST_TEXT) -> str:
    """The text as it is kept. Raises BadQuestion with `missing` where it says nothing, and where it is too long."""
    kept = plain_text(text)
    if not kept:
        raise BadQuestion(f"{field}: {missing}")
    if len(kept) > most:
        raise BadQuestion(field + ": " + gettext("Too long: at most %(n)s characters.") % {"n": most})
    return kept


def check_may_answer(by: User, partner_id: int) -> None:
    """Raises PermissionError unless this person may answer the partner's cases."""
    check_may(by, partner_id, May.ANSWER)


def check_may(by: User, partner_id: int, what: May) -> None:
    """Raises PermissionError unless this person is still of the partner's people, in a role that may."""
    place = Membership.objects.filter(user=by, user__is_active=True, partner_id=partner_id, customer=None).first()
    if place is None or not place.may(what):
        raise PermissionError(f"This person may not {what.label} of this partner.")


def check_may_speak(by: User | None, customer: Customer) -> None:
    """Raises PermissionError unless this person may question for the customer; a mail is known by its address."""
    if by is None:
        return
    place = Membership.objects.filter(user=by, partner_id=customer.partner_id, customer=customer).first()
    if place is None or not place.may(May.QUESTION):
        raise PermissionError("This person may not speak for this customer.")


def check_may_open(by: User | None, customer: Customer, source: str) -> None:
    """Raises PermissionError unless this person may open a case that comes to us in this way."""
    if source in (Dispute.Source.STAFF, Dispute.Source.FINDING) and by is not None:
        check_may_answer(by, customer.partner_id)
    else:
        check_may_speak(by, customer)
