"""What may an admin see of the price book?"""

from django.contrib import admin

from billing.models import PassOn, PriceEntry, TaxRule
from customers.ledgers import Ledger, linked

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)
DAYS = ("from_on", "until_on", "reason", linked("added_by"), "last_used_on")
PEOPLE = ("partner", "added_by", "ended_by")


@admin.register(PriceEntry)
class PriceEntryAdmin(Ledger):
    """What something costs, from when to when, and who said so."""

    list_display = (
        "id",
        linked("partner"),
        linked("customer"),
        "offer_id",
        "method",
        "percent",
        "unit_price",
        "currency",
        *DAYS,
    )
    list_select_related = ("partner", "customer", "added_by")
    list_filter = ("method", BY_PARTNER)
    search_fields = ("customer__name", "offer_id", "reason")
    date_hierarchy = "from_on"
    ordering = ("-id",)
    page_select_related = (*PEOPLE, "customer")


@admin.register(TaxRule)
class TaxRuleAdmin(Ledger):
    """Which tax stands on a price."""

    list_display = ("id", linked("partner"), linked("customer"), "offer_id", "rate", "inclusive", *DAYS)
    list_select_related = ("partner", "customer", "added_by")
    list_filter = ("inclusive", BY_PARTNER)
    search_fields = ("customer__name", "offer_id", "reason")
    date_hierarchy = "from_on"
    ordering = ("-id",)
    page_select_related = (*PEOPLE, "customer")


@admin.register(PassOn)
class PassOnAdmin(Ledger):
    """What reaches customers of credits and prorations, and how lines are rounded."""

    list_display = ("id", linked("partner"), "credits", "prorations", "rounding", *DAYS)
    list_select_related = ("partner", "added_by")
    list_filter = ("rounding", BY_PARTNER)
    search_fields = ("reason",)
    date_hierarchy = "from_on"
    ordering = ("-id",)
    page_select_related = PEOPLE
