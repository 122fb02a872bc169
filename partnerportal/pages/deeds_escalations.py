"""What must be done about cases at 21Vianet: file a pack, ask again, read an answer, call it off?"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext

from billing.models import DisputedAmount
from customers import formats
from disputes.clocks import waited
from disputes.models import Escalation

from .deadlines import Row
from .desk import Desk
from .waiting import to_ask, to_call_off, to_file, to_read


def file_rows(desk: Desk) -> list[Row]:
    """Packs that nobody has filed."""

    def why(one: Escalation) -> str:
        since = formats.spoken(one.prepared_at, desk.today, desk.zone)
        return formats.joined(number(one), gettext("prepared %(when)s") % {"when": since})

    return _rows("to_file", to_file(desk), desk, gettext("File a pack with 21Vianet"), why, lambda _: desk.tonight())


def ask_rows(desk: Desk) -> list[Row]:
    """Filed, and no answer by the time at which we meant to ask again."""
    return _rows("to_ask", to_ask(desk), desk, gettext("Ask 21Vianet again"), _waits(desk), lambda one: one.remind_at)


def read_rows(desk: Desk) -> list[Row]:
    """Word from 21Vianet that nobody has read."""
    title = gettext("Read 21Vianet’s answer")
    return _rows("to_read", to_read(desk), desk, title, _waits(desk), lambda _: desk.tonight())


def call_off_rows(desk: Desk) -> list[Row]:
    """What 21Vianet has and nobody pursues any more."""

    def why(one: Escalation) -> str:
        return formats.joined(number(one), f"{one.reference}: {one.why_withdrawn}")

    title = gettext("Tell 21Vianet that a case is over")
    return _rows("to_call_off", to_call_off(desk), desk, title, why, lambda _: desk.tonight())


def number(one: Escalation) -> str:
    """The number of its case, or of its cause."""
    return one.dispute.number if one.dispute else str(one.cause)


def _waits(desk: Desk) -> Callable[[Escalation], str]:
    def why(one: Escalation) -> str:
        since = waited(one.filed_at, desk.now) if one.filed_at else ""
        said = gettext("%(reference)s, with 21Vianet for %(time)s") % {"reference": one.reference, "time": since}
        return formats.joined(number(one), said)

    return why


def _rows(
    kind: str,
    found: QuerySet[Escalation],
    desk: Desk,
    title: "str | Promise",
    why: Callable[[Escalation], str],
    due: Callable[[Escalation], datetime | None],
) -> list[Row]:
    frozen: Any = DisputedAmount.objects.filter(
        Q(case_number=OuterRef("dispute__number")), partner=desk.partner, decided_at=None
    ).values("case_number")
    rows: Any = found.annotate(frozen=Subquery(frozen.annotate(sum=Sum("amount")).values("sum")))
    related = ("dispute__customer", "dispute__invoice", "cause", "filed_by", "prepared_by")
    return [
        Row(
            kind=kind,
            pk=one.pk,
            title=str(title),
            who=one.dispute.customer.name if one.dispute else one.cause.title,
            why=why(one),
            due_at=due(one),
            about=one,
            amount=one.frozen,
            currency=one.dispute.invoice.currency if one.dispute and one.dispute.invoice else "",
            customer=one.dispute.customer if one.dispute else None,
        )
        for one in rows.select_related(*related).order_by("remind_at", "pk")[: desk.most]
    ]
