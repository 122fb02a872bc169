"""What did customers ask or question, what did we answer, and do they agree?"""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.models import CreditNote, DisputedAmount, Invoice
from customers.history.keeping import Kept
from customers.models import Customer, Message, OwnedQuerySet, PartnerOwned, User

from .causes import CommonCause


class DisputeQuerySet(OwnedQuerySet["Dispute"]):
    """Cases, narrowed."""

    def open(self) -> "DisputeQuerySet":
        """Those that still need somebody."""
        return self.exclude(status=Dispute.Status.CLOSED)

    def ours(self) -> "DisputeQuerySet":
        """Those in which the next move is ours."""
        return self.filter(status__in=[Dispute.Status.NEW, Dispute.Status.INVESTIGATING])


class Dispute(PartnerOwned):
    """One case: a question a customer raised, until the loop is closed.

    The amounts of a dispute are DisputedAmount rows of billing, joined by the case number; the other kinds freeze
    nothing. The answer that counts stands here; answers that a customer did not accept move to EarlierAnswer."""

    class Kind(models.TextChoices):
        """Which queue it is in, and whether money is frozen."""

        DISPUTE = "dispute", _("dispute")
        BILLING = "billing", _("billing question")
        SUPPORT = "support", _("technical support")
        MISUSE = "misuse", _("fraud or misuse")

    class Status(models.TextChoices):
        """Who has the ball."""

        NEW = "new", _("new")
        INVESTIGATING = "investigating", _("investigating")
        WAITING_CUSTOMER = "waiting_customer", _("waiting for customer")
        WAITING_PROVIDER = "waiting_provider", _("waiting for 21Vianet")
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

    class Wanted(models.TextChoices):
        """What the customer would like to come of it."""

        CREDIT = "credit", _("a credit note")
        REFUND = "refund", _("money back")
        CORRECTION = "correction", _("the next invoice put right")
        EXPLANATION = "explanation", _("an explanation")

    class Source(models.TextChoices):
        """How it reached us."""

        CUSTOMER = "customer", _("customer")
        STAFF = "staff", _("staff, for the customer")
        FINDING = "finding", _("reconciliation")
        MAIL = "mail", _("mail")
        RETURNED = "returned", _("our letter that came back")

    class Next(models.TextChoices):
        """What is done next where nobody has planned anything else; a plan of people stands in its own words."""

        ANSWER = "answer", _("answer the customer")
        ANSWER_AGAIN = "answer_again", _("answer again, the customer does not agree")
        READ = "read", _("read what the customer wrote")
        ARRIVAL = "arrival", _("see that the answer arrives")
        CONFIRMATION = "confirmation", _("wait for the customer's word")
        REMIND_CUSTOMER = "remind_customer", _("remind the customer")
        CALL_CUSTOMER = "call_customer", _("call the customer")
        FILE_PACK = "file_pack", _("file the pack with 21Vianet")
        ASK_PROVIDER = "ask_provider", _("ask 21Vianet again")
        READ_PROVIDER = "read_provider", _("read 21Vianet’s answer")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="disputes")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.DISPUTE)
    # A plain question need not be about an invoice.
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="disputes")
    number = models.CharField(max_length=40)
    title = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=24, choices=Status, default=Status.NEW)
    reason = models.CharField(max_length=16, choices=Reason, blank=True)
    wanted = models.CharField(max_length=12, choices=Wanted, blank=True)
    text = models.TextField(max_length=4000)
    source = models.CharField(max_length=10, choices=Source, default=Source.CUSTOMER)
    opened_at = models.DateTimeField()
    # Empty where it came by mail, theirs or ours that came back.
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Promised to the customer when the case was taken; reopening does not move it.
    answer_by = models.DateTimeField()
    # No open case without an owner, a next action and its time.
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    next_action = models.CharField(max_length=200)
    next_at = models.DateTimeField()
    # Since when somebody else has the ball; empty while it is ours.
    waiting_since = models.DateTimeField(null=True, blank=True)
    # The first words of ours that reached the customer.
    first_answer_at = models.DateTimeField(null=True, blank=True)
    # An owner is told once by mail that the promised time has passed.
    late_told_at = models.DateTimeField(null=True, blank=True)
    cause = models.ForeignKey(CommonCause, on_delete=models.PROTECT, null=True, blank=True, related_name="cases")
    # A word after the end opens a case of its own that follows this one.
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by")
    # Part of the case's own mail address; whoever knows it may write into the case.
    secret = models.CharField(max_length=32, unique=True)

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
    # The last time the customer said: no, this is not resolved.
    reopened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # One question after the end, 1 to 5.
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    rated_at = models.DateTimeField(null=True, blank=True)

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
                    told_at__gte=F("decided_at"),
                    closed_at__gte=F("told_at"),
                ),
            ),
            models.CheckConstraint(
                name="disputes_decided_is_answered",
                condition=Q(
                    status__in=["new", "investigating", "waiting_customer", "waiting_provider"],
                    outcome="",
                    decided_at=None,
                )
                | (~Q(answer="") & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="disputes_a_dispute_has_an_outcome",
                condition=~Q(kind="dispute")
                | (Q(invoice__isnull=False) & ~Q(reason="") & (Q(decided_at=None) | ~Q(outcome=""))),
            ),
            models.CheckConstraint(
                name="disputes_always_a_next_action", condition=Q(status="closed") | ~Q(next_action="")
            ),
            models.CheckConstraint(
                name="disputes_rating_of_five",
                condition=Q(rating=None, rated_at=None) | Q(rating__gte=1, rating__lte=5, rated_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "answer_by"], name="disputes_open", condition=~Q(status="closed")),
            models.Index(fields=["partner", "-closed_at", "-id"], name="disputes_closed", condition=Q(status="closed")),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            Kept(taken_away=False, hidden=["secret"]),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def next_words(self) -> str:
        """The next action as people read it."""
        known = {str(code): label for code, label in self.Next.choices}
        return str(known.get(self.next_action, self.next_action))

    @property
    def freezes(self) -> bool:
        """Whether money is in dispute under it."""
        return self.kind == self.Kind.DISPUTE

    @property
    def withdrawn(self) -> bool:
        """Whether the customer took it back."""
        return self.outcome == DisputedAmount.Result.WITHDRAWN
