"""What does staff say when access shall stop for a reason beside money, and when that has ended?"""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from customers import formats

from .models import AccessStop, Subscription


class _Chosen(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Subscriptions by name, each with the people who lose sign-in."""

    def label_from_instance(self, obj: Subscription) -> str:
        people = ngettext("%(n)s user", "%(n)s users", obj.quantity) % {"n": formats.grouped(obj.quantity)}
        return formats.joined(obj.name, people)


class StopForm(forms.Form):
    """Ask for access to stop."""

    subscriptions = _Chosen(
        queryset=Subscription.objects.none(),
        label=_("Subscriptions"),
        help_text=_("An add-on goes with its base"),
        widget=forms.CheckboxSelectMultiple,
    )
    cause = forms.ChoiceField(label=_("Reason"), choices=AccessStop.Cause.choices, widget=forms.RadioSelect)
    evidence = forms.CharField(
        label=_("What happened?"),
        help_text=_("What was seen, by whom and when. The customer does not see this"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, mine: "QuerySet[Subscription]", **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["subscriptions"]
        field.queryset = mine


class NoForm(forms.Form):
    """Refuse it."""

    reason = forms.CharField(label=_("Reason"), help_text=_("It stands in the timeline"), max_length=300)


class LiftForm(forms.Form):
    """Say what came of it."""

    outcome = forms.CharField(
        label=_("What came of it?"),
        help_text=_("What was found, and why access may come back"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
