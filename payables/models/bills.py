"""What does the provider charge us, line by line?"""

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models import CreditNoteLine, InvoiceLine
from customers.history.keeping import Kept
from customers.models import Customer, OwnedQuerySet, Partner, PartnerOwned, User
from subscriptions.models import Subscription


class ProviderBillQuerySet(OwnedQuerySet["ProviderBill"]):
    """Provider bills; customers see nothing of them."""

    customer_path = None


class ProviderBill(PartnerOwned):
    """One bill of the provider, with the file that itemises it. Its payment state is derived, never stored."""

    class Kind(models.TextChoices):
        """Which document it is."""

        INVOICE = "invoice", _("invoice")
        VOID = "void", _("void note")
        ADJUSTMENT = "adjustment", _("adjustment note")

    class Layout(models.TextChoices):
        """Which of the provider's files its lines stand in."""

        LICENSE = "license", _("licenses")
        USAGE = "usage", _("usage")
        ONE_TIME = "one_time", _("one-time and new commerce")
        DAILY = "daily", _("daily-rated usage")

    number = models.CharField(max_length=40)
    layout = models.CharField(max_length=10, choices=Layout, default=Layout.LICENSE)
    billed_on = models.DateField()
    due_on = models.DateField()
    period = models.CharField(max_length=7)
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    subtotal = models.DecimalField(max_digits=18, decimal_places=2)
    tax = models.DecimalField(max_digits=18, decimal_places=2)
    total = models.DecimalField(max_digits=18, decimal_places=2)
    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    imported_at = models.DateTimeField()
    document = models.CharField(max_length=10, choices=Kind, default=Kind.INVOICE)
    # What a void or adjustment note changes.
    amends = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="amended_by")
    # Sums by section of the bill, as text: {"recurring": "48210.55"}.
    sections = models.JSONField(default=dict)
    # What the provider's own document says in all; empty where we only have the file. It may differ from the lines:
    # one-off adjustments stand on the document alone.
    stated_total = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    # What the provider says it has received for this bill, without its sign, and when we read that.
    provider_paid = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    provider_paid_at = models.DateTimeField(null=True, blank=True)
    # A due day agreed in writing for this bill alone.
    agreed_due_on = models.DateField(null=True, blank=True)
    agreed_why = models.CharField(max_length=300, blank=True)
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = ProviderBillQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "number"], name="payables_bill_number_once"),
            models.UniqueConstraint(fields=["partner", "file_sha256"], name="payables_bill_file_once"),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="as_billed",
                exclude=[
                    "document",
                    "amends",
                    "stated_total",
                    "provider_paid",
                    "provider_paid_at",
                    "agreed_due_on",
                    "agreed_why",
                    "agreed_by",
                ],
            ),
            Kept(of=["agreed_due_on", "agreed_why", "agreed_by_id"]),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def pay_by(self) -> date:
        """The day it is due: as agreed for this bill, else as the terms say."""
        return self.agreed_due_on or self.due_on


# Whether inserted lines are of a bill, a subscription and its customer of their own partner: asked of all lines of a
# statement at once. A foreign key would ask for each line of a million by itself; none of these rows is ever deleted.
KIN = """
IF EXISTS (
    SELECT FROM fresh AS l
    LEFT JOIN payables_providerbill AS b ON b.id = l.bill_id AND b.partner_id = l.partner_id
    LEFT JOIN subscriptions_subscription AS s
        ON s.id = l.subscription_id AND s.customer_id = l.customer_id AND s.partner_id = l.partner_id
    WHERE b.id IS NULL OR s.id IS NULL
) THEN
    RAISE EXCEPTION 'a line without its bill, subscription and customer' USING ERRCODE = 'foreign_key_violation';
END IF;
RETURN NULL;
"""

# Known charges that no document to the customer carries yet, and none shall leave out.
UNBILLED = Q(mapped=True, invoice_line=None, credit_line=None, absorbed="")


class ProviderLineQuerySet(OwnedQuerySet["ProviderLine"]):
    """Provider lines, narrowed."""

    customer_path = None

    def unbilled(self) -> "ProviderLineQuerySet":
        """Known charges that no document to the customer carries yet."""
        return self.filter(UNBILLED)


class ProviderLine(PartnerOwned):
    """One charge of the provider as the file gave it, and the line that passed it on."""

    # The trigger `kin` guards these four. The first two are found by indexes that begin with something else.
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    bill = models.ForeignKey(
        ProviderBill, on_delete=models.PROTECT, related_name="lines", db_constraint=False, db_index=False
    )
    row = models.PositiveIntegerField()
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="provider_lines", db_constraint=False)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="provider_lines", db_constraint=False
    )
    charge_type = models.CharField(max_length=80)
    # False: a charge type we don't know. It waits unbilled until a person looks.
    mapped = models.BooleanField()
    offer_name = models.CharField(max_length=200)
    order_id = models.CharField(max_length=64, blank=True)
    charge_starts_on = models.DateField()
    charge_ends_on = models.DateField()
    unit_price = models.DecimalField(max_digits=18, decimal_places=4)
    quantity = models.IntegerField()
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    discount = models.DecimalField(max_digits=18, decimal_places=2)
    subtotal = models.DecimalField(max_digits=18, decimal_places=2)
    tax = models.DecimalField(max_digits=18, decimal_places=2)
    total = models.DecimalField(max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3)
    # What only some layouts carry: consumed quantity, unit, meter, SKU…
    extra = models.JSONField(default=dict)
    # Why it is not passed on to the customer (a code of the price book); empty: it is.
    absorbed = models.CharField(max_length=20, blank=True)
    invoice_line = models.OneToOneField(
        InvoiceLine, on_delete=models.SET_NULL, null=True, blank=True, related_name="provider_line"
    )
    credit_line = models.OneToOneField(
        CreditNoteLine, on_delete=models.PROTECT, null=True, blank=True, related_name="provider_line"
    )

    objects = ProviderLineQuerySet.as_manager()

    class Meta:
        ordering = ["bill_id", "row"]
        constraints = [
            models.UniqueConstraint(fields=["bill", "row"], name="payables_line_row_once"),
            models.CheckConstraint(
                name="payables_line_billed_once", condition=Q(invoice_line=None) | Q(credit_line=None)
            ),
            models.CheckConstraint(
                name="payables_line_absorbed_is_not_billed",
                condition=Q(absorbed="") | Q(invoice_line=None, credit_line=None),
            ),
        ]
        indexes = [
            models.Index(
                fields=["partner", "customer", "id"],
                name="payables_line_unbilled",
                condition=Q(mapped=True, invoice_line=None, credit_line=None, absorbed=""),
            )
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="as_the_file_gave_it", exclude=["invoice_line", "credit_line", "absorbed"]),
            pgtrigger.Trigger(
                name="kin",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="fresh"),  # type: ignore[no-untyped-call]
                func=KIN,
            ),
        ]
