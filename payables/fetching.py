"""Which bills does the provider have that we don't, and how do their lines get here? A page at a time, each kept."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Final

from django.db.models import QuerySet, Sum

from billing.money import ZERO
from customers.models import Partner, User, acting_for
from subscriptions.gateway.bills import DocumentKind, InvoicePart, ProviderInvoice
from subscriptions.gateway.protocol import Provider
from subscriptions.gateway.reading_bills import number_of

from .importing import Imported, Origin, book
from .looking_over import BadFile
from .models import Intake, IntakePage, ProviderBill
from .staging import added_up, fill, group, staging
from .streaming import COLUMNS, Part, copied
from .terms import AllTerms
from .typing_charges import LAYOUT_OF, row_from

# Lines kept at once; what was fetched since the last page is fetched again after a stop.
PAGE: Final = 2_000
DOCUMENTS: Final = {
    DocumentKind.VOID_NOTE: ProviderBill.Kind.VOID,
    DocumentKind.ADJUSTMENT_NOTE: ProviderBill.Kind.ADJUSTMENT,
}


@dataclass(frozen=True)
class Known:
    """The provider's invoices, and which of them are here already."""

    every: dict[str, ProviderInvoice]
    here: frozenset[str]

    @property
    def missing(self) -> list[ProviderInvoice]:
        """Those that aren't here, the oldest first, so that a note finds what it amends."""
        rows = [one for number, one in self.every.items() if number not in self.here]
        return sorted(rows, key=lambda one: (one.billed_on, bool(one.amends), one.number))


def known(partner: Partner, provider: Provider) -> Known:
    """Ask for every invoice, with those that amend others. One whose lines were imported from a file that didn't say
    its number counts as here where period, currency and total are the same. Raises ProviderError."""
    every: dict[str, ProviderInvoice] = {}
    for one in provider.invoices():
        for paper in _with_amendments(one):
            every.setdefault(paper.number, paper)
    bills = ProviderBill.objects.filter(partner=partner)
    numbers = set(bills.values_list("number", flat=True))
    unnamed = {
        (period, currency, total)
        for number, period, currency, total, digest in bills.filter(stated_total=None).values_list(
            "number", "period", "currency", "total", "file_sha256"
        )
        if number == f"{period}-{digest[:8]}"
    }
    here = {
        number
        for number, one in every.items()
        if number in numbers or (f"{one.period_starts_on or one.billed_on:%Y-%m}", one.currency, one.total) in unnamed
    }
    return Known(every, frozenset(here))


def _with_amendments(one: ProviderInvoice, amends: str = "") -> Iterator[ProviderInvoice]:
    yield replace(one, amends=one.amends or amends)
    for note in one.amendments:
        yield from _with_amendments(note, one.number)


def begin(partner: Partner, number: str, *, by: User | None, now: datetime) -> Intake:
    """Note that an invoice shall be fetched; the same while it is under way is the same one."""
    with acting_for(partner):
        found, _ = Intake.objects.get_or_create(
            partner=partner,
            name=number_of(number)[:200],
            source=Intake.Source.PROVIDER,
            state=Intake.State.FETCHING,
            defaults={"asked_at": now, "asked_by": by},
        )
    return found


def fetch(intake: Intake, invoice: ProviderInvoice, provider: Provider, *, now: datetime) -> list[Imported]:
    """Fetch what is missing of an invoice's lines, then book all of it in one transaction: a bill for each kind of
    lines. Raises ProviderError, after which the pages that came are kept, and BadFile."""
    _agree(intake, invoice)
    faults: list[str] = []
    for part in _parts(invoice):
        _fetch_part(intake, invoice, part, provider, faults)
    if faults:
        IntakePage.objects.filter(intake=intake).delete()
        raise BadFile(faults)
    with acting_for(intake.partner):
        made = _book(intake, invoice, now=now)
        IntakePage.objects.filter(intake=intake).delete()
    return made


def _parts(invoice: ProviderInvoice) -> list[InvoicePart]:
    """The lists of lines that carry money, each once; the one of licences first."""
    found = list(dict.fromkeys(one for one in invoice.parts if (one.provider, one.kind) in LAYOUT_OF))
    return sorted(found, key=lambda one: list(LAYOUT_OF).index((one.provider, one.kind)))


def _agree(intake: Intake, invoice: ProviderInvoice) -> None:
    """What was fetched of an invoice that has another total now is of no use: begin again."""
    said = {"total": f"{invoice.total}", "currency": invoice.currency, "billed_on": invoice.billed_on.isoformat()}
    if intake.found and intake.found != said:
        intake.pages.all().delete()
    held = intake.pages.aggregate(sum=Sum("number"))["sum"] or 0
    intake.found, intake.done = said, held
    with acting_for(intake.partner):
        intake.save(update_fields=["found", "done"])


