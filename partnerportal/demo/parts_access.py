"""What happens to those of the demo who lose access, or are about to?"""

from datetime import date
from typing import TYPE_CHECKING, Final

from customers.roles import Role
from dunning.approving import approve
from dunning.deciding import bring_back
from dunning.holding import exempt
from dunning.models import Proposal
from outbox import clock
from subscriptions.models import AccessStop
from subscriptions.stopping import agree, open_stop

from .cast import EARLY_BILL, Actor
from .parts_money import IN_TIME, pays_days_after
from .parts_money import PARTS as MONEY

if TYPE_CHECKING:
    from .book import Book


def does_nothing(book: "Book", actor: Actor, day: date) -> None:
    """Pays nothing, says nothing."""


def _approved(book: "Book", actor: Actor, *roles: str) -> None:
    for proposal in Proposal.objects.filter(customer=book.customer(actor), state=Proposal.State.PROPOSED):
        for role in roles:
            approve(proposal.pk, by=book.person(role), now=clock.now())


def two_people(book: "Book", actor: Actor, day: date) -> None:
    """One of two people has agreed."""
    if day == date(2026, 11, 19):
        _approved(book, actor, Role.COLLECTIONS)


def undo(book: "Book", actor: Actor, day: date) -> None:
    """Both have agreed this morning, and it can still be undone."""
    if day == date(2026, 11, 20):
        _approved(book, actor, Role.COLLECTIONS, Role.OWNER)


def brought_back(book: "Book", actor: Actor, day: date) -> None:
    """Suspended since September; before the data goes, access is given back until a court has decided."""
    if day == date(2026, 11, 12):
        bring_back(
            book.invoice(actor, EARLY_BILL),
            until=date(2026, 12, 11),
            reason="Insolvency: the administrator asked for the data and pays from December",
            by=book.person(Role.OWNER),
            now=clock.now(),
        )


def exempted(book: "Book", actor: Actor, day: date) -> None:
    """A customer with whom the owner has other arrangements."""
    MONEY["exempt"](book, actor, day)
    if day == date(2026, 10, 9):
        exempt(
            book.customer(actor),
            reason="Pays each quarter by framework contract 2026-17",
            until_on=date(2026, 12, 31),
            by=book.person(Role.OWNER),
            now=clock.now(),
        )


def _stop(book: "Book", actor: Actor, evidence: str) -> AccessStop:
    customer = book.customer(actor)
    pks = list(customer.subscriptions.values_list("pk", flat=True))
    return open_stop(
        customer,
        pks,
        cause=AccessStop.Cause.FRAUD,
        evidence=evidence,
        by=book.person(Role.COLLECTIONS),
        now=clock.now(),
    )


def fraud(book: "Book", actor: Actor, day: date) -> None:
    """Pays, and is stopped all the same."""
    pays_days_after(IN_TIME, by_bank=True)(book, actor, day)
    if day == date(2026, 11, 11):
        _stop(book, actor, "Three of its mailboxes sent 40,000 messages in a night; report of 21Vianet, 10 November")
    if day == date(2026, 11, 12):
        asked = AccessStop.objects.get(customer=book.customer(actor))
        agree(asked.pk, by=book.person(Role.OWNER), now=clock.now())


def fraud_asked(book: "Book", actor: Actor, day: date) -> None:
    """The second person has yet to look."""
    pays_days_after(IN_TIME, by_bank=True)(book, actor, day)
    if day == date(2026, 11, 19):
        _stop(book, actor, "Ordered with the seal of a company that was dissolved in June; letter of its administrator")


PARTS: Final = {
    "waiting": does_nothing,
    "forgotten": does_nothing,
    "two_people": two_people,
    "undo": undo,
    "brought_back": brought_back,
    "exempt": exempted,
    "fraud": fraud,
    "fraud_asked": fraud_asked,
}
