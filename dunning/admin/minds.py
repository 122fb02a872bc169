"""What may an admin see of the worklist's marks and of the views people keep?"""

from django.contrib import admin

from customers.ledgers import Ledger, linked
from dunning.models import DeedMark, SavedView


@admin.register(DeedMark)
class DeedMarkAdmin(Ledger):
    """Who has taken a deed on, and until when it may rest."""

    list_display = ("key", linked("partner"), "owner", "owned_at", "snoozed_until", "snoozed_by", "why")
    list_select_related = ("partner", "owner", "snoozed_by")
    list_filter = (("partner", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("key", "owner__name", "why")
    ordering = ("-id",)
    page_select_related = ("partner", "owner", "owned_by", "snoozed_by")


@admin.register(SavedView)
class SavedViewAdmin(Ledger):
    """A filter of the worklist under a name of its person's own."""

    list_display = ("name", linked("partner"), "user", "query", "first", "saved_at")
    list_select_related = ("partner", "user")
    list_filter = (("partner", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("name", "user__name")
    ordering = ("-id",)
    page_select_related = ("partner", "user")
