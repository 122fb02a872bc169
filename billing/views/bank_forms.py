"""What may staff say of the bank: a file, whose an entry is, that it is nobody's, that the cash is complete?"""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.fields import DayField
from customers.models import Customer


class StatementForm(forms.Form):
    """A statement as the bank gives it."""

    file = forms.FileField(
        label=_("Bank statement"),
        help_text=_("camt.053 (XML), or CSV with a header: date, amount or debit and credit, payer, text, id"),
        widget=forms.FileInput(attrs={"accept": ".xml,.csv,.txt,text/csv,text/xml", "class": "form-control"}),
    )


class WhoseForm(forms.Form):
    """Which customer an entry is from."""

    who = forms.CharField(
        label=_("Customer"),
        help_text=_("The name, or the number of one of their invoices"),
        max_length=200,
        widget=forms.TextInput(attrs={"list": "customers", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, customers: QuerySet[Customer], **options: Any) -> None:
        super().__init__(*args, **options)
        self.customers = customers
        self.found: Customer | None = None

    def clean_who(self) -> str:
        """The customer meant."""
        text: str = self.cleaned_data["who"].strip()
        found: list[Customer] = []
        for asked in ({"name": text}, {"name__iexact": text}, {"invoices__number__iexact": text}):
            found = found or list(self.customers.filter(**asked).distinct()[:2])
        if len(found) != 1:
            several, none = (
                gettext("Several customers are called “%(value)s”"),
                gettext("No customer is called “%(value)s”"),
            )
            raise ValidationError((several if found else none) % {"value": text})
        self.found = found[0]
        return text


class AsideForm(forms.Form):
    """Why an entry is no customer's payment."""

    why = forms.CharField(label=_("Why is it nobody’s?"), max_length=300, widget=forms.TextInput())


class CompleteForm(forms.Form):
    """The last day of which all cash is in the book."""

    through = DayField(label=_("Complete through"))

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["through"].widget.attrs["max"] = today.isoformat()

    def clean_through(self) -> date:
        """Not a day to come: nobody knows its cash."""
        on: date = self.cleaned_data["through"]
        if on > self.today:
            raise ValidationError(gettext("“%(value)s” lies in the future") % {"value": on.isoformat()})
        return on
