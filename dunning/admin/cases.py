"""What may an admin see of cases and of what was decided?"""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers.consequences import (
    acts,
)
from customers.ledgers import Ledger, amount, linked, zone_here
from dunning.models import (
    Case,
    Decision,
    Restart,
    SuspensionDebt,
)
from dunning.wording import because

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)
OF_INVOICE: Final = "invoice__currency"


@admin.register(Case)
class CaseAdmin(Ledger):
    """One issued invoice under one policy version."""

    list_display = (
        "id",
        linked("customer"),
        linked("invoice"),
        amount("undisputed", OF_INVOICE),
        "stage",
        "look_again_at",
        "closed_at",
    )
    list_select_related = ("customer", "invoice")
    list_filter = ("kind", ("closed_at", admin.EmptyFieldListFilter), "because", BY_PARTNER)
    search_fields = ("customer__name", "invoice__number")
    date_hierarchy = "opened_at"
    ordering = ("-id",)
    currency = OF_INVOICE
    page_select_related = ("customer", "partner", "invoice", "version")

    def get_list_display(self, request: HttpRequest) -> Any:
        """With the reason of the last review, in words."""
        return (*self.list_display[:5], _reason(request), *self.list_display[5:])


def _reason(request: HttpRequest) -> Callable[[Any], str]:
    zone = zone_here(request)
    today = acts(request).now.astimezone(zone).date()

    @admin.display(description=_("Because"), ordering="because")
    def reason(row: Any) -> str:
        currency = row.invoice.currency
        return because(row.because, row.values, currency=currency, today=today, zone=zone) if row.because else "–"

    return reason


@admin.register(Decision)
class DecisionAdmin(Ledger):
    """A stage taken: what was decided, on which facts, and what was printed."""

    list_display = (
        "id",
        linked("invoice"),
        "stage",
        "round",
        "attempt",
        amount("amount", OF_INVOICE),
        "suspend_on",
        "decided_at",
        linked("run"),
    )
    list_select_related = ("invoice", "run")
    list_filter = ("action", "stage", BY_PARTNER)
    search_fields = ("invoice__number", "case__customer__name")
    date_hierarchy = "decided_at"
    ordering = ("-id",)
    currency = OF_INVOICE
    page_select_related = ("partner", "case", "invoice", "run", "version", "message", "called_by")

    def get_list_display(self, request: HttpRequest) -> Any:
        """With its reason in words."""
        return (*self.list_display[:3], _reason(request), *self.list_display[3:])


@admin.register(SuspensionDebt)
class SuspensionDebtAdmin(Ledger):
    """The debt behind a suspension, the earliest permitted instant and the actual one."""

    list_display = (
        "id",
        linked("suspension__customer", _("Customer")),
        linked("invoice"),
        linked("decision"),
        amount("debt", OF_INVOICE),
        "earliest_at",
        "looked_at",
    )
    list_select_related = ("suspension__customer", "invoice", "decision")
    list_filter = (BY_PARTNER,)
    search_fields = ("invoice__number", "suspension__customer__name")
    date_hierarchy = "looked_at"
    ordering = ("-id",)
    currency = OF_INVOICE
    page_select_related = ("partner", "suspension", "invoice", "decision")


@admin.register(Restart)
class RestartAdmin(Ledger):
    """A new round of warnings."""

    list_display = ("id", linked("case"), linked("case__invoice", _("Invoice")), "at", "why")
    list_select_related = ("case__invoice",)
    list_filter = (BY_PARTNER,)
    search_fields = ("case__invoice__number", "why")
    date_hierarchy = "at"
    ordering = ("-id",)
