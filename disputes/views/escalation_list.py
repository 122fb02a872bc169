"""Which escalations wait for 21Vianet, and what came of the others?"""

from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from customers import exporting, formats
from customers.entering import Here, staff
from customers.exporting import CHUNK, Column, exported
from customers.paging import leaf
from customers.roles import May
from disputes import clocks
from disputes.escalated import state_of
from disputes.escalation_figures import Acceptance, acceptance
from disputes.models import Dispute, Escalation
from disputes.promising import ask_again_days

from .escalations import Waits, mine_escalations

# Each list with what is in it and its order.
LISTS: Final[dict[str, tuple[Any, Q, tuple[str, str]]]] = {
    "waiting": (
        _("Waiting"),
        Q(filed_at__isnull=False, answered_at=None, withdrawn_at=None),
        ("remind_at", "pk"),
    ),
    "prepared": (_("To file"), Q(filed_at=None, withdrawn_at=None), ("prepared_at", "pk")),
    "answered": (_("Answered"), Q(answered_at__isnull=False), ("-answered_at", "-pk")),
    "withdrawn": (_("Not pursued"), Q(withdrawn_at__isnull=False, answered_at=None), ("-withdrawn_at", "-pk")),
}


@require_safe
@staff(May.SEE_BOOK)
def escalations(request: Here) -> HttpResponseBase:
    """What we took up with 21Vianet: what waits comes first, by when we ask again."""
    show = request.GET.get("show", "")
    show = show if show in LISTS else "waiting"
    result = request.GET.get("result", "")
    result = result if show == "answered" and result in Escalation.Result.values else ""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    found = _found(request, show, result, words)
    if exporting.wanted(request):
        return _file(request, found, show, result, words)
    page = leaf(request, found, *LISTS[show][2])
    counted = mine_escalations(request).aggregate(
        **{name: Count("pk", filter=which) for name, (_label, which, _order) in LISTS.items()}
    )
    oldest = mine_escalations(request).filter(LISTS["waiting"][1]).order_by("filed_at").first()
    days = ask_again_days(request.partner)
    context = {
        "page": page,
        "rows": [
            {"one": one, "waits": Waits.of(one, request.now, days), "took": _took(one)} for one in page.object_list
        ],
        "show": show,
        "result": result,
        "results": Escalation.Result.choices,
        "words": words,
        "tabs": [(name, label, counted[name]) for name, (label, _which, _order) in LISTS.items()],
        "figures": _figures(counted["waiting"], oldest, acceptance(request.partner, now=request.now), request),
    }
    return render(request, "disputes/escalations.html", context)


def _found(request: Here, show: str, result: str, words: str) -> QuerySet[Escalation]:
    _label, which, order = LISTS[show]
    found = mine_escalations(request).filter(which)
    if result:
        found = found.filter(result=result)
    if words:
        of_case = Q(dispute__number__icontains=words) | Q(dispute__customer__name__icontains=words)
        of_cause = Q(cause__number__icontains=words) | Q(cause__title__icontains=words)
        found = found.filter(Q(reference__icontains=words) | of_case | of_cause)
    counted = found.annotate(
        cases=Count("cause__cases", distinct=True),
        unread=Count("dispute", filter=Q(dispute__next_action=Dispute.Next.READ_PROVIDER))
        + Count("cause__cases", filter=Q(cause__cases__next_action=Dispute.Next.READ_PROVIDER), distinct=True),
    )
    return counted.select_related("dispute__customer", "cause", "filed_by", "prepared_by").order_by(*order)


def _took(one: Escalation) -> str:
    return clocks.waited(one.filed_at, one.answered_at) if one.filed_at and one.answered_at else ""


def _figures(waiting: int, oldest: Escalation | None, known: Acceptance, request: Here) -> list[dict[str, Any]]:
    since = clocks.waited(oldest.filed_at, request.now) if oldest and oldest.filed_at else ""
    of_all = gettext("%(part)s of %(base)s in a year") % {
        "part": formats.grouped(known.accepted),
        "base": formats.grouped(known.decided),
    }
    return [
        {
            "label": gettext("Waiting for 21Vianet"),
            "value": formats.grouped(waiting),
            "note": gettext("oldest %(time)s") % {"time": since} if since else "",
            "url": "?show=waiting",
        },
        {
            "label": gettext("Accepted, in whole or in part"),
            "value": formats.percent(known.percent) or "–",
            "note": of_all,
            "url": "?show=answered",
        },
        {
            "label": gettext("Answered after, median"),
            "value": known.wait_in_words or "–",
            "note": gettext("Beijing business time, in a year"),
            "url": "?show=answered",
        },
    ]


def _file(request: Here, found: QuerySet[Escalation], *said: str) -> HttpResponseBase:
    columns = [
        Column(_("Case"), lambda one: one.dispute.number if one.dispute else one.cause.number),
        Column(_("Customer"), lambda one: one.dispute.customer.name if one.dispute else one.cause.title),
        Column(_("Cases"), lambda one: 1 if one.dispute else one.cases),
        Column(_("State"), lambda one: str(STATES[state_of(one)])),
        Column(pgettext_lazy("at 21Vianet", "Reference"), lambda one: one.reference),
        Column(_("Filed"), lambda one: one.filed_at.astimezone(request.zone) if one.filed_at else None),
        Column(_("Filed by"), lambda one: str(one.filed_by or "")),
        Column(_("Business hours waited, Beijing"), lambda one: _hours(one, request)),
        Column(_("Ask again"), lambda one: one.remind_at.astimezone(request.zone) if one.remind_at else None),
        Column(_("Answered"), lambda one: one.answered_at.astimezone(request.zone) if one.answered_at else None),
        Column(_("Result"), lambda one: one.get_result_display()),
        Column(_("Asked for"), lambda one: one.asked_for),
    ]
    return exported(request, "escalations", columns, found.iterator(chunk_size=CHUNK), *said)


STATES: Final[dict[str, Any]] = {name: label for name, (label, _which, _order) in LISTS.items()}


def _hours(one: Escalation, request: Here) -> int | None:
    if one.filed_at is None:
        return None
    return (
        clocks.worked(clocks.beijing(), one.filed_at, one.answered_at or one.withdrawn_at or request.now) // clocks.HOUR
    )
