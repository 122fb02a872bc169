"""What may an admin see of payments online: what was set out, what came of it, and which callbacks came?"""

from django.contrib import admin

from billing.models import Checkout, TillEvent
from customers.ledgers import Ledger, amount, linked

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)


@admin.register(Checkout)
class CheckoutAdmin(Ledger):
    """One attempt to pay online."""

    list_display = (
        "id",
        linked("customer"),
        linked("invoice"),
        amount("amount"),
        "started_at",
        "till_id",
        linked("payment"),
        "declined_at",
        "outcome",
    )
    list_select_related = ("customer", "invoice", "payment")
    list_filter = ("outcome", BY_PARTNER, "currency")
    search_fields = ("till_id", "reference", "customer__name", "invoice__number")
    date_hierarchy = "started_at"
    ordering = ("-id",)
    currency = "currency"
    page_select_related = ("customer", "invoice", "partner", "payment", "started_by")


@admin.register(TillEvent)
class TillEventAdmin(Ledger):
    """One callback of the payment provider."""

    list_display = ("id", "event_id", linked("checkout"), linked("partner"), "received_at")
    list_select_related = ("checkout", "partner")
    list_filter = (BY_PARTNER,)
    search_fields = ("event_id", "checkout__till_id")
    date_hierarchy = "received_at"
    ordering = ("-id",)
