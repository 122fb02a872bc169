"""What stands in the side panel of the worklist, and what is asked in it?"""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers import formats

from .desk import Desk


class CallForm(forms.Form):
    """What came of a call."""

    note = forms.CharField(
        label=_("What came of it?"),
        help_text=_("In their words, as far as you can"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@dataclass
class Panel:
    """A deed's panel. `action` is where its form goes; without a form it is a button of its own."""

    figures: list[dict[str, Any]]
    strong: str | Promise
    text: str | Promise
    facts: list[tuple[str | Promise, str, str]] = field(default_factory=list)
    form: forms.Form | None = None
    form_title: str | Promise = ""
    action: str = ""
    do: str | Promise = ""
    link: str = ""
    link_text: str | Promise = ""
    refused: str | Promise = ""


def invoice_text(invoice: Any, desk: Desk) -> str:
    """The invoice with its due day, and by how much it is over."""
    text = gettext("%(invoice)s, due %(day)s") % {
        "invoice": invoice.number,
        "day": formats.day(invoice.due_on, desk.today),
    }
    late = (desk.today - invoice.due_on).days
    return formats.joined(text, formats.over(invoice.due_on, desk.today)) if late > 0 else text
