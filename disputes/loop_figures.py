"""Do we answer in time, and do customers agree? The figures of the loop, read from the cases themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from django.db.models import Count, F, Min, Q, QuerySet
from django.db.models.functions import Least

from customers.models import Letter, Message, Partner
from dunning.calendars import calendar_for
from dunning.policy import Calendar

from .clocks import worked
from .models import AccessNews, Dispute, Escalation

SPAN: Final = timedelta(days=90)


@dataclass(frozen=True)
class Share:
    """So many of so many; without a base there is no share."""

    part: int
    base: int

    @property
    def percent(self) -> float | None:
        """In per cent."""
        return self.part / self.base * 100 if self.base else None


@dataclass(frozen=True)
class Loop:
    """How the loop ran over the last ninety days. Times are in business days of the partner's calendar.

    `in_time`: answers that reached the customer by the promised time, of those that did or should have.
    `closed`: cases closed, of those whose answer reached the customer; `confirmed` of them by the customer's own word.
    `reopened`: cases the customer opened again, of the same. `days_to_answer` counts to the first answer that
    arrived, `days_to_resolve` to the closing; both are medians. `rating` is the mean of `rated` answers, 1 to 5."""

    in_time: Share
    closed: Share
    confirmed: int
    reopened: Share
    days_to_answer: float | None
    days_to_resolve: float | None
    rating: float | None
    rated: int


@dataclass(frozen=True)
class Access:
    """Whether those whose access was taken away or came back were told so, over all time; and of the news that
    reached them how much is closed: by their word (`confirmed`), in silence, or with the case of those who said no
    (`objected`)."""

    suspended: Share
    restored: Share
    closed: Share
    confirmed: int
    objected: int


@dataclass(frozen=True)
class Read:
    """What of one case counts."""

    opened_at: datetime
    answered: datetime | None
    answer_by: datetime
    closed_at: datetime | None
    confirmed_at: datetime | None
    reopened_at: datetime | None
    rating: int | None
    rated_at: datetime | None


def loop(cases: QuerySet[Dispute], partner: Partner, *, now: datetime) -> Loop:
    """The figures over these cases of the partner's, in one query."""
    since = now - SPAN
    # The first answer that arrived, be it one the customer did not accept.
    first = cases.order_by().annotate(answered=Least(F("told_at"), Min("earlier_answers__told_at")))
    unanswered = Q(answered=None, answer_by__lt=now, answer_by__gte=since)
    rows = first.filter(Q(answered__gte=since) | unanswered | Q(closed_at__gte=since))
    return _reckoned([Read(*row) for row in rows.values_list(*Read.__match_args__)], partner, since)


def _reckoned(rows: list[Read], partner: Partner, since: datetime) -> Loop:
    calendar = calendar_for(partner)
    told = [row for row in rows if row.answered and row.answered >= since]
    never = sum(row.answered is None for row in rows)
    closed = [row for row in told if row.closed_at]
    ratings = [row.rating for row in rows if row.rating and row.rated_at and row.rated_at >= since]
    return Loop(
        in_time=Share(sum(row.answered <= row.answer_by for row in told if row.answered), len(told) + never),
        closed=Share(len(closed), len(told)),
        confirmed=sum(row.confirmed_at is not None for row in closed),
        reopened=Share(sum(row.reopened_at is not None for row in told), len(told)),
        days_to_answer=_median([(row.opened_at, row.answered) for row in told if row.answered], calendar),
        days_to_resolve=_median(
            [(row.opened_at, row.closed_at) for row in rows if row.closed_at and row.closed_at >= since], calendar
        ),
        rating=sum(ratings) / len(ratings) if ratings else None,
        rated=len(ratings),
    )


def _median(spans: list[tuple[datetime, datetime]], calendar: Calendar) -> float | None:
    """The median of these spans in business days; none where there is none."""
    if not spans:
        return None
    a_day = datetime.combine(spans[0][0].date(), calendar.closes) - datetime.combine(spans[0][0].date(), calendar.opens)
    return median(worked(calendar, begins, ends) / a_day for begins, ends in spans)


def access_loop(partner: Partner) -> Access:
    """Of the letters that tell customers of access taken away and of access that is back, how many arrived."""
    letters = Message.objects.filter(partner=partner).exclude(outcome="moot").order_by()
    there = Q(delivered_at__isnull=False, bounced_at=None)
    of = {letter: Q(letter=letter) for letter in (Letter.SUSPENDED, Letter.RESTORED)}
    found = letters.filter(letter__in=list(of)).aggregate(
        **{f"{letter}_told": Count("pk", filter=one & there) for letter, one in of.items()},
        **{f"{letter}_all": Count("pk", filter=one) for letter, one in of.items()},
    )
    said = AccessNews.objects.filter(partner=partner, told_at__isnull=False).aggregate(
        told=Count("pk"), closed=Count("closed_at"), confirmed=Count("confirmed_at"), objected=Count("objected_at")
    )
    suspended, restored = (Share(found[f"{letter}_told"], found[f"{letter}_all"]) for letter in of)
    return Access(suspended, restored, Share(said["closed"], said["told"]), said["confirmed"], said["objected"])


def escalated(partner: Partner) -> tuple[int, datetime | None]:
    """How many escalations 21Vianet has to answer, and since when the oldest waits."""
    waiting = Escalation.objects.filter(partner=partner).waiting()
    found = waiting.aggregate(n=Count("pk"), since=Min("filed_at"))
    return found["n"], found["since"]
