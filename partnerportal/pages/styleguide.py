"""What does each component look like? One page with invented data, served wherever this is not production."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from customers.entering import anyone
from partnerportal.templatetags.statuses import STATUSES

BEIJING: Final = ZoneInfo("Asia/Shanghai")


def at(month: int, day: int, hour: int = 9, minute: int = 0, year: int = 2026) -> datetime:
    """A moment of the sample story, in Beijing."""
    return datetime(year, month, day, hour, minute, tzinfo=BEIJING)


class Sample(forms.Form):
    """A form with one field of each state."""

    promise_by = forms.CharField(help_text="At most Mon 30 Nov under policy 4", initial="Fri 27 Nov 2026")
    amount = forms.RegexField(r"^[\d,]+(\.\d\d)?$", error_messages={"invalid": "Not an amount. Write it like 1,000.00"})
    reference = forms.CharField(initial="LH-4Q8T")
    outcome = forms.ChoiceField(
        choices=[("promise", "New promise"), ("paid", "Paid, on its way"), ("none", "No answer")],
        widget=forms.RadioSelect,
    )
    reason = forms.ChoiceField(choices=[("quantity", "Quantity"), ("price", "Price")])
    told = forms.BooleanField(label="Told the customer we escalate", required=False)


def filled() -> Sample:
    """The sample form with one value it refuses."""
    return Sample(
        {
            "promise_by": "Fri 27 Nov 2026",
            "amount": "1e3",
            "reference": "LH-4Q8T",
            "outcome": "promise",
            "reason": "price",
        }
    )


def rails() -> list[list[dict[str, Any]]]:
    """The stage rail in its ways: under way, suspended, restored, stopped."""
    return [
        [
            {"name": "Reminder", "on": date(2026, 10, 28), "kind": "done", "note": "delivered"},
            {"name": "Second notice", "at": at(11, 11, 10), "kind": "now", "note": "seen 10:31"},
            {"name": "Final notice", "on": date(2026, 11, 25), "kind": "ahead"},
            {"name": "Suspension", "at": at(11, 26), "kind": "risk", "note": "earliest"},
        ],
        [
            {"name": "Final notice", "on": date(2026, 11, 4), "kind": "done"},
            {"name": "Suspended", "on": date(2026, 11, 12), "kind": "happened"},
            {"name": "Data deleted", "on": date(2027, 1, 11), "kind": "risk"},
        ],
        [
            {"name": "Final notice", "on": date(2026, 11, 4), "kind": "done"},
            {"name": "Suspended", "on": date(2026, 11, 12), "kind": "done"},
            {"name": "Restored", "when": "in 14 min", "kind": "restored"},
        ],
        [
            {"name": "First notice", "on": date(2026, 11, 4), "kind": "done"},
            {"name": "In dispute", "when": "clock stopped", "kind": "frozen", "note": "¥587.66 frozen"},
            {"name": "On hold", "when": "until Wed 2 Dec", "kind": "held"},
        ],
    ]


def entries() -> list[dict[str, Any]]:
    """Three entries of a timeline."""
    return [
        {"icon": "clock", "text": "Run of this morning", "at": at(11, 23, 6), "who": "Policy"},
        {
            "icon": "flag",
            "text": "Final notice delivered to 2 of 2 contacts",
            "at": at(11, 18, 10, 4),
            "proof": "Seen 10:31, portal 11:02",
            "shared": True,
        },
        {
            "icon": "phone",
            "text": "Call, “the rest is being approved”",
            "at": at(11, 16, 11, 20),
            "who": "Lin Wei",
            "shared": False,
        },
    ]


def buckets() -> list[dict[str, Any]]:
    """The aging bar's six steps."""
    rows = [
        ("Not due", "972221.43"),
        ("1–7 days", "96410.38"),
        ("8–14", "84207.19"),
        ("15–30", "79130.55"),
        ("31–60", "20915.70"),
        ("Over 60", "31744.90"),
    ]
    return [{"label": label, "amount": Decimal(amount), "url": "#aging"} for label, amount in rows]


def sample() -> dict[str, Any]:
    """Everything the page shows."""
    return {
        "now": at(11, 23, 9, 12),
        "zone": BEIJING,
        "statuses": [(kind, list(table)) for kind, table in STATUSES.items()],
        "rails": rails(),
        "entries": entries(),
        "buckets": buckets(),
        "aging_total": {"label": "Outstanding", "amount": Decimal("1284630.15"), "note": "DSO 41 days"},
        "figures": [
            {"label": "Net overdue", "value": Decimal("273331"), "currency": "CNY", "note": "less unapplied"},
            {"label": "Promises kept", "value": "7 of 9", "note": "12 months"},
            {"label": "Unapplied", "value": Decimal("0.00"), "currency": "CNY", "note": "nothing waits"},
        ],
        "amounts": [
            (Decimal("12481.26"), "CNY"),
            (Decimal("-2000"), "CNY"),
            (Decimal(0), "CNY"),
            (Decimal("3400"), "HKD"),
            (Decimal("1999.9"), "RUB"),
            (Decimal("5200"), "JPY"),
        ],
        "soon": at(11, 25, 18),
        "past": at(11, 18, 10, 4),
        "today": at(11, 23, 18),
        "due_on": date(2026, 11, 4),
        "next_year": at(1, 25, 9, 0, 2027),
        "form": filled(),
        "page": Paginator(range(1904), 50).page(3),
    }


@anyone
def styleguide(request: HttpRequest) -> HttpResponse:
    """The page; a 404 in production."""
    if settings.PRODUCTION:
        raise Http404
    return render(request, "styleguide.html", sample())
