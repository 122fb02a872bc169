"""What have customers been billed, and what stands against it?"""

from datetime import date
from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.charge_words import detail_said
from customers.history.keeping import Kept
from customers.models import Customer, OwnedQuerySet, PartnerOwned, User
from subscriptions.models import Subscription

from .prices import Rounding


class PriceRule(PartnerOwned):
    """How a provider line becomes a price: its Subtotal plus a percentage, taxed at the line's own rate."""

    markup_percent = models.DecimalField(max_digits=7, decimal_places=3)
    effective_from = models.DateField()
    # The latest day for which an issued invoice was priced by it; from then on it stays as it is.
    last_used_on = models.DateField(null=True, blank=True)

    objects = OwnedQuerySet["PriceRule"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "effective_from"], name="billing_price_rule_once")]
        triggers = [
            pgtrigger.Protect(
                name="used_stays", operation=pgtrigger.Delete, condition=~pgtrigger.Q(old__last_used_on=None)
            ),
            pgtrigger.Protect(
                name="used_is_frozen",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__last_used_on=None)
                & (
                    pgtrigger.Q(old__markup_percent__df=pgtrigger.F("new__markup_percent"))
                    | pgtrigger.Q(old__effective_from__df=pgtrigger.F("new__effective_from"))
                    | pgtrigger.Q(old__partner__df=pgtrigger.F("new__partner"))
                    | pgtrigger.Q(new__last_used_on=None)
                ),
            ),
            Kept(skipped=["last_used_on"]),
        ]


class Series(PartnerOwned):
    """The next number of a kind of document in a year. Locked while numbering, so numbers have no gaps."""

    kind = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    next_number = models.PositiveIntegerField(default=1)

    objects = OwnedQuerySet["Series"].as_manager()

    class Meta:
        verbose_name_plural = "series"
        constraints = [models.UniqueConstraint(fields=["partner", "kind", "year"], name="billing_series_once")]


class InvoiceQuerySet(OwnedQuerySet["Invoice"]):
    """Invoices, narrowed."""

    def issued(self) -> "InvoiceQuerySet":
        """Those the customer has."""
        return self.filter(status=Invoice.Status.ISSUED)

    def open(self) -> "InvoiceQuerySet":
        """Issued and not settled: something of it is still owed."""
        return self.issued().filter(balance__gt=0)


