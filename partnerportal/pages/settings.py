"""What can be set for the whole book, and where?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from customers.entering import Here, staff
from customers.roles import May


@dataclass(frozen=True)
class Place:
    """One page of settings: its address by name, what it is called, what it is for, and who may open it."""

    name: str
    title: str | Promise
    text: str | Promise
    may: May

    @property
    def url(self) -> str:
        """Where it is."""
        return reverse(self.name)


PLACES: Final[Sequence[Place]] = (
    Place("people", _("People and roles"), _("Who works here, who is invited, and who may do what."), May.SEE_BOOK),
    Place(
        "prices",
        _("Prices"),
        _("What customers pay for 21Vianet’s offers, tax, what happens to credits and prorations, and rounding."),
        May.PRICE,
    ),
    Place(
        "statement_setting",
        _("Statements of account"),
        _("Whether customers are mailed one of each month that is over."),
        May.ISSUE,
    ),
    Place(
        "receivables_setting",
        _("Credits and paying online"),
        _("What becomes of the rest of a credit note, and whether customers may pay online."),
        May.POLICY,
    ),
    Place(
        "case_terms",
        _("Cases and support"),
        _("By when customers are answered, how often a line may be questioned, and how they reach you."),
        May.POLICY,
    ),
    Place(
        "letters",
        _("Letters"),
        _("In whose name they come, what you say in your own words, and how long their links are good for."),
        May.POLICY,
    ),
    Place("policy", _("Collections policy"), _("What happens when an invoice is not paid, and when."), May.SEE_BOOK),
)


@require_safe
@staff(May.SEE_BOOK)
def settings(request: Here) -> HttpResponse:
    """The pages of settings that this person may open."""
    return render(request, "settings.html", {"places": [one for one in PLACES if request.membership.may(one.may)]})
