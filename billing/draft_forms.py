"""What does staff type into a draft? Whose it is, for which days, and its lines."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, OwnedQuerySet

from .drafting import Terms, Wanted
from .fields import DayField
from .models import InvoiceLine

PERIOD: Final = re.compile(r"20\d\d-(0[1-9]|1[0-2])", re.ASCII)
PRICE: Final = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d{1,4})?", re.ASCII)
PERCENT: Final = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)
HIGHEST: Final = Decimal(10) ** 12
BLANK_LINES: Final = 3
MOST_LINES: Final = 500


class PriceField(forms.CharField):
    """A unit price with up to four decimals; below zero it gives something back."""

    def clean(self, value: Any) -> Any:
        """The price as a Decimal."""
        text = super().clean(value)
        if not text:
            return None
        plain = re.sub(r"^(-?)[¥￥€$₽]\s*", r"\1", str(text).strip().replace("−", "-"))
        if not PRICE.fullmatch(plain):
            raise ValidationError(gettext("“%(value)s” is not a price. Write it like 60.00") % {"value": text})
        price = Decimal(plain.replace(",", ""))
        if abs(price) >= HIGHEST:
            raise ValidationError(gettext("“%(value)s” is too large") % {"value": text})
        return price


class PercentField(forms.CharField):
    """A tax rate in per cent, answered as a share: 6 is 0.06."""

    def clean(self, value: Any) -> Any:
        """The rate as a share of one."""
        text = super().clean(value)
        plain = str(text or "0").strip().removesuffix("%").strip()
        if not PERCENT.fullmatch(plain) or Decimal(plain) > 100:
            raise ValidationError(gettext("“%(value)s” is not a rate between 0 and 100") % {"value": text})
        return Decimal(plain) / 100


class WhoForm(forms.Form):
    """Whose invoice it shall be."""

    customer = forms.CharField(
        label=_("Customer"),
        help_text=_("The name, or the id 21Vianet gives it"),
        max_length=200,
        widget=forms.TextInput(attrs={"list": "customers", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, customers: OwnedQuerySet[Customer], **options: Any) -> None:
        super().__init__(*args, **options)
        self.customers = customers

    def clean_customer(self) -> Customer:
        """The one customer of that name or id."""
        text: str = self.cleaned_data["customer"].strip()
        found = list(self.customers.filter(name__iexact=text)[:2])
        found = found or list(self.customers.filter(provider_id=text.lower())[:2])
        if not found and text.isascii() and text.isdigit() and len(text) < 19:
            found = list(self.customers.filter(pk=int(text)))
        if not found:
            raise ValidationError(gettext("No customer is called “%(value)s”") % {"value": text})
        if len(found) > 1:
            raise ValidationError(gettext("Several customers are called “%(value)s”") % {"value": text})
        return found[0]


class TermsForm(forms.Form):
    """When it is due; the rest stands once a draft is made."""

    due_on = DayField(label=_("Due on"), required=False, help_text=_("Left out, your payment terms run from its issue"))


class NewForm(TermsForm):
    """What a new invoice says of itself."""

    period = forms.CharField(
        label=_("Period"), max_length=7, help_text=_("The month it is for, like 2026-11"), widget=forms.TextInput
    )
    period_start = DayField(label=pgettext_lazy("first day", "From"), required=False)
    period_end = DayField(label=pgettext_lazy("last day", "To"), required=False)
    currency = forms.ChoiceField(label=_("Currency"))
    key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("period", "period_start", "period_end", "due_on", "currency", "key")

    def __init__(self, *args: Any, currencies: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["currency"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, code) for code in currencies]

    def clean_period(self) -> str:
        """A month."""
        text: str = self.cleaned_data["period"]
        if not PERIOD.fullmatch(text):
            raise ValidationError(gettext("“%(value)s” is not a month. Write it like 2026-11") % {"value": text})
        return text

    def clean(self) -> dict[str, Any]:
        """The days run forwards, and there are both or none."""
        data = super().clean() or self.cleaned_data
        first, last = data.get("period_start"), data.get("period_end")
        if (first is None) != (last is None) and not self.errors:
            self.add_error("period_end" if first else "period_start", gettext("Name both days, or neither"))
        if first and last and last < first:
            self.add_error("period_end", gettext("This lies before the first day"))
        return data

    @property
    def terms(self) -> Terms:
        """What was typed."""
        told = self.cleaned_data
        return Terms(told["period"], told["currency"], told["period_start"], told["period_end"], told["due_on"])


class LineForm(forms.Form):
    """One line. `line` is the one it replaces."""

    line = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**62)
    description = forms.CharField(label=_("Description"), max_length=300)
    quantity = forms.IntegerField(label=_("Quantity"), min_value=-1_000_000, max_value=1_000_000)
    unit_price = PriceField(
        label=_("Unit price"), max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    tax_percent = PercentField(
        label=_("Tax, %"), max_length=8, required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    subscription = forms.TypedChoiceField(
        label=_("Subscription"), required=False, coerce=int, empty_value=None, choices=[("", "–")]
    )

    def __init__(self, *args: Any, subscriptions: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["subscription"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "–"), *subscriptions]

    @property
    def wanted(self) -> Wanted:
        """The line as it was typed."""
        told = self.cleaned_data
        return Wanted(
            description=told["description"],
            quantity=told["quantity"],
            unit_price=told["unit_price"],
            tax_rate=told["tax_percent"],
            subscription=told["subscription"],
            line=told["line"],
        )


if TYPE_CHECKING:
    LinesBase = forms.BaseFormSet[LineForm]
else:
    LinesBase = forms.BaseFormSet


class Lines(LinesBase):
    """All lines of a draft; blank ones at the end are left out, those marked for removal go."""

    @property
    def wanted(self) -> list[Wanted]:
        """The lines that stay."""
        return [form.wanted for form in self.forms if form not in self.deleted_forms and form.cleaned_data]

    @property
    def seen(self) -> set[int]:
        """The lines the person looked at, those removed among them."""
        return {form.cleaned_data["line"] for form in self.forms if form.cleaned_data.get("line")}


def lines_formset(
    data: Any, known: Iterable[InvoiceLine], subscriptions: list[tuple[int, str]], *, blank: int = BLANK_LINES
) -> Lines:
    """The form of a draft's lines with some blank ones below."""
    made = forms.formset_factory(
        LineForm, formset=Lines, extra=blank, can_delete=True, max_num=MOST_LINES, absolute_max=MOST_LINES
    )
    start = [
        {
            "line": line.pk,
            "description": line.description,
            "quantity": line.quantity,
            "unit_price": shorter(line),
            "tax_percent": f"{(line.tax_rate * 100).quantize(Decimal('0.01')):f}",
            "subscription": line.subscription_id,
        }
        for line in known
    ]
    formset = made(data, initial=start, prefix="lines", form_kwargs={"subscriptions": subscriptions})
    assert isinstance(formset, Lines)
    return formset


def shorter(line: InvoiceLine) -> str:
    """A unit price with two to four decimals."""
    text = f"{line.unit_price:.4f}"
    return text[:-2] if text.endswith("00") else text.rstrip("0")


class InvoicesFileForm(forms.Form):
    """Invoices that were made elsewhere."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, one line for each invoice line"),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv", "class": "form-control"}),
    )
    issue = forms.BooleanField(
        label=_("Issue them at once"),
        help_text=_("Left out, they wait among the drafts"),
        required=False,
    )
