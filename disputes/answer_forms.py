"""How do staff decide a case, or all cases of a cause at once: the outcome, what is refused, and the words?"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.fields import AmountField, PercentageField
from billing.models import DisputedAmount
from billing.money import ZERO, quantise
from customers import formats

from .gathering import Part
from .lines import MOST_WORDS

OUTCOMES = (
    (DisputedAmount.Result.UPHELD, _("Upheld")),
    (DisputedAmount.Result.PARTLY, _("Partly upheld")),
    (DisputedAmount.Result.REJECTED, _("Rejected")),
)


def answer_field(rows: int = 5, most: int = 4000) -> forms.CharField:
    """The text a customer gets."""
    return forms.CharField(
        label=_("Answer"),
        help_text=_("The customer reads exactly this"),
        max_length=most,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


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
        # One line has the answer to itself.
        for row in amounts if len(amounts) > 1 else ():
            words = answer_field(rows=2, most=MOST_WORDS)
            words.label, words.required = self._name(row), False
            words.help_text = _("Stands under the answer, for this line alone")
            self.fields[f"words_{row.pk}"] = words
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

    def _name(self, row: DisputedAmount) -> str:
        return gettext("Line %(n)s, %(name)s") % {"n": row.line.position, "name": row.line.description}

    def own_words(self) -> list[forms.BoundField]:
        """The fields for what is said of single lines."""
        return [self[name] for name in self.fields if name.startswith("words_")]

    def has_own_words(self) -> bool:
        """Whether anything is written in them, or wrong with them."""
        return any(field.value() or field.errors for field in self.own_words())

    def words(self) -> dict[int, str]:
        """What is said of single lines, by their primary key."""
        return {row.line_id: self.cleaned_data.get(f"words_{row.pk}") or "" for row in self.amounts}

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


class AnswerAllForm(forms.Form):
    """One outcome and one text for all cases of a cause; without frozen money a text only."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=OUTCOMES, widget=forms.RadioSelect)
    percent = PercentageField(
        label=_("Credited of each amount, percent"), required=False, least=Decimal("0.01"), most=Decimal("99.99")
    )
    per_seat = AmountField(
        label=_("Or credited for each seat"),
        help_text=_("With tax, at most what was questioned of the line"),
        required=False,
    )
    answer = answer_field()

    def __init__(self, *args: Any, money: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["answer"].help_text = _("Each customer reads exactly this, in a letter of their own")
        if not money:
            del self.fields["outcome"], self.fields["percent"], self.fields["per_seat"]

    def part(self) -> Part | None:
        """How much is credited where that is a part."""
        said = self.cleaned_data
        if said.get("outcome") != DisputedAmount.Result.PARTLY:
            return None
        return Part(said.get("percent") or ZERO, said.get("per_seat") or ZERO)

    def clean(self) -> dict[str, Any]:
        """A part is a percentage or an amount for each seat."""
        data = super().clean() or self.cleaned_data
        partly = data.get("outcome") == DisputedAmount.Result.PARTLY and not self.errors
        if partly and bool(data.get("percent")) == bool(data.get("per_seat")):
            self.add_error("percent", gettext("Say a percentage or an amount for each seat, one of the two."))
        return data
