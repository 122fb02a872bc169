"""What may staff say to a proposed suspension besides yes, and how many of them may a day carry?"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.fields import AmountField, DayField, PercentageField, check_decimals
from billing.models import Hold
from customers import formats
from dunning.approving import LONGEST_DAYS
from dunning.claiming import OLDEST
from dunning.promising import Offer


class RefuseForm(forms.Form):
    """Reject: the invoice is held until a person lifts the hold."""

    reason = forms.CharField(
        label=_("Reason"), help_text=_("It stands on the hold and in the timeline"), max_length=300
    )


class PostponeForm(RefuseForm):
    """Postpone: held until a day, then the ladder goes on."""

    until = DayField(label=_("Not before"))

    def __init__(self, *args: Any, today: date, day_needed: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["until"].required = day_needed
        self.fields["until"].widget.attrs["min"] = (today + timedelta(days=1)).isoformat()

    def clean_until(self) -> date:
        """A day to come."""
        until: date = self.cleaned_data["until"]
        if until and until <= self.today:
            raise ValidationError(
                gettext("“%(value)s” is not after today. Choose a day to come") % {"value": until.isoformat()}
            )
        # A day less than the deed allows: the customer's day may be the one before.
        if until:
            check_near(until, self.today + timedelta(days=LONGEST_DAYS - 1))
        return until


class BringBackForm(RefuseForm):
    """Bring access back for a debt that is still open, through a day."""

    until = DayField(label=_("Back until"), help_text=_("Through this day the invoice is held"))

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["until"].widget.attrs["min"] = today.isoformat()

    def clean_until(self) -> date:
        """From today on, within a year."""
        until: date = self.cleaned_data["until"]
        if until < self.today:
            raise ValidationError(gettext("“%(value)s” is past. Choose today or later") % {"value": until.isoformat()})
        check_near(until, self.today + timedelta(days=LONGEST_DAYS))
        return until


class BreakerForm(forms.Form):
    """The limit of the circuit breaker: the larger of the first two, never more than the third."""

    number = forms.IntegerField(
        label=_("Customers in 24 hours"),
        help_text=_("As many may always lose access"),
        min_value=1,
        max_value=10_000,
    )
    percent = PercentageField(
        label=_("Or this share of all customers, in per cent"), help_text=_("If that is more; whole customers count")
    )
    cap = forms.IntegerField(label=_("But never more than"), min_value=1, max_value=10_000)


class PromiseForm(forms.Form):
    """How much of an invoice is paid by which day, within what the policy allows."""

    amount = AmountField(label=_("Amount"))
    by_on = DayField(label=_("Paid by"))
    note = forms.CharField(label=_("Note"), help_text=_("Who said so, and how"), max_length=300, required=False)

    def __init__(self, *args: Any, bounds: Offer, **options: Any) -> None:
        super().__init__(*args, **options)
        self.bounds, self.currency = bounds, bounds.loaded.invoice.currency
        attrs = self.fields["by_on"].widget.attrs
        attrs["min"], attrs["max"] = bounds.earliest.isoformat(), bounds.latest.isoformat()

    def clean_amount(self) -> Decimal:
        """At most what is undisputed and open."""
        amount: Decimal = self.cleaned_data["amount"]
        typed = str(self.data.get("amount", "")).strip()
        check_decimals(amount, typed, self.currency)
        if amount > self.bounds.most:
            most = formats.amount(self.bounds.most, self.currency)
            raise ValidationError(
                gettext("“%(value)s” is more than the %(most)s that is to pay") % {"value": typed, "most": most}
            )
        return amount

    def clean_by_on(self) -> date:
        """From today to the last day the policy allows."""
        on: date = self.cleaned_data["by_on"]
        if not self.bounds.earliest <= on <= self.bounds.latest:
            said = {
                "value": on.isoformat(),
                "first": formats.day(self.bounds.earliest, self.bounds.earliest),
                "last": formats.day(self.bounds.latest, self.bounds.earliest),
            }
            raise ValidationError(gettext("“%(value)s” is not a day from %(first)s to %(last)s") % said)
        return on


class ClaimForm(forms.Form):
    """A payment that is on its way: how much, since when, under which words."""

    amount = AmountField(label=_("Amount"))
    paid_on = DayField(label=_("Paid on"))
    reference = forms.CharField(
        label=_("Reference of the transfer"),
        help_text=_("As it stands on your bank’s receipt"),
        max_length=140,
        required=False,
    )

    def __init__(self, *args: Any, currency: str, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency, self.today = currency, today
        attrs = self.fields["paid_on"].widget.attrs
        attrs["min"], attrs["max"] = (today - OLDEST).isoformat(), today.isoformat()

    def clean_amount(self) -> Decimal:
        """An amount the currency knows."""
        amount: Decimal = self.cleaned_data["amount"]
        check_decimals(amount, str(self.data.get("amount", "")).strip(), self.currency)
        return amount

    def clean_paid_on(self) -> date:
        """Not a day to come, nor one of long ago."""
        on: date = self.cleaned_data["paid_on"]
        if on > self.today:
            raise ValidationError(gettext("“%(value)s” lies in the future") % {"value": on.isoformat()})
        if on < self.today - OLDEST:
            raise ValidationError(gettext("“%(value)s” is more than a year ago") % {"value": on.isoformat()})
        return on


def check_near(on: date, last: date) -> None:
    """Refuse a day that nobody means, or that lies too far away to be counted from."""
    if on > last:
        raise ValidationError(
            gettext("“%(value)s” is more than a year away. Choose an earlier day") % {"value": on.isoformat()}
        )


class HoldForm(forms.Form):
    """What shall stand still or be due later, for whom, from when to when, and why."""

    kind = forms.ChoiceField(
        label=_("What"),
        choices=[
            (Hold.Kind.HOLD, _("Hold: nothing goes out while it lasts")),
            (Hold.Kind.EXEMPTION, _("Exempt: not to be chased at all")),
            (Hold.Kind.EXTENSION, _("Extend: due on a later day, all dates follow")),
        ],
        widget=forms.RadioSelect,
    )
    about = forms.ChoiceField(label=_("Of what"))
    from_on = DayField(label=_("From"))
    until_on = DayField(
        label=_("Until"),
        help_text=_("The last day of it, or the new due day. Without a day it lasts until somebody lifts it"),
        required=False,
    )
    reason = forms.CharField(label=_("Reason"), help_text=_("For staff; the customer doesn’t read it"), max_length=300)

    def __init__(self, *args: Any, choices: list[tuple[str, Any]], today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["about"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        self.today = today
        self.fields["from_on"].widget.attrs["min"] = today.isoformat()
        self.fields["until_on"].widget.attrs["min"] = today.isoformat()

    def clean_from_on(self) -> date:
        """Within a year."""
        on: date = self.cleaned_data["from_on"]
        check_near(on, self.today + timedelta(days=LONGEST_DAYS))
        return on

    def clean_until_on(self) -> date | None:
        """Within a year; a longer one is left open."""
        on: date | None = self.cleaned_data["until_on"]
        if on:
            check_near(on, self.today + timedelta(days=LONGEST_DAYS))
        return on

    def clean(self) -> dict[str, Any]:
        """The days fit each other; an extension names its day and is of no subscription."""
        data = super().clean() or self.cleaned_data
        from_on, until = data.get("from_on"), data.get("until_on")
        if from_on and from_on < self.today:
            self.add_error("from_on", gettext("This day has passed. Choose today or a later one"))
        if from_on and until and until < from_on:
            self.add_error("until_on", gettext("This lies before the first day"))
        if data.get("kind") == Hold.Kind.EXTENSION:
            if until is None and "until_on" not in self.errors:
                self.add_error("until_on", gettext("Say to which day it is extended"))
            if str(data.get("about", "")).startswith("subscription"):
                self.add_error("about", gettext("An invoice or the whole customer is extended, not a subscription"))
        return data


class ReasonForm(forms.Form):
    """Why; nothing more."""

    reason = forms.CharField(label=_("Reason"), max_length=300)
