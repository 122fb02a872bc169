"""What may an admin see of the bank: statements, entries, whose they may be, and until when the cash is known?"""

from django.contrib import admin

from billing.models import BankEntry, BankReading, BankStatement, Candidate
from customers.ledgers import Ledger, amount, linked

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)


@admin.register(BankStatement)
class BankStatementAdmin(Ledger):
    """One imported file."""

    list_display = ("id", "file_name", linked("partner"), "format", "account", "entries", "imported_at", "imported_by")
    list_select_related = ("partner", "imported_by")
    list_filter = ("format", BY_PARTNER)
    search_fields = ("file_name", "sha256", "account")
    date_hierarchy = "imported_at"
    ordering = ("-id",)


@admin.register(BankEntry)
class BankEntryAdmin(Ledger):
    """One movement on the account, and the payment it became."""

    list_display = (
        "id",
        "booked_on",
        "credit",
        amount("amount"),
        "payer",
        "text",
        linked("payment"),
        "dismissed_at",
        linked("statement"),
    )
    list_select_related = ("payment", "statement")
    list_filter = ("credit", BY_PARTNER, "currency")
    search_fields = ("entry_id", "payer", "payer_account", "text", "payment__reference")
    date_hierarchy = "booked_on"
    ordering = ("-id",)
    currency = "currency"
    page_select_related = ("partner", "statement", "payment", "dismissed_by")


@admin.register(Candidate)
class CandidateAdmin(Ledger):
    """A customer an entry may be from, how likely and why."""

    list_display = ("id", linked("entry"), linked("customer"), "confidence", "why")
    list_select_related = ("entry", "customer")
    list_filter = (BY_PARTNER,)
    search_fields = ("entry__entry_id", "customer__name")
    ordering = ("-id",)
    page_select_related = ("partner", "entry", "customer")


@admin.register(BankReading)
class BankReadingAdmin(Ledger):
    """Until when the cash was known, by a statement or by a person's word."""

    list_display = ("id", linked("partner"), "at", "recorded_at", linked("statement"), "declared_by")
    list_select_related = ("partner", "statement", "declared_by")
    list_filter = (BY_PARTNER,)
    search_fields = ("statement__file_name",)
    date_hierarchy = "at"
    ordering = ("-id",)
    page_select_related = ("partner", "statement", "declared_by")
