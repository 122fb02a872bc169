"""Who can sign in, and what may they do where?"""

from typing import Any

from allauth.mfa import admin as _factors  # noqa: F401  registered there first, replaced here
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as _sessions  # noqa: F401  a list of session keys would open every session
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.consequences import person
from customers.ledgers import Ledger, LedgerLines, Shown, linked
from customers.models import AccountMail, ApiToken, Invitation, Membership, PlaceChange, User

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


@admin.register(Invitation)
class InvitationAdmin(Ledger):
    """Who was asked to join, and what came of it. Invitations are sent and taken back in the portal."""

    list_display = (
        "id",
        "email",
        linked("partner"),
        linked("customer"),
        "role",
        "invited_at",
        "expires_at",
        "accepted_at",
    )
    list_select_related = ("partner", "customer")
    list_filter = (BY_PARTNER, "role")
    search_fields = ("email", "name", "customer__name")
    date_hierarchy = "invited_at"
    ordering = ("-id",)
    hidden = ("secret_hash",)
    page_select_related = ("invited_by", "accepted_by", "revoked_by")


@admin.register(PlaceChange)
class PlaceChangeAdmin(Ledger):
    """Who came, went, or was given another role, and who said so."""

    list_display = (
        "at",
        "what",
        "email",
        linked("partner"),
        linked("customer"),
        "role_before",
        "role_after",
        linked("by"),
    )
    list_select_related = ("partner", "customer", "by")
    list_filter = ("what", BY_PARTNER)
    search_fields = ("email", "person__name", "customer__name")
    date_hierarchy = "at"
    ordering = ("-id",)
    page_select_related = ("person",)


@admin.register(AccountMail)
class AccountMailAdmin(Ledger):
    """Mails about signing in, from promise to hand-over. What they said is not kept: it would open doors."""

    list_display = ("id", "kind", "to_email", "outcome", "queued_at", "handed_at", "reason")
    list_filter = ("outcome", "kind", BY_PARTNER)
    search_fields = ("to_email", "key")
    date_hierarchy = "queued_at"
    ordering = ("-id",)
    # The key makes the secret of an invitation's link.
    hidden = ("lease_token", "key", "message_id")
    page_select_related = ("partner", "invitation")


admin.site.unregister((Authenticator, UserSession))


@admin.register(Authenticator)
class FactorAdmin(Shown):
    """Which second factors a person has; their secrets are shown nowhere. A superuser takes one away from somebody
    who has lost it, and they begin anew with the next sign-in."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_select_related = ("user",)
    list_filter = ("type",)
    search_fields = ("user__email", "user__name")
    fields = readonly_fields = ("user", "type", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People add their own."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a superuser lets somebody in with less."""
        return person(request).is_superuser


@admin.register(ApiToken)
class ApiTokenAdmin(Ledger):
    """A program's way in; made and revoked on the partner's own settings page. Its hash is shown to nobody."""

    list_display = ("name", "hint", linked("partner"), "made_at", "expires_at", "revoked_at", "used_at")
    list_select_related = ("partner",)
    list_filter = (BY_PARTNER,)
    search_fields = ("name", "hint")
    hidden = ("secret_hash",)
