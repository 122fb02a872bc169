"""What may an admin see of the provider's bills?"""

from django.contrib import admin

from customers.ledgers import Ledger, amount, linked

from .models import (
    CashBalance,
    Finding,
    Intake,
    IntakePage,
    ProviderBalance,
    ProviderBill,
    ProviderLine,
    ProviderPayment,
    ProviderTerms,
    Standing,
)

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


@admin.register(ProviderPayment)
class ProviderPaymentAdmin(Ledger):
    """Money sent to the provider."""

    list_display = ("id", linked("bill"), amount("amount"), "paid_on", "reference", "recorded_by", linked("undoes"))
    list_select_related = ("bill", "recorded_by", "undoes")
    list_filter = (BY_PARTNER, "currency")
    search_fields = ("bill__number", "reference")
    date_hierarchy = "paid_on"
    ordering = ("-id",)
    currency = "currency"
    page_select_related = ("bill", "partner", "recorded_by", "undoes")


@admin.register(ProviderTerms)
class ProviderTermsAdmin(Ledger):
    """Terms agreed in writing with the provider."""

    list_display = ("id", linked("partner"), "from_on", "net_days", "legal_maximum", "agreement", "recorded_by")
    list_select_related = ("partner", "recorded_by")
    list_filter = (BY_PARTNER,)
    search_fields = ("agreement",)
    ordering = ("-id",)


@admin.register(ProviderBalance)
class ProviderBalanceAdmin(Ledger):
    """What the provider said we owe."""

    list_display = ("id", linked("partner"), amount("balance"), "accounting_on", "last_payment_on", "read_at")
    list_select_related = ("partner",)
    list_filter = (BY_PARTNER, "currency")
    search_fields = ("currency",)
    date_hierarchy = "read_at"
    ordering = ("-id",)
    currency = "currency"


@admin.register(CashBalance)
class CashBalanceAdmin(Ledger):
    """What we had in the bank."""

    list_display = ("id", linked("partner"), amount("balance"), "on", "recorded_at", "recorded_by")
    list_select_related = ("partner", "recorded_by")
    list_filter = (BY_PARTNER, "currency")
    search_fields = ("currency",)
    date_hierarchy = "on"
    ordering = ("-id",)
    currency = "currency"


@admin.register(Standing)
class StandingAdmin(Ledger):
    """When the provider restricted a partner."""

    list_display = ("id", linked("partner"), "source", "why", "began_at", "ended_at", "recorded_by")
    list_select_related = ("partner", "recorded_by")
    list_filter = (BY_PARTNER, "source")
    search_fields = ("why",)
    ordering = ("-id",)


@admin.register(Finding)
class FindingAdmin(Ledger):
    """One difference between a bill and what was billed."""

    list_display = (
        "id",
        linked("bill"),
        "kind",
        linked("customer"),
        amount("difference", "bill__currency"),
        "state",
        "case_number",
    )
    list_select_related = ("bill", "customer")
    list_filter = ("kind", "state", BY_PARTNER)
    search_fields = ("bill__number", "customer__name", "key", "case_number")
    date_hierarchy = "found_at"
    ordering = ("-id",)
    page_select_related = ("bill", "customer", "subscription", "provider_line", "invoice_line", "partner", "decided_by")
    currency = "bill__currency"


@admin.register(Intake)
class IntakeAdmin(Ledger):
    """A bill on its way in."""

    list_display = ("id", linked("partner"), "name", "source", "state", "done", "total", linked("bill"), "asked_at")
    list_select_related = ("partner", "bill")
    list_filter = ("source", "state", BY_PARTNER)
    search_fields = ("name", "bill__number")
    date_hierarchy = "asked_at"
    ordering = ("-id",)
    page_select_related = ("partner", "bill", "asked_by")


@admin.register(IntakePage)
class IntakePageAdmin(Ledger):
    """Lines of an invoice that is being fetched."""

    list_display = ("id", linked("intake"), "part", "after", "number")
    list_select_related = ("intake",)
    list_filter = (BY_PARTNER,)
    search_fields = ("intake__name", "part")
    ordering = ("-id",)
    page_select_related = ("intake", "partner")
