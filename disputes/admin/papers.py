"""How does an admin read which files and mails belong to cases?"""

from django.contrib import admin

from customers.ledgers import Ledger, linked
from disputes.models import CaseFile, CaseMail

PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)


@admin.register(CaseFile)
class CaseFileAdmin(Ledger):
    """One file: what it is called, how large it is, and by what it is known again. Its bytes are not shown here."""

    list_display = ("uploaded_at", "name", linked("dispute"), linked("customer"), "content_type", "size", "shared")
    list_select_related = ("dispute", "customer")
    list_filter = ("content_type", "shared", PARTNER)
    search_fields = ("name", "sha256", "dispute__number", "customer__name")
    date_hierarchy = "uploaded_at"
    ordering = ("-id",)
    hidden = ("stored_as",)
    page_select_related = ("partner", "customer", "dispute", "entry", "uploaded_by")


@admin.register(CaseMail)
class CaseMailAdmin(Ledger):
    """One mail to a case's own address, and what became of it."""

    list_display = ("received_at", "from_email", "subject", linked("dispute"), linked("escalation"), "verdict", "why")
    list_select_related = ("dispute", "escalation")
    list_filter = ("verdict", PARTNER)
    search_fields = ("message_id", "from_email", "subject", "dispute__number")
    date_hierarchy = "received_at"
    ordering = ("-id",)
    page_select_related = ("partner", "dispute", "escalation", "entry")
