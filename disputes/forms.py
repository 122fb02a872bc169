"""How is a question answered? Upheld, partly or rejected, with the words the customer will read."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.fields import AmountField
from billing.models import DisputedAmount
from billing.money import ZERO, quantise
from customers import formats

OUTCOMES = (
    (DisputedAmount.Result.UPHELD, _("Upheld, all of it is credited")),
    (DisputedAmount.Result.PARTLY, _("Partly upheld, a part is refused")),
    (DisputedAmount.Result.REJECTED, _("Rejected, nothing is credited and the dates resume")),
)


class AnswerForm(forms.Form):
    """The outcome, what is refused of each line where it is partly upheld, and the answer."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=OUTCOMES, widget=forms.RadioSelect)
    answer = forms.CharField(
        label=_("Answer"),
        help_text=_("The customer reads exactly this"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, amounts: Sequence[DisputedAmount], currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.amounts, self.currency = amounts, currency
        for row in amounts:
            field = AmountField(label=self._label(row), required=False)
            field.help_text = gettext("Only where it is partly upheld, at most %(amount)s") % {
                "amount": formats.amount(row.amount, currency)
            }
            self.fields[f"refused_{row.pk}"] = field
        self.order_fields(["outcome", *(f"refused_{row.pk}" for row in amounts), "answer"])

    def _label(self, row: DisputedAmount) -> str:
        return gettext("Refused of line %(n)s, %(name)s") % {"n": row.line.position, "name": row.line.description}

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
