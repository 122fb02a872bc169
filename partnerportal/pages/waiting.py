"""What waits in this book for a person, kind by kind, and how much of it? Read from the record each time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Model,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.models import Invoice
from customers.entering import Here
from customers.models import Contact, ContactRole, Customer, Membership, Message, Partner, User
from customers.roles import May
from disputes.models import Dispute
from dunning.calling import BY_HAND
from dunning.models import Decision, Proposal
from outbox.models import Outcome
from payables.models import ProviderLine
from subscriptions.models import AccessChange, CustomerReading, Suspension

NEAR_DELETION = timedelta(days=14)
END_OF_DAY = time(18)


@dataclass(frozen=True)
class Desk:
    """Who looks at which book, and when."""

    user: User
    membership: Membership
    partner: Partner
    zone: tzinfo
    now: datetime

    @property
    def today(self) -> date:
        """The partner's day."""
        return self.now.astimezone(self.zone).date()

    def tonight(self, on: date | None = None) -> datetime:
        """When the office closes, today or on a day."""
        return datetime.combine(on or self.today, END_OF_DAY, tzinfo=self.zone)

    def of(self, model: type[Model]) -> QuerySet[Any]:
        """The rows of this book that this person may see."""
        rows: QuerySet[Any] = model._default_manager.visible_to(self.user).of(self.partner)  # type: ignore[attr-defined]
        return rows


@dataclass(frozen=True)
class Kind:
    """One kind of deed, its drawing and the tab it stands under."""

    icon: str
    tone: str
    tab: str
    may: May = May.SEE_BOOK


TABS: Final[dict[str, str | Promise]] = {
    "approve": _("To approve"),
    "call": _("Calls"),
    "letters": _("Undelivered"),
    "dispute": _("Disputes"),
    "bill": _("Billing"),
    "provider": _("21Vianet"),
}
KINDS: Final[dict[str, Kind]] = {
    "approve": Kind("bars", "bad", "approve"),
    "deletion": Kind("trash", "bad", "approve"),
    "call": Kind("phone", "warn", "call"),
    "bounced": Kind("zigzag", "bad", "letters"),
    "contact": Kind("person", "warn", "letters"),
    "dispute": Kind("speech", "dispute", "dispute"),
    "draft": Kind("document", "accent", "bill"),
    "unmapped": Kind("building", "accent", "bill", May.SEE_BILLS),
    "access": Kind("swap", "bad", "provider"),
    "reading": Kind("swap", "accent", "provider"),
}


# What waits, kind by kind


def proposals(desk: Desk) -> QuerySet[Any]:
    """Suspensions that wait for a person's yes."""
    return desk.of(Proposal).filter(state=Proposal.State.PROPOSED)


def calls(desk: Desk) -> QuerySet[Any]:
    """Calls and hand-overs nobody has logged."""
    return desk.of(Decision).filter(action__in=BY_HAND, called_at=None, waived_at=None, case__closed_at=None)


def returned(desk: Desk) -> QuerySet[Any]:
    """Letters that came back or were given up, with the address they went to."""
    return desk.of(Message).filter(outcome=Outcome.PARKED).exclude(to_email="")


def unreachable(desk: Desk) -> QuerySet[Any]:
    """Customers read from the provider who have nobody to write to."""
    billing = Contact.objects.filter(customer=OuterRef("pk"), role=ContactRole.BILLING)
    return desk.of(Customer).filter(~Exists(billing), contact_read_at__isnull=False)


def questions(desk: Desk) -> QuerySet[Any]:
    """Cases without an answer."""
    return desk.of(Dispute).filter(status__in=[Dispute.Status.NEW, Dispute.Status.INVESTIGATING])


def drafts(desk: Desk) -> QuerySet[Any]:
    """Invoices nobody has issued yet."""
    return desk.of(Invoice).filter(status=Invoice.Status.DRAFT)


def unknown_charges(desk: Desk) -> QuerySet[Any]:
    """Provider lines of a charge type we don't know."""
    return desk.of(ProviderLine).filter(mapped=False, invoice_line=None, credit_line=None)


def near_deletion(desk: Desk) -> QuerySet[Any]:
    """Suspensions whose data the provider deletes within two weeks."""
    days = ExpressionWrapper(
        F("debt__decision__version__deletion_days") * Value(timedelta(days=1), output_field=DurationField()),
        output_field=DurationField(),
    )
    ends = ExpressionWrapper(F("confirmed_at") + days, output_field=DateTimeField())
    live: QuerySet[Any] = desk.of(Suspension).filter(ended_at=None, confirmed_at__isnull=False, debt__isnull=False)
    near: QuerySet[Any] = live.annotate(deletes_at=ends).filter(deletes_at__lt=desk.now + NEAR_DELETION)
    return near


def stuck(desk: Desk, model: type[Model]) -> QuerySet[Any]:
    """Deeds at the provider that were given up until a person looks."""
    return desk.of(model).filter(outcome=Outcome.PARKED)


def counts(desk: Desk) -> dict[str, int]:
    """How many deeds of each kind wait, all of them, in one query."""
    found = {
        "approve": (proposals(desk), "pk"),
        "deletion": (near_deletion(desk), "debt__invoice"),
        "call": (calls(desk), "pk"),
        "bounced": (returned(desk), "customer"),
        "contact": (unreachable(desk), "pk"),
        "dispute": (questions(desk), "pk"),
        "draft": (drafts(desk), "period"),
        "unmapped": (unknown_charges(desk), "bill"),
        "access": (stuck(desk, AccessChange), "pk"),
        "reading": (stuck(desk, CustomerReading), "pk"),
    }
    row: Any = Partner.objects.filter(pk=desk.partner.pk).values(
        **{kind: Coalesce(Subquery(_number(rows, by)), 0) for kind, (rows, by) in found.items()}
    )[0]
    return {kind: number for kind, number in row.items() if desk.membership.may(KINDS[kind].may)}


def _number(rows: QuerySet[Any], by: str) -> QuerySet[Any]:
    of_all: QuerySet[Any] = rows.order_by().annotate(all=Value(1)).values("all")
    counted: QuerySet[Any] = of_all.annotate(n=Count(by, distinct=True)).values("n")
    return counted


def deeds_of(request: Here) -> dict[str, int]:
    """The counts for this request, asked once."""
    known: dict[str, int] | None = getattr(request, "deeds", None)
    if known is None:
        known = counts(Desk(request.user, request.membership, request.partner, request.zone, request.now))
        request.deeds = known  # type: ignore[attr-defined]
    return known
