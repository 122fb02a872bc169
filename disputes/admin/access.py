"""How does an admin read what customers said to the news of their access?"""

from django.contrib import admin

from customers.ledgers import Ledger, linked
from disputes.models import AccessNews

from .cases import PARTNER


@admin.register(AccessNews)
class AccessNewsAdmin(Ledger):
    """A suspension or a reinstatement a customer was told of, until the loop is closed."""

    list_display = (
        "told_at",
        linked("customer"),
        "kind",
        linked("told_by"),
        "confirmed_at",
        "objected_at",
        linked("case"),
        "closed_at",
    )
    list_select_related = ("customer", "told_by", "case")
    list_filter = ("kind", PARTNER)
    search_fields = ("customer__name", "case__number")
    date_hierarchy = "told_at"
    ordering = ("-id",)
    page_select_related = ("partner", "customer", "told_by", "said_by", "case")
