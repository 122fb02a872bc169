"""What will a deed of the admin do, to which rows, and why not? Shown first, done after, told row by row.

The outlook of a row is the operation itself, carried out and rolled back: the page can't promise what the
operation then refuses."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from outbox.keeping import retry
from outbox.models import Effect, Outcome

from . import formats
from .ledgers import Shown, called, link
from .models import User

MOST_ROWS: Final = 200
MOST_TOLD: Final = 20
CONFIRMED: Final = "confirmed"
Text = Any  # a text, translated when it is shown


class Refused(Exception):
    """This row can't be done, for this person or any more; the message says why."""


@dataclass(frozen=True)
class By:
    """Who acts, why, and when."""

    user: User
    now: datetime
    reason: str = ""


@dataclass(frozen=True)
class Deed:
    """One deed of an admin. `foresee` answers what would happen to a row, `do` what happened; both raise Refused.

    `sums` answers currency and amount of a row, for the total of what is at stake; `names` what a row is called."""

    name: str
    title: Text
    says: Text
    button: Text
    foresee: Callable[[Any, By], str]
    do: Callable[[Any, By], str]
    reason: Text = ""
    sums: Callable[[Any], tuple[str, Decimal]] | None = None
    names: Callable[[Any], str] = called
    select_related: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """What would happen to one row, or why nothing would."""

    row: str
    text: str
    refused: bool = False


@dataclass
class Outlook:
    """A page of consequences. `hidden` is what the confirming press sends along."""

    title: Text
    says: Text
    button: Text
    lines: list[Line]
    totals: list[str] = field(default_factory=list)
    hidden: list[tuple[str, Any]] = field(default_factory=list)
    form: forms.Form | None = None
    back: str = ""
    row_label: Text = ""

    @property
    def going(self) -> int:
        """How many rows something would happen to."""
        return sum(not line.refused for line in self.lines)


class ReasonForm(forms.Form):
    """Why, in the words that stay on record."""

    reason = forms.CharField(
        max_length=300, widget=forms.Textarea(attrs={"rows": 3, "cols": 60, "class": "vLargeTextField"})
    )

    def __init__(self, label: Text, data: Any = None) -> None:
        super().__init__(data)
        self.fields["reason"].label = str(label)


@contextmanager
def rehearsal() -> Iterator[None]:
    """Whatever is done inside is undone at the end; locks are held as briefly as by the deed itself."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def person(request: HttpRequest) -> User:
    """Who is signed in."""
    assert isinstance(request.user, User)
    return request.user


def acts(request: HttpRequest, reason: str = "") -> By:
    """The signed-in person, now."""
    return By(person(request), request.now, reason)  # type: ignore[attr-defined]


def action(deed: Deed) -> Callable[[Any, HttpRequest, Any], HttpResponse | None]:
    """The deed as an action of a list: its consequences first, then the deed, then what came of each row."""

    @admin.action(description=deed.title, permissions=["act"])
    def act(place: Shown, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        confirmed = CONFIRMED in request.POST
        keys = _keys(request, queryset, confirmed)
        if len(keys) > MOST_ROWS:
            many = gettext("Choose at most %(n)s rows at a time.") % {"n": MOST_ROWS}
            place.message_user(request, many, messages.ERROR)
            return None
        rows = list(place.get_queryset(request).filter(pk__in=keys).select_related(*deed.select_related).order_by("pk"))
        form = ReasonForm(deed.reason, request.POST if confirmed else None) if deed.reason else None
        if confirmed and (form is None or form.is_valid()):
            by = acts(request, form.cleaned_data["reason"] if form else "")
            _carry_out(deed, place, request, rows, by, missing=len(keys) - len(rows))
            return None
        return consequences(request, place, _outlook(deed, rows, acts(request, "–"), form))

    act.__name__ = deed.name
    return act


def _keys(request: HttpRequest, queryset: Any, confirmed: bool) -> list[int]:
    """The chosen rows. After the first press the list's filters no longer count: what was done may have left them."""
    if confirmed or request.POST.get("select_across", "0") == "0":
        return sorted({int(key) for key in request.POST.getlist(ACTION_CHECKBOX_NAME)})
    return list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST_ROWS + 1])


