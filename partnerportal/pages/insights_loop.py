"""Is the loop with customers closed: in cases, and where access was taken or came back?"""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext

from customers import formats
from customers.entering import Here
from customers.models import Partner
from disputes.escalation_figures import Acceptance, acceptance
from disputes.loop_figures import Access, Loop, Share, access_loop, loop
from disputes.models import Dispute
from disputes.views.board import in_days, of, percent


@dataclass(frozen=True)
class Line:
    """One figure, what it is of, and the list behind it."""

    label: "str | Promise"
    value: str
    note: str = ""
    url: str = ""


def loop_lines(request: Here) -> list[Line]:
    """The loop of cases over the last ninety days, and that of access over all time."""
    cases: QuerySet[Dispute] = Dispute.objects.visible_to(request.user).of(request.partner)
    found = _cases(loop(cases, request.partner, now=request.now))
    return [*found, *_provider(acceptance(request.partner, now=request.now)), *_access(request.partner)]


def _cases(found: Loop) -> list[Line]:
    listed = "/disputes/?view=table&show={}"
    rated = ngettext("%(n)s rating", "%(n)s ratings", found.rated) % {"n": formats.grouped(found.rated)}
    rating = formats.grouped(formats.rounded(str(found.rating), 1)) if found.rating is not None else "–"
    said = {"part": formats.grouped(found.confirmed), "all": of(found.closed)}
    confirmed = gettext("%(all)s told, %(part)s confirmed by the customer") % said
    days = gettext("business days, median")
    return [
        Line(gettext("Cases answered in time"), percent(found.in_time), of(found.in_time), listed.format("answered")),
        Line(gettext("Time to answer"), in_days(found.days_to_answer), days, listed.format("answered")),
        Line(gettext("Time to resolve"), in_days(found.days_to_resolve), days, listed.format("closed")),
        Line(gettext("Cases whose loop is closed"), percent(found.closed), confirmed, listed.format("confirmed")),
        Line(gettext("Reopened"), percent(found.reopened), of(found.reopened), listed.format("reopened")),
        Line(gettext("Rating, 1 to 5"), rating, rated, listed.format("closed")),
    ]


def _provider(found: Acceptance) -> list[Line]:
    """What 21Vianet made of what was taken up with it, over a year."""
    said = {"part": formats.grouped(found.accepted), "base": formats.grouped(found.decided)}
    share, wait = gettext("%(part)s of %(base)s, in whole or in part, in a year") % said, found.wait_in_words or "–"
    answered = "/disputes/escalations/?show=answered"
    return [
        Line(gettext("Accepted by 21Vianet"), formats.percent(found.percent) or "–", share, answered),
        Line(gettext("21Vianet’s time to answer"), wait, gettext("median, Beijing business time"), answered),
    ]


def _access(partner: Partner) -> list[Line]:
    found = access_loop(partner)

    def told(share: Share) -> str:
        return gettext("%(shares)s letters arrived") % {"shares": of(share)}

    return [
        Line(gettext("Told of a suspension"), percent(found.suspended), told(found.suspended)),
        Line(gettext("Told that access is back"), percent(found.restored), told(found.restored)),
        Line(gettext("News of access whose loop is closed"), percent(found.closed), _said(found)),
    ]


def _said(found: Access) -> str:
    """How many customers said yes and no to it."""
    said = {"all": of(found.closed), "yes": formats.grouped(found.confirmed), "no": formats.grouped(found.objected)}
    return gettext("%(all)s told; %(yes)s confirmed, %(no)s opened a case") % said
