"""What do staff fill in when a case is taken up with 21Vianet, filed, asked after, answered or let go?"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers import formats
from disputes.escalating import MOST_ANSWER, MOST_REFERENCE, MOST_TRIED, MOST_WORDS
from disputes.following import follows_requests
from disputes.gating import Known, NotReady
from disputes.models import CaseEntry, CaseFile, Dispute, Escalation
from disputes.packing import MOST_ATTACHED


def words(label: Any, most: int, *, rows: int = 3, help_text: Any = "", required: bool = True) -> forms.CharField:
    """A field for a few sentences."""
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=help_text, max_length=most, widget=area, required=required)


class ChosenForm(forms.Form):
    """Which files and which of our notes go into the pack."""

    attached = forms.TypedMultipleChoiceField(
        label=_("Attachments"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    notes = forms.TypedMultipleChoiceField(
        label=_("Notes of ours"),
        help_text=_("Notes stay with us unless chosen"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, files: Sequence[CaseFile], notes: Sequence[CaseEntry], **options: Any) -> None:
        super().__init__(*args, **options)
        self.offered = {file.pk: file for file in files}
        self.fields["attached"].choices = [(file.pk, _named(file)) for file in files]  # type: ignore[attr-defined]
        self.fields["attached"].initial = [file.pk for file in files if file.shared]
        self.fields["notes"].choices = [(note.pk, _short(note)) for note in notes]  # type: ignore[attr-defined]
        for name, offered in (("attached", files), ("notes", notes)):
            if not offered:
                del self.fields[name]

    def clean_attached(self) -> list[int]:
        """Not more than an archive may hold."""
        chosen: list[int] = self.cleaned_data["attached"]
        if sum(self.offered[pk].size for pk in chosen) > MOST_ATTACHED:
            raise ValidationError(gettext("Together more than 25 MB. Choose fewer files"))
        return chosen

    def chosen(self) -> dict[str, list[int]]:
        """The choice as the pack takes it."""
        return {"files": self.cleaned_data.get("attached", []), "notes": self.cleaned_data.get("notes", [])}


def _named(file: CaseFile) -> str:
    case = file.dispute.number if file.dispute else ""
    text = formats.joined(file.name, filesizeformat(file.size))
    return formats.joined(case, text)


def _short(note: CaseEntry) -> str:
    text = " ".join(note.text.split())
    return f"{text[:80]}…" if len(text) > 80 else text


class PrepareForm(ChosenForm):
    """The gate: everything that 21Vianet would ask. A tick is asked for only where the record has a gap."""

    tried = words(_("What did we try?"), MOST_TRIED, help_text=_("So that 21Vianet need not ask for it"))
    why = forms.MultipleChoiceField(
        label=_("Why can’t we resolve it? We lack"),
        choices=Escalation.Why.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    why_text = words(
        _("In a sentence"), MOST_WORDS, rows=2, help_text=_("For example: their bill, no tool to change it")
    )
    asked_for = words(_("What do we ask 21Vianet for?"), MOST_WORDS, rows=2)
    no_source = forms.BooleanField(
        label=_("21Vianet billed no line for some of it, and that is the point"), required=False
    )
    no_evidence = forms.BooleanField(label=_("The customer has no evidence to attach"), required=False)
    tell = forms.BooleanField(
        label=_("Tell the customer now that we take it up with 21Vianet"), required=False, initial=True
    )

    field_order = ("tried", "why", "why_text", "asked_for", "no_source", "no_evidence", "attached", "notes", "tell")

    def __init__(self, *args: Any, cases: Sequence[Dispute], known: Known, **options: Any) -> None:
        super().__init__(*args, **options)
        gaps = {
            "no_source": bool(known.unpaired),
            "no_evidence": any(not known.evidence.get(case.pk) for case in cases),
            "tell": any(case.pk not in known.told for case in cases),
        }
        for name, gap in gaps.items():
            if not gap:
                del self.fields[name]
        if len(cases) > 1 and "tell" in self.fields:
            self.fields["tell"].label = gettext("Tell each customer now that we take it up with 21Vianet")

    def said(self) -> dict[str, Any]:
        """What was said, as the deed takes it."""
        names = ("tried", "why", "why_text", "asked_for")
        ticks = {name: self.cleaned_data.get(name, False) for name in ("no_source", "no_evidence", "tell")}
        return {name: self.cleaned_data[name] for name in names} | ticks


class FileForm(forms.Form):
    """Under which reference 21Vianet took it."""

    reference = forms.CharField(
        label=_("Reference at 21Vianet"),
        help_text=_("As 21Vianet’s page shows it after you sent the form"),
        max_length=MOST_REFERENCE,
        error_messages={"required": _("Enter the reference that 21Vianet gave")},
    )
    request_id = forms.CharField(
        label=_("Id of the service request"),
        help_text=_("We then read its state and notes every quarter of an hour"),
        max_length=40,
        required=False,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Of a service request that is followed, the id is a reference too.
        self.fields["reference"].required = not follows_requests()
        if not follows_requests():
            del self.fields["request_id"]


class AnsweredForm(forms.Form):
    """What 21Vianet answered, what it comes to, and what we tell the customer of it."""

    result = forms.ChoiceField(
        label=_("What does it come to?"), choices=Escalation.Result.choices, widget=forms.RadioSelect
    )
    text = words(_("What 21Vianet wrote"), MOST_ANSWER, rows=5, help_text=_("Stays with us"))
    words = words(
        _("What we add for the customer"),
        MOST_WORDS,
        rows=2,
        help_text=_("The customer reads the result and these words"),
        required=False,
    )

    def __init__(self, *args: Any, customers: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["result"].choices = [  # type: ignore[attr-defined]
            (code, capfirst(label)) for code, label in Escalation.Result.choices
        ]
        if customers > 1:
            self.fields["words"].help_text = gettext("Every customer of the cause reads these words: name none of them")


class WithdrawForm(forms.Form):
    """Why it is not pursued."""

    why = words(_("Why is it not pursued?"), MOST_WORDS, rows=2, help_text=_("A note for us"))


def show_faults(form: forms.Form, missing: NotReady) -> None:
    """Put what a deed found missing at its fields."""
    for name, why in missing.faults.items():
        form.add_error(name if name in form.fields else None, str(why))
