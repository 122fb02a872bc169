"""Whose is a deed, and may it rest? Claiming, releasing, snoozing and handing over from the list or the panel."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from customers import formats
from customers.entering import Here, staff
from customers.roles import May
from dunning.calendars import calendar_for
from dunning.keeping_views import BadView, drop_view, save_view
from dunning.minding import LONGEST, LONGEST_WHY, MOST, BadMark, Marked, claim_deeds, colleagues, hand_over
from dunning.minding import release as put_back
from dunning.minding import snooze as put_away
from dunning.minding import wake as bring_back
from dunning.policy import business_day

from .deadlines import Row
from .worklist import back_to, book_of
from .worklist_filter import Filter

ASKED: Final = {"snooze": "worklist_snooze", "hand_over": "worklist_hand_over"}


class SnoozeForm(forms.Form):
    """Until when, and why."""

    until = forms.DateField(
        label=_("Until"),
        help_text=_("It comes back that morning by itself"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    why = forms.CharField(
        label=_("Why it may rest"),
        help_text=_("Your colleagues read it; the customer does not"),
        max_length=LONGEST_WHY,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        first, last = today + timedelta(days=1), today + LONGEST
        self.fields["until"].widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}

    def clean_until(self) -> date:
        """A day ahead, and not for ever."""
        until: date = self.cleaned_data["until"]
        if not self.today < until <= self.today + LONGEST:
            said = {"first": self.today + timedelta(days=1), "last": self.today + LONGEST}
            days = {name: formats.day(day, self.today) for name, day in said.items()}
            raise forms.ValidationError(gettext("Choose a day from %(first)s to %(last)s") % days)
        return until


class HandOverForm(forms.Form):
    """To whom."""

    to = forms.TypedChoiceField(label=_("To whom?"), coerce=int)

    def __init__(self, *args: Any, people: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [(user.pk, str(user)) for user in people]  # type: ignore[attr-defined]


@require_POST
@staff(May.WORK)
def mark(request: Here) -> HttpResponse:
    """Claim, release or wake the deeds that are ticked, or the one whose own button was pressed; snoozing and handing
    over ask for more first."""
    do = request.POST.get("do", "")
    one = next((name for name in ("claim", "release", "wake") if name in request.POST), "")
    keys = [request.POST[one]] if one else _keys(request.POST.getlist("key"))
    if not keys:
        messages.info(request, gettext("Tick the deeds first; nothing was changed."))
        return back_to(request)
    if do in ASKED and not one:
        return HttpResponseRedirect(_asking(do, keys, request.POST.get("back", "")))
    found = [row.key for row in book_of(request).named(keys)]
    if not found:
        messages.info(request, gettext("That deed is done, or somebody was faster. Nothing is left to do about it."))
        return back_to(request)
    _say(request, one or do, DEEDS.get(one or do, _claim)(request, found))
    return back_to(request, request.POST.get("open", "") or keys[0], "row" if request.POST.get("open") else "at")


def _claim(request: Here, keys: list[str]) -> Marked:
    return claim_deeds(request.partner, keys, by=request.user, now=request.now)


def _release(request: Here, keys: list[str]) -> Marked:
    return put_back(request.partner, keys, by=request.user, now=request.now)


def _wake(request: Here, keys: list[str]) -> Marked:
    return bring_back(request.partner, keys, by=request.user)


DEEDS: Final[dict[str, Callable[[Here, list[str]], Marked]]] = {"claim": _claim, "release": _release, "wake": _wake}


def _say(request: Here, do: str, marked: Marked) -> None:
    n = len(marked.done)
    said = {
        "release": ngettext("%(n)s deed is everybody’s again", "%(n)s deeds are everybody’s again", n),
        "wake": ngettext("%(n)s deed is back", "%(n)s deeds are back", n),
    }.get(do, ngettext("%(n)s deed is yours", "%(n)s deeds are yours", n))
    if n:
        messages.success(request, said % {"n": formats.grouped(n)})
    if marked.theirs:
        names = ", ".join(sorted({str(one.owner) for one in marked.theirs}))
        text = ngettext("%(n)s stays with %(who)s", "%(n)s stay with %(who)s", len(marked.theirs))
        messages.info(request, text % {"n": formats.grouped(len(marked.theirs)), "who": names})
    elif not n:
        messages.info(request, gettext("None of them was yours; nothing was changed."))


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.WORK)
def snooze(request: Here) -> HttpResponse:
    """Ask until when and why, then put the deeds away."""
    today = request.now.astimezone(request.zone).date()
    form = SnoozeForm(request.POST or None, today=today, initial={"until": _next_business_day(request, today)})
    found = _named(request)
    if not found or request.method != "POST" or not form.is_valid():
        return _ask(request, "worklist/snooze.html", found, form)
    until = datetime.combine(form.cleaned_data["until"], time(), tzinfo=request.zone)
    try:
        put_away(
            request.partner,
            [row.matter for row in found],
            until=until,
            why=form.cleaned_data["why"],
            by=request.user,
            now=request.now,
        )
    except BadMark as bad:
        form.add_error("until", str(bad))
        return _ask(request, "worklist/snooze.html", found, form)
    text = ngettext("%(n)s deed rests until %(day)s", "%(n)s deeds rest until %(day)s", len(found))
    day = formats.day(form.cleaned_data["until"], today)
    messages.success(request, text % {"n": formats.grouped(len(found)), "day": day})
    return back_to(request)


def _next_business_day(request: Here, today: date) -> date:
    calendar, day = calendar_for(request.partner), today + timedelta(days=1)
    while not business_day(day, calendar):
        day += timedelta(days=1)
    return day


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.WORK)
def give(request: Here) -> HttpResponse:
    """Ask for the colleague, then hand the deeds over."""
    people = [user for user in colleagues(request.partner) if user != request.user]
    form = HandOverForm(request.POST or None, people=people)
    found = _named(request)
    if not found or request.method != "POST" or not form.is_valid():
        return _ask(request, "worklist/hand_over.html", found, form)
    to = next(user for user in people if user.pk == form.cleaned_data["to"])
    done = hand_over(request.partner, [row.key for row in found], to, by=request.user, now=request.now).done
    text = ngettext("%(n)s deed is with %(who)s now", "%(n)s deeds are with %(who)s now", len(done))
    messages.success(request, text % {"n": formats.grouped(len(done)), "who": to})
    return back_to(request)


@require_POST
@staff(May.SEE_BOOK)
def views(request: Here) -> HttpResponse:
    """Keep the filter as a view of one's own, or forget one."""
    name = request.POST.get("name", "")
    if request.POST.get("do") == "drop":
        if drop_view(request.partner, request.user, name):
            messages.success(request, gettext("The view “%(name)s” is gone; the deeds stay") % {"name": name})
        return back_to(request)
    query = Filter.read(request.POST.get("back", "")).query
    try:
        view = save_view(request.partner, request.user, name, query, first="first" in request.POST, now=request.now)
        messages.success(request, gettext("The view “%(name)s” is kept") % {"name": view.name})
    except BadView as bad:
        messages.error(request, _refused(bad))
    return back_to(request)


def _refused(bad: BadView) -> str:
    if bad.code == "name":
        return gettext("A view needs a name; nothing was kept.")
    return gettext("You keep as many views as there is room for. Remove one first.")


def _keys(said: Sequence[str]) -> list[str]:
    """Names of deeds, each once, in the order in which they were said."""
    return [key for key in dict.fromkeys(said) if 0 < len(key) <= 40][:MOST]


def _asking(do: str, keys: Sequence[str], back: str) -> str:
    said = [("key", key) for key in keys] + ([("back", Filter.read(back).query)] if back else [])
    return f"{reverse(ASKED[do])}?{urlencode(said)}"


def _named(request: Here) -> list[Row]:
    said = request.POST if request.method == "POST" else request.GET
    return book_of(request).named(_keys(said.getlist("key")))


def _ask(request: Here, template: str, found: list[Row], form: forms.Form) -> HttpResponse:
    said = request.POST if request.method == "POST" else request.GET
    back = Filter.read(said.get("back", "")).query
    context = {"rows": found, "form": form, "back": back, "list": f"{reverse('worklist')}?{back or 'owner=all'}"}
    if request.method == "POST" and form.errors:
        return render(request, template, context, status=422)
    return render(request, template, context)
