"""How does a reconciliation file become customers, subscriptions and a provider bill? All of it or nothing."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import BinaryIO

from billing.money import ZERO, plain
from customers.models import Partner, ProviderIdentity, acting_for

from .booking_bills import book_customers, book_lines, book_subscriptions
from .layouts import LAYOUTS, Layout
from .looking_over import BadFile
from .models import ProviderBill
from .staging import Staged, added_up, fill, group, new_customers, staging
from .streaming import Stream
from .terms import AllTerms

Progress = Callable[[int], None]


class Notice(StrEnum):
    """What a person should know of a file that can be used."""

    SAME_NAME = "same_name"
    EQUAL_LINES = "equal_lines"
    MONTH_FIRST = "month_first"
    BESIDE = "beside"


@dataclass(frozen=True)
class Imported:
    """What an import found and did; counts and totals are of the whole file."""

    bill: str
    period: str
    lines: int
    customers: int
    subscriptions: int
    currency: str
    amount: Decimal
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    credits: int
    unmapped: dict[str, int]
    already_imported: bool
    adopted: str
    ignored: list[str]
    layout: str = "license"
    sections: dict[str, Decimal] | None = None
    equal_lines: int = 0
    # Lines of no subscription: they stand with the bill as a whole, and in none of the figures above.
    beside_lines: int = 0
    beside: Decimal = ZERO
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Origin:
    """Where lines come from, and what is said of their bill. `digest` names the same lines a second time."""

    layout: Layout
    digest: str
    partner_ref: str
    currency: str
    ignored: list[str] = field(default_factory=list)
    file_name: str = ""
    number: str | None = None
    billed_on: date | None = None
    stated_total: Decimal | None = None
    document: str = ProviderBill.Kind.INVOICE
    amends: ProviderBill | None = None
    beside_lines: int = 0
    beside: Decimal = ZERO
    notices: tuple[Notice, ...] = ()


def import_file(
    partner: Partner,
    content: bytes | BinaryIO,
    *,
    file_name: str,
    now: datetime,
    bill_number: str | None = None,
    billed_on: date | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Book one reconciliation file for a partner, in whichever layout: its bill and lines, new and changed customers
    and subscriptions. The same bytes again change nothing. `progress` hears how many lines are read. Raises BadFile
    with one line for each fault."""
    stream = Stream(io.BytesIO(content) if isinstance(content, bytes) else content)
    with staging(stream.skipped):
        staged = _stage(stream, progress)
        origin = _origin(stream, file_name, bill_number, billed_on)
        return book(partner, staged, origin, now=now)


def preview(
    partner: Partner, content: BinaryIO, *, file_name: str, progress: Progress | None = None
) -> tuple[Imported, int]:
    """What importing a file would do, and how many of its customers would be new; nothing is
    written. Raises BadFile."""
    stream = Stream(content)
    with staging(stream.skipped):
        staged = _stage(stream, progress)
        origin = _origin(stream, file_name, None, None)
        with acting_for(partner):
            known = ProviderBill.objects.filter(partner=partner, file_sha256=origin.digest).first()
            number = known.number if known else _number(partner, staged, origin)
            found = _summary(staged, origin, number, already=known is not None)
            return replace(found, notices=_notices(partner, staged, origin)), new_customers(partner)


def _stage(stream: Stream, progress: Progress | None) -> Staged:
    """Read a file into the staging tables. Raises BadFile."""
    fill(stream.parts(), (lambda: progress(stream.rows)) if progress else None)
    if stream.rows > stream.beside_lines:
        found = group(stream.layout)
        stream.faults.merge(stream.across.faults() + found, by=_line)
    stream.faults.check()
    if not stream.rows:
        raise BadFile(["line 1: the file has a header and no lines"])
    if stream.rows == stream.beside_lines:
        raise BadFile(["line 2, SubscriptionId: no line of the file is of a subscription; enter the bill by its total"])
    return added_up()


def _line(fault: str) -> int:
    number = re.match(r"line (\d+)", fault)
    return int(number[1]) if number else 0


def _origin(stream: Stream, file_name: str, number: str | None, billed_on: date | None) -> Origin:
    said = stream.first.bill_number
    if number and said and number != said:
        raise BadFile([f"line {stream.first.line}, InvoiceNumber: '{said}' is not the bill {number}"])
    return Origin(
        layout=stream.layout,
        digest=stream.sha256,
        partner_ref=stream.first.partner_id,
        currency=stream.first.currency,
        ignored=stream.ignored,
        file_name=file_name,
        number=number or said or None,
        billed_on=billed_on,
        beside_lines=stream.beside_lines,
        beside=stream.beside,
        notices=(
            *(() if stream.shows_order_of_dates() else (Notice.MONTH_FIRST,)),
            *((Notice.BESIDE,) if stream.beside_lines else ()),
        ),
    )


