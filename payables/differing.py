"""What differs in a subscription's charge, by how much, and which rule of the provider explains it? Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from billing.money import ZERO, quantise

from .matching import CENT, CHOSEN, CREDIT, MONTHS_DIFFER, Frame, Group
from .models import Finding

Kind = Finding.Kind
# Which rules of the provider explain a difference.
FREE: Final = "free"
CANCELLED: Final = "cancelled"
PRORATED: Final = "prorated"
ADJUSTED: Final = "bill"


@dataclass(frozen=True)
class Expected:
    """What our price book asks for the provider's lines of a group, as of the bill's day."""

    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Found:
    """One difference. `values` hold the figures that its sentence speaks of, as text, and `why` it was found."""

    kind: str
    key: str
    difference: Decimal
    values: dict[str, str]
    group: Group | None = None
    provider_amount: Decimal | None = None
    billed_amount: Decimal | None = None
    explained_by: str = ""
    # The change of seats that prorations may explain.
    change: int = field(default=0, compare=False)


def differences(group: Group, frame: Frame, expected: Expected | None = None) -> Iterator[Found]:
    """Everything that differs in one group; `expected` is known where a person wrote what we bill."""
    if not group.mapped:
        if group.waiting:
            yield _found(
                Kind.UNMAPPED, group, frame, group.waiting_net, {"why": "unknown", "seats": group.waiting_quantity}
            )
        return
    yield from _missing(group, frame)
    yield from _seats(group, frame)
    yield from _price(group, frame)
    yield from _period(group, frame)
    yield from _tax(group, frame)
    if expected is not None and (group.ours or group.paired):
        yield from _against_the_book(group, frame, expected)


def adjustment(frame: Frame, lines_total: Decimal) -> Found | None:
    """What the provider's document says beside its lines: credits and adjustments without a line. With tax."""
    bill = frame.bill
    if bill.stated_total is None or bill.stated_total == lines_total:
        return None
    beside = bill.stated_total - lines_total
    values = {"why": "stated", "stated": f"{bill.stated_total:f}", "lines_total": f"{lines_total:f}", "lines": "0"}
    return Found(Kind.ADJUSTMENT, ADJUSTED, beside, values, provider_amount=beside)


def prorated(found: Found, parts: Mapping[date, int], this_bill: date) -> Found:
    """The same difference, explained where prorations of this bill, of those since the last, or of both net to the
    change of seats."""
    here = parts.get(this_bill, 0)
    every = sum(parts.values())
    if found.change and found.change in (here, every, every - here):
        return replace(found, explained_by=PRORATED)
    return found


def _found(
    kind: str,
    group: Group,
    frame: Frame,
    difference: Decimal,
    values: Mapping[str, object],
    explained: str = "",
    part: str = "",
) -> Found:
    key = f"{group.subscription}:{group.code}{part}"
    said = {name: f"{value:f}" if isinstance(value, Decimal) else str(value) for name, value in values.items()}
    return Found(
        kind,
        key,
        quantise(difference, frame.bill.currency),
        {**said, "lines": str(group.lines), "seats_theirs": str(group.quantity), "seats_ours": str(group.compared[1])},
        group,
        provider_amount=group.net if group.lines else None,
        billed_amount=group.billed,
        explained_by=explained,
    )


def _missing(group: Group, frame: Frame) -> Iterator[Found]:
    free = FREE if group.free else ""
    if frame.begun and group.waiting and not group.loose:
        values = {"why": "provider_only", "seats": group.waiting_quantity}
        yield _found(Kind.PROVIDER_ONLY, group, frame, group.waiting_net, values, free)
    if frame.primary and group.loose and not group.waiting:
        never = group.deleted and not group.lines and group.last_quantity is None
        values = {"why": "billed_only", "seats": group.loose_quantity}
        cancelled = CANCELLED if never else ""
        found = _found(Kind.BILLED_ONLY, group, frame, -group.loose_net, values, cancelled)
        yield replace(found, billed_amount=group.loose_net, provider_amount=None)


def _seats(group: Group, frame: Frame) -> Iterator[Found]:
    if not group.lines:
        return
    theirs, ours = group.compared
    free = FREE if group.free else ""
    if (group.ours or group.paired) and theirs != ours:
        more = (theirs - ours) * group.unit
        yield _found(Kind.SEATS, group, frame, more, {"why": "billed", "theirs": theirs, "ours": ours}, free)
    elif not (group.whole and group.one_period):
        return
    elif frame.newest and group.quantity != group.known_quantity:
        more = (group.quantity - group.known_quantity) * group.unit
        values = {"why": "known", "theirs": group.quantity, "ours": group.known_quantity}
        yield _found(Kind.SEATS, group, frame, more, values, free)
    elif group.last_quantity not in (None, group.quantity) and group.code not in CHOSEN:
        change = group.quantity - (group.last_quantity or 0)
        values = {"why": "changed", "theirs": group.quantity, "ours": group.last_quantity or 0}
        found = _found(Kind.SEATS, group, frame, change * group.unit, {**values, "since": group.last_billed}, free)
        yield replace(found, change=change)


