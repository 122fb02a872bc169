"""What does staff type into the price book? For whom, what, from when, and why."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, OwnedQuerySet, Partner

from .correction_forms import ReasonForm
from .draft_forms import PercentField, PriceField, WhoForm
from .fields import DayField
from .models import PassOn, PriceEntry, Rounding, TaxRule

HUNDRED = Decimal(100)
DAYS = ("from_on", "until_on", "reason")


class DatedForm(ReasonForm):
    """From when a rule applies, and why it is there."""

    from_on = DayField(label=_("From"), help_text=_("The day of 21Vianet’s bill decides which rules price its charges"))
    until_on = DayField(
        label=_("Until"),
        required=False,
        help_text=_("The last day. Left out, it applies until another takes its place"),
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["from_on"].initial = today
        self.fields["reason"].help_text = _("It stays in the book beside your name")

    def clean(self) -> dict[str, Any]:
        """The days run forwards."""
        data = super().clean() or self.cleaned_data
        first, last = data.get("from_on"), data.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", gettext("This lies before the first day"))
        return data

    @property
    def days(self) -> dict[str, Any]:
        """The fields every rule has."""
        return {name: self.cleaned_data[name] for name in DAYS}


class ScopeForm(DatedForm, WhoForm):
    """For which customer and offer."""

    offer = forms.ChoiceField(label=_("Offer"), required=False)

    def __init__(self, *args: Any, offers: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["customer"].required = False
        self.fields["customer"].help_text = _("Left out, it is for everybody")
        choose_offer(self.fields["offer"], offers, _("all offers"))

    def clean_customer(self) -> Customer | None:  # type: ignore[override]
        """The customer, if one is named."""
        return super().clean_customer() if self.cleaned_data["customer"].strip() else None

    @property
    def scope(self) -> dict[str, Any]:
        """Whom and what it is for, with its days."""
        told = self.cleaned_data
        return {"customer": told["customer"], "offer_id": told["offer"], **self.days}


def choose_offer(field: forms.Field, offers: Mapping[str, str], none: Any) -> None:
    """Offers by name; two of the same name are told apart by the beginning of their ids."""
    assert isinstance(field, forms.ChoiceField)
    names = list(offers.values())
    field.choices = [
        ("", none),
        *((key, name if names.count(name) == 1 else f"{name} ({key[:8]})") for key, name in offers.items()),
    ]


class PriceForm(ScopeForm):
    """One price or discount."""

    method = forms.ChoiceField(label=_("Price"), choices=PriceEntry.Method.choices)
    percent = PercentField(
        label=_("Percentage"),
        help_text=_("On top of the cost, or off the price"),
        max_length=8,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    unit_price = PriceField(
        label=_("Fixed price"),
        help_text=_("For one unit and one whole billing period of 21Vianet"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    field_order = ("customer", "offer", "method", "percent", "unit_price", "currency", *DAYS)

    def __init__(self, *args: Any, currencies: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["currency"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, code) for code in currencies]

    def clean(self) -> dict[str, Any]:
        """What the way of pricing needs is there."""
        data = super().clean()
        fixed = data.get("method") == PriceEntry.Method.FIXED
        if fixed and data.get("unit_price") is None and "unit_price" not in self.errors:
            self.add_error("unit_price", gettext("How much is it?"))
        if fixed and (data.get("unit_price") or 0) < 0:
            self.add_error("unit_price", gettext("A price is not less than nothing"))
        if fixed and not data.get("offer"):
            self.add_error("offer", gettext("A fixed price is for one offer"))
        if not fixed and not str(self.data.get("percent", "")).strip():
            self.add_error("percent", gettext("How much is it?"))
        if data.get("method") == PriceEntry.Method.DISCOUNT and data.get("percent") == 0:
            self.add_error("percent", gettext("A discount is more than nothing"))
        return data

    def entry(self, partner: Partner) -> PriceEntry:
        """The rule as it was typed."""
        told, fixed = self.cleaned_data, self.cleaned_data["method"] == PriceEntry.Method.FIXED
        return PriceEntry(
            partner=partner,
            method=told["method"],
            percent=None if fixed else told["percent"] * HUNDRED,
            unit_price=told["unit_price"] if fixed else None,
            currency=told["currency"] if fixed else "",
            **self.scope,
        )


class TaxForm(ScopeForm):
    """One rule of tax."""

    rate = PercentField(label=_("Tax, %"), max_length=8, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    inclusive = forms.TypedChoiceField(
        label=_("Prices"),
        coerce=lambda value: value == "yes",
        choices=[("no", _("are before tax, it is added")), ("yes", _("hold it already, it is taken out"))],
        help_text=_("21Vianet’s refunds keep their own tax"),
    )
    field_order = ("customer", "offer", "rate", "inclusive", *DAYS)

    def entry(self, partner: Partner) -> TaxRule:
        """The rule as it was typed."""
        told = self.cleaned_data
        return TaxRule(partner=partner, rate=told["rate"], inclusive=told["inclusive"], **self.scope)


class PassOnForm(DatedForm):
    """What reaches customers of credits and prorations, and how lines are rounded."""

    credits = forms.ChoiceField(
        label=_("21Vianet’s credits"), choices=[("carried", _("are carried through")), ("absorbed", _("stay with us"))]
    )
    prorations = forms.ChoiceField(
        label=_("Prorations"), choices=[("carried", _("are carried through")), ("absorbed", _("stay with us"))]
    )
    rounding = forms.ChoiceField(
        label=pgettext_lazy("of amounts", "Rounding"), choices=Rounding.choices, help_text=_("Named on each invoice")
    )
    field_order = ("credits", "prorations", "rounding", *DAYS)

    def entry(self, partner: Partner) -> PassOn:
        """The rule as it was typed."""
        told = self.cleaned_data
        ways = {name: told[name] for name in ("credits", "prorations", "rounding")}
        return PassOn(partner=partner, **ways, **self.days)


class EndForm(ReasonForm):
    """The last day of a rule, and why."""

    until_on = DayField(label=_("Last day"))
    field_order = ("until_on", "reason")

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["until_on"].initial = today
        self.fields["reason"].help_text = _("It stays in the book beside your name")


class PreviewForm(WhoForm):
    """What an offer would cost a customer on a day."""

    offer = forms.ChoiceField(label=_("Offer"))
    on = DayField(label=_("On"))
    field_order = ("offer", "customer", "on")

    def __init__(
        self, *args: Any, offers: Mapping[str, str], customers: OwnedQuerySet[Customer], **options: Any
    ) -> None:
        super().__init__(*args, customers=customers, **options)
        self.fields["customer"].required = False
        self.fields["customer"].help_text = _("Left out, one without a price of its own")
        choose_offer(self.fields["offer"], offers, "–")

    def clean_customer(self) -> Customer | None:  # type: ignore[override]
        """The customer, if one is named."""
        return super().clean_customer() if self.cleaned_data["customer"].strip() else None


class PricesFileForm(ReasonForm):
    """A list of fixed prices."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, one line for each price"),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv", "class": "form-control"}),
    )
    field_order = ("file", "reason")

    def clean_file(self) -> Any:
        """A file of a size that can be read."""
        file: Any = self.cleaned_data["file"]
        if (file.size or 0) > 20 * 1024 * 1024:
            raise ValidationError(gettext("A file may hold at most 20 MB"))
        return file
