"""Does a bill agree with what customers were billed and with what we know? Every difference is a finding, found again
as the same one; people accept it, or it becomes a case."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Sum
from django.utils.translation import gettext

from billing.money import ZERO
from billing.pricing import Books, NoPriceRule, price
from billing.refusing import NotPossible
from customers.models import Partner, User, acting_for

from .allowing import check_may_pay
from .costing import charge_of
from .differing import Expected, Found, adjustment, differences, prorated
from .matching import Frame, Group, code_of, differing, frame_of, parts_since
from .models import Finding, ProviderBill, ProviderLine
from .models.bills import UNBILLED

State = Finding.State
MOST_WHY: Final = 300
# What a finding says again each time it is found.
SAID: Final = (
    "customer_id",
    "subscription_id",
    "provider_line_id",
    "invoice_line_id",
    "provider_amount",
    "billed_amount",
    "difference",
    "values",
)


@dataclass(frozen=True)
class Summary:
    """How a bill's lines stand: those that `match`, the charges that differ, and what people have decided of them.
    `waiting` are known charges that no document passes on yet."""

    lines: int
    match: int
    differ: int
    open: int
    explained: int
    accepted: int
    disputed: int
    waiting: int


def reconcile(bill: ProviderBill, *, now: datetime) -> Summary:
    """Compare a bill with what was billed for it and with what we know. Again, it finds the same: what people decided
    stays decided, what is no longer so is said to be gone."""
    with acting_for(bill.partner):
        locked = ProviderBill.objects.select_for_update(of=("self",), no_key=True).get(pk=bill.pk)
        _keep(locked, _found_in(locked), now)
    return summary(bill)


def summary(bill: ProviderBill) -> Summary:
    """How the bill stands by what was found, in two queries."""
    lines = ProviderLine.objects.filter(bill=bill)
    found = Finding.objects.filter(bill=bill).exclude(state=State.GONE)
    states: Counter[str] = Counter()
    touched: dict[str, int] = {}
    for state, key, values in found.order_by("pk").values_list("state", "key", "values"):
        states[state] += 1
        if state != State.EXPLAINED:
            touched[key.removesuffix(":ours")] = int(values.get("lines", 0))
    counted = lines.aggregate(every=Count("pk"), waiting=Count("pk", filter=UNBILLED))
    every = counted["every"]
    return Summary(
        lines=every,
        match=every - sum(touched.values()),
        differ=len(touched),
        open=states.get(State.OPEN, 0),
        explained=states.get(State.EXPLAINED, 0),
        accepted=states.get(State.ACCEPTED, 0),
        disputed=states.get(State.DISPUTED, 0),
        waiting=counted["waiting"],
    )


def accept(partner: Partner, findings: Collection[int], *, why: str, by: User, now: datetime) -> int:
    """Take open or explained findings (by primary key) as they are, with a reason; answers how many were not accepted
    before. Those in a case stay there. Raises NotPossible (why), PermissionError."""
    check_may_pay(by, partner)
    said = " ".join(why.split())
    if not said or len(said) > MOST_WHY:
        text = gettext("Say why, in at most %(n)s characters") % {"n": MOST_WHY}
        raise NotPossible(text, "why")
    with acting_for(partner):
        waiting = Finding.objects.filter(partner=partner, pk__in=findings, state__in=[State.OPEN, State.EXPLAINED])
        chosen = list(waiting.select_for_update().order_by("pk").values_list("pk", flat=True))
        told = {"why": said, "decided_at": now, "decided_by": by, "explained_by": ""}
        return Finding.objects.filter(pk__in=chosen).update(state=State.ACCEPTED, **told)


def reopen(partner: Partner, findings: Collection[int], *, by: User, now: datetime) -> int:
    """Take back that findings were accepted; answers how many. Raises PermissionError."""
    check_may_pay(by, partner)
    with acting_for(partner):
        taken = Finding.objects.filter(partner=partner, pk__in=findings, state=State.ACCEPTED)
        chosen = list(taken.select_for_update().order_by("pk").values_list("pk", flat=True))
        told = {"why": "", "decided_at": None, "decided_by": None}
        return Finding.objects.filter(pk__in=chosen).update(state=State.OPEN, **told)


def _found_in(bill: ProviderBill) -> list[Found]:
    frame = frame_of(bill)
    groups = list(differing(frame))
    expected = _expected(bill, [group for group in groups if group.hand])
    found = [
        one for group in groups for one in differences(group, frame, expected.get((group.subscription, group.code)))
    ]
    found = _explained(found, frame)
    total = ProviderLine.objects.filter(bill=bill).aggregate(sum=Sum("total"))["sum"] or ZERO
    beside = adjustment(frame, total)
    return [*found, beside] if beside else found


def _explained(found: list[Found], frame: Frame) -> list[Found]:
    """A change of seats is explained by prorations that net to it."""
    changed = [one.group for one in found if one.change and one.group]
    if not changed:
        return found
    parts = parts_since(changed, frame.bill)
    return [
        prorated(one, parts.get(one.group.subscription, {}), frame.bill.billed_on) if one.group and one.change else one
        for one in found
    ]


def _expected(bill: ProviderBill, groups: Sequence[Group]) -> dict[tuple[int, str], Expected]:
    """What the price book asks for the lines of these groups; those without a rule are left out."""
    if not groups:
        return {}
    wanted = {(group.subscription, group.code): group for group in groups}
    lines = ProviderLine.objects.filter(bill=bill, absorbed="").among("subscription_id", {pk for pk, _ in wanted})
    books = Books(bill.partner)
    sums: dict[tuple[int, str], Expected] = {}
    for line in lines.select_related("subscription", "bill").order_by("row").iterator(chunk_size=2000):
        key = line.subscription_id, code_of(line.charge_type)
        waits = line.invoice_line_id is None and line.credit_line_id is None
        if key not in wanted or (waits and not wanted[key].paired):
            continue
        try:
            priced = price(books.on(bill.billed_on), charge_of(line))
        except NoPriceRule:
            continue
        before = sums.get(key, Expected(ZERO, ZERO))
        sums[key] = Expected(before.net + priced.net, before.tax + priced.tax)
    return sums


def _keep(bill: ProviderBill, found: list[Found], now: datetime) -> None:
    """Write what is new, correct what nobody has decided, and say what is gone."""
    known = {(one.kind, one.key): one for one in Finding.objects.filter(bill=bill).select_for_update()}
    new: list[Finding] = []
    changed: list[Finding] = []
    for one in found:
        row = known.pop((one.kind, one.key), None)
        if row is None:
            new.append(_row(bill, one, now))
        elif row.state not in (State.ACCEPTED, State.DISPUTED) and _say(row, one, now):
            changed.append(row)
    for row in known.values():
        if row.state in (State.OPEN, State.EXPLAINED):
            row.state, row.explained_by, row.decided_at = State.GONE, "", now
            changed.append(row)
    Finding.objects.bulk_create(new, batch_size=1000)
    fields = [name.removesuffix("_id") for name in SAID]
    Finding.objects.bulk_update(changed, [*fields, "state", "explained_by", "decided_at"], batch_size=500)


def _row(bill: ProviderBill, one: Found, now: datetime) -> Finding:
    row = Finding(partner_id=bill.partner_id, bill=bill, kind=one.kind, key=one.key[:120], found_at=now)
    _say(row, one, now)
    return row


def _say(row: Finding, one: Found, now: datetime) -> bool:
    """Put a difference's figures into its row; answers whether that changed anything."""
    group = one.group
    said: dict[str, Any] = {
        "customer_id": group.customer if group else None,
        "subscription_id": group.subscription if group else None,
        "provider_line_id": group.line if group else None,
        "invoice_line_id": group.invoice_line if group else None,
        "provider_amount": one.provider_amount,
        "billed_amount": one.billed_amount,
        "difference": one.difference,
        "values": one.values,
        "state": State.EXPLAINED if one.explained_by else State.OPEN,
        "explained_by": one.explained_by,
    }
    if row.pk and all(getattr(row, name) == value for name, value in said.items()):
        return False
    if said["state"] == State.OPEN:
        row.decided_at = None
    elif row.state != State.EXPLAINED or row.decided_at is None:
        row.decided_at = now
    for name, value in said.items():
        setattr(row, name, value)
    return True
