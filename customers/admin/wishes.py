"""What may an admin see of a partner's own words, of who gets which letter, and of links in mails?"""

from django.contrib import admin

from customers.ledgers import Ledger, linked
from customers.models import ContactPreference, LetterWords, Logo, MailLink

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)


@admin.register(LetterWords)
class LetterWordsAdmin(Ledger):
    """Words of a partner's own in one letter; written on the settings page, where they are checked."""

    list_display = ("letter", "language", linked("partner"), "written_at", "written_by")
    list_select_related = ("partner", "written_by")
    list_filter = (BY_PARTNER, "letter", "language")
    search_fields = ("opening", "closing")
    date_hierarchy = "written_at"
    ordering = ("-written_at", "-id")


@admin.register(Logo)
class LogoAdmin(Ledger):
    """A picture that is or was a partner's logo; set on the settings page, where it is judged."""

    list_display = ("sha256", linked("partner"), "kind", "set_at", "set_by")
    list_select_related = ("partner", "set_by")
    list_filter = (BY_PARTNER, "kind")
    search_fields = ("sha256",)
    date_hierarchy = "set_at"
    ordering = ("-set_at", "-id")
    hidden = ("content",)


@admin.register(ContactPreference)
class ContactPreferenceAdmin(Ledger):
    """To whom a customer wants one kind of letter to go; chosen by the customer."""

    list_display = ("letter", linked("customer"), "role", "chosen_at", "chosen_by")
    list_select_related = ("customer", "chosen_by")
    list_filter = (BY_PARTNER, "letter", "role")
    search_fields = ("customer__name",)
    date_hierarchy = "chosen_at"
    ordering = ("-chosen_at", "-id")


@admin.register(MailLink)
class MailLinkAdmin(Ledger):
    """What a mail's link opens, and whether it still does. The token itself is nowhere."""

    list_display = (
        "about",
        linked("customer"),
        "email",
        "made_at",
        "expires_at",
        "used_at",
        "revoked_at",
        "revoked_why",
    )
    list_select_related = ("customer",)
    list_filter = (BY_PARTNER, "revoked_why")
    search_fields = ("about", "email", "customer__name")
    date_hierarchy = "made_at"
    ordering = ("-made_at", "-id")
    hidden = ("salt", "token_hash")
    page_select_related = ("partner", "customer", "contact", "message", "revoked_by")
