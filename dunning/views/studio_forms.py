"""What does a person type to change one stage, a group of figures, the day of publication, or a whole file?"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.fields import AmountField, DayField, PercentageField
from customers.models import ContactRole
from dunning import policy as book
from dunning.phrasing import CURE_LEVELS, NAMES
from dunning.policy.reading import UNWRITTEN, MappingError
from dunning.policyfile import LONGEST, read_policy
from dunning.wording import ACTIONS, ROLES, stage

MOST: Final = 100_000
NOTHING: Final = re.compile(r"0+(\.0+)?", re.ASCII)
Label = Any  # a text, translated when it is shown
Choices = list[tuple[str, Label]]
COUNTED: Final[Choices] = [
    ("due", _("after the due date")),
    ("before", _("before the due date")),
    ("month_end", _("after the end of the month in which it is due")),
    ("delivered", _("after a notice is delivered")),
    ("suspended", _("after the suspension")),
]
UNITS: Final[Choices] = [("days", _("days")), ("business_days", _("business days"))]
APPROVALS: Final[Choices] = [
    ("0", _("Nobody, it happens by itself")),
    ("1", _("One person")),
    ("2", _("Two people")),
]
# The groups of figures that open together.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "money": ("ignore_below", "cover_min", "cure_level", "cure_share"),
    "promises": ("promise_days", "promise_count", "promise_pauses", "broken_days"),
    "pauses": ("resume_days", "settle_days", "claim_days", "stale_cash_hours"),
    "ends": ("undo_minutes", "deletion_days", "notice_days"),
}
UNIT_OF: Final[Mapping[str, Label]] = {
    "settle_days": _("in business days"),
    "claim_days": _("in business days"),
    "stale_cash_hours": _("in hours"),
    "undo_minutes": _("in minutes"),
    "promise_count": _("0 for none"),
    "cure_share": _("in percent"),
}


class LeastField(AmountField):
    """An amount from which something happens: written like 1,000.00; 0 is from any debt on."""

    def clean(self, value: Any) -> Any:
        """The amount as a Decimal."""
        return Decimal(0) if NOTHING.fullmatch(str(value or "").strip()) else super().clean(value)


class LineField(forms.CharField):
    """A line of text; line breaks and the like, which nobody types into one, are gaps."""

    def to_python(self, value: Any) -> Any:
        """The line as a policy file may hold it."""
        text = "".join(" " if unicodedata.category(sign) in UNWRITTEN else sign for sign in str(value or ""))
        return super().to_python(text)


class TagsField(LineField):
    """Tags, separated by commas."""

    def clean(self, value: Any) -> Any:
        """The tags as a set."""
        return frozenset(filter(None, (one.strip() for one in str(super().clean(value)).split(","))))


def whole(label: Label, help_text: Label = "") -> forms.IntegerField:
    """A whole number; what is too little or too much for the policy is a fault, not an error."""
    return forms.IntegerField(label=label, help_text=help_text, min_value=0, max_value=MOST)


class StageForm(forms.Form):
    """One stage. `notices` are the names of the stages it may count from."""

    name = LineField(label=_("Name"), max_length=40, help_text=_("Customers read it"))
    action = forms.ChoiceField(label=_("What happens"), choices=list(ACTIONS.items()))
    count = whole(_("Number of days"))
    unit = forms.ChoiceField(label=_("Counted in"), choices=UNITS)
    anchor = forms.ChoiceField(label=_("Counted from"), choices=COUNTED)
    of = forms.ChoiceField(label=_("Which notice"), required=False, help_text=_("Where it counts from a delivery"))
    gap = whole(_("Least days after the stage before"))
    first_role = forms.ChoiceField(label=_("Goes to"))
    next_role = forms.ChoiceField(label=_("If that bounces, to"), required=False)
    approvals = forms.ChoiceField(label=_("Who approves a suspension"), choices=APPROVALS)
    tags_all = TagsField(label=_("Only invoices with all of these tags"), required=False, max_length=200)
    tags_any = TagsField(label=_("Only invoices with one of these tags"), required=False, max_length=200)
    tags_none = TagsField(label=_("Not invoices with one of these tags"), required=False, max_length=200)

    def __init__(
        self, data: Any = None, *, original: book.Stage, notices: Iterable[str], currencies: list[str]
    ) -> None:
        super().__init__(data, initial=_initial(original))
        self.original, self.currencies = original, currencies
        named = {*notices, *filter(None, [original.of])}
        self._choose("of", [("", _("none")), *((one, stage(one)) for one in sorted(named))])
        roles: Choices = [(str(role), ROLES.get(role, role)) for role in ContactRole.values]
        roles += [(role, role) for role in original.roles if role not in ContactRole.values]
        self._choose("first_role", roles)
        self._choose("next_role", [("", _("nobody else")), *roles])
        for currency in currencies:
            self.fields[f"least_{currency}"] = LeastField(
                label=gettext("From an undisputed debt in %(currency)s") % {"currency": currency},
                required=False,
                initial=_written(original.min_overdue.get(currency)),
                help_text=_("Empty: not in this currency. 0: any debt"),
            )
        head = ("name", "action", "count", "unit", "anchor", "of", "gap", *(f"least_{one}" for one in currencies))
        self.order_fields(head)

    def _choose(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """A stage that counts from a delivery says of which notice."""
        data = self.cleaned_data
        if data.get("anchor") == "delivered" and not data.get("of"):
            self.add_error("of", ValidationError(gettext("Choose the notice from whose delivery it counts")))
        return data

    def stage(self) -> book.Stage:
        """The stage as it was typed; what the form doesn't show stays."""
        data = self.cleaned_data
        before = data["anchor"] == "before"
        anchor = book.Anchor.DUE if before else book.Anchor(data["anchor"])
        roles = (data["first_role"], *filter(None, [data["next_role"]]))
        least = {currency: data[f"least_{currency}"] for currency in self.currencies}
        return replace(
            self.original,
            name=data["name"],
            action=book.Action(data["action"]),
            anchor=anchor,
            of=data["of"] if anchor is book.Anchor.DELIVERED else None,
            offset=-data["count"] if before else data["count"],
            unit=book.Unit(data["unit"]),
            gap=data["gap"],
            roles=(*dict.fromkeys(roles), *self.original.roles[2:]),
            min_overdue={currency: amount for currency, amount in least.items() if amount is not None},
            approvals=int(data["approvals"]),
            tags_all=data["tags_all"],
            tags_any=data["tags_any"],
            tags_none=data["tags_none"],
        )


