"""What stands on the paper of an invoice and of a credit note? The same amounts and numbers as everywhere."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import Sum
from django.utils.translation import gettext, pgettext

from customers import formats
from customers.branding import on_paper
from customers.filing import Paper, file_paper
from customers.models import Document, Partner, User
from customers.printing import print_paper

from .invoicing import parties
from .models import CreditNote, CreditNoteLine, Invoice, InvoiceLine
from .money import ZERO
from .price_words import rounding_said

CLOSE: Final = Decimal("0.3")
LONG_ADDRESS: Final = 34
LANGUAGES: Final = {"zh": ("zh", "cn"), "ru": ("ru", "ru"), "en": ("en", "gb")}


def invoice_paper(invoice: Invoice) -> Paper:
    """The paper of an issued invoice. A tax invoice's number that came later, or its end, makes another one."""
    about = invoice.number or ""
    if invoice.tax_invoice_number:
        about = f"{about}, {invoice.tax_invoice_number}"
    if invoice.status == Invoice.Status.VOID:
        about = f"{about}, void"
    return Paper(invoice.partner, invoice.customer, Document.Kind.INVOICE, about, f"invoice-{invoice.number}")


def print_invoice(
    invoice: Invoice,
    *,
    language: str,
    now: datetime,
    late: Callable[[], Sequence[str]] = tuple,
    by: User | None = None,
) -> Document:
    """The invoice in a language, made once. `late` says in that language what happens if it is late.

    Amounts and parties are those frozen when it was issued. Raises Unprinted; a draft is no paper."""
    assert invoice.number
    return file_paper(
        invoice_paper(invoice),
        language=language,
        make=lambda: print_paper("invoice", _invoice(invoice, list(late())), at=now),
        now=now,
        by=by,
    )


def credit_note_paper(note: CreditNote) -> Paper:
    """The paper of a credit note."""
    return Paper(note.partner, note.customer, Document.Kind.CREDIT_NOTE, note.number, f"credit-note-{note.number}")


def print_credit_note(note: CreditNote, *, language: str, now: datetime, by: User | None = None) -> Document:
    """The credit note in a language, made once. Raises Unprinted."""
    return file_paper(
        credit_note_paper(note),
        language=language,
        make=lambda: print_paper("invoice", _credit_note(note), at=now),
        now=now,
        by=by,
    )


