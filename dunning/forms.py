"""What may staff say to a proposed suspension besides yes? No with a reason, or not before a day."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.fields import DayField


class RefuseForm(forms.Form):
    """Reject: the invoice is held until a person lifts the hold."""

    reason = forms.CharField(
        label=_("Reason"), help_text=_("It stands on the hold and in the timeline"), max_length=300
    )


class PostponeForm(RefuseForm):
    """Postpone: held until a day, then the ladder goes on."""

    until = DayField(label=_("Not before"))

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["until"].widget.attrs["min"] = (today + timedelta(days=1)).isoformat()

    def clean_until(self) -> date:
        """A day to come."""
        until: date = self.cleaned_data["until"]
        if until <= self.today:
            raise ValidationError(
                gettext("“%(value)s” is not after today. Choose a day to come") % {"value": until.isoformat()}
            )
        return until
