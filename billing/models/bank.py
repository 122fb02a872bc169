"""What did the bank say, whose money is it, and how fresh is what we know?"""

import pgtrigger
from django.db import models
from django.db.models import Q

from customers.history.keeping import Kept
from customers.models import Customer, OwnedQuerySet, PartnerOwned, User

from .payments import Payment


class BankQuerySet(OwnedQuerySet["BankStatement"]):
    """Statements; customers see nothing of them."""

    customer_path = None


class BankStatement(PartnerOwned):
    """One imported file of bank entries. The same bytes again are the same statement."""

    class Format(models.TextChoices):
        """How it was written."""

        CAMT_053 = "camt.053", "camt.053"
        CSV = "csv", "CSV"

    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=10, choices=Format)
    account = models.CharField(max_length=64, blank=True)
    entries = models.PositiveIntegerField(default=0)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = BankQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "sha256"], name="billing_statement_file_once")]
        indexes = [models.Index(fields=["partner", "-imported_at"], name="billing_statement_newest")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.file_name


class BankEntryQuerySet(OwnedQuerySet["BankEntry"]):
    """Entries; customers see nothing of them."""

    customer_path = None

    def waiting(self) -> "BankEntryQuerySet":
        """Credits nobody has matched or set aside."""
        return self.filter(credit=True, payment=None, dismissed_at=None)


class BankEntry(PartnerOwned):
    """One movement on the partner's account, kept as the bank gave it, once for each (account, entry id)."""

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="rows")
    account = models.CharField(max_length=64, blank=True)
    entry_id = models.CharField(max_length=200)
    credit = models.BooleanField()
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3)
    booked_on = models.DateField()
    payer = models.CharField(max_length=200, blank=True)
    payer_account = models.CharField(max_length=64, blank=True)
    text = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField()
    # The payment it became, and why it was taken for this customer's: [["reference", "HH-2026-00001"], …].
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="bank_entry")
    matched_why = models.JSONField(default=list)
    # When it was last judged without becoming a payment; what came into the book later calls for another look.
    looked_at = models.DateTimeField(null=True, blank=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)
    dismissed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    dismissed_why = models.CharField(max_length=300, blank=True)

    objects = BankEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "bank entries"
        constraints = [
            models.UniqueConstraint(fields=["partner", "account", "entry_id"], name="billing_bank_entry_once"),
            models.CheckConstraint(name="billing_bank_entry_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="billing_bank_entry_one_end", condition=Q(payment=None) | Q(dismissed_at=None)),
        ]
        indexes = [
            models.Index(
                fields=["partner", "booked_on", "id"],
                name="billing_bank_entry_waiting",
                condition=Q(credit=True, payment=None, dismissed_at=None),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="as_the_bank_said",
                exclude=["payment", "matched_why", "looked_at", "dismissed_at", "dismissed_by", "dismissed_why"],
            ),
            Kept(of=["dismissed_at", "dismissed_by_id", "dismissed_why"]),
        ]


class Candidate(PartnerOwned):
    """A customer whose money an unmatched entry may be, how likely, and why."""

    entry = models.ForeignKey(BankEntry, on_delete=models.PROTECT, related_name="candidates")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="bank_candidates")
    # 0 to 100.
    confidence = models.PositiveSmallIntegerField()
    why = models.JSONField(default=list)
    # When a later look found it; empty: at once, when the entry came.
    found_at = models.DateTimeField(null=True, blank=True)

    objects = OwnedQuerySet["Candidate"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "customer"], name="billing_candidate_once")]


class BankReadingQuerySet(OwnedQuerySet["BankReading"]):
    """Readings; customers see nothing of them."""

    customer_path = None


class BankReading(PartnerOwned):
    """Until which instant the partner's cash is known: a statement was imported, or a person said so."""

    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    statement = models.ForeignKey(
        BankStatement, on_delete=models.PROTECT, null=True, blank=True, related_name="readings"
    )
    declared_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = BankReadingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["partner", "-at"], name="billing_bank_reading_latest")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
