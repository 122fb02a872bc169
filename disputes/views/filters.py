"""Which cases match what the address asks for, in which order, and how much does each question?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Case, DecimalField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from billing.models import DisputedAmount
from customers.entering import Here
from customers.models import Partner
from disputes.loop_figures import SPAN
from disputes.models import Dispute, Escalation
from disputes.models.cases import DisputeQuerySet
from dunning import policy as book
from dunning.calendars import calendar_for

UNDECIDED: Final = (
    Dispute.Status.NEW,
    Dispute.Status.INVESTIGATING,
    Dispute.Status.WAITING_CUSTOMER,
    Dispute.Status.WAITING_PROVIDER,
)
OURS: Final = (Dispute.Status.NEW, Dispute.Status.INVESTIGATING)
# The lists that figures and tabs lead to; "" is what is open.
LISTS: Final = ("", "mine", "near", "late", "closed", "answered", "confirmed", "reopened")


@dataclass(frozen=True)
class Asked:
    """What the address asks for; what it can't mean is as if it weren't said."""

    show: str = ""
    state: str = ""
    kind: str = ""
    owner: int | None = None
    cause: int | None = None
    customer: int | None = None
    words: str = ""

    @classmethod
    def of(cls, query: Any) -> "Asked":
        """Read from the address."""
        show, state, kind = (query.get(name, "") for name in ("show", "state", "kind"))
        # An older address names a state where a list is named now.
        state = state or (show if show in Dispute.Status.values and show != "closed" else "")
        return cls(
            show=show if show in LISTS else "",
            state=state if state in Dispute.Status.values else "",
            kind=kind if kind in Dispute.Kind.values else "",
            owner=_key(query.get("owner", "")),
            cause=_key(query.get("cause", "")),
            customer=_key(query.get("customer", "")),
            words=query.get("q", "").strip()[:100],
        )

    @property
    def said(self) -> list[str]:
        """What the name of a file says of it."""
        return [self.show, self.state, self.kind, self.words]

    def url(self, view: str = "", **more: Any) -> str:
        """The address that asks for this."""
        named = {
            "view": view,
            "show": self.show,
            "state": self.state,
            "kind": self.kind,
            "owner": self.owner,
            "cause": self.cause,
            "customer": self.customer,
            "q": self.words,
            **more,
        }
        kept = {name: value for name, value in named.items() if value}
        return reverse("disputes") + (f"?{urlencode(kept)}" if kept else "")

    def narrow(self, cases: QuerySet[Dispute], request: Here) -> QuerySet[Dispute]:
        """The cases that match."""
        found = cases.filter(_listed(self, request))
        if self.state:
            found = found.filter(status=self.state)
        if self.kind:
            found = found.filter(kind=self.kind)
        for name in ("owner", "cause", "customer"):
            if getattr(self, name) is not None:
                found = found.filter(**{f"{name}_id": getattr(self, name)})
        return found.filter(_worded(self.words)) if self.words else found


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _listed(asked: Asked, request: Here) -> Q:
    since, open_ones = request.now - SPAN, ~Q(status=Dispute.Status.CLOSED)
    match asked.show:
        case "mine":
            return open_ones & Q(owner=request.user)
        case "near":
            return near(request.partner, request.now)
        case "late":
            return late(request.now)
        case "closed":
            return Q(status=Dispute.Status.CLOSED)
        case "answered":
            return Q(told_at__gte=since)
        case "confirmed":
            return Q(told_at__gte=since, confirmed_at__isnull=False)
        case "reopened":
            return Q(reopened_at__gte=since)
    return Q() if asked.state or asked.words else open_ones


def _worded(words: str) -> Q:
    """A case, its title, a customer, an invoice, or a reference at the provider."""
    return (
        Q(number__icontains=words)
        | Q(title__icontains=words)
        | Q(customer__name__icontains=words)
        | Q(invoice__number__icontains=words)
        | Q(Exists(Escalation.objects.filter(dispute=OuterRef("pk"), reference__iexact=words)))
        | Q(Exists(Escalation.objects.filter(cause=OuterRef("cause"), reference__iexact=words)))
        | Q(cause__number__iexact=words)
    )


def near(partner: Partner, now: datetime) -> Q:
    """Undecided, and the promised time ends before the next business day does."""
    calendar = calendar_for(partner)
    day = book.shift(now.astimezone(partner.tz).date(), 1, book.Unit.BUSINESS_DAYS, calendar)
    return Q(status__in=UNDECIDED, answer_by__lte=datetime.combine(day, calendar.closes, tzinfo=partner.tz))


def late(now: datetime) -> Q:
    """Undecided, and the promised time has passed."""
    return Q(status__in=UNDECIDED, answer_by__lt=now)


def mine(request: Here) -> DisputeQuerySet:
    """The cases of this book that this person may see."""
    found: DisputeQuerySet = Dispute.objects.visible_to(request.user).of(request.partner)
    return found


# When the clock that runs on a case ends.
DEADLINE: Final = Case(
    When(status=Dispute.Status.AWAITING_CONFIRMATION, then=Coalesce("window_ends_at", "answer_by")),
    default=F("answer_by"),
)
# Lists of cases come `with_deadline`: the least time left first, of closed ones the latest.
BY_TIME: Final = ("deadline", "pk")
LATEST: Final = ("-closed_at", "-pk")


def with_deadline(cases: QuerySet[Dispute]) -> Any:
    """The cases with `deadline`, when the clock that runs on each ends."""
    return cases.annotate(deadline=DEADLINE)


def with_amounts(cases: QuerySet[Dispute]) -> Any:
    """The cases with `frozen`, what stands still now, and `asked`, what was questioned at first."""
    rows = DisputedAmount.objects.filter(partner=OuterRef("partner"), case_number=OuterRef("number")).order_by()
    return cases.annotate(
        frozen=_sum(rows.filter(decided_at=None), "amount"),
        asked=_sum(rows.filter(opened_at=OuterRef("opened_at")), "questioned"),
    )


def _sum(rows: QuerySet[DisputedAmount], name: str) -> Coalesce:
    summed = rows.values("case_number").annotate(sum=Sum(name)).values("sum")
    return Coalesce(Subquery(summed), 0, output_field=DecimalField())
