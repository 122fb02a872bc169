"""What may an admin see of the breaker and of the data that was about to be deleted?"""

from django.contrib import admin

from customers.ledgers import Ledger, LedgerLines, linked
from dunning.models import Breaker, BreakerLift, DeletionDecision

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)


class LiftLines(LedgerLines):
    """Who agreed."""

    model = BreakerLift
    columns = ("user", "at")


@admin.register(Breaker)
class BreakerAdmin(Ledger):
    """More suspensions than a day may carry: whom it names, and when two people lifted it."""

    list_display = ("id", linked("partner"), linked("run"), "tripped_at", "limit", "lifted_at")
    list_select_related = ("partner", "run")
    list_filter = (BY_PARTNER, ("lifted_at", admin.EmptyFieldListFilter))
    date_hierarchy = "tripped_at"
    ordering = ("-id",)
    page_select_related = ("partner", "run")
    inlines = (LiftLines,)
    staff_page = "/collections/breakers/{pk}/"


@admin.register(BreakerLift)
class BreakerLiftAdmin(Ledger):
    """One person's word that a breaker may be lifted."""

    list_display = ("id", linked("breaker"), linked("partner"), "user", "at")
    list_select_related = ("breaker", "partner", "user")
    list_filter = (BY_PARTNER,)
    search_fields = ("user__name", "user__email")
    date_hierarchy = "at"
    ordering = ("-id",)


@admin.register(DeletionDecision)
class DeletionDecisionAdmin(Ledger):
    """What was brought back until a day, and what two people let go."""

    list_display = (
        "id",
        linked("customer"),
        linked("invoice"),
        "choice",
        "until_on",
        "decided_by",
        "decided_at",
        "confirmed_by",
    )
    list_select_related = ("customer", "invoice", "decided_by", "confirmed_by")
    list_filter = ("choice", BY_PARTNER, ("confirmed_at", admin.EmptyFieldListFilter))
    search_fields = ("customer__name", "invoice__number")
    date_hierarchy = "decided_at"
    ordering = ("-id",)
