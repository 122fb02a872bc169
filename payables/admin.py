"""What may an admin see of the provider's bills?"""

from django.contrib import admin

from customers.ledgers import Ledger, amount, linked

from .models import ProviderBill, ProviderLine

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)


@admin.register(ProviderBill)
class ProviderBillAdmin(Ledger):
    """One bill of the provider, as its file gave it. Its lines are a list of their own."""

    list_display = (
        "number",
        linked("partner"),
        "period",
        "billed_on",
        "due_on",
        amount("total"),
        "file_name",
        "imported_at",
    )
    list_select_related = ("partner",)
    list_filter = (BY_PARTNER, "currency")
    search_fields = ("number", "file_name", "period", "file_sha256")
    date_hierarchy = "billed_on"
    ordering = ("-billed_on", "-id")
    currency = "currency"
    staff_page = "/provider/bills/{pk}/"


@admin.register(ProviderLine)
class ProviderLineAdmin(Ledger):
    """One charge of the provider, and the line that passed it on."""

    list_display = (
        "id",
        linked("bill"),
        "row",
        linked("customer"),
        "offer_name",
        "charge_type",
        "mapped",
        "quantity",
        amount("total"),
        linked("invoice_line"),
    )
    list_select_related = ("bill", "customer", "invoice_line")
    list_filter = ("mapped", BY_PARTNER, "charge_type")
    search_fields = ("bill__number", "customer__name", "offer_name", "subscription__provider_id", "order_id")
    date_hierarchy = "charge_starts_on"
    ordering = ("-bill_id", "row")
    currency = "currency"
    page_select_related = ("bill", "customer", "partner", "subscription", "invoice_line", "credit_line")
