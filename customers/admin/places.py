"""What may an admin see and change of partners, customers and their addresses?"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.addressing import set_address
from customers.consequences import acts
from customers.ledgers import Ledger, LedgerLines, Shown, linked
from customers.locking import lock_customer, lock_customers
from customers.models import (
    Contact,
    Customer,
    Partner,
    ProviderIdentity,
)

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)


@admin.register(Partner)
class PartnerAdmin(Shown):
    """A partner's details. What numbers and amounts are made of (prefix, currency) never changes."""

    list_display = ("name", "slug", "currency", "zone", "country", "payment_terms_days", "created_at")
    list_filter = ("currency", "country")
    search_fields = ("name", "slug")
    readonly_fields = ("slug", "currency", "prefix", "created_at")
    fieldsets = (
        (None, {"fields": ("name", "slug", "mark", "prefix", "currency", "created_at")}),
        (_("Where and when"), {"fields": ("country", "zone", "language", "payment_terms_days")}),
        (_("Calendar"), {"fields": ("opens", "closes", "days_off")}),
        (_("Printed on invoices"), {"fields": ("address", "tax_id", "bank_account", "bank_name", "bank_number")}),
        (_("Letters"), {"fields": ("sender_name", "sender_email", "link_days")}),
        (_("Reached at"), {"fields": ("reply_email", "phone", "support_email", "support_phone", "support_hours")}),
    )
    # The calendar of working days follows from these.
    decides = frozenset({"zone", "country", "opens", "closes", "days_off"})

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A partner is founded with staff, policy and prices, by the command add_partner."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write what was changed; where the calendar did, every customer is looked at again."""
        obj.save(update_fields=form.changed_data)
        if self.decides & set(form.changed_data):
            mine = Customer.objects.filter(partner=obj)
            lock_customers(mine.values_list("pk", flat=True))
            mine.update(review_due_at=acts(request).now)


@admin.register(ProviderIdentity)
class ProviderIdentityAdmin(Ledger):
    """Adopted from the first file that carries it."""

    list_display = ("provider_id", linked("partner"), "adopted_at")
    list_select_related = ("partner",)
    search_fields = ("provider_id", "partner__name")


class ContactLines(LedgerLines):
    """Who is written to."""

    model = Contact
    columns = ("role", "name", "email", "language")


@admin.register(Customer)
class CustomerAdmin(Shown):
    """A customer. Name, domain and ids come from the provider; language, zone and tags are ours."""

    list_display = ("name", linked("partner"), "domain", "language", "zone", "tags", "review_due_at")
    list_select_related = ("partner",)
    list_filter = (BY_PARTNER, "language")
    search_fields = ("name", "domain", "provider_id")
    readonly_fields = ("partner", "provider_id", "name", "domain", "contact_read_at", "review_due_at", "created_at")
    fields = (*readonly_fields, "language", "zone", "tags")
    inlines = (ContactLines,)
    staff_page = "/customers/{pk}/"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Customers come with the provider's bill."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write what was changed under the customer's lock, and stamp a review."""
        lock_customer(obj.pk)
        obj.review_due_at = acts(request).now
        obj.save(update_fields=[*form.changed_data, "review_due_at"])


@admin.register(Contact)
class ContactAdmin(Shown):
    """Who is written to. A new address lets letters leave that waited for one."""

    list_display = ("customer_name", "role", "name", "email", "language", linked("partner"))
    list_select_related = ("customer", "partner")
    list_filter = (BY_PARTNER, "role")
    search_fields = ("email", "name", "customer__name")
    autocomplete_fields = ("customer",)
    fields = ("customer", "role", "email", "name", "language")

    @admin.display(description=_("Customer"), ordering="customer__name")
    def customer_name(self, row: Contact) -> str:
        """The customer, as the link to this contact."""
        return row.customer.name

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A contact stays the same customer's, in the same role."""
        return ("customer", "role") if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Set the address; for a role that has one already, that one is changed."""
        by = acts(request)
        saved, sent = set_address(
            obj.customer, role=obj.role, email=obj.email, name=obj.name, language=obj.language, by=by.user, now=by.now
        )
        obj.pk, obj.partner_id, obj._state.adding = saved.pk, saved.partner_id, False
        if sent:
            self.message_user(request, gettext("Letters that leave now: %(n)s") % {"n": sent})
