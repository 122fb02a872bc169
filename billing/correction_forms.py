"""What does staff type to correct what was booked? A day, a reason, an amount."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from .fields import AmountField, DayField
from .models import CreditNote, Invoice, InvoiceLine


class ReasonForm(forms.Form):
    """Why, in a sentence."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}), strip=True)


class ReversalForm(ReasonForm):
    """A payment the bank took back."""

    reversed_on = DayField(label=_("Taken back on"))
    field_order = ("reversed_on", "reason")

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reversed_on"].initial = today
        self.fields["reversed_on"].widget.attrs["max"] = today.isoformat()
        self.fields["reason"].help_text = _("As the bank gives it, such as “insufficient funds”")


class RefundForm(ReasonForm):
    """Money that was sent back."""

    amount = AmountField(label=_("Amount"))
    refunded_on = DayField(label=_("Sent on"))
    reference = forms.CharField(
        label=_("Reference"),
        help_text=_("The words of your transfer. The same reference again is the same refund"),
        max_length=140,
    )
    field_order = ("amount", "refunded_on", "reference", "reason")

    def __init__(self, *args: Any, today: date, left: Decimal, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["amount"].initial = left
        self.fields["refunded_on"].initial = today
        self.fields["refunded_on"].widget.attrs["max"] = today.isoformat()


class WriteOffForm(ReasonForm):
    """A debt that shall be given up."""

    amount = AmountField(label=_("Amount"))
    field_order = ("amount", "reason")

    def __init__(self, *args: Any, open: Decimal, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["amount"].initial = open
        self.fields["reason"].help_text = _("The person who agrees reads it; the customer doesn’t")


class VoidForm(ReasonForm):
    """An invoice that shall be as if it had not been issued."""

    bill_again = forms.BooleanField(
        label=_("Bill 21Vianet’s charges again"),
        help_text=_("They are taken up by the next drafts of this period"),
        required=False,
        initial=True,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].help_text = _("The customer reads it")


class CreditForm(ReasonForm):
    """Amounts to give back, line by line, with tax. One field for each line that has room."""

    why = forms.ChoiceField(
        label=_("What for"),
        choices=[(CreditNote.Why.CORRECTION, _("Correction")), (CreditNote.Why.GOODWILL, _("Goodwill"))],
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**9)

    def __init__(self, *args: Any, lines: list[tuple[InvoiceLine, Decimal]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].help_text = _("The customer reads it on the credit note")
        for line, room in lines:
            self.fields[f"line_{line.pk}"] = AmountField(label=line.description, required=False, disabled=room <= 0)

    @property
    def amounts(self) -> dict[int, Decimal]:
        """What was asked for, by the lines' primary keys."""
        named = {name: value for name, value in self.cleaned_data.items() if name.startswith("line_")}
        return {int(name.removeprefix("line_")): amount for name, amount in named.items() if amount is not None}


class TaxInvoiceForm(forms.Form):
    """How the tax invoice beside an invoice stands."""

    tax_invoice = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            (Invoice.TaxInvoice.NONE, _("Not asked for")),
            (Invoice.TaxInvoice.REQUESTED, pgettext_lazy("tax invoice", "Asked for")),
            (Invoice.TaxInvoice.ISSUED, pgettext_lazy("tax invoice", "Issued")),
            (Invoice.TaxInvoice.REVERSED, _("Reversed")),
        ],
    )
    tax_invoice_number = forms.CharField(label=pgettext_lazy("tax invoice", "Number"), max_length=40, required=False)

    def clean(self) -> dict[str, Any]:
        """One that was issued or reversed has a number."""
        data = super().clean() or self.cleaned_data
        if data.get("tax_invoice") in ("issued", "reversed") and not data.get("tax_invoice_number"):
            self.add_error("tax_invoice_number", ValidationError(gettext("Which number does it have?")))
        return data
