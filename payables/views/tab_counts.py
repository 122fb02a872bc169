"""How much waits behind each tab of the provider's desk?"""

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from customers.entering import Here
from customers.models import Partner
from disputes.models import Escalation
from payables.models import Finding, ProviderBill, Standing


def tab_counts(request: Here) -> dict[str, int]:
    """Bills, open findings, escalations that 21Vianet has not answered, and restrictions in force; asked at once."""
    user, partner = request.user, request.partner
    waiting: dict[str, QuerySet[Any]] = {
        "bills": ProviderBill.objects.visible_to(user).of(partner),
        "findings": Finding.objects.visible_to(user).of(partner).open(),
        "escalations": Escalation.objects.visible_to(user).of(partner).waiting(),
        "restricted": Standing.objects.visible_to(user).of(partner).filter(ended_at=None),
    }
    counts = {name: Coalesce(Subquery(_counted(rows)), 0) for name, rows in waiting.items()}
    found: Any = Partner.objects.filter(pk=partner.pk).values(**counts).get()
    return {name: int(found[name]) for name in waiting}


def _counted(rows: QuerySet[Any]) -> QuerySet[Any]:
    mine = rows.filter(partner=OuterRef("pk")).order_by().values("partner")
    counted: QuerySet[Any] = mine.annotate(n=Count("pk")).values("n")
    return counted
