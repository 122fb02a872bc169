"""Who can sign in, and what may they do where?"""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.consequences import person
from customers.ledgers import LedgerLines, Shown, linked
from customers.models import (
    Membership,
    User,
)

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg]
    """A person who can sign in once given a membership."""

    class Meta:
        model = User
        fields = ("email", "name", "language")

    def clean_email(self) -> str:
        """Addresses are kept in lower case."""
        return str(self.cleaned_data["email"]).lower()


class UserForm(UserChangeForm):  # type: ignore[type-arg]
    """A person's details."""

    class Meta:
        model = User
        fields = "__all__"

    def clean_email(self) -> str:
        """Addresses are kept in lower case."""
        return str(self.cleaned_data["email"]).lower()


class MembershipLines(LedgerLines):
    """For whom a person acts."""

    model = Membership
    columns = (linked("partner"), linked("customer"), "role")
    lines_select_related = ("partner", "customer")


@admin.register(User)
class PersonAdmin(Shown, UserAdmin):  # type: ignore[type-arg]
    """A person, named by e-mail. Whoever has left is made inactive, which ends every session with the next click."""

    form, add_form = UserForm, NewUserForm
    ordering = ("email",)
    list_display = ("email", "name", "language", "is_active", "is_staff", "is_superuser", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "language")
    search_fields = ("email", "name")
    readonly_fields = ("last_login",)
    powers = ("is_staff", "is_superuser", "groups", "user_permissions")
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "language", "is_active", "last_login")}),
        (_("Admin of the whole installation"), {"classes": ("collapse",), "fields": powers}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "language", "usable_password", "password1", "password2")}),)
    inlines = (MembershipLines,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only a superuser gives power over the installation."""
        return self.readonly_fields if person(request).is_superuser else (*self.readonly_fields, *self.powers)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody with less power changes an admin, or an admin's password."""
        allowed = bool(super().has_change_permission(request, obj))
        return allowed and (person(request).is_superuser or obj is None or not (obj.is_staff or obj.is_superuser))


class MembershipForm(forms.ModelForm):  # type: ignore[type-arg]
    """A person's place; a customer's people belong to that customer's partner."""

    def clean(self) -> dict[str, Any]:
        """The customer is one of the partner's."""
        cleaned: dict[str, Any] = super().clean() or {}
        customer, partner = cleaned.get("customer"), cleaned.get("partner")
        if customer and partner and customer.partner_id != partner.pk:
            raise ValidationError({"customer": gettext("This customer belongs to another partner.")})
        return cleaned


@admin.register(Membership)
class MembershipAdmin(Shown):
    """What a person may do, and where. Taking it away is the one thing that is deleted here."""

    form = MembershipForm
    list_display = ("user", linked("partner"), linked("customer"), "role")
    list_select_related = ("user", "partner", "customer")
    list_filter = (BY_PARTNER, "role")
    search_fields = ("user__email", "user__name", "customer__name", "partner__name")
    autocomplete_fields = ("user", "partner", "customer")
    fields = ("user", "partner", "customer", "role")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A place stays the same person's; only the role changes."""
        return ("user", "partner", "customer") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A place is given and taken away; what was done in it stays on record."""
        return request.user.has_perm("customers.delete_membership")