def sheet(partner: Partner, *, title: str, number: str, foot: str) -> dict[str, Any]:
    """What every paper carries: whose it is, its name, its foot with the page, in the language of the moment."""
    lang, region = LANGUAGES[formats.language()]
    return {
        "title": title,
        "number": number,
        "foot": foot,
        "lang": lang,
        "region": region,
        "page_of": gettext("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
        "partner": on_paper(partner),
    }


def on(day: date | None) -> str:
    """A day as documents write it, with its year."""
    return formats.day(day, day, weekday=False, year=True) if day else ""


def between(first: date, last: date) -> str:
    """From one day to another, the year said once where it is the same."""
    begins = formats.day(first, last, weekday=False, year=first.year != last.year)
    return gettext("%(first)s to %(last)s") % {"first": begins, "last": on(last)}


def column(label: str, *, num: bool = True, wide: bool = False) -> dict[str, Any]:
    """The head of one column of a paper's table."""
    return {"label": label, "num": num, "wide": wide}


def fact(label: str, value: str, *, bold: bool = False) -> dict[str, Any]:
    """A label with its value."""
    return {"label": label, "value": value, "bold": bold}


def _invoice(invoice: Invoice, late: list[str]) -> dict[str, Any]:
    partner, currency = invoice.partner, invoice.currency
    party = invoice.party or parties(partner, invoice.customer)
    lines = list(invoice.lines.order_by("position"))
    void = invoice.status == Invoice.Status.VOID
    return {
        **sheet(
            partner,
            title=gettext("Void invoice") if void else gettext("Invoice"),
            number=invoice.number or "",
            foot=" ".join([gettext("Prices before tax."), rounding_said(invoice.rounding) + "."]),
        ),
        **_sides(party),
        "facts": _facts(invoice),
        "columns": [
            column(""),
            column(gettext("Line"), num=False, wide=True),
            column(gettext("Seats")),
            column(gettext("Price")),
            column(gettext("Before tax")),
            column(gettext("Tax")),
            column(gettext("With tax")),
        ],
        "lines": [_line(line, currency) for line in lines],
        "totals": _totals(invoice.net, _by_rate(invoice), invoice.total, currency),
        "pay_label": gettext("How to pay"),
        "pay": [] if void else _pay(invoice, party["seller"], partner),
        "late_label": gettext("If it is late"),
        "late": [] if void else late,
        "notes": _notes(partner),
    }


def _sides(party: dict[str, Any]) -> dict[str, Any]:
    seller, buyer = party.get("seller", {}), party.get("buyer", {})
    return {
        "from_label": pgettext("the seller", "From"),
        "to_label": gettext("Billed to"),
        "seller": [*filter(None, (seller.get("name"), seller.get("address"))), *tax_number(seller)],
        "buyer": addressed(buyer),
    }


def tax_number(seller: dict[str, str]) -> list[str]:
    """The number a company pays tax under, in words; nothing where it isn't known."""
    known = seller.get("tax_id")
    return [gettext("Tax number %(number)s") % {"number": known}] if known else []


def addressed(buyer: dict[str, str]) -> list[str]:
    """Who is billed, with whoever letters go to; the domain stands there only without an address."""
    named = ("name", "contact", "email" if buyer.get("email") else "domain")
    return [breakable(buyer[name]) if name == "email" else buyer[name] for name in named if buyer.get(name)]


def breakable(address: str) -> str:
    """A long address may go over to the next line behind its @."""
    return address.replace("@", "@\u200b") if len(address) > LONG_ADDRESS else address


def _facts(invoice: Invoice) -> list[dict[str, Any]]:
    first, last = invoice.period_start, invoice.period_end
    span = between(first, last) if first and last else ""
    found = [
        fact(gettext("Issued"), on(invoice.issued_on)),
        fact(gettext("Due"), on(invoice.due_on), bold=True),
        fact(gettext("Period"), span or invoice.period),
        fact(gettext("Amounts in"), invoice.currency),
    ]
    if invoice.tax_invoice_number:
        found.append(fact(gettext("Tax invoice"), invoice.tax_invoice_number))
    return found


def _line(line: InvoiceLine, currency: str) -> dict[str, Any]:
    return {
        "position": str(line.position),
        "description": line.description,
        "detail": line.detail_said,
        "figures": [
            formats.grouped(line.quantity),
            formats.price(line.unit_price, currency),
            *(formats.bare(amount, currency) for amount in (line.net, line.tax, line.total)),
        ],
    }


def _by_rate(invoice: Invoice) -> list[tuple[Decimal, Decimal]]:
    """The tax for each rate in per cent. A line's own rate follows from its rounded tax, so what misses a whole
    one by a little belongs to it."""
    found: dict[Decimal, Decimal] = defaultdict(lambda: ZERO)
    for rate, tax in invoice.lines.order_by().values_list("tax_rate").annotate(sum=Sum("tax")):
        percent = rate * 100
        whole = percent.quantize(Decimal(1))
        found[whole if abs(percent - whole) < CLOSE else percent.quantize(Decimal("0.1"))] += tax
    return sorted(found.items())


def _totals(net: Decimal, rates: list[tuple[Decimal, Decimal]], total: Decimal, currency: str) -> list[dict[str, Any]]:
    rows = [{"label": gettext("Before tax"), "value": formats.amount(net, currency)}]
    for rate, tax in rates:
        said = formats.percent(rate, 0 if rate == rate.to_integral_value() else 1)
        rows.append({"label": gettext("Tax %(rate)s") % {"rate": said}, "value": formats.amount(tax, currency)})
    label = gettext("Total, %(currency)s") % {"currency": currency}
    return [*rows, {"label": label, "value": formats.amount(total, currency), "total": True}]


def _pay(invoice: Invoice, seller: dict[str, str], partner: Partner) -> list[dict[str, Any]]:
    """Where to transfer: as frozen in the invoice, else as it is today."""
    rows = [
        (gettext("Account"), seller.get("bank_account") or partner.bank_account),
        (gettext("Bank"), seller.get("bank_name") or partner.bank_name),
        (gettext("Number"), seller.get("bank_number") or partner.bank_number),
    ]
    made = [fact(label, value) for label, value in rows if value]
    return [*made, fact(gettext("Reference"), invoice.reference or "", bold=True)]


def _notes(partner: Partner) -> list[str]:
    reach = formats.joined(partner.reply_email, partner.phone) if partner.reply_email and partner.phone else ""
    reach = reach or partner.reply_email or partner.phone
    text = gettext("A question on a line freezes only what you question.")
    return [f"{text} {reach}".strip()]


def _credit_note(note: CreditNote) -> dict[str, Any]:
    currency = note.currency
    lines = list(note.lines.select_related("invoice_line__invoice").order_by("position"))
    net, tax = sum((line.net for line in lines), ZERO), sum((line.tax for line in lines), ZERO)
    return {
        **sheet(
            note.partner,
            title=gettext("Credit note"),
            number=note.number,
            foot=gettext("It lowers what is owed."),
        ),
        **_sides(_party_of(note, lines)),
        "facts": [
            fact(gettext("Issued"), on(note.issued_on), bold=True),
            fact(pgettext("of a credit note", "Reason"), note.reason or str(note.get_why_display())),
            *([fact(gettext("Period"), note.period)] if note.period else []),
            fact(gettext("Amounts in"), currency),
        ],
        "columns": [
            column(""),
            column(gettext("Line"), num=False, wide=True),
            column(gettext("Before tax")),
            column(gettext("Tax")),
            column(gettext("With tax")),
        ],
        "lines": [_credit_line(line, currency) for line in lines],
        "totals": [
            {"label": gettext("Before tax"), "value": formats.amount(net, currency)},
            {"label": gettext("Tax"), "value": formats.amount(tax, currency)},
            {
                "label": gettext("Credit, %(currency)s") % {"currency": currency},
                "value": formats.amount(note.total, currency),
                "total": True,
            },
        ],
        "pay_label": "",
        "pay": [],
        "late_label": "",
        "late": [],
        "notes": [gettext("What open invoices don’t use is taken off the next one.")],
    }


def _party_of(note: CreditNote, lines: list[CreditNoteLine]) -> dict[str, Any]:
    """The parties of the invoice it corrects, else of the customer's last one before it, else as they are today."""
    named = next((line.invoice_line.invoice for line in lines if line.invoice_line), None)
    before = note.customer.invoices.filter(issued_at__lte=note.issued_at).order_by("-issued_at", "-pk")
    invoice = named or before.first()
    return invoice.party if invoice and invoice.party else parties(note.partner, note.customer)


def _credit_line(line: CreditNoteLine, currency: str) -> dict[str, Any]:
    of = line.invoice_line
    said = {"number": of.invoice.number, "n": of.position} if of else {}
    return {
        "position": str(line.position),
        "description": line.description,
        "detail": gettext("Invoice %(number)s, line %(n)s") % said if said else "",
        "figures": [formats.bare(amount, currency) for amount in (line.net, line.tax, line.total)],
    }
