"""Who is the company on its papers, where is it paid, and how are its papers numbered? Pages of its settings."""

import re
from dataclasses import asdict
from datetime import date
from typing import Any, Final
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from billing.models import Invoice, Series
from billing.numbering import written
from billing.refusing import NotPossible
from customers.entering import Here, staff
from customers.roles import May
from dunning.calendars import calendar_for
from dunning.presenting import LONGEST_TERMS, Account, Company, Part, PaymentTerms, Presence, present

DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
BOTH: Final = ["GET", "HEAD", "POST"]
KINDS: Final[tuple[tuple[str, str | Promise], ...]] = (
    ("invoice", _("Invoices")),
    ("credit_note", _("Credit notes")),
    ("dispute", _("Cases")),
    ("cause", _("Common causes")),
)


class CompanyForm(forms.Form):
    """What stands at the head of each paper and page."""

    name = forms.CharField(label=_("Name of the company"), max_length=200)
    address = forms.CharField(
        label=_("Address"), max_length=300, required=False, help_text=_("On one line, as it is printed on invoices")
    )
    tax_id = forms.CharField(
        label=_("Tax number"), max_length=40, required=False, help_text=_("Printed under the address")
    )
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    mark = forms.CharField(
        label=_("Mark"), max_length=2, required=False, help_text=_("One or two signs beside the name on each page")
    )
    language = forms.ChoiceField(
        label=_("Language of new customers"),
        choices=settings.LANGUAGES,
        help_text=_("Each customer’s own can be changed afterwards"),
    )
    zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Public holidays and working days follow it; after a change every customer is looked at again"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["zone"].choices = [(one, one) for one in sorted(available_timezones())]  # type: ignore[attr-defined]

    def part(self) -> Part:
        """As it was written, each text on one line."""
        return Company(**{name: " ".join(value.split()) for name, value in self.cleaned_data.items()})


class AccountForm(forms.Form):
    """Where customers transfer to."""

    bank_account = forms.CharField(label=_("Account holder"), max_length=200, required=False)
    bank_name = forms.CharField(label=_("Bank"), max_length=200, required=False)
    bank_number = forms.CharField(label=_("Account number"), max_length=64, required=False)

    def part(self) -> Part:
        """As it was written, each text on one line."""
        return Account(**{name: " ".join(value.split()) for name, value in self.cleaned_data.items()})


class TermsForm(forms.Form):
    """By when invoices are due."""

    payment_terms_days = forms.IntegerField(
        label=_("Days until an invoice is due"),
        min_value=0,
        max_value=LONGEST_TERMS,
        help_text=_("Counted from the day of issue; invoices already issued keep their day"),
    )

    def part(self) -> Part:
        """As it was written."""
        return PaymentTerms(**self.cleaned_data)


class PresenceForm(forms.Form):
    """When somebody is there."""

    opens = forms.TimeField(
        label=_("Staff are there from"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    closes = forms.TimeField(label=_("Until"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    days_off = forms.CharField(
        label=_("Own days off"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Besides public holidays, one day on each line, like 2026-12-31"),
    )

    def clean_days_off(self) -> tuple[date, ...]:
        """Each line is a day."""
        days = set()
        for number, line in enumerate(self.cleaned_data["days_off"].splitlines(), 1):
            if not line.strip():
                continue
            try:
                days.add(date(*map(int, DAY.fullmatch(line.strip()).groups())))  # type: ignore[union-attr]
            except (ValueError, AttributeError):
                told = {"number": number, "value": line.strip()[:40]}
                text = gettext("Line %(number)s: “%(value)s” is not a day. Write it like 2026-12-31") % told
                raise forms.ValidationError(text) from None
        return tuple(sorted(days))

    def part(self) -> Part:
        """As it was written."""
        return Presence(**self.cleaned_data)


def keep(request: Here, form: Any) -> bool:
    """Let what was written hold; says so, or puts the fault beside its field."""
    try:
        changed = present(request.partner, form.part(), by=request.user, now=request.now)
    except NotPossible as no:
        form.add_error(no.field, str(no))
        return False
    messages.success(request, gettext("Saved") if changed else gettext("It stood so already. Nothing was changed."))
    return True


@require_http_methods(BOTH)
@staff(May.COMPANY)
def company(request: Here) -> HttpResponse:
    """Name, address and zone."""
    form = CompanyForm(request.POST if request.method == "POST" else None, initial=asdict(Company.of(request.partner)))
    if form.is_valid() and keep(request, form):
        return HttpResponseRedirect(request.path)
    return _page(request, "settings/company.html", form)


@require_http_methods(BOTH)
@staff(May.COMPANY)
def account(request: Here) -> HttpResponse:
    """The bank account. A change is asked about once more: money of customers follows it."""
    held = Account.of(request.partner)
    form = AccountForm(request.POST if request.method == "POST" else None, initial=asdict(held))
    open_ones = Invoice.objects.visible_to(request.user).of(request.partner).open().count()
    if form.is_valid():
        sure = request.POST.get("sure") == "yes" or form.part() == held
        if sure and keep(request, form):
            return HttpResponseRedirect(request.path)
        if not sure and not form.errors:
            asked = {"form": form, "open": open_ones, "fields": {**form.cleaned_data, "sure": "yes"}, "held": held}
            return render(request, "settings/account_sure.html", asked)
    return _page(request, "settings/account.html", form, open=open_ones)


@require_http_methods(BOTH)
@staff(May.COMPANY)
def numbering(request: Here) -> HttpResponse:
    """Payment terms, and which number comes next in each series."""
    form = TermsForm(
        request.POST if request.method == "POST" else None, initial=asdict(PaymentTerms.of(request.partner))
    )
    if form.is_valid() and keep(request, form):
        return HttpResponseRedirect(request.path)
    year = request.now.astimezone(request.partner.tz).year
    mine = Series.objects.of(request.partner).filter(year=year)
    following = dict(mine.values_list("kind", "next_number"))
    series = [
        {
            "name": name,
            "next": written(request.partner, kind, year, following.get(kind, 1)),
            "given": following.get(kind, 1) - 1,
        }
        for kind, name in KINDS
    ]
    return _page(request, "settings/numbering.html", form, series=series)


@require_http_methods(BOTH)
@staff(May.COMPANY)
def calendar(request: Here) -> HttpResponse:
    """Public holidays and swapped days of the year to come, the hours, and days off of one's own."""
    held = Presence.of(request.partner)
    start = asdict(held) | {"days_off": "\n".join(map(str, held.days_off))}
    form = PresenceForm(request.POST if request.method == "POST" else None, initial=start)
    if form.is_valid() and keep(request, form):
        return HttpResponseRedirect(request.path)
    known, today = calendar_for(request.partner), request.now.astimezone(request.partner.tz).date()
    until = date(today.year + 1, 12, 31)
    off = [(day, "own" if day in held.days_off else "public") for day in known.holidays if today <= day <= until]
    worked = [(day, "worked") for day in known.worked if today <= day <= until]
    days = sorted(day for day in (*off, *worked) if day[1] != "public" or day[0].isoweekday() not in known.weekend)
    return _page(request, "settings/calendar.html", form, days=days, country=request.partner.country)


def _page(request: Here, template: str, form: forms.Form, **more: Any) -> HttpResponse:
    return render(request, template, {"form": form, **more}, status=422 if form.is_bound else 200)
