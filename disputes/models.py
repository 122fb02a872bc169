"""What did customers question, what did we answer, and do they agree?"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models import CreditNote, DisputedAmount, Invoice
from customers.models import Customer, Message, OwnedQuerySet, PartnerOwned, User


class DisputeQuerySet(OwnedQuerySet["Dispute"]):
    """Disputes, narrowed."""

    def open(self) -> "DisputeQuerySet":
        """Those that still need somebody."""
        return self.exclude(status=Dispute.Status.CLOSED)


class Dispute(PartnerOwned):
    """One question a customer raised about lines of an invoice, until the loop is closed.

    Its amounts are DisputedAmount rows of billing, joined by the case number."""

    class Status(models.TextChoices):
        """Who has the ball."""

        NEW = "new", _("new")
        INVESTIGATING = "investigating", _("investigating")
        DECIDED = "decided", _("decided")
        AWAITING_CONFIRMATION = "awaiting_confirmation", _("awaiting confirmation")
        CLOSED = "closed", _("closed")

    class Reason(models.TextChoices):
        """What is wrong, in the customer's eyes."""

        PRICE = "price", _("price")
        QUANTITY = "quantity", _("quantity or proration")
        PERIOD = "period", _("wrong period")
        TAX = "tax", _("tax")
        DUPLICATE = "duplicate", _("duplicate")
        CANCELLED = "cancelled", _("cancelled service")
        NOT_RECEIVED = "not_received", _("service not received")
        CREDIT_MISSING = "credit_missing", _("credit missing")
        OTHER = "other", _("other")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="disputes")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="disputes")
    number = models.CharField(max_length=40)
    status = models.CharField(max_length=24, choices=Status, default=Status.NEW)
    reason = models.CharField(max_length=16, choices=Reason)
    text = models.TextField(max_length=4000)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answer_by = models.DateTimeField()
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=DisputedAmount.Result, blank=True)
    answer = models.TextField(max_length=4000, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    credit_note = models.OneToOneField(
        CreditNote, on_delete=models.PROTECT, null=True, blank=True, related_name="dispute"
    )
    # The message that carried the outcome. Without it reaching the customer there is no closing.
    told_by = models.OneToOneField(Message, on_delete=models.PROTECT, null=True, blank=True, related_name="dispute")
    told_at = models.DateTimeField(null=True, blank=True)
    window_ends_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "number"], name="disputes_number_once"),
            models.CheckConstraint(
                name="disputes_closed_only_when_told",
                condition=Q(closed_at=None) & ~Q(status="closed")
                | Q(
                    status="closed",
                    closed_at__isnull=False,
                    told_by__isnull=False,
                    told_at__isnull=False,
                    decided_at__isnull=False,
                    told_at__gte=models.F("decided_at"),
                    closed_at__gte=models.F("told_at"),
                ),
            ),
            models.CheckConstraint(
                name="disputes_decided_is_answered",
                condition=Q(status__in=["new", "investigating"], outcome="", decided_at=None)
                | (~Q(outcome="") & ~Q(answer="") & Q(decided_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["partner", "answer_by"], name="disputes_open", condition=~Q(status="closed"))]

    def __str__(self) -> str:
        return self.number
