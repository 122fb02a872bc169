"""How do people move the demo's date on? One press is a day or a week; the page counts along and then says what
happened."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Max, Sum
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_POST
from redis.exceptions import RedisError

from customers import formats
from customers.entering import Here, staff
from customers.models import Partner
from customers.roles import May
from dunning.models import Run
from outbox import clock
from partnerportal.demo import walking
from partnerportal.demo.walking import MOST_DAYS, Walk
from partnerportal.tasks import live_days

RIBBON, PROGRESS = "components/demo_clock.html", "components/clock_progress.html"


@require_POST
@staff(May.SEE_BOOK)
def forward(request: Here) -> HttpResponse:
    """Move the simulated date forward by `days` (1 to 7) from the day that was `seen`; a second press while it goes on,
    or on a page that shows an older day, moves nothing."""
    _only_demo()
    asked = request.POST.get("days", "1")
    days = int(asked) if asked in map(str, range(1, MOST_DAYS + 1)) else 1
    walk = walking.begin(days, seen=_seen(request))
    if walk is not None:
        live_days.delay(walk.until.isoformat())
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, RIBBON)
    return HttpResponseRedirect(f"{reverse('clock')}?{urlencode({'next': _back(request)})}")


@require_GET
@staff(May.SEE_BOOK)
def clock_page(request: Here) -> HttpResponse:
    """How far the days are: the ribbon alone, or a page that asks again by itself. At the end, back where one was."""
    _only_demo()
    walk = walking.current()
    under_way = walk is not None and not walk.ended
    asked = request.htmx  # type: ignore[attr-defined]
    if asked:
        answer = render(request, PROGRESS if asked.target == "clock-progress" else RIBBON)
        if not under_way:
            # Everything on the page is of an older day.
            answer["HX-Refresh"] = "true"
        return answer
    if not under_way:
        return HttpResponseRedirect(_back(request))
    return render(request, "clock.html", {"back": _back(request)})


def ribbon(partner: Partner | None, now: datetime) -> dict[str, Any]:
    """What the ribbon says beside the date: how far a walk is, or what the last one brought this partner."""
    try:
        walk = walking.current()
    except RedisError:
        # A date can be read without knowing whether it is about to move.
        walk = None
    if walk is None:
        return {}
    if not walk.ended:
        return {"walk": walk, "counted": _counted(walk)}
    same_day = partner is not None and walk.today == now.astimezone(partner.tz).date()
    return {"told": _told(walk, partner)} if partner and same_day else {}


def _counted(walk: Walk) -> str:
    return gettext("Living day %(n)s of %(all)s") % {
        "n": formats.grouped(min(walk.done + 1, walk.days)),
        "all": formats.grouped(walk.days),
    }


def _told(walk: Walk, partner: Partner) -> dict[str, Any]:
    """What the runs of these days did, in one sentence, with the newest of them."""
    runs = Run.objects.filter(partner=partner, on__gt=walk.began, on__lte=walk.until)
    sums = runs.aggregate(*(Sum(name) for name in COUNTED), last=Max("pk"))
    happened = [sentence % {"n": formats.grouped(n)} for name, n, sentence in _parts(sums, COUNTED) if n]
    later = ngettext("%(n)s day later", "%(n)s days later", walk.days) % {"n": formats.grouped(walk.days)}
    return {
        "later": later,
        "happened": happened or [gettext("nothing was due")],
        "run": reverse("run", args=[sums["last"]]) if sums["last"] else "",
    }


COUNTED = ("notices", "tasks", "proposals", "reinstatements")


def _parts(sums: dict[str, int | None], names: Collection[str]) -> list[tuple[str, int, str]]:
    counts = {name: sums[f"{name}__sum"] or 0 for name in names}
    words = {
        "notices": ngettext("%(n)s notice", "%(n)s notices", counts["notices"]),
        "tasks": ngettext("%(n)s call to make", "%(n)s calls to make", counts["tasks"]),
        "proposals": ngettext("%(n)s suspension proposed", "%(n)s suspensions proposed", counts["proposals"]),
        "reinstatements": ngettext("%(n)s access restored", "%(n)s accesses restored", counts["reinstatements"]),
    }
    return [(name, counts[name], words[name]) for name in names]


def _seen(request: Here) -> date:
    """The day that stood beside the button; without it today, as a program would mean."""
    try:
        return date.fromisoformat(request.POST.get("seen", ""))
    except ValueError:
        return walking.shown(clock.now())


def _back(request: Here) -> str:
    """Where the person was, if that is a page of ours."""
    back = request.POST.get("next") or request.GET.get("next") or request.headers.get("Referer", "")
    return back if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}) else "/"


def _only_demo() -> None:
    if settings.PRODUCTION:
        raise Http404
