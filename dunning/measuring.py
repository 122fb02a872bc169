"""What did the steps of the ladder bring, and how fast does access come back? Measured from stored facts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import (
    Aggregate,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from billing.models import Allocation
from billing.money import ZERO
from customers.models import Partner

from .models import Case, Decision, Stage

WITHIN: Final = timedelta(days=7)
DATE_TIME: Final = DateTimeField()


@dataclass(frozen=True)
class StepCash:
    """One notice of the ladder: how many were written and delivered, what they asked for, and what was paid on
    their invoices within seven days of delivery. Money after two notices counts for the later one."""

    stage: str
    sent: int
    delivered: int
    asked: Decimal
    paid: Decimal

    @property
    def share(self) -> Decimal:
        """What was paid of what was asked, in per cent, at most 100."""
        return min(self.paid / self.asked * 100, Decimal(100)) if self.asked > ZERO else ZERO

    @property
    def arrived(self) -> Decimal:
        """What was delivered of what was sent, in per cent."""
        return Decimal(self.delivered) / self.sent * 100 if self.sent else ZERO


def cash_after_steps(partner: Partner, currency: str, *, since: datetime) -> list[StepCash]:
    """For each notice since an instant, in the order of the ladder; three queries."""
    there = Q(message__delivered_at__isnull=False, message__bounced_at=None)
    notices = Decision.objects.filter(partner=partner, action=Stage.Action.NOTICE, invoice__currency=currency)
    rows = notices.filter(decided_at__gte=since).order_by().values("stage")
    found = rows.annotate(
        sent=Count("pk"), delivered=Count("pk", filter=there), asked=Coalesce(Sum("amount", filter=there), ZERO)
    )
    paid = _paid(partner, currency, since)
    places = dict(
        Stage.objects.filter(version__partner=partner).order_by().values_list("name").annotate(Min("position"))
    )
    made = [
        StepCash(row["stage"], row["sent"], row["delivered"], row["asked"], paid.get(row["stage"], ZERO))
        for row in found
    ]
    return sorted(made, key=lambda one: (places.get(one.stage, 99), one.stage))


def _paid(partner: Partner, currency: str, since: datetime) -> dict[str, Decimal]:
    """What payments put against invoices within seven days of a delivered notice, by the latest such notice."""
    put = Allocation.objects.filter(
        partner=partner,
        payment__isnull=False,
        undoes=None,
        undone_by=None,
        line__invoice__currency=currency,
        at__gte=since,
    )
    from_then = ExpressionWrapper(OuterRef("at") - Value(WITHIN, output_field=DurationField()), DATE_TIME)
    before = Decision.objects.filter(
        invoice_id=OuterRef("line__invoice_id"),
        action=Stage.Action.NOTICE,
        decided_at__gte=since,
        message__bounced_at=None,
        message__delivered_at__lte=OuterRef("at"),
        message__delivered_at__gte=from_then,
    )
    latest = before.order_by("-message__delivered_at", "-pk").values("stage")[:1]
    rows = put.annotate(after=Subquery(latest)).exclude(after=None).order_by().values_list("after")
    return dict(rows.annotate(sum=Sum("amount")))


class Percentile(Aggregate):
    """The value below which a share of all lie, as PostgreSQL reckons it."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True)
class Restored:
    """How many minutes passed from the payment to access read back as restored."""

    cases: int
    median: float
    p95: float


def restored(partner: Partner) -> Restored | None:
    """Over every reinstatement of the book; None where there was none."""
    rows = Case.objects.filter(partner=partner, restored_after_minutes__isnull=False)
    minutes: Any = F("restored_after_minutes")
    sums = rows.aggregate(n=Count("pk"), median=Percentile(minutes, share="0.5"), p95=Percentile(minutes, share="0.95"))
    return Restored(sums["n"], sums["median"], sums["p95"]) if sums["n"] else None


def minutes_to_access(partner: Partner) -> list[tuple[int, int]]:
    """Each number of minutes from payment to access that occurred, rising, and how often."""
    rows = Case.objects.filter(partner=partner, restored_after_minutes__isnull=False).order_by("restored_after_minutes")
    counted = rows.values_list("restored_after_minutes").annotate(n=Count("pk"))
    return [(minutes, n) for minutes, n in counted if minutes is not None]
