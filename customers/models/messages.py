"""What was said to the customer, and did it arrive?"""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from outbox.models import Attempt, Effect

from .customers import Contact, Customer
from .partners import OwnedQuerySet, PartnerOwned
from .people import User


class Letter(models.TextChoices):
    """Each letter is a folder in templates/emails."""

    INVOICE = "invoice", _("invoice")
    CREDIT_NOTE = "credit_note", _("credit note")
    NOTICE = "notice", _("notice")
    DELETION = "deletion", _("deletion notice")
    SUSPENDED = "suspended", _("suspended")
    RESTORED = "restored", _("restored")
    QUESTION_TAKEN = "question_taken", _("question taken")
    ANSWER = "answer", _("answer")
    POLICY = "policy", _("new policy")
    STATEMENT = "statement", _("statement of account")
    RECEIVED = "received", _("payment received")
    LINK = "link", _("new link")
    CASE_WORD = "case_word", _("word in a case")
    CASE_TURN = "case_turn", _("turn of a case")
    CASE_LATE = "case_late", _("case past its time, to its owner")


class MessageQuerySet(OwnedQuerySet["Message"]):
    """Messages, narrowed."""


class Message(PartnerOwned, Effect):
    """One mail to one contact. Its values are frozen when it is promised, its words when it leaves."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="messages")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    letter = models.CharField(max_length=20, choices=Letter)
    language = models.CharField(max_length=10)
    to_email = models.EmailField(blank=True)
    # The numbers of the documents it speaks about.
    about = models.CharField(max_length=300, blank=True)
    values = models.JSONField(default=dict)
    subject = models.CharField(max_length=300, blank=True)
    body_text = models.TextField(blank=True)
    body_html = models.TextField(blank=True)
    message_id = models.CharField(max_length=200, unique=True)
    # The receiving server took it (its 250); a bounce that comes later voids that.
    delivered_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta(Effect.Meta):
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="whose", fields=["partner", "customer", "key"]),
        ]
        indexes = [
            *Effect.Meta.indexes,
            models.Index(fields=["customer", "queued_at"], name="customers_message_history"),
        ]

    def __str__(self) -> str:
        return self.subject or self.key


class MessageAttempt(Attempt, PartnerOwned):
    """One hand-over to the mail server."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="tries")

    objects = OwnedQuerySet["MessageAttempt"].as_manager()

    class Meta:
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="whose", fields=["partner", "message", "request_id"]),
        ]


class TimelineQuerySet(OwnedQuerySet["TimelineEntry"]):
    """Entries, narrowed."""

    def shared(self) -> "TimelineQuerySet":
        """What the customer sees too."""
        return self.filter(shared=True)


class TimelineEntry(PartnerOwned):
    """One thing that happened, as staff and customer read it. Appended, never changed."""

    class Kind(models.TextChoices):
        """The filter it falls under."""

        DOCUMENT = "document", _("document")
        NOTICE = "notice", _("notice")
        MONEY = "money", _("money")
        DISPUTE = "dispute", _("dispute")
        ACCESS = "access", _("access")
        NOTE = "note", _("note")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="timeline")
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=Kind)
    # Which sentence of customers.sentences, and what stands in its braces.
    code = models.CharField(max_length=40)
    values = models.JSONField(default=dict)
    about = models.CharField(max_length=40, blank=True)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    shared = models.BooleanField(default=True)

    objects = TimelineQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "timeline entries"
        indexes = [models.Index(fields=["customer", "-at", "-id"], name="customers_timeline_newest")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
