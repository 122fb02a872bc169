"""How does a statement of account read: its movements in words, as a paper, and as the month's own kept paper?"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from customers import formats
from customers.filing import Paper, file_paper
from customers.models import Customer, Document, User
from customers.printing import Printed, print_paper

from .invoicing import parties
from .papers import addressed, between, column, fact, on, sheet
from .stating import Movement, OpenItem, Statement, currencies, state

WORDS: Final[dict[str, "str | Promise"]] = {
    "invoice": _("Invoice %(about)s"),
    "reversal": _("Payment taken back by the bank %(about)s"),
    "refund": _("Refund %(about)s"),
    "void": _("Invoice %(about)s voided"),
    "credit_note": _("Credit note %(about)s"),
    "payment": _("Payment %(about)s"),
    "write_off": _("Written off of invoice %(about)s"),
}


def words(movement: Movement) -> str:
    """What a movement is, in the reader's language: Invoice HH-2026-00001."""
    return (str(WORDS[movement.kind]) % {"about": movement.about}).strip()


def file_stem(customer: Customer) -> str:
    """The customer's name as a file may carry it."""
    return slugify(customer.name)[:40] or f"customer-{customer.pk}"


def print_statement(statements: Sequence[Statement], *, now: datetime) -> Printed:
    """One paper with a part for each statement: one customer, one span of days, one part for each currency.

    In the language of the moment. Raises Unprinted."""
    return print_paper("statement", _data(statements), at=now)


def month_paper(
    customer: Customer, first: date, last: date, *, language: str, now: datetime, by: User | None = None
) -> Document:
    """The paper of a month that is over, in every currency that was ever used; made once. Raises Unprinted."""
    month = f"{first:%Y-%m}"
    paper = Paper(
        customer.partner,
        customer,
        Document.Kind.STATEMENT,
        f"{customer.pk}, {month}",
        f"statement-{file_stem(customer)}-{month}",
    )
    today = now.astimezone(customer.tz).date()

    def make() -> Printed:
        found = [state(customer, one, first=first, last=last, today=today) for one in currencies(customer)]
        return print_statement(found, now=now)

    return file_paper(paper, language=language, make=make, now=now, by=by)


def _data(statements: Sequence[Statement]) -> dict[str, Any]:
    one = statements[0]
    partner, party = one.customer.partner, parties(one.customer.partner, one.customer)
    return {
        **sheet(
            partner,
            title=gettext("Statement of account"),
            number=one.customer.name,
            foot=gettext("A payment counts from the day the bank received it."),
        ),
        "from_label": pgettext("the seller", "From"),
        "to_label": pgettext("the customer", "For"),
        "seller": [text for text in (partner.name, partner.address) if text],
        "buyer": addressed(party["buyer"]),
        "facts": [fact(gettext("Days"), between(one.first, one.last)), fact(gettext("Made on"), on(one.today))],
        "parts": [_part(each) for each in statements],
        "pay_label": gettext("How to pay"),
        "pay": [
            fact(label, value)
            for label, value in (
                (gettext("Account"), partner.bank_account),
                (gettext("Bank"), partner.bank_name),
                (gettext("Number"), partner.bank_number),
            )
            if value
        ],
        "notes": [gettext("Write an invoice’s reference into the transfer and it pays exactly that invoice.")],
    }


def _part(it: Statement) -> dict[str, Any]:
    code = it.currency
    return {
        "title": gettext("Amounts in %(currency)s") % {"currency": code},
        "columns": [
            column(gettext("Day"), num=False),
            column(gettext("What moved it"), num=False, wide=True),
            column(gettext("Billed")),
            column(gettext("Paid or credited")),
            column(gettext("Balance")),
        ],
        "opening": [on(it.first), gettext("Opening balance"), "", "", formats.bare(it.opening, code)],
        "lines": [_line(movement, code) for movement in it.movements],
        "closing": [on(it.last), gettext("Closing balance"), "", "", formats.amount(it.closing, code)],
        "open_title": gettext("Open on %(day)s") % {"day": on(it.today)},
        "open_columns": [
            column(gettext("Invoice"), num=False, wide=True),
            column(gettext("Reference"), num=False),
            column(gettext("Due")),
            column(gettext("Days over")),
            column(gettext("Total")),
            column(gettext("Open")),
        ],
        "open_lines": [_item(item, code) for item in it.items],
        "aged": [
            fact(label, formats.amount(amount, code)) for label, amount in zip(it.buckets.labels, it.aged, strict=True)
        ],
        "totals": [
            {"label": gettext("Open invoices"), "value": formats.amount(it.open, code)},
            {"label": gettext("Waits unapplied"), "value": formats.amount(-it.waiting, code)},
            {
                "label": gettext("Owed, %(currency)s") % {"currency": code},
                "value": formats.amount(it.owed, code),
                "total": True,
            },
        ],
    }


def _line(movement: Movement, code: str) -> list[str]:
    up, down = (movement.amount, None) if movement.amount > 0 else (None, -movement.amount)
    return [
        on(movement.on),
        words(movement),
        formats.bare(up, code),
        formats.bare(down, code),
        formats.bare(movement.balance, code),
    ]


def _item(item: OpenItem, code: str) -> list[str]:
    invoice = item.invoice
    return [
        invoice.number or "",
        invoice.reference or "",
        on(invoice.due_on),
        formats.grouped(item.over) if item.over > 0 else "–",
        formats.bare(invoice.total, code),
        formats.bare(invoice.balance, code),
    ]
