"""What may an admin see of debt given up, money sent back, and payments taken back?"""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from billing.models import Refund, Reversal, WriteOff
from customers.ledgers import Ledger, amount, linked

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)


@admin.register(WriteOff)
class WriteOffAdmin(Ledger):
    """A debt that one person asked to give up, and what another answered."""

    list_display = (
        "id",
        linked("customer"),
        linked("invoice"),
        amount("amount"),
        "reason",
        linked("asked_by"),
        "asked_at",
        linked("agreed_by"),
        "agreed_at",
        "refused_at",
    )
    list_select_related = ("customer", "invoice", "asked_by", "agreed_by")
    list_filter = (BY_PARTNER, "currency")
    search_fields = ("customer__name", "invoice__number", "reason")
    date_hierarchy = "asked_at"
    ordering = ("-id",)
    currency = "currency"
    page_select_related = ("customer", "partner", "invoice", "asked_by", "agreed_by", "refused_by")
    staff_page = "/write-offs/{pk}/"


@admin.register(Refund)
class RefundAdmin(Ledger):
    """Money sent back, and what it came out of."""

    list_display = (
        "id",
        linked("customer"),
        linked("payment"),
        linked("credit_note"),
        amount("amount"),
        "reference",
        "refunded_on",
        linked("by"),
    )
    list_select_related = ("customer", "payment", "credit_note", "by")
    list_filter = (BY_PARTNER, "currency")
    search_fields = ("customer__name", "reference", "payment__reference", "credit_note__number")
    date_hierarchy = "at"
    ordering = ("-id",)
    currency = "currency"
    page_select_related = ("customer", "partner", "payment", "credit_note", "by")


@admin.register(Reversal)
class ReversalAdmin(Ledger):
    """A payment the bank took back."""

    list_display = (
        "id",
        linked("customer"),
        linked("payment"),
        amount("payment__amount", "payment__currency", _("Amount")),
        "reversed_on",
        "reason",
        linked("by"),
        "at",
    )
    list_select_related = ("customer", "payment", "by")
    list_filter = (BY_PARTNER,)
    search_fields = ("customer__name", "payment__reference", "reason")
    date_hierarchy = "at"
    ordering = ("-id",)
    page_select_related = ("customer", "partner", "payment", "by")
