"""Which lists of money are there, and how much waits in each? The tabs above all of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery

from billing.bank.standing import taken_back
from billing.models import BankEntry, BankReading, BankStatement, Claim, Payment
from customers.entering import Here
from customers.models import Partner
from customers.paging import COUNTED, Counted


@dataclass(frozen=True)
class Tabs:
    """How much stands under each tab, and until when the cash is known and by what."""

    to_place: int
    claimed: int
    unapplied: int
    placed: int
    imports: int
    read_at: datetime | None
    read_by_statement: bool


def tabs(request: Here) -> Tabs:
    """The counts of this book, in one query."""

    def mine(model: Any) -> Any:
        return model.objects.visible_to(request.user).of(request.partner)

    readings: Any = BankReading.objects
    newest = readings.filter(partner=request.partner).order_by("-at", "-pk")
    lists = {
        "waiting": mine(BankEntry).waiting(),
        "back": taken_back(mine(BankEntry)),
        "claimed": mine(Claim).filter(gone_at=None),
        "unapplied": mine(Payment).with_left().filter(left__gt=0),
        "placed": mine(Payment),
        "imports": mine(BankStatement),
    }
    row: Any = Partner.objects.filter(pk=request.partner.pk).values(
        **{name: _number(rows) for name, rows in lists.items()},
        read_at=Subquery(newest.values("at")[:1]),
        read_by=Subquery(newest.values("statement")[:1]),
    )[0]
    return Tabs(
        to_place=Counted.of(row["waiting"] + row["back"], COUNTED),
        **{name: Counted.of(row[name], COUNTED) for name in ("claimed", "unapplied", "placed", "imports")},
        read_at=row["read_at"],
        read_by_statement=row["read_by"] is not None,
    )


class _Number(Subquery):
    """How many rows, counted no further than a list is."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def _number(rows: QuerySet[Any]) -> _Number:
    return _Number(rows.order_by().values("pk")[: COUNTED + 1])
