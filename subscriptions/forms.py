"""What does staff say when access shall stop for a reason beside money, when that has ended, and about a difference
with the provider?"""

import hashlib
import json
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from customers import formats

from .models import AccessStop, Drift, Subscription


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


def seen_of(row: Drift) -> str:
    """What a person looked at when they decided: both sides of a difference, in short."""
    both = json.dumps([row.ours, row.theirs], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(both.encode()).hexdigest()[:16]


class MendForm(forms.Form):
    """Yes to one thing about a difference, as it was shown."""

    how = forms.CharField(widget=forms.HiddenInput, max_length=12)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)


class ReasonForm(MendForm):
    """Why it is off."""

    cause = forms.ChoiceField(label=_("Reason"), choices=AccessStop.Cause.choices, widget=forms.RadioSelect)
    evidence = forms.CharField(
        label=_("What happened?"),
        help_text=_("What was seen, by whom and when. The customer does not see this"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class AcceptForm(MendForm):
    """Why it may stay on."""

    reason = forms.CharField(label=_("Why may it stay on?"), help_text=_("It stands in the timeline"), max_length=300)


class LeaveForm(MendForm):
    """Why it may differ."""

    reason = forms.CharField(label=_("Why may it differ?"), help_text=_("It stands in the timeline"), max_length=300)
