"""What does staff type about what we owe the provider: a payment, terms, a due day, a balance, a restriction?"""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.correction_forms import ReasonForm
from billing.fields import AmountField, BalanceField, DayField, PercentageField

PERCENT = 100


class PayForm(forms.Form):
    """Money sent for a bill."""

    amount = AmountField(label=_("Amount"))
    paid_on = DayField(label=_("Sent on"))
    reference = forms.CharField(
        label=_("Reference"), help_text=_("The words of your transfer"), max_length=140, required=False
    )
    once = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["paid_on"].initial = today
        self.fields["paid_on"].widget.attrs["max"] = today.isoformat()


class TakeBackForm(ReasonForm):
    """A payment that came back, or was written down by mistake."""


class TermsForm(forms.Form):
    """Terms agreed in writing with the provider."""

    net_days = forms.IntegerField(label=_("Days after the billing date"), min_value=1, max_value=365)
    from_on = DayField(label=_("For bills from"))
    legal_maximum = PercentageField(
        label=_("Legal maximum a month, per cent"),
        help_text=_("The most the law allows as a late charge, where it is known"),
        most=Decimal(99),
        places=3,
        required=False,
    )
    agreement = forms.CharField(
        label=_("Agreed how"), help_text=_("The letter or mail, its day, and who at 21Vianet wrote it"), max_length=300
    )

    def clean_legal_maximum(self) -> Any:
        """As a share."""
        told = self.cleaned_data["legal_maximum"]
        return None if told is None else told / PERCENT


class DueDayForm(forms.Form):
    """Another due day for one bill."""

    due_on = DayField(label=_("Due on"))
    why = forms.CharField(
        label=_("Agreed how"), help_text=_("The letter or mail, its day, and who at 21Vianet wrote it"), max_length=300
    )


class RestrictionForm(forms.Form):
    """How we know that the provider restricts us."""

    why = forms.CharField(label=_("How do you know"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class SureForm(forms.Form):
    """Nothing to type: the button says it."""


class CashForm(forms.Form):
    """What the bank account held when a day ended."""

    balance = BalanceField(label=_("Balance"))
    on = DayField(label=_("At the end of"))

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["on"].initial = today
        self.fields["on"].widget.attrs["max"] = today.isoformat()