def _initial(one: book.Stage) -> dict[str, Any]:
    return {
        "name": one.name,
        "action": str(one.action),
        "count": abs(one.offset),
        "unit": str(one.unit),
        "anchor": "before" if one.anchor is book.Anchor.DUE and one.offset < 0 else str(one.anchor),
        "of": one.of or "",
        "gap": one.gap,
        "first_role": one.roles[0] if one.roles else "",
        "next_role": one.roles[1] if len(one.roles) > 1 else "",
        "approvals": str(one.approvals),
        "tags_all": ", ".join(sorted(one.tags_all)),
        "tags_any": ", ".join(sorted(one.tags_any)),
        "tags_none": ", ".join(sorted(one.tags_none)),
    }


def _written(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:f}"


class FiguresForm(forms.Form):
    """One group of the policy's figures."""

    def __init__(self, *args: Any, group: str, policy: book.Policy, currencies: list[str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.names, self.policy, self.currencies = GROUPS[group], policy, currencies
        for name in self.names:
            self.fields.update(self._fields(name))

    def _fields(self, name: str) -> dict[str, forms.Field]:
        label: Label = NAMES[name]
        value = getattr(self.policy, name)
        if name in ("ignore_below", "cover_min"):
            return {
                f"{name}_{currency}": LeastField(
                    label=gettext("%(name)s, in %(currency)s") % {"name": label, "currency": currency},
                    required=False,
                    initial=_written((value or {}).get(currency)),
                )
                for currency in self.currencies
            }
        if name == "promise_pauses":
            choices: Choices = [(str(one), ACTIONS[str(one)]) for one in book.Action]
            boxes = forms.MultipleChoiceField(
                label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, initial=list(value)
            )
            return {name: boxes}
        if name == "cure_level":
            return {name: forms.ChoiceField(label=label, choices=list(CURE_LEVELS.items()), initial=str(value))}
        if name == "cure_share":
            share = PercentageField(label=label, help_text=UNIT_OF[name])
            share.initial = (value * 100).normalize().__format__("f")
            return {name: share}
        number = whole(label, UNIT_OF.get(name, _("in days")))
        number.initial = value
        return {name: number}

    def changed(self) -> book.Policy:
        """The policy with the figures as they were typed."""
        return replace(self.policy, **{name: self._value(name) for name in self.names})

    def _value(self, name: str) -> Any:
        data = self.cleaned_data
        if name in ("ignore_below", "cover_min"):
            found = {currency: data[f"{name}_{currency}"] for currency in self.currencies}
            named = {currency: amount for currency, amount in found.items() if amount is not None}
            return named if named or name == "ignore_below" else None
        if name == "promise_pauses":
            return frozenset(map(book.Action, data[name]))
        if name == "cure_level":
            return book.CureLevel(data[name])
        return data[name] / 100 if name == "cure_share" else data[name]


class OfferForm(forms.Form):
    """From which day on."""

    effective_on = DayField(label=_("Takes effect"), help_text=_("It governs invoices issued from that day"))

    def __init__(self, *args: Any, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["effective_on"].widget.attrs["min"] = today.isoformat()


class FileForm(forms.Form):
    """A policy file; what is wrong with its writing is said by path."""

    file = forms.FileField(label=_("Policy file"), widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}))

    def clean_file(self) -> book.Policy:
        """The policy of the file."""
        upload = self.cleaned_data["file"]
        if upload.size > LONGEST:
            raise ValidationError(gettext("The file is too large for a policy"))
        try:
            return read_policy(upload.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise ValidationError(gettext("The file is not text in UTF-8")) from None
        except MappingError as bad:
            raise ValidationError([ValidationError(str(fault)) for fault in bad.faults[:20]]) from bad
