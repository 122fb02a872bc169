"""What may an admin see of letters and of the timeline, and try again?"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.consequences import Refused, action, acts, retrying
from customers.ledgers import Ledger, LedgerLines, linked, zone_here
from customers.models import (
    Message,
    MessageAttempt,
    TimelineEntry,
)
from dunning.wording import told

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)


def _letter(message: Any) -> str:
    """What trying a letter again means."""
    if not message.to_email:
        raise Refused(gettext("It has nobody to go to. Set the customer’s address, and it leaves by itself."))
    values = {"letter": message.get_letter_display(), "about": message.about or "–", "email": message.to_email}
    return gettext("The letter “%(letter)s” about %(about)s goes to %(email)s") % values


class AttemptLines(LedgerLines):
    """Each hand-over to the mail server."""

    model = MessageAttempt
    columns = ("began_at", "ended_machine_at", "answer", "request_id")


@admin.register(Message)
class MessageAdmin(Ledger):
    """A letter, from promise to proof."""

    list_display = (
        "id",
        linked("customer"),
        "letter",
        "to_email",
        "about",
        "outcome",
        "queued_at",
        "delivered_at",
        "bounced_at",
        "seen_at",
    )
    list_select_related = ("customer",)
    list_filter = ("outcome", "letter", BY_PARTNER, "language")
    search_fields = ("to_email", "about", "customer__name", "key")
    date_hierarchy = "queued_at"
    ordering = ("-id",)
    hidden = ("body_html", "lease_token")
    page_select_related = ("customer", "partner", "contact")
    inlines = (AttemptLines,)
    actions = (action(retrying(_letter)),)


@admin.register(MessageAttempt)
class MessageAttemptAdmin(Ledger):
    """One hand-over to the mail server."""

    list_display = ("id", linked("message"), "began_at", "ended_machine_at", "answer")
    list_select_related = ("message",)
    list_filter = (BY_PARTNER,)
    search_fields = ("answer", "message__to_email", "request_id")
    date_hierarchy = "began_at"
    ordering = ("-id",)


@admin.register(TimelineEntry)
class TimelineEntryAdmin(Ledger):
    """One thing that happened, in the words staff read."""

    list_display = ("at", linked("customer"), "kind", "actor", "shared")
    list_select_related = ("customer", "actor", "message")
    list_filter = ("kind", BY_PARTNER, "shared")
    search_fields = ("about", "code", "customer__name")
    date_hierarchy = "at"
    ordering = ("-at", "-id")

    def get_list_display(self, request: HttpRequest) -> Any:
        """With its sentence, its times in the reader's zone."""
        zone = zone_here(request)
        today = acts(request).now.astimezone(zone).date()

        @admin.display(description=_("What happened"))
        def words(row: TimelineEntry) -> str:
            return told(row, today=today, zone=zone)

        return (*self.list_display[:3], words, *self.list_display[3:])
