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


HOUSE: Final[Sequence[Place]] = (
    Place(
        "company",
        _("Company"),
        _("Name, address, tax number and time zone, as papers and pages show them."),
        May.COMPANY,
    ),
    Place("people", _("People and roles"), _("Who works here, who is invited, and who may do what."), May.SEE_BOOK),
    Place("history", _("History of changes"), _("Who changed what, from what, to what, and why."), May.SEE_BOOK),
    Place("calendar", _("Calendar"), _("Public holidays, hours of your staff, and days off of your own."), May.COMPANY),
    Place(
        "first_steps",
        _("First steps"),
        _("From an empty book to the first invoice, and how far you are."),
        May.SEE_BOOK,
    ),
)
MONEY: Final[Sequence[Place]] = (
    Place("bank_details", _("Bank account"), _("Where customers transfer to."), May.COMPANY),
    Place(
        "numbering",
        _("Numbers and payment terms"),
        _("By when invoices are due, and which number comes next."),
        May.COMPANY,
    ),
    Place(
        "prices",
        _("Prices"),
        _("What customers pay for 21Vianet’s offers, tax, what happens to credits and prorations, and rounding."),
        May.PRICE,
    ),
    Place(
        "receivables_setting",
        _("Credits and paying online"),
        _("What becomes of the rest of a credit note, and whether customers may pay online."),
        May.POLICY,
    ),
    Place(
        "statement_setting",
        _("Statements of account"),
        _("Whether customers are mailed one of each month that is over."),
        May.ISSUE,
    ),
)
TALK: Final[Sequence[Place]] = (
    Place(
        "letters",
        _("Letters"),
        _("In whose name they come, what you say in your own words, and how long their links are good for."),
        May.POLICY,
    ),
    Place(
        "case_terms",
        _("Cases and support"),
        _("By when customers are answered, how often a line may be questioned, and how they reach you."),
        May.POLICY,
    ),
    Place("policy", _("Collections policy"), _("What happens when an invoice is not paid, and when."), May.SEE_BOOK),
)
OUTSIDE: Final[Sequence[Place]] = (
    Place(
        "provider_connection",
        _("Connection to 21Vianet"),
        _("Which cloud, as whom, what it answered last, and a test that changes nothing."),
        May.SEE_BILLS,
    ),
    Place(
        "api_tokens",
        _("API tokens"),
        _("Programs that read invoices, payments and runs of this book."),
        May.COMPANY,
    ),
)
SECTIONS: Final[Sequence[tuple[str | Promise, Sequence[Place]]]] = (
    (_("Company"), HOUSE),
    (_("Invoices and money"), MONEY),
    (_("What customers are told"), TALK),
    (_("21Vianet and programs"), OUTSIDE),
)


@require_safe
@staff(May.SEE_BOOK)
def settings(request: Here) -> HttpResponse:
    """The pages of settings that this person may open."""
    mine = [(title, [one for one in places if request.membership.may(one.may)]) for title, places in SECTIONS]
    return render(request, "settings.html", {"sections": [one for one in mine if one[1]]})
