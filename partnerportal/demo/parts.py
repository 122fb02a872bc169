"""What does each customer of the demo do, and when?"""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from customers.roles import Role
from disputes.models import Dispute
from disputes.questioning import question
from disputes.resolving import answer, confirm
from dunning.approving import refuse
from dunning.claiming import claim
from dunning.holding import extend, hold
from dunning.models import Proposal
from dunning.promising import promise
from outbox import clock

from . import parts_access, parts_cases, parts_money
from .cast import FIRST_BILL, SECOND_BILL, VISIO, Actor
from .parts_access import does_nothing

if TYPE_CHECKING:
    from .book import Book, Part


def _pays(book: "Book", actor: Actor, day: date) -> None:
    if day == date(2026, 9, 30):
        book.pay(actor, FIRST_BILL)
    if day == date(2026, 10, 30):
        book.pay(actor, SECOND_BILL)


def _pays_first(book: "Book", actor: Actor, day: date) -> None:
    if day == date(2026, 10, 5):
        book.pay(actor, FIRST_BILL)


def _questions(book: "Book", actor: Actor, day: date) -> None:
    """Pays a part, then questions five seats of one line; the case waits for an answer."""
    _pays_first(book, actor, day)
    if day == date(2026, 11, 12):
        book.pay(actor, SECOND_BILL, Decimal("2000.00"))
    if day == date(2026, 11, 17):
        invoice = book.invoice(actor, SECOND_BILL)
        line = invoice.lines.get(description=VISIO)
        question(
            invoice,
            {line.pk: Decimal("587.66")},
            reason=Dispute.Reason.QUANTITY,
            text="We reduced Visio by five seats on 9 October. The invoice still has the old number.",
            by=book.user_of(actor),
            now=clock.now(),
        )


def _answered(book: "Book", actor: Actor, day: date) -> None:
    """Two questions: one upheld and confirmed, one rejected and awaiting the customer's word."""
    _pays_first(book, actor, day)
    for asked, bill, answered in ((date(2026, 9, 22), FIRST_BILL, 24), (date(2026, 11, 16), SECOND_BILL, 18)):
        if day == asked:
            invoice = book.invoice(actor, bill)
            line = invoice.lines.order_by("position")[0]
            question(
                invoice,
                {line.pk: Decimal("120.00")},
                reason=Dispute.Reason.PRICE,
                text="The price for a seat is higher than in our order.",
                by=book.user_of(actor),
                now=clock.now(),
            )
        if day == asked.replace(day=answered):
            dispute = Dispute.objects.get(customer=book.customer(actor), invoice=book.invoice(actor, bill))
            upheld = bill == FIRST_BILL
            answer(
                dispute.pk,
                outcome="upheld" if upheld else "rejected",
                text="You are right, the old price applied until the end of the term. We credit the difference."
                if upheld
                else "The price rose with the renewal of 15 September; the order confirmation names it.",
                by=book.person(Role.BILLING),
                now=clock.now(),
            )
    if day == date(2026, 9, 25):
        first = Dispute.objects.get(customer=book.customer(actor), invoice=book.invoice(actor, FIRST_BILL))
        confirm(first.pk, by=book.user_of(actor), now=clock.now())


def _proposed(book: "Book", actor: Actor, day: date) -> None:
    """A first proposal was postponed; the one of the last day waits for approval."""
    if day == date(2026, 10, 27):
        for proposal in Proposal.objects.filter(customer=book.customer(actor), state=Proposal.State.PROPOSED):
            refuse(
                proposal.pk,
                by=book.person(Role.OWNER),
                reason="Asked for time until their own customer pays",
                now=clock.now(),
                until=date(2026, 11, 17),
            )


def _restored(book: "Book", actor: Actor, day: date) -> None:
    if day == date(2026, 11, 6):
        book.pay(actor, FIRST_BILL)
    if day == date(2026, 11, 9):
        book.pay(actor, SECOND_BILL)


def _part_paid(book: "Book", actor: Actor, day: date) -> None:
    _pays_first(book, actor, day)
    if day == date(2026, 11, 13):
        book.pay(actor, SECOND_BILL, Decimal("1500.00"))


def _keeps(book: "Book", actor: Actor, day: date) -> None:
    """Promises the second invoice, and pays it on the promised day."""
    _pays(book, actor, day)
    if day == date(2026, 10, 26):
        promise(book.invoice(actor, SECOND_BILL), None, date(2026, 10, 30), by=book.user_of(actor), now=clock.now())


def _promised(book: "Book", actor: Actor, day: date) -> None:
    """Promised the second invoice for next week; the ladder waits."""
    _pays_first(book, actor, day)
    if day == date(2026, 11, 18):
        promise(book.invoice(actor, SECOND_BILL), None, date(2026, 11, 27), by=book.user_of(actor), now=clock.now())


def _broken(book: "Book", actor: Actor, day: date) -> None:
    """Letters come back; on the phone somebody promised to pay, and didn't."""
    if day == date(2026, 11, 5):
        promise(
            book.invoice(actor, FIRST_BILL),
            Decimal("3000.00"),
            date(2026, 11, 13),
            by=book.person(Role.COLLECTIONS),
            now=clock.now(),
            note="Ms Hoa on the phone: a first part by Friday",
        )


def _reports(book: "Book", actor: Actor, day: date) -> None:
    """As answered; then says that the second invoice is paid."""
    _answered(book, actor, day)
    if day == date(2026, 11, 19):
        invoice = book.invoice(actor, SECOND_BILL)
        claim(
            invoice.customer,
            invoice,
            amount=invoice.balance,
            currency=invoice.currency,
            paid_on=date(2026, 11, 18),
            reference=invoice.reference or "",
            by=book.user_of(actor),
            now=clock.now(),
        )


def _held(book: "Book", actor: Actor, day: date) -> None:
    """Pays the first; the second is held while its bank details are checked."""
    _pays_first(book, actor, day)
    if day == date(2026, 11, 16):
        hold(
            book.invoice(actor, SECOND_BILL),
            reason="Their new bank account is being checked",
            until_on=date(2026, 11, 30),
            by=book.person(Role.COLLECTIONS),
            now=clock.now(),
        )


def _extended(book: "Book", actor: Actor, day: date) -> None:
    """Pays a part of the second invoice; for the rest the due day was moved."""
    _part_paid(book, actor, day)
    if day == date(2026, 11, 13):
        extend(
            book.invoice(actor, SECOND_BILL),
            reason="Paid in two parts, as agreed with the owner",
            until_on=date(2026, 11, 27),
            by=book.person(Role.OWNER),
            now=clock.now(),
        )


PARTS: "dict[str, Part]" = {
    **parts_money.PARTS,
    **parts_cases.PARTS,
    **parts_access.PARTS,
    "pays": _pays,
    "questions": _questions,
    "proposed": _proposed,
    "suspended": does_nothing,
    "restored": _restored,
    "keeps": _keeps,
    "promised": _promised,
    "broken": _broken,
    "reports": _reports,
    "held": _held,
    "extended": _extended,
    "no_contact": does_nothing,
}