def _outlook(deed: Deed, rows: Sequence[Any], by: By, form: forms.Form | None) -> Outlook:
    lines, sums = [], dict[str, Decimal]()
    for row in rows:
        name = link(row, deed.names(row))
        try:
            lines.append(Line(name, deed.foresee(row, by)))
        except Refused as why:
            lines.append(Line(name, str(why), refused=True))
            continue
        if deed.sums:
            currency, value = deed.sums(row)
            sums[currency] = sums.get(currency, Decimal(0)) + value
    hidden = [("action", deed.name), *((ACTION_CHECKBOX_NAME, row.pk) for row in rows)]
    totals = [formats.amount(value, currency) for currency, value in sums.items()]
    return Outlook(deed.title, deed.says, deed.button, lines, totals, hidden, form)


def consequences(request: HttpRequest, place: Shown, outlook: Outlook) -> TemplateResponse:
    """The page of consequences; an answer that was refused keeps its input and says so in its status."""
    request.current_app = place.admin_site.name
    context = {
        **place.admin_site.each_context(request),
        "title": outlook.title,
        "opts": place.opts,
        "outlook": outlook,
        "confirmed": CONFIRMED,
        "media": place.media,
    }
    status = 422 if outlook.form is not None and outlook.form.is_bound else 200
    return TemplateResponse(request, "admin/consequences.html", context, status=status)


@dataclass(frozen=True)
class Question:
    """What a deed asks before its consequences can be shown."""

    title: Text
    says: Text
    button: Text
    form: forms.Form


def ask(request: HttpRequest, place: Shown, question: Question) -> TemplateResponse:
    """The page with a deed's form; what was refused comes back with its input."""
    request.current_app = place.admin_site.name
    context = {
        **place.admin_site.each_context(request),
        "title": question.title,
        "opts": place.opts,
        "question": question,
        "media": place.media + question.form.media,
    }
    status = 422 if question.form.is_bound else 200
    return TemplateResponse(request, "admin/ask.html", context, status=status)


def _carry_out(deed: Deed, place: Shown, request: HttpRequest, rows: Sequence[Any], by: By, *, missing: int) -> None:
    said: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        name = deed.names(row)
        try:
            text = deed.do(row, by)
        except Refused as why:
            said[messages.WARNING].append(f"{name}: {why}")
        else:
            place.log_change(request, row, f"{deed.title}: {text}")
            said[messages.SUCCESS].append(text)
    if missing > 0:
        gone = ngettext("%(n)s row is gone, done already.", "%(n)s rows are gone, done already.", missing)
        said[messages.INFO].append(gone % {"n": missing})
    for level, texts in said.items():
        for text in texts[:MOST_TOLD]:
            place.message_user(request, text, level)
        if len(texts) > MOST_TOLD:
            more = gettext("and %(n)s more like this") % {"n": len(texts) - MOST_TOLD}
            place.message_user(request, more, level)


def retrying(says: Callable[[Any], str]) -> Deed:
    """The deed of trying parked promises again; `says` names what is tried."""

    def foresee(effect: Effect, by: By) -> str:
        if effect.outcome != Outcome.PARKED:
            raise Refused(gettext("Nothing to do: it is %(outcome)s.") % {"outcome": _outcome(effect)})
        return says(effect)

    def do(effect: Effect, by: By) -> str:
        text = foresee(effect, by)
        retry(effect)
        return text

    return Deed(
        name="retry",
        title=_("Try parked ones again"),
        says=_(
            "Each is tried again at once, from its first attempt. Before acting it looks at the facts once more;"
            " what was overtaken meanwhile is not done."
        ),
        button=_("Try again"),
        foresee=foresee,
        do=do,
        names=lambda effect: f"{effect.customer.name}, {called(effect)}",
        select_related=("customer",),
    )


def _outcome(effect: Effect) -> str:
    words = {
        Outcome.WAITING: gettext("waiting for its turn already"),
        Outcome.DONE: gettext("done already"),
        Outcome.MOOT: gettext("overtaken and closed"),
    }
    return words[Outcome(effect.outcome)]
