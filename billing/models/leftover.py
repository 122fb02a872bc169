"""How much of a payment or credit note is left? One expression for both."""

from typing import Any

from django.db.models import DecimalField, F, Model, OuterRef, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable, CombinedExpression
from django.db.models.functions import Coalesce

from billing.money import ZERO


def left_of(model: type[Model], total: str, source: str) -> CombinedExpression:
    """The `total` column less what was allocated and what was refunded; `source` is the foreign key that names
    this model in both tables."""
    return F(total) - _sum(model, "allocations", source) - _sum(model, "refunds", source)


def _sum(model: type[Model], relation: str, source: str) -> Combinable:
    other: Any = model._meta.get_field(relation).related_model
    rows: QuerySet[Model] = other._default_manager.filter(**{source: OuterRef("pk")})
    summed = rows.order_by().values(source).annotate(sum=Sum("amount")).values("sum")
    return Coalesce(Subquery(summed), ZERO, output_field=DecimalField())