def _price(group: Group, frame: Frame) -> Iterator[Found]:
    """The provider's price of a seat against the one it billed last, for the subscription or else for the offer."""
    first = group.last_unit is None
    if group.free and group.ours and group.ours_net:
        explained = FREE if first else ""
        yield _found(Kind.PRICE, group, frame, -group.ours_net, {"why": "free", "ours": group.ours_net}, explained)
        return
    before = _price_before(group)
    if before is None or not (group.whole and group.one_period and group.quantity) or (group.free and first):
        return
    more = group.amount - before * group.quantity
    if abs(more) > CENT * abs(group.quantity):
        values = {"why": "last", "theirs": group.unit.quantize(CENT), "ours": before.quantize(CENT)}
        yield _found(Kind.PRICE, group, frame, more, {**values, "since": group.last_billed or ""})


def _price_before(group: Group) -> Decimal | None:
    if group.last_unit is not None and abs(group.days - group.last_days) <= MONTHS_DIFFER:
        return group.last_unit
    if group.offer_lowest is None or group.offer_highest is None:
        return None
    return min(max(group.unit, group.offer_lowest), group.offer_highest)


def _period(group: Group, frame: Frame) -> Iterator[Found]:
    if group.paired and group.loose_starts and group.loose_ends:
        ours = (group.loose_ends - group.loose_starts).days + 1
        if (group.loose_starts, group.loose_ends) != (group.starts, group.ends):
            more = group.net * (group.days - ours) / group.days if group.days else ZERO
            values = {"why": "billed", "theirs": group.days, "ours": ours}
            yield _found(Kind.PERIOD, group, frame, more, values, part=":ours")
    if not (group.whole and group.one_period and group.starts and group.days > 0):
        return
    a_day = group.net / group.days
    if group.last_ends and group.starts <= group.last_ends:
        twice = min((group.last_ends - group.starts).days + 1, group.days)
        yield _found(
            Kind.PERIOD, group, frame, a_day * twice, {"why": "twice", "theirs": twice, "until": group.last_ends}
        )
    elif group.last_days and abs(group.days - group.last_days) > MONTHS_DIFFER:
        values = {"why": "length", "theirs": group.days, "ours": group.last_days}
        yield _found(Kind.PERIOD, group, frame, a_day * (group.days - group.last_days), values)
    elif group.known_starts and group.starts < group.known_starts - timedelta(days=1):
        early = min((group.known_starts - group.starts).days, group.days)
        yield _found(
            Kind.PERIOD, group, frame, a_day * early, {"why": "before", "theirs": early, "since": group.known_starts}
        )


def _tax(group: Group, frame: Frame) -> Iterator[Found]:
    """The provider's tax at the rate it billed last. A refund of the provider is taxed already."""
    if group.code == CREDIT or not group.lines or group.last_rate is None:
        return
    more = group.tax - group.last_rate * group.net
    if abs(more) > CENT * max(abs(group.quantity), group.lines):
        theirs = group.tax / group.net if group.net else ZERO
        values = {"why": "last", "theirs": theirs.quantize(Decimal("0.001")), "since": group.last_billed}
        yield _found(Kind.TAX, group, frame, more, {**values, "ours": group.last_rate.quantize(Decimal("0.001"))})


def _against_the_book(group: Group, frame: Frame, expected: Expected) -> Iterator[Found]:
    """What a person wrote, or a rule that came later, against the price book; for the seats that we bill."""
    theirs, ours = group.compared
    share = Decimal(ours) / theirs if theirs and ours else Decimal(1)
    net, billed = expected.net * share, group.billed or ZERO
    if abs(billed - net) > CENT * max(abs(ours), 1):
        values = {"why": "book", "theirs": quantise(net, frame.bill.currency), "ours": billed}
        yield _found(Kind.PRICE, group, frame, net - billed, values, part=":ours")
    rate = expected.tax / expected.net if expected.net else ZERO
    more = billed * rate - group.ours_tax
    if expected.net and abs(more) > CENT * max(abs(ours), 1):
        said = (group.ours_tax / billed).quantize(Decimal("0.001")) if billed else ZERO
        values = {"why": "book", "theirs": rate.quantize(Decimal("0.001")), "ours": said}
        yield _found(Kind.TAX, group, frame, more, values, part=":ours")
