"""What may an admin see of what customers said about paying?"""

from django.contrib import admin

from billing.models import Claim, PromiseToPay
from customers.ledgers import Ledger, amount, linked

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)


@admin.register(PromiseToPay)
class PromiseAdmin(Ledger):
    """A promise to pay. It is made, and kept, through the portal alone."""

    list_display = (
        "id",
        linked("customer"),
        linked("invoice"),
        amount("amount"),
        "by_on",
        "made_at",
        linked("made_by"),
        "kept_at",
    )
    list_select_related = ("customer", "invoice", "made_by")
    list_filter = (BY_PARTNER, ("kept_at", admin.EmptyFieldListFilter))
    search_fields = ("customer__name", "invoice__number", "note")
    date_hierarchy = "by_on"
    ordering = ("-id",)
    currency = "currency"
    page_select_related = ("partner",)


@admin.register(Claim)
class ClaimAdmin(Ledger):
    """A payment a customer reported, until it is found or given up."""

    list_display = (
        "id",
        linked("customer"),
        linked("invoice"),
        amount("amount"),
        "paid_on",
        "reference",
        "at",
        "gone_at",
        "gone_why",
    )
    list_select_related = ("customer", "invoice")
    list_filter = ("gone_why", BY_PARTNER)
    search_fields = ("customer__name", "invoice__number", "reference")
    date_hierarchy = "paid_on"
    ordering = ("-id",)
    currency = "currency"
    page_select_related = ("partner", "by", "gone_by")
