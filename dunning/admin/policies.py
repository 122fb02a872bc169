"""What may an admin see of the policies customers read?"""

from django.contrib import admin

from customers.ledgers import Ledger, LedgerLines, linked
from dunning.models import (
    CalendarEdition,
    PolicyDraft,
    PolicyTold,
    PolicyVersion,
    Stage,
)

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)


class StageLines(LedgerLines):
    """The ladder."""

    model = Stage
    columns = ("position", "name", "action", "anchor", "offset", "unit", "gap", "roles", "approvals")


@admin.register(PolicyVersion)
class PolicyVersionAdmin(Ledger):
    """One published text of the policy."""

    list_display = ("__str__", linked("partner"), "number", "effective_on", "published_at", "published_by")
    list_select_related = ("partner", "published_by")
    list_filter = (BY_PARTNER,)
    search_fields = ("partner__name", "partner__slug")
    ordering = ("-id",)
    page_select_related = ("partner", "published_by")
    inlines = (StageLines,)


@admin.register(Stage)
class StageAdmin(Ledger):
    """One step of a version's ladder."""

    list_display = ("name", linked("version"), linked("partner"), "position", "action", "offset", "unit", "approvals")
    list_select_related = ("version", "partner")
    list_filter = ("action", BY_PARTNER)
    search_fields = ("name",)
    ordering = ("-version_id", "position")


@admin.register(PolicyTold)
class PolicyToldAdmin(Ledger):
    """When a customer was shown a version, and whether it agreed."""

    list_display = ("id", linked("customer"), linked("version"), "told_at", "acknowledged_at", "acknowledged_by")
    list_select_related = ("customer", "version", "acknowledged_by")
    list_filter = (BY_PARTNER, ("acknowledged_at", admin.EmptyFieldListFilter))
    search_fields = ("customer__name",)
    date_hierarchy = "told_at"
    ordering = ("-id",)


@admin.register(PolicyDraft)
class PolicyDraftAdmin(Ledger):
    """A policy in the making: who wrote, offered and published it, or when it was dropped."""

    list_display = (
        "id",
        linked("partner"),
        "edition",
        "saved_at",
        "saved_by",
        "offered_by",
        "effective_on",
        "dropped_at",
    )
    list_select_related = ("partner", "saved_by", "offered_by")
    list_filter = (BY_PARTNER, ("dropped_at", admin.EmptyFieldListFilter))
    search_fields = ("begun_by__name", "saved_by__name")
    date_hierarchy = "begun_at"
    ordering = ("-id",)
    page_select_related = ("partner", "begun_by", "saved_by", "offered_by", "version")


@admin.register(CalendarEdition)
class CalendarEditionAdmin(Ledger):
    """One calendar of working days as decisions were made with it."""

    list_display = ("id", "digest")
    search_fields = ("digest",)