class Invoice(PartnerOwned):
    """What a customer owes for one period. A draft may be edited; an issued one is corrected by credit notes."""

    class Status(models.TextChoices):
        """Only what the facts can't say: paid and overdue follow from balance and due day."""

        DRAFT = "draft", _("draft")
        ISSUED = "issued", _("issued")
        VOID = "void", _("void")

    class Source(models.TextChoices):
        """Where its lines came from."""

        PROVIDER = "provider", _("provider bill")
        HAND = "hand", _("entered by hand")
        FILE = "file", _("imported")

    class TaxInvoice(models.TextChoices):
        """How the tax invoice (fapiao) beside it stands."""

        NONE = "", _("none")
        REQUESTED = "requested", _("requested")
        ISSUED = "issued", _("issued")
        REVERSED = "reversed", _("reversed")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="invoices")
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    number = models.CharField(max_length=40, null=True, blank=True)
    # A short code the customer writes into the transfer; it pays exactly this invoice.
    reference = models.CharField(max_length=20, null=True, blank=True)
    period = models.CharField(max_length=7)
    period_start = models.DateField(null=True, blank=True)
    period_end = models.DateField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    net = models.DecimalField(max_digits=18, decimal_places=2)
    tax = models.DecimalField(max_digits=18, decimal_places=2)
    total = models.DecimalField(max_digits=18, decimal_places=2)
    # total less allocations and credits; kept by allocating.py alone and checked by verify.
    balance = models.DecimalField(max_digits=18, decimal_places=2)
    # What of it was given up; part of what balance leaves out.
    written_off = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    source = models.CharField(max_length=10, choices=Source, default=Source.PROVIDER)
    rounding = models.CharField(max_length=10, choices=Rounding, default=Rounding.HALF_UP)
    tax_invoice = models.CharField(max_length=10, choices=TaxInvoice, blank=True, default=TaxInvoice.NONE)
    tax_invoice_number = models.CharField(max_length=40, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    issued_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    # Names and addresses as printed: {"seller": {...}, "buyer": {...}}.
    party = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    void_reason = models.CharField(max_length=300, blank=True)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "number"], name="billing_invoice_number_once"),
            models.UniqueConstraint(fields=["partner", "reference"], name="billing_invoice_reference_once"),
            models.CheckConstraint(
                name="billing_invoice_void_has_reason",
                condition=(~Q(status="void") & Q(voided_at=None))
                | (Q(status="void", voided_at__isnull=False) & ~Q(void_reason="")),
            ),
            models.CheckConstraint(
                name="billing_invoice_void_owes_nothing",
                condition=~Q(status="void") | Q(balance=0, written_off=0),
            ),
            models.CheckConstraint(
                name="billing_invoice_issued_is_complete",
                condition=Q(status="draft", number=None, issued_on=None)
                | (
                    ~Q(status="draft")
                    & Q(number__isnull=False, issued_on__isnull=False, due_on__isnull=False, total__gt=0)
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["customer", "due_on", "id"],
                name="billing_invoice_open",
                condition=Q(status="issued", balance__gt=0),
            ),
            # Ages are summed from this alone, without a look at the rows.
            models.Index(
                fields=["partner", "currency", "customer", "due_on"],
                include=["balance"],
                name="billing_invoice_ages",
                condition=Q(status="issued", balance__gt=0),
            ),
            # Lists turn their pages along these: all that was issued, what is open of it, and what is rare among it.
            models.Index(
                fields=["partner", "-issued_on", "-id"], name="billing_invoice_newest", condition=~Q(status="draft")
            ),
            models.Index(
                fields=["partner", "-issued_on", "-id"],
                name="billing_invoice_open_newest",
                condition=Q(status="issued", balance__gt=0),
            ),
            models.Index(
                fields=["partner", "-issued_on", "-id"],
                name="billing_invoice_rare_newest",
                condition=Q(status="void") | Q(written_off__gt=0),
            ),
            models.Index(fields=["partner", "period"], name="billing_invoice_periods"),
            models.Index(fields=["partner", "id"], name="billing_invoice_drafts", condition=Q(status="draft")),
            models.Index(fields=["partner", "-issued_at"], name="billing_invoice_last", condition=Q(status="issued")),
        ]
        triggers = [
            pgtrigger.Protect(
                name="issued_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__status__in=["issued", "void"]),
            ),
            pgtrigger.Protect(
                name="issued_is_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=["issued", "void"])
                & (
                    pgtrigger.Q(old__number__df=pgtrigger.F("new__number"))
                    | pgtrigger.Q(old__total__df=pgtrigger.F("new__total"))
                    | pgtrigger.Q(old__net__df=pgtrigger.F("new__net"))
                    | pgtrigger.Q(old__tax__df=pgtrigger.F("new__tax"))
                    | pgtrigger.Q(old__currency__df=pgtrigger.F("new__currency"))
                    | pgtrigger.Q(old__due_on__df=pgtrigger.F("new__due_on"))
                    | pgtrigger.Q(old__issued_on__df=pgtrigger.F("new__issued_on"))
                    | pgtrigger.Q(old__customer__df=pgtrigger.F("new__customer"))
                    | pgtrigger.Q(old__partner__df=pgtrigger.F("new__partner"))
                    | pgtrigger.Q(old__party__df=pgtrigger.F("new__party"))
                    | pgtrigger.Q(old__rounding__df=pgtrigger.F("new__rounding"))
                    | pgtrigger.Q(new__status="draft")
                ),
            ),
            pgtrigger.Protect(
                name="void_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="void")
                & (
                    pgtrigger.Q(old__status__df=pgtrigger.F("new__status"))
                    | pgtrigger.Q(old__voided_at__df=pgtrigger.F("new__voided_at"))
                    | pgtrigger.Q(old__void_reason__df=pgtrigger.F("new__void_reason"))
                ),
            ),
            pgtrigger.Protect(
                name="paid_is_not_voided",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="issued", new__status="void")
                & ~pgtrigger.Q(old__balance=pgtrigger.F("old__total")),
            ),
            Kept(of=["tax_invoice", "tax_invoice_number", "voided_at", "void_reason"]),
        ]

    def __str__(self) -> str:
        return self.number or f"draft {self.period}"

    def state_on(self, today: date) -> str:
        """What a person calls its state on a day; the keys of the one table of status words."""
        return state_of(self.status, self.total, self.balance, self.written_off, self.due_on, today)


def state_of(
    status: str, total: Decimal, balance: Decimal, written_off: Decimal, due_on: date | None, today: date
) -> str:
    """The same of an invoice's columns, for lists that make no object of each."""
    if status != Invoice.Status.ISSUED:
        return status
    if balance <= 0:
        return "written_off" if written_off > 0 else "paid"
    if due_on and due_on < today:
        return "overdue"
    return "partly_paid" if balance < total else "not_due"


class InvoiceLine(PartnerOwned):
    """One charge on an invoice. `open` is what is left of its total; see Invoice.balance."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, null=True, blank=True, related_name="invoice_lines"
    )
    description = models.CharField(max_length=300)
    detail = models.CharField(max_length=300, blank=True)
    quantity = models.IntegerField()
    unit_price = models.DecimalField(max_digits=18, decimal_places=4)
    net = models.DecimalField(max_digits=18, decimal_places=2)
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4)
    tax = models.DecimalField(max_digits=18, decimal_places=2)
    total = models.DecimalField(max_digits=18, decimal_places=2)
    open = models.DecimalField(max_digits=18, decimal_places=2)
    # Which rules made the price, with their values: see pricing.py. Empty: entered by hand or imported.
    priced_by = models.JSONField(default=dict, blank=True)

    objects = OwnedQuerySet["InvoiceLine"].as_manager()

    @property
    def detail_said(self) -> str:
        """The provider's kind of charge and its days, in the reader's language."""
        return detail_said(self.detail)

    class Meta:
        ordering = ["invoice_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="billing_line_position_once"),
            models.CheckConstraint(name="billing_line_adds_up", condition=Q(total=models.F("net") + models.F("tax"))),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="as_billed", exclude=["open"]),
            pgtrigger.Trigger(
                name="issued_lines_stay",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="""
                    IF (SELECT status FROM billing_invoice WHERE id = OLD.invoice_id) <> 'draft' THEN
                        RAISE EXCEPTION 'a line of an issued invoice stays';
                    END IF;
                    RETURN OLD;
                """,
            ),
        ]
