"""Which cases wait, for whom, and how long do they have? The board, and its twin as a table."""

from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from billing.models import DisputedAmount
from customers import exporting, formats
from customers.entering import Here, staff
from customers.models import Customer, User
from customers.paging import leaf
from customers.roles import May
from disputes.clocks import waited
from disputes.loop_figures import Loop, Share, escalated, loop
from disputes.models import CommonCause, Dispute

from . import exports
from .cards import LANES, Card, Cause, cards, causes
from .filters import BY_TIME, DEADLINE, LATEST, Asked, mine, near, with_amounts, with_deadline
from .timers import Clock

# A lane shows so many, those with the least time left; the rest is one click away.
MOST: Final = 20
ON_BOARD: Final = ("", "mine", "near", "late")


@dataclass
class Lane:
    """One state with its cases; `more` of them are not shown."""

    status: str
    count: int = 0
    cards: list[Card] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many stand behind those shown."""
        return self.count - len(self.cards)


@require_safe
@staff(May.SEE_BOOK)
def disputes(request: Here) -> HttpResponseBase:
    """The cases by state, those with the least time left first; as lanes, as a table or as a file."""
    asked = Asked.of(request.GET)
    found = asked.narrow(mine(request), request)
    if exporting.wanted(request):
        listed = with_deadline(found).order_by(*_order(asked))
        return exports.disputes(request, with_amounts(listed), *asked.said)
    clock = Clock.of(request.partner, now=request.now, zone=request.zone)
    as_table = request.GET.get("view") == "table" or asked.show not in ON_BOARD or bool(asked.state)
    shown = _table(request, found, asked, clock) if as_table else _lanes(request, found, clock)
    context = {**around(request, asked, "table" if as_table else ""), **shown}
    return render(request, "disputes/table.html" if as_table else "disputes/board.html", context)


def _order(asked: Asked) -> tuple[str, ...]:
    return LATEST if asked.show == "closed" else BY_TIME


def _lanes(request: Here, found: QuerySet[Dispute], clock: Clock) -> dict[str, Any]:
    """The lanes with their first cards, whatever the number of cases; four queries."""
    place = Window(RowNumber(), partition_by=[F("status")], order_by=[DEADLINE, F("pk")])
    all_of_it = Window(Count("pk"), partition_by=[F("status")])
    first = with_amounts(found.filter(status__in=LANES)).annotate(place=place, all_of_it=all_of_it)
    made = {str(status): Lane(status) for status in LANES}
    for card in (rows := cards(first.filter(place__lte=MOST).order_by("place"), clock)):
        lane = made[card.case.status]
        lane.count = card.case.all_of_it
        lane.cards.append(card)
    for cause in causes(request, [card.case.cause_id for card in rows]):
        made[cause.lane].causes.append(cause)
    return {"lanes": list(made.values()), "any": bool(rows)}


def _table(request: Here, found: QuerySet[Dispute], asked: Asked, clock: Clock) -> dict[str, Any]:
    """Fifty rows, and what one can narrow them by."""
    page = leaf(request, with_deadline(found), *_order(asked))
    shown = with_deadline(with_amounts(mine(request).filter(pk__in=[case.pk for case in page.object_list])))
    rows = cards(shown.order_by(*_order(asked)), clock)
    return {
        "page": page,
        "rows": rows,
        "gathers": request.membership.may(May.ANSWER) and any(row.case.decided_at is None for row in rows),
    }


def mine_causes(request: Here) -> QuerySet[CommonCause]:
    """The common causes of this book."""
    return CommonCause.objects.visible_to(request.user).of(request.partner)


def around(request: Here, asked: Asked, view: str) -> dict[str, Any]:
    """What stands above the cases: counts, figures, tabs and filters; four queries."""
    first = request.now.astimezone(request.zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    open_ones = ~Q(status=Dispute.Status.CLOSED)
    counts = mine(request).aggregate(
        open=Count("pk", filter=open_ones),
        mine=Count("pk", filter=open_ones & Q(owner=request.user)),
        near=Count("pk", filter=near(request.partner, request.now)),
        closed=Count("pk", filter=~open_ones),
        this_month=Count("pk", filter=Q(closed_at__gte=first)),
        causes=Count("cause", filter=Q(cause__settled_at=None), distinct=True),
        **{kind: Count("pk", filter=open_ones & Q(kind=kind)) for kind in Dispute.Kind.values},
    )
    tabs = [("", _("Open"), "open"), ("mine", _("Mine"), "mine"), ("near", _("Near their time"), "near")]
    return {
        "asked": asked,
        "view": view,
        **_named(request, asked),
        "counts": counts,
        "frozen": _frozen(request),
        "figures": _figures(request),
        "tabs": [(show, name, counts[count], Asked(show=show).url(view)) for show, name, count in tabs],
        "kinds": [(kind, label, counts[kind]) for kind, label in Dispute.Kind.choices],
        "several": sum(counts[kind] > 0 for kind in Dispute.Kind.values) > 1,
        "states": list(LANES),
        "as_board": asked.url() if asked.show in ON_BOARD else Asked().url(),
        "as_table": asked.url("table"),
    }


def _named(request: Here, asked: Asked) -> dict[str, Any]:
    """What the filters are called that the address gives by key, or that no tab stands for."""
    named = {
        "late": gettext("Past their time"),
        "answered": gettext("Answered in the last 90 days"),
        "confirmed": gettext("Confirmed in the last 90 days"),
        "reopened": gettext("Reopened in the last 90 days"),
    }
    mine_of = Customer.objects.visible_to(request.user).of(request.partner)
    people = User.objects.filter(memberships__partner=request.partner, memberships__customer=None)
    return {
        "listed": named.get(asked.show, ""),
        "cause": mine_causes(request).filter(pk=asked.cause).first() if asked.cause else None,
        "whose": mine_of.filter(pk=asked.customer).first() if asked.customer else None,
        "owned": people.filter(pk=asked.owner).first() if asked.owner else None,
    }


def _frozen(request: Here) -> list[Any]:
    rows = DisputedAmount.objects.of(request.partner).filter(decided_at=None).order_by()
    return list(rows.values("line__invoice__currency").annotate(sum=Sum("amount")))


def _figures(request: Here) -> list[dict[str, Any]]:
    """How the loop runs, each figure a link to its cases."""
    found = loop(mine(request), request.partner, now=request.now)
    waiting, since = escalated(request.partner)
    oldest = gettext("oldest %(time)s, Beijing hours") % {"time": waited(since, request.now)} if since else ""
    rows = [
        (gettext("Answered in time, 90 days"), percent(found.in_time), of(found.in_time), "answered"),
        (gettext("Time to answer, median"), in_days(found.days_to_answer), gettext("business days"), "answered"),
        (gettext("Loop closed"), percent(found.closed), confirmed(found), "confirmed"),
        (gettext("Reopened"), percent(found.reopened), of(found.reopened), "reopened"),
    ]
    figures = [
        {"label": label, "value": value, "note": note, "url": Asked(show=show).url("table")}
        for label, value, note, show in rows
    ]
    at_provider = Asked(state=Dispute.Status.WAITING_PROVIDER).url("table")
    escalations = {"label": gettext("Escalated now"), "value": formats.grouped(waiting), "note": oldest}
    return [*figures, {**escalations, "url": at_provider}]


def percent(share: Share) -> str:
    """A share in words; a dash while there is nothing to share."""
    return formats.percent(share.percent) if share.percent is not None else "–"


def of(share: Share) -> str:
    """What a share is of."""
    return gettext("%(part)s of %(base)s") % {"part": formats.grouped(share.part), "base": formats.grouped(share.base)}


def confirmed(found: Loop) -> str:
    """How many of the answered cases the customer confirmed in their own words."""
    said = {"part": formats.grouped(found.confirmed), "base": formats.grouped(found.closed.base)}
    return gettext("%(part)s of %(base)s confirmed") % said


def in_days(days: float | None) -> str:
    """So many business days, to a tenth."""
    if days is None:
        return "–"
    tenth = formats.rounded(str(days), 1)
    whole = int(tenth) if tenth == int(tenth) else None
    text = ngettext("%(n)s day", "%(n)s days", 2 if whole is None else whole)
    return text % {"n": formats.grouped(tenth if whole is None else whole)}
