"""What may an admin see of printed papers? Which were made, when and with which fingerprint; the bytes stay where
they are."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from customers.ledgers import Ledger, linked
from customers.models import Document


@admin.register(Document)
class DocumentAdmin(Ledger):
    """One printed paper, made once and never changed."""

    list_display = ("file_name", "kind", linked("customer"), "language", "pages", "sha256", "made_at", "made_by")
    list_select_related = ("customer", "made_by")
    list_filter = ("kind", "language", ("partner", admin.RelatedOnlyFieldListFilter))
    search_fields = ("file_name", "about", "sha256", "customer__name")
    date_hierarchy = "made_at"
    ordering = ("-made_at", "-id")
    hidden = ("content",)
    page_select_related = ("partner", "customer", "made_by")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the bytes."""
        return super().get_queryset(request).defer("content")
