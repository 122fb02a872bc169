"""How does an admin read what was taken up with 21Vianet?"""

from django.contrib import admin

from customers.ledgers import Ledger, linked
from disputes.models import Escalation, EscalationTerms


@admin.register(Escalation)
class EscalationAdmin(Ledger):
    """One escalation, for a case or for a common cause."""

    list_display = (
        "id",
        "reference",
        linked("dispute"),
        linked("cause"),
        "prepared_at",
        "filed_at",
        "remind_at",
        "result",
        "answered_at",
    )
    list_select_related = ("dispute", "cause")
    list_filter = ("result", ("partner", admin.RelatedOnlyFieldListFilter))
    search_fields = ("reference", "request_id", "dispute__number", "cause__number", "asked_for")
    date_hierarchy = "prepared_at"
    ordering = ("-id",)
    hidden = ("secret",)
    page_select_related = (
        "partner",
        "dispute",
        "cause",
        "prepared_by",
        "filed_by",
        "answer_recorded_by",
        "withdrawn_by",
        "called_off_by",
    )


@admin.register(EscalationTerms)
class EscalationTermsAdmin(Ledger):
    """When a partner asks 21Vianet again."""

    list_display = ("id", linked("partner"), "ask_again_days")
    list_select_related = ("partner",)
    ordering = ("-id",)
    page_select_related = ("partner",)