def book(partner: Partner, staged: Staged, origin: Origin, *, now: datetime) -> Imported:
    """Book what is staged, in one transaction. Raises BadFile."""
    with acting_for(partner):
        # The rows of others may still name the partner; they hold customers whom this waits for.
        Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        known = ProviderBill.objects.filter(partner=partner, file_sha256=origin.digest).first()
        if known:
            return _summary(staged, origin, known.number, already=True)
        adopted = _adopt(partner, origin.partner_ref, now=now)
        number = _number(partner, staged, origin)
        notices = _notices(partner, staged, origin)
        bill = _book_bill(partner, staged, origin, number, now)
        book_customers(partner, number, now=now)
        book_subscriptions(partner, origin.layout)
        book_lines(bill)
    return replace(_summary(staged, origin, number, already=False), adopted=adopted, notices=notices)


def _adopt(partner: Partner, provider_id: str, *, now: datetime) -> str:
    identity, created = ProviderIdentity.objects.get_or_create(
        provider_id=provider_id, defaults={"partner": partner, "adopted_at": now}
    )
    if identity.partner_id != partner.pk:
        raise BadFile([f"line 2, PartnerId: '{provider_id}' is not this partner's"])
    return provider_id if created else ""


def _number(partner: Partner, staged: Staged, origin: Origin) -> str:
    """Under which number the lines are kept: the bill's own; a second file of the same bill in another layout stands
    beside it. Raises BadFile."""
    number = origin.number or f"{staged.cycle_starts_on:%Y-%m}-{origin.digest[:8]}"
    taken = dict(
        ProviderBill.objects.filter(
            partner=partner, number__in=[number, *(f"{number} {one}" for one in LAYOUTS)]
        ).values_list("layout", "number")
    )
    if origin.layout.code in taken:
        raise BadFile([f"line 1: the bill {number} was already imported from another file"])
    # Daily-rated lines say once more, day by day, what the one-time file charges.
    twice = {"daily": "one_time", "one_time": "daily"}.get(origin.layout.code)
    if twice in taken:
        raise BadFile([f"line 1: the charges of the bill {number} were already imported from a {twice} file"])
    return f"{number} {origin.layout.code}" if taken else number


def _notices(partner: Partner, staged: Staged, origin: Origin) -> tuple[Notice, ...]:
    same = ProviderBill.objects.filter(partner=partner, file_name=origin.file_name).exclude(file_sha256=origin.digest)
    found = list(origin.notices)
    if origin.file_name and same.exists():
        found.append(Notice.SAME_NAME)
    if staged.repeated:
        found.append(Notice.EQUAL_LINES)
    return tuple(found)


def _book_bill(partner: Partner, staged: Staged, origin: Origin, number: str, now: datetime) -> ProviderBill:
    billed_on = origin.billed_on or staged.cycle_starts_on
    currency = origin.currency
    return ProviderBill.objects.create(
        partner=partner,
        number=number[:40],
        period=f"{staged.cycle_starts_on:%Y-%m}",
        billed_on=billed_on,
        due_on=AllTerms(partner).due_day(billed_on),
        currency=currency,
        amount=staged.amount,
        subtotal=staged.subtotal,
        tax=staged.tax,
        total=staged.total,
        layout=origin.layout.code,
        sections={name: plain(value, currency) for name, value in staged.sections.items()},
        stated_total=staged.total + origin.beside if origin.beside_lines else origin.stated_total,
        document=origin.document,
        amends=origin.amends,
        file_name=origin.file_name[:200],
        file_sha256=origin.digest,
        imported_at=now,
    )


def _summary(staged: Staged, origin: Origin, number: str, *, already: bool) -> Imported:
    return Imported(
        bill=number,
        period=f"{staged.cycle_starts_on:%Y-%m}",
        lines=staged.lines,
        customers=staged.customers,
        subscriptions=staged.subscriptions,
        currency=origin.currency,
        amount=staged.amount,
        subtotal=staged.subtotal,
        tax=staged.tax,
        total=staged.total,
        credits=staged.credits,
        unmapped=staged.unmapped,
        already_imported=already,
        adopted="",
        ignored=origin.ignored,
        layout=origin.layout.code,
        sections=staged.sections,
        equal_lines=staged.repeated,
        beside_lines=origin.beside_lines,
        beside=origin.beside,
    )
