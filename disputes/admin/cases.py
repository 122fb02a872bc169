"""How does an admin read cases, what was said in them, their earlier answers and common causes?"""

from django.contrib import admin

from customers.ledgers import Ledger, linked
from disputes.models import CaseEntry, CaseLine, CommonCause, Dispute, EarlierAnswer

PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)


@admin.register(Dispute)
class DisputeAdmin(Ledger):
    """One case, until the loop is closed. Its mail address is nobody's to read here: who knows it may write."""

    list_display = (
        "number",
        linked("customer"),
        "kind",
        linked("invoice"),
        "status",
        "reason",
        "outcome",
        linked("owner"),
        "opened_at",
        "answer_by",
        "closed_at",
    )
    list_select_related = ("customer", "invoice", "owner")
    list_filter = ("status", "kind", "reason", "outcome", PARTNER)
    search_fields = ("number", "title", "customer__name", "invoice__number", "text")
    date_hierarchy = "opened_at"
    ordering = ("-id",)
    hidden = ("secret",)
    page_select_related = (
        "customer",
        "partner",
        "invoice",
        "opened_by",
        "owner",
        "decided_by",
        "credit_note",
        "told_by",
        "cause",
        "follows",
    )
    staff_page = "/disputes/{pk}/"


@admin.register(CaseLine)
class CaseLineAdmin(Ledger):
    """What is said of one line of a case."""

    list_display = (linked("dispute"), linked("line"), "ordered", "answer")
    list_select_related = ("dispute", "line")
    list_filter = (PARTNER,)
    search_fields = ("dispute__number", "answer")
    ordering = ("-id",)
    page_select_related = ("partner", "dispute", "line")


@admin.register(CommonCause)
class CommonCauseAdmin(Ledger):
    """One cause behind several cases."""

    list_display = ("number", "title", linked("owner"), "opened_at", "settled_at")
    list_select_related = ("owner",)
    list_filter = (PARTNER,)
    search_fields = ("number", "title", "text")
    date_hierarchy = "opened_at"
    ordering = ("-id",)
    page_select_related = ("partner", "owner", "opened_by")
    staff_page = "/disputes/causes/{pk}/"


@admin.register(CaseEntry)
class CaseEntryAdmin(Ledger):
    """One word of a case, as it was said."""

    list_display = ("at", linked("dispute"), "kind", linked("by"), "from_email", linked("message"))
    list_select_related = ("dispute", "by", "message")
    list_filter = ("kind", PARTNER)
    search_fields = ("dispute__number", "text", "from_email")
    date_hierarchy = "at"
    ordering = ("-id",)
    page_select_related = ("partner", "dispute", "by", "message")


@admin.register(EarlierAnswer)
class EarlierAnswerAdmin(Ledger):
    """An answer that the customer did not accept."""

    list_display = ("decided_at", linked("dispute"), "outcome", linked("decided_by"), "told_at", "reopened_at")
    list_select_related = ("dispute", "decided_by")
    list_filter = ("outcome", PARTNER)
    search_fields = ("dispute__number", "answer", "why")
    date_hierarchy = "decided_at"
    ordering = ("-id",)
    page_select_related = ("partner", "dispute", "decided_by", "credit_note", "told_by", "reopened_by")
