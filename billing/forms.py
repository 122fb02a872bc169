"""What may staff type about money? Amounts as people write them, days, and who paid."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.models import Customer

from .fields import AmountField, DayField, check_decimals
from .models import Invoice


class PaymentForm(forms.Form):
    """A payment that came in."""

    customer = forms.CharField(
        label=_("Customer"),
        help_text=_("The name, or the number of one of their invoices"),
        max_length=200,
        widget=forms.TextInput(attrs={"list": "customers", "autocomplete": "off"}),
    )
    amount = AmountField(label=_("Amount"))
    currency = forms.ChoiceField(label=_("Currency"))
    reference = forms.CharField(
        label=_("Reference"),
        help_text=_(
            "The words of the transfer. An invoice number or payment reference among them decides where it goes"
        ),
        max_length=140,
    )
    received_on = DayField(label=_("Received on"))
    invoice = forms.CharField(
        label=_("For invoice"),
        help_text=_("Only where the customer says so and the reference doesn’t"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    only = forms.BooleanField(
        label=_("Only what is named; the rest stays unapplied until the next invoice"), required=False
    )

    def __init__(
        self,
        *args: Any,
        customers: QuerySet[Customer],
        invoices: QuerySet[Invoice],
        currencies: list[str],
        today: date,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.customers, self.invoices, self.today = customers, invoices, today
        self.payer: Customer | None = None
        self.told: Invoice | None = None
        field = self.fields["currency"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, code) for code in currencies]
        self.fields["received_on"].widget.attrs["max"] = today.isoformat()

    def clean_customer(self) -> str:
        """The customer meant: by name, provider id, or an invoice's number."""
        text: str = self.cleaned_data["customer"].strip()
        found = list(self.customers.filter(name=text)[:2]) or list(self.customers.filter(name__iexact=text)[:2])
        found = found or list(self.customers.filter(provider_id=text.lower())[:2])
        found = found or list(self.customers.filter(invoices__number__iexact=text)[:2])
        if not found:
            raise ValidationError(gettext("No customer is called “%(value)s”") % {"value": text})
        if len(found) > 1:
            raise ValidationError(gettext("Several customers are called “%(value)s”") % {"value": text})
        self.payer = found[0]
        return text

    def clean_received_on(self) -> date:
        """Not a day to come."""
        on: date = self.cleaned_data["received_on"]
        if on > self.today:
            raise ValidationError(gettext("“%(value)s” lies in the future") % {"value": on.isoformat()})
        return on

    def clean(self) -> dict[str, Any]:
        """The amount fits the currency, the invoice fits the customer."""
        data = super().clean() or self.cleaned_data
        amount, currency = data.get("amount"), data.get("currency")
        if amount is not None and currency:
            try:
                check_decimals(amount, self.data.get("amount", ""), currency)
            except ValidationError as more:
                self.add_error("amount", more)
        number = data.get("invoice")
        if number and self.payer:
            self.told = self.invoices.filter(number__iexact=number, customer=self.payer, currency=currency).first()
            if self.told is None:
                text = gettext("“%(value)s” is not an invoice of this customer in %(currency)s")
                self.add_error("invoice", text % {"value": number, "currency": currency})
        return data


class IssueForm(forms.Form):
    """The day that is printed on the invoices and from which the payment term runs."""

    issued_on = DayField(label=_("Issue date"))
