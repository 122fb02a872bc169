"""What may an admin see of the simulations of policies?"""

from typing import Any

from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest

from customers.ledgers import Ledger, linked
from dunning.models import Simulation


@admin.register(Simulation)
class SimulationAdmin(Ledger):
    """What a policy would have changed over a book, at one instant."""

    list_display = ("id", linked("partner"), "at", "by", linked("draft"), "edition", "open_invoices", "moved_earlier")
    list_select_related = ("partner", "by", "draft")
    list_filter = (("partner", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("partner__name", "by__name")
    date_hierarchy = "at"
    ordering = ("-id",)
    page_select_related = ("partner", "by", "draft")

    def get_queryset(self, request: HttpRequest) -> Any:
        """A list takes the counts and leaves the rows, and what the policy said, where they are."""
        counts = {"evaluated": F("result__evaluated"), "earlier": F("result__found__earlier")}
        return super().get_queryset(request).defer("mapping", "result").annotate(**counts)

    @admin.display(description="open invoices")
    def open_invoices(self, row: Any) -> int | None:
        """How many were looked at."""
        count: int | None = row.evaluated
        return count

    @admin.display(description="reached earlier")
    def moved_earlier(self, row: Any) -> int | None:
        """How many subscriptions."""
        count: int | None = row.earlier
        return count