def _fetch_part(
    intake: Intake, invoice: ProviderInvoice, part: InvoicePart, provider: Provider, faults: list[str]
) -> None:
    name, layout = f"{part.provider}:{part.kind}", LAYOUT_OF[part.provider, part.kind]
    after = intake.pages.filter(part=name).aggregate(sum=Sum("number"))["sum"] or 0
    charges = provider.lines(invoice.number, part.provider, part.kind, after=after)
    while some := list(islice(charges, PAGE)):
        rows = [row_from(one, layout, faults) for one in some]
        faults += [
            f"line {row.line}, Currency: '{row.currency}' differs from '{invoice.currency}' of the invoice"
            for row in rows
            if row.currency != invoice.currency
        ]
        text = "".join(copied(row) for row in rows if row.subscription_id)
        refs = {row.partner_id for row in rows}
        if len(refs) > 1:
            faults.append(f"line {rows[0].line}, PartnerId: the lines are of more than one partner")
        with acting_for(intake.partner):
            kept = {"lines": text, "number": len(rows), "partner_ref": min(refs)[:36]}
            IntakePage.objects.create(partner_id=intake.partner_id, intake=intake, part=name, after=after, **kept)
            after += len(rows)
            intake.done += len(rows)
            intake.save(update_fields=["done"])


def _book(intake: Intake, invoice: ProviderInvoice, *, now: datetime) -> list[Imported]:
    pages = {
        part: intake.pages.filter(part=f"{part.provider}:{part.kind}").order_by("after") for part in _parts(invoice)
    }
    filled = [part for part, rows in pages.items() if rows.exclude(lines="").exists()]
    if not filled:
        return [_without_lines(intake.partner, invoice, now=now)]
    # What the invoice has beyond all its lines stands with its first list.
    stated = invoice.total - sum((_total(pages[part]) for part in filled[1:]), ZERO)
    made = []
    for part in filled:
        refs = set(pages[part].values_list("partner_ref", flat=True))
        if len(refs) != 1:
            raise BadFile(["line 2, PartnerId: the lines are of more than one partner"])
        with staging():
            for text in pages[part].values_list("lines", flat=True).iterator(chunk_size=2):
                fill([Part(text)])
            if wrong := group(LAYOUT_OF[part.provider, part.kind]):
                raise BadFile(wrong)
            origin = _origin(intake.partner, invoice, part, refs.pop(), stated if part == filled[0] else None)
            made.append(book(intake.partner, added_up(), origin, now=now))
    return made


def _total(pages: QuerySet[IntakePage]) -> Decimal:
    at = COLUMNS.index("total")
    texts = pages.values_list("lines", flat=True).iterator(chunk_size=2)
    return sum((Decimal(line.split("\t")[at]) for text in texts for line in text.splitlines()), ZERO)


def _origin(partner: Partner, invoice: ProviderInvoice, part: InvoicePart, ref: str, stated: Decimal | None) -> Origin:
    layout = LAYOUT_OF[part.provider, part.kind]
    return Origin(
        layout=layout,
        digest=digest_of(invoice.number, layout.code),
        partner_ref=ref,
        currency=invoice.currency,
        number=invoice.number,
        billed_on=invoice.billed_on,
        stated_total=stated,
        document=DOCUMENTS.get(invoice.document, ProviderBill.Kind.INVOICE),
        amends=amended(partner, invoice),
    )


def digest_of(number: str, layout: str) -> str:
    """What stands for the bytes of a file where the lines came by the API."""
    return hashlib.sha256(f"provider invoice {number} {layout}".encode()).hexdigest()


def amended(partner: Partner, invoice: ProviderInvoice) -> ProviderBill | None:
    """The bill that a note changes, where it is here."""
    if not invoice.amends:
        return None
    return ProviderBill.objects.filter(partner=partner, number=number_of(invoice.amends)).first()


def _without_lines(partner: Partner, invoice: ProviderInvoice, *, now: datetime) -> Imported:
    """A note, or an invoice of nothing but adjustments: what it states, and no line."""
    begins = invoice.period_starts_on or invoice.billed_on
    bill, is_new = ProviderBill.objects.get_or_create(
        partner=partner,
        number=invoice.number,
        defaults={
            "period": f"{begins:%Y-%m}",
            "billed_on": invoice.billed_on,
            "due_on": AllTerms(partner).due_day(invoice.billed_on),
            "currency": invoice.currency,
            **dict.fromkeys(("amount", "subtotal", "tax", "total"), ZERO),
            "stated_total": invoice.total,
            "document": DOCUMENTS.get(invoice.document, ProviderBill.Kind.INVOICE),
            "amends": amended(partner, invoice),
            "file_name": "",
            "file_sha256": digest_of(invoice.number, ""),
            "imported_at": now,
        },
    )
    return Imported(
        bill=bill.number,
        period=bill.period,
        lines=0,
        customers=0,
        subscriptions=0,
        currency=bill.currency,
        amount=ZERO,
        subtotal=ZERO,
        tax=ZERO,
        total=ZERO,
        credits=0,
        unmapped={},
        already_imported=not is_new,
        adopted="",
        ignored=[],
    )
