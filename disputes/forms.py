"""What do staff fill in about a case: a word, a plan, a new case, a cause behind several?"""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from billing.fields import AmountField
from billing.money import quantise
from customers import formats
from customers.models import Customer, User

from .fields import FilesField
from .lines import MOST_SEATS
from .models import Dispute
from .promising import MOST_DAYS, MOST_QUESTIONS, Terms
from .replying import MOST_TEXT


def _number(label: Any, most: int, help_text: Any = "") -> forms.IntegerField:
    """A whole number from one."""
    return forms.IntegerField(label=label, min_value=1, max_value=most, help_text=help_text)


class WriteForm(forms.Form):
    """A word to the customer or a note of our own, with files."""

    text = forms.CharField(max_length=MOST_TEXT, widget=forms.Textarea(attrs={"rows": 3}))
    wait = forms.BooleanField(label=_("Wait for their answer"), required=False)
    files = FilesField()  # type: ignore[assignment]  # a form's own `files` is another thing

    def __init__(self, *args: Any, customer: Customer, by: User, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        files = self.fields["files"]
        assert isinstance(files, FilesField)
        files.for_upload(customer, by=by, now=now)


class PlanForm(forms.Form):
    """What is done next, and by when."""

    next_action = forms.CharField(label=pgettext_lazy("case", "Next"), max_length=200)
    next_at = forms.DateTimeField(
        label=_("By"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        error_messages={"invalid": _("Not a day and hour. Write it like 2026-11-20 15:00")},
    )

    def __init__(self, *args: Any, zone: tzinfo, **options: Any) -> None:
        super().__init__(*args, **options)
        self.zone = zone

    def clean_next_at(self) -> datetime:
        """The wall clock's hour of the partner's zone, whatever zone the server speaks in."""
        at: datetime = self.cleaned_data["next_at"]
        return at.replace(tzinfo=self.zone)


def choose_among(field: forms.Field, people: Sequence[User]) -> None:
    """Let a field offer these people, read already, and take nobody else."""
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = User.objects.filter(pk__in=[one.pk for one in people])
    nobody = [] if field.empty_label is None else [("", field.empty_label)]
    field.choices = [*nobody, *((one.pk, str(one)) for one in people)]


class HandOverForm(forms.Form):
    """To whom."""

    to = forms.ModelChoiceField(label=_("To"), queryset=User.objects.none(), empty_label=None)

    def __init__(self, *args: Any, people: Sequence[User], **options: Any) -> None:
        super().__init__(*args, **options)
        choose_among(self.fields["to"], people)


class TermsForm(forms.Form):
    """What a partner promises for its cases, and how customers reach it."""

    answer_days = _number(_("Business days until we answer"), MOST_DAYS)
    confirm_days = _number(
        _("Business days to disagree"), MOST_DAYS, _("After the answer arrived; silence until then closes the case")
    )
    questions_per_line = _number(_("How often a line may be questioned"), MOST_QUESTIONS)
    ask_again_days = _number(
        _("Business days until 21Vianet is asked again"), MOST_DAYS, _("In Beijing, after a case was filed there")
    )
    case_owner = forms.ModelChoiceField(
        label=_("Who owns a new case"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("The first person who may answer"),
    )
    support_email = forms.EmailField(label=_("E-mail of your support"), required=False)
    support_phone = forms.CharField(label=_("Phone of your support"), max_length=40, required=False)
    support_hours = forms.CharField(
        label=_("Hours of your support"),
        help_text=_("Stands on every customer page and in every letter"),
        max_length=200,
        required=False,
    )

    def __init__(self, *args: Any, people: Sequence[User], **options: Any) -> None:
        super().__init__(*args, **options)
        choose_among(self.fields["case_owner"], people)

    def terms(self) -> Terms:
        """As they were written, each text on one line."""
        said: dict[str, Any] = {
            name: " ".join(value.split()) if isinstance(value, str) else value
            for name, value in self.cleaned_data.items()
        }
        return Terms(**said)


class CauseForm(forms.Form):
    """What lies behind several cases."""

    title = forms.CharField(label=_("Common cause"), max_length=200)
    text = forms.CharField(
        label=_("What we know of it"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class NewCaseForm(forms.Form):
    """A case opened for a customer: about lines of an invoice, or a plain question."""

    kind = forms.ChoiceField(label=_("Queue"), choices=Dispute.Kind.choices[1:])
    reason = forms.ChoiceField(label=_("What is wrong"), choices=[("", "–"), *Dispute.Reason.choices], required=False)
    wanted = forms.ChoiceField(label=_("What they want"), choices=[("", "–"), *Dispute.Wanted.choices], required=False)
    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    text = forms.CharField(
        label=_("What they say"),
        help_text=_("In their words; they read it in the case"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    files = FilesField()  # type: ignore[assignment]  # a form's own `files` is another thing

    def __init__(
        self, *args: Any, lines: Sequence[Any], currency: str, customer: Customer, by: User, now: datetime, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.lines, self.currency = lines, currency
        files = self.fields["files"]
        assert isinstance(files, FilesField)
        files.for_upload(customer, by=by, now=now)
        if not lines:
            del self.fields["reason"], self.fields["wanted"]
            self.fields["title"].required = True
            return
        del self.fields["kind"]
        self.fields["reason"].required = True
        for line, free in lines:
            label = gettext("Line %(n)s, %(name)s") % {"n": line.position, "name": line.description}
            field = AmountField(label=label, required=False)
            field.help_text = gettext("At most %(amount)s") % {"amount": formats.amount(free, currency)}
            self.fields[f"line_{line.pk}"] = field
            self.fields[f"ordered_{line.pk}"] = self._ordered(line)
        self.order_fields([f"{name}_{line.pk}" for line, _free in lines for name in ("line", "ordered")])

    @staticmethod
    def _ordered(line: Any) -> forms.IntegerField:
        """How many seats the customer says they ordered of a line."""
        label = gettext("Line %(n)s, seats they ordered") % {"n": line.position}
        billed = gettext("Billed: %(n)s") % {"n": formats.grouped(line.quantity)}
        return forms.IntegerField(label=label, help_text=billed, required=False, min_value=0, max_value=MOST_SEATS)

    def amounts(self) -> dict[int, Decimal]:
        """What is questioned of each line, by primary key."""
        return self._named("line")

    def ordered(self) -> dict[int, int]:
        """How many seats were ordered of each line, where that was said, by primary key."""
        return self._named("ordered")

    def _named(self, name: str) -> dict[int, Any]:
        found = {line.pk: self.cleaned_data.get(f"{name}_{line.pk}") for line, _free in self.lines}
        return {pk: value for pk, value in found.items() if value is not None}

    def clean(self) -> dict[str, Any]:
        """An amount lies within what is open of its line and not questioned yet; one at least is named, and seats only
        beside an amount."""
        data = super().clean() or self.cleaned_data
        for line, free in self.lines:
            value = data.get(f"line_{line.pk}")
            if value is not None and (value > free or quantise(value, self.currency) != value):
                self.add_error(
                    f"line_{line.pk}",
                    gettext("“%(value)s” is not between nothing and %(amount)s")
                    % {"value": self.data.get(f"line_{line.pk}", ""), "amount": formats.amount(free, self.currency)},
                )
        for pk in self.ordered().keys() - self.amounts().keys():
            if f"line_{pk}" not in self.errors:
                self.add_error(f"line_{pk}", gettext("Say the amount in question beside the seats"))
        if self.lines and not self.errors and not self.amounts():
            raise ValidationError(gettext("Name an amount of at least one line"))
        return data
