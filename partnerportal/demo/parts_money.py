"""What do those of the demo do whose story is money: paid early, in time, late, too much, in part, not at all?"""

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from billing.importing_invoices import import_invoices
from billing.models import Payment, WriteOff
from customers.roles import Role
from dunning.correcting import (
    agree_to_write_off,
    ask_to_write_off,
    credit_invoice,
    send_back,
    take_payment_back,
)
from outbox import clock

from .cast import EARLY_BILL, FIRST_BILL, SECOND_BILL, Actor

if TYPE_CHECKING:
    from .book import Book, Part

CENT: Final = Decimal("0.01")
# Before the due day, and before anybody is reminded of it on the last working day before a holiday.
IN_TIME: Final = 14
IN_DOLLARS: Final = """customer,issued_on,due_on,currency,description,quantity,unit_price,tax_rate
{customer},2026-10-12,2026-11-11,USD,Migration workshop (two days on site),2,640.00,0
{customer},2026-10-12,2026-11-11,USD,Travel,1,186.40,0
"""


def pays_days_after(days: int, *, by_bank: bool = False, second: bool = True) -> "Part":
    """Pays each invoice so many days after its bill, through the bank where a statement is read then."""

    def part(book: "Book", actor: Actor, day: date) -> None:
        bill = day - timedelta(days=days)
        if bill not in _bills(actor, second):
            return
        if by_bank and bill != EARLY_BILL:
            book.wire(actor, bill)
        else:
            book.pay(actor, bill)

    return part


pays_first = pays_days_after(IN_TIME, by_bank=True, second=False)


def _bills(actor: Actor, second: bool) -> tuple[date, ...]:
    bills = (EARLY_BILL, FIRST_BILL, SECOND_BILL) if second else (EARLY_BILL, FIRST_BILL)
    return tuple(bill for bill in bills if bill >= actor.since)


def overpaid(book: "Book", actor: Actor, day: date) -> None:
    """Pays 1,200 too much and gets it back; pays the next invoice twice, and that waits."""
    if day == date(2026, 10, 4):
        book.pay(actor, FIRST_BILL, book.invoice(actor, FIRST_BILL).balance + Decimal(1200))
    if day == date(2026, 10, 13):
        source = Payment.objects.get(customer=book.customer(actor))
        send_back(
            source,
            amount=Decimal("1200.00"),
            refunded_on=day,
            reference="Refund of what was too much",
            reason="They rounded up by mistake and asked for it back",
            by=book.person(Role.BILLING),
            now=clock.now(),
        )
    if day == date(2026, 11, 3):
        balance = book.invoice(actor, SECOND_BILL).balance
        book.pay(actor, SECOND_BILL, balance)
        book.receive(actor, balance, "October, paid by the branch office")


def unapplied(book: "Book", actor: Actor, day: date) -> None:
    """Pays in time, and then something nobody asked for."""
    pays_days_after(IN_TIME, by_bank=True)(book, actor, day)
    if day == date(2026, 11, 17):
        book.receive(actor, Decimal("5000.00"), "на счёт")


def credited(book: "Book", actor: Actor, day: date) -> None:
    """Gets a tenth of a line back as goodwill, and pays the rest."""
    if day == date(2026, 10, 21):
        invoice = book.invoice(actor, SECOND_BILL)
        line = invoice.lines.order_by("position")[0]
        credit_invoice(
            invoice,
            {line.pk: (line.open / 10).quantize(CENT)},
            why="goodwill",
            reason="Two days without mail in October",
            by=book.person(Role.BILLING),
            now=clock.now(),
        )
    pays_days_after(18)(book, actor, day)


def written_off(book: "Book", actor: Actor, day: date) -> None:
    """Pays all but a rest over which both sides have quarrelled long enough."""
    if day == date(2026, 10, 5):
        book.pay(actor, FIRST_BILL, book.invoice(actor, FIRST_BILL).balance - Decimal("186.40"))
    if day == date(2026, 10, 15):
        ask_to_write_off(
            book.invoice(actor, FIRST_BILL),
            amount=Decimal("186.40"),
            reason="Bank fees they never agreed to; more work than money",
            by=book.person(Role.BILLING),
            now=clock.now(),
        )
    if day == date(2026, 10, 16):
        asked = WriteOff.objects.get(invoice=book.invoice(actor, FIRST_BILL))
        agree_to_write_off(asked, by=book.person(Role.OWNER), now=clock.now())
    if day == date(2026, 11, 4):
        book.pay(actor, SECOND_BILL)


def write_off_asked(book: "Book", actor: Actor, day: date) -> None:
    """Pays, but for what a person would like to give up; the second person has not answered."""
    pays_first(book, actor, day)
    if day == date(2026, 11, 4):
        book.pay(actor, SECOND_BILL, book.invoice(actor, SECOND_BILL).balance - Decimal("240.00"))
    if day == date(2026, 11, 18):
        ask_to_write_off(
            book.invoice(actor, SECOND_BILL),
            amount=Decimal("240.00"),
            reason="Difference of the flood week, promised by our sales on the phone",
            by=book.person(Role.BILLING),
            now=clock.now(),
        )


def two_currencies(book: "Book", actor: Actor, day: date) -> None:
    """Pays what it owes in renminbi; a workshop was billed in dollars, by the accounts department's own file."""
    pays_days_after(IN_TIME, by_bank=True)(book, actor, day)
    if day == date(2026, 10, 12):
        content = IN_DOLLARS.format(customer=actor.name).encode()
        import_invoices(book.partner, content, issue=True, now=clock.now())


def taken_back(book: "Book", actor: Actor, day: date) -> None:
    """The bank takes the first payment back; it comes again, and the second invoice is open."""
    if day in (date(2026, 10, 3), date(2026, 10, 21)):
        book.pay(actor, FIRST_BILL)
    if day == date(2026, 10, 12):
        payment = Payment.objects.get(customer=book.customer(actor))
        take_payment_back(
            payment,
            reversed_on=day,
            reason="Returned by the payer's bank: account closed",
            now=clock.now(),
            by=book.person(Role.BILLING),
        )


def bank_unclear(book: "Book", actor: Actor, day: date) -> None:
    """Pays the first invoice; for the second money comes under half a name and without a reference."""
    pays_first(book, actor, day)


PARTS: Final = {
    "early": pays_days_after(4),
    "on_time": pays_days_after(IN_TIME, by_bank=True),
    "late": pays_days_after(27, by_bank=True),
    "very_late": pays_days_after(38),
    "reminded": pays_first,
    "final": pays_first,
    "courtesy": pays_first,
    "exempt": pays_first,
    "overpaid": overpaid,
    "unapplied": unapplied,
    "credited": credited,
    "written_off": written_off,
    "write_off_asked": write_off_asked,
    "two_currencies": two_currencies,
    "taken_back": taken_back,
    "bank_unclear": bank_unclear,
    "drifted": pays_days_after(IN_TIME, by_bank=True),
    "seats_differ": pays_days_after(IN_TIME, by_bank=True),
}
