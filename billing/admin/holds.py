"""What may an admin see and record of why a part of a debt isn't chased?"""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.models import (
    DisputedAmount,
    Hold,
)
from customers.consequences import (
    acts,
)
from customers.ledgers import Ledger, Shown, amount, linked
from customers.locking import lock_customer

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)


@admin.register(DisputedAmount)
class DisputedAmountAdmin(Ledger):
    """A part of a line that is questioned."""

    list_display = (
        "case_number",
        linked("customer"),
        linked("line__invoice", _("Invoice")),
        amount("amount", "line__invoice__currency"),
        "outcome",
        "opened_at",
        "told_at",
    )
    list_select_related = ("customer", "line__invoice")
    list_filter = ("outcome", BY_PARTNER)
    search_fields = ("case_number", "customer__name", "line__invoice__number")
    date_hierarchy = "opened_at"
    ordering = ("-id",)
    currency = "line__invoice__currency"
    page_select_related = ("customer", "partner", "line__invoice")


class HoldForm(forms.ModelForm):  # type: ignore[type-arg]
    """A hold, an exemption or an extension, for a customer or one of its invoices or subscriptions."""

    def clean(self) -> dict[str, Any]:
        """What is held belongs to the customer, and the end isn't before the beginning."""
        cleaned: dict[str, Any] = super().clean() or {}
        customer, from_on, until = (cleaned.get(name) for name in ("customer", "from_on", "until_on"))
        for name in ("invoice", "subscription"):
            chosen = cleaned.get(name)
            if chosen and customer and chosen.customer_id != customer.pk:
                self.add_error(name, ValidationError(gettext("This belongs to another customer.")))
        kind = cleaned.get("kind") or self.instance.kind
        if kind == Hold.Kind.EXTENSION and cleaned.get("subscription"):
            self.add_error("subscription", ValidationError(gettext("An extension is of no single subscription.")))
        if kind == Hold.Kind.EXTENSION and until is None and "until_on" not in self.errors:
            self.add_error("until_on", ValidationError(gettext("Say to which day it is extended.")))
        begins = from_on or self.instance.from_on
        if begins and until and until < begins:
            self.add_error("until_on", ValidationError(gettext("This lies before the first day.")))
        return cleaned


@admin.register(Hold)
class HoldAdmin(Shown):
    """Why the ladder stands still. A hold is ended by its last day, never deleted."""

    form = HoldForm
    list_display = (
        "id",
        linked("customer"),
        "kind",
        linked("invoice"),
        linked("subscription"),
        "from_on",
        "until_on",
        "reason",
        "recorded_by",
    )
    list_select_related = ("customer", "invoice", "subscription", "recorded_by")
    list_filter = ("kind", BY_PARTNER)
    search_fields = ("customer__name", "invoice__number", "reason")
    date_hierarchy = "from_on"
    ordering = ("-id",)
    autocomplete_fields = ("customer", "invoice", "subscription")
    fields = ("customer", "kind", "invoice", "subscription", "from_on", "until_on", "reason")
    recorded = ("recorded_by", "recorded_at", "lifted_by", "lifted_at")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Once recorded, by whom and when."""
        return (*self.fields, *self.recorded) if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What it holds, and from when, stays."""
        return ("customer", "kind", "invoice", "subscription", "from_on", "reason", *self.recorded) if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write it under the customer's lock, and stamp a review."""
        by = acts(request)
        customer = lock_customer(obj.customer_id)
        if change:
            obj.save(update_fields=form.changed_data)
        else:
            obj.partner_id, obj.recorded_by, obj.recorded_at = customer.partner_id, by.user, by.now
            obj.save()
        customer.review_due_at = by.now
        customer.save(update_fields=["review_due_at"])
