"""What may an admin see of the history of a book? All of it, and nothing can be done to it."""

from django.contrib import admin

from customers.ledgers import Ledger, linked
from customers.models import Change


@admin.register(Change)
class ChangeAdmin(Ledger):
    """Who changed what, from what, to what, and why. Written by the database itself, sealed into a chain."""

    list_display = ("at", "name", "what", "table", "row", linked("partner"), linked("customer"), "through", "why")
    list_select_related = ("partner", "customer")
    list_filter = ("what", "through", "table", ("partner", admin.RelatedOnlyFieldListFilter))
    search_fields = ("name", "work", "why", "customer__name")
    date_hierarchy = "at"
    ordering = ("-id",)
    page_select_related = ("person",)
