"""Which lists of money are there, and how much waits in each? The tabs above all of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from billing.bank.standing import taken_back
from billing.models import BankEntry, BankReading, BankStatement, Claim, Payment
from customers.entering import Here
from customers.models import Partner


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
        **{name: Coalesce(Subquery(_number(rows)), 0) for name, rows in lists.items()},
        read_at=Subquery(newest.values("at")[:1]),
        read_by=Subquery(newest.values("statement")[:1]),
    )[0]
    return Tabs(
        to_place=row["waiting"] + row["back"],
        claimed=row["claimed"],
        unapplied=row["unapplied"],
        placed=row["placed"],
        imports=row["imports"],
        read_at=row["read_at"],
        read_by_statement=row["read_by"] is not None,
    )


def _number(rows: QuerySet[Any]) -> QuerySet[Any]:
    counted: QuerySet[Any] = rows.order_by().annotate(all=Value(1)).values("all").annotate(n=Count("pk")).values("n")
    return counted
