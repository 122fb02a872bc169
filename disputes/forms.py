"""What do staff fill in about a case: the answer, a word, a plan, a new case, a cause behind several?"""

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from billing.fields import AmountField
from billing.models import DisputedAmount
from billing.money import ZERO, quantise
from customers import formats
from customers.models import Customer, User

from .fields import FilesField
from .models import Dispute
from .promising import MOST_DAYS, MOST_QUESTIONS, Terms
from .replying import MOST_TEXT

OUTCOMES = (
    (DisputedAmount.Result.UPHELD, _("Upheld")),
    (DisputedAmount.Result.PARTLY, _("Partly upheld")),
    (DisputedAmount.Result.REJECTED, _("Rejected")),
)
FOR_ALL = (OUTCOMES[0], OUTCOMES[2])


def answer_field(rows: int = 5) -> forms.CharField:
    """The text a customer gets."""
    return forms.CharField(
        label=_("Answer"),
        help_text=_("The customer reads exactly this"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _number(label: Any, most: int, help_text: Any = "") -> forms.IntegerField:
    """A whole number from one."""
    return forms.IntegerField(label=label, min_value=1, max_value=most, help_text=help_text)


class AnswerForm(forms.Form):
    """The outcome, what is refused of each line where it is partly upheld, and the answer. A case in which no money
    is frozen takes an answer only."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=OUTCOMES, widget=forms.RadioSelect)
    answer = answer_field()

    def __init__(self, *args: Any, amounts: Sequence[DisputedAmount], currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.amounts, self.currency = amounts, currency
        if not currency:
            del self.fields["outcome"]
        else:
            self._name_effects()
        for row in amounts:
            field = AmountField(label=self._label(row), required=False)
            field.help_text = gettext("At most %(amount)s") % {"amount": formats.amount(row.amount, currency)}
            self.fields[f"refused_{row.pk}"] = field
        self.order_fields(["outcome", *(f"refused_{row.pk}" for row in amounts), "answer"])

    def _name_effects(self) -> None:
        """Each outcome with what it does."""
        asked = formats.amount(sum((row.amount for row in self.amounts), ZERO), self.currency)
        effects = (
            gettext("credit %(amount)s by a credit note") % {"amount": asked},
            gettext("say how much is refused"),
            gettext("say why, the dates resume"),
        )
        choice = self.fields["outcome"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [
            (code, format_html('{} <span class="second">{}</span>', label, effect))
            for (code, label), effect in zip(OUTCOMES, effects, strict=True)
        ]

    def _label(self, row: DisputedAmount) -> str:
        return gettext("Refused of line %(n)s, %(name)s") % {"n": row.line.position, "name": row.line.description}

    def parts(self) -> list[forms.BoundField]:
        """The fields of what is refused, line by line."""
        return [self[f"refused_{row.pk}"] for row in self.amounts]

    def refused(self) -> dict[int, Decimal]:
        """What is refused of each questioned amount, by primary key."""
        return {row.pk: self.cleaned_data.get(f"refused_{row.pk}") or ZERO for row in self.amounts}

    def clean(self) -> dict[str, Any]:
        """A part that is refused lies within what was questioned, and leaves something to credit."""
        data = super().clean() or self.cleaned_data
        if data.get("outcome") != DisputedAmount.Result.PARTLY:
            return data
        for row in self.amounts:
            value = data.get(f"refused_{row.pk}")
            if value is not None and (value > row.amount or quantise(value, self.currency) != value):
                self.add_error(
                    f"refused_{row.pk}",
                    gettext("“%(value)s” is not between nothing and the %(amount)s questioned")
                    % {
                        "value": self.data.get(f"refused_{row.pk}", ""),
                        "amount": formats.amount(row.amount, self.currency),
                    },
                )
        if not self.errors:
            self._check_sum()
        return data

    def _check_sum(self) -> None:
        refused, asked = sum(self.refused().values(), ZERO), sum((row.amount for row in self.amounts), ZERO)
        if refused == ZERO:
            raise ValidationError(gettext("Nothing is refused: then it is upheld. Say how much is refused"))
        if refused == asked:
            raise ValidationError(gettext("All of it is refused: then it is rejected"))


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


class HandOverForm(forms.Form):
    """To whom."""

    to = forms.ModelChoiceField(label=_("To"), queryset=User.objects.none(), empty_label=None)

    def __init__(self, *args: Any, people: Iterable[int], **options: Any) -> None:
        super().__init__(*args, **options)
        choice = self.fields["to"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = User.objects.filter(pk__in=people).order_by("name", "pk")


class TermsForm(forms.Form):
    """What a partner promises for its cases, and how customers reach it."""

    answer_days = _number(_("Business days until we answer"), MOST_DAYS)
    confirm_days = _number(
        _("Business days to disagree"), MOST_DAYS, _("After the answer arrived; silence until then closes the case")
    )
    questions_per_line = _number(_("How often a line may be questioned"), MOST_QUESTIONS)
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

    def __init__(self, *args: Any, people: Iterable[int], **options: Any) -> None:
        super().__init__(*args, **options)
        choice = self.fields["case_owner"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = User.objects.filter(pk__in=people).order_by("name", "pk")

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


class AnswerAllForm(forms.Form):
    """One outcome and one text for all cases of a cause; without frozen money a text only."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=FOR_ALL, widget=forms.RadioSelect)
    answer = answer_field()

    def __init__(self, *args: Any, money: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["answer"].help_text = _("Each customer reads exactly this, in a letter of their own")
        if not money:
            del self.fields["outcome"]


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
        self.order_fields([*(f"line_{line.pk}" for line, _free in lines)])

    def amounts(self) -> dict[int, Decimal]:
        """What is questioned of each line, by primary key."""
        found = {line.pk: self.cleaned_data.get(f"line_{line.pk}") for line, _free in self.lines}
        return {pk: amount for pk, amount in found.items() if amount is not None}

    def clean(self) -> dict[str, Any]:
        """An amount lies within what is open of its line and not questioned yet; one at least is named."""
        data = super().clean() or self.cleaned_data
        for line, free in self.lines:
            value = data.get(f"line_{line.pk}")
            if value is not None and (value > free or quantise(value, self.currency) != value):
                self.add_error(
                    f"line_{line.pk}",
                    gettext("“%(value)s” is not between nothing and %(amount)s")
                    % {"value": self.data.get(f"line_{line.pk}", ""), "amount": formats.amount(free, self.currency)},
                )
        if self.lines and not self.errors and not self.amounts():
            raise ValidationError(gettext("Name an amount of at least one line"))
        return data
