"""What may an admin see of disputes? They are answered on the staff's page, with its consequences."""

from django.contrib import admin

from customers.ledgers import Ledger, linked

from .models import Dispute


@admin.register(Dispute)
class DisputeAdmin(Ledger):
    """One question a customer raised, until the loop is closed."""

    list_display = (
        "number",
        linked("customer"),
        linked("invoice"),
        "status",
        "reason",
        "outcome",
        "opened_at",
        "answer_by",
        "closed_at",
    )
    list_select_related = ("customer", "invoice")
    list_filter = ("status", "reason", "outcome", ("partner", admin.RelatedOnlyFieldListFilter))
    search_fields = ("number", "customer__name", "invoice__number", "text")
    date_hierarchy = "opened_at"
    ordering = ("-id",)
    page_select_related = (
        "customer",
        "partner",
        "invoice",
        "opened_by",
        "owner",
        "decided_by",
        "credit_note",
        "told_by",
    )
    staff_page = "/disputes/{pk}/"
