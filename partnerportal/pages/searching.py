"""Where in the book do these words stand? A few rows of each kind that a person may see, each with its address."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from billing.models import Invoice, Payment
from customers.entering import Here
from customers.models import Customer
from customers.roles import May
from disputes.models import Dispute
from payables.models import ProviderBill
from subscriptions.models import Subscription

EACH: Final = 5
# One letter stands in most rows; one Chinese character may well be a name.
SHORTEST: Final = 2
LONGEST: Final = 100


@dataclass(frozen=True)
class Hit:
    """One row that was found: what it is called, what tells it from its like, and its page."""

    name: str
    about: str
    url: str
    amount: Any = None
    currency: str = ""
    status: tuple[str, str] | None = None


@dataclass(frozen=True)
class Found:
    """What was found of one kind; `more` where there are further rows, all of them at `url`."""

    code: str
    name: str | Promise
    hits: list[Hit] = field(default_factory=list)
    more: bool = False
    url: str = ""


@dataclass(frozen=True)
class Place:
    """A kind of row: the columns that are looked in, and how a row of it reads."""

    model: type[Model]
    name: str | Promise
    icon: str
    where: tuple[str, ...]
    order: tuple[str, ...]
    hit: Callable[[Any, Here], Hit]
    list_of: str
    related: tuple[str, ...] = ("customer",)
    may: May = May.SEE_BOOK


def _customer(one: Customer, request: Here) -> Hit:
    return Hit(one.name, one.domain, reverse("customer", args=[one.pk]))


def _invoice(one: Invoice, request: Here) -> Hit:
    state = one.state_on(request.now.astimezone(request.zone).date())
    name, url = one.number or str(_("Draft")), reverse("invoice", args=[one.pk])
    return Hit(name, one.customer.name, url, one.total, one.currency, ("invoice", state))


def _payment(one: Payment, request: Here) -> Hit:
    name, url = one.reference or str(one), reverse("payment", args=[one.pk])
    return Hit(name, one.customer.name, url, one.amount, one.currency)


def _subscription(one: Subscription, request: Here) -> Hit:
    url = reverse("customer", args=[one.customer_id])
    return Hit(one.name or one.offer_name, one.customer.name, url, status=("subscription", one.status))


def _case(one: Dispute, request: Here) -> Hit:
    url = reverse("dispute", args=[one.pk])
    return Hit(one.number, f"{one.customer.name}, {one.title}".rstrip(", "), url, status=("case", one.status))


def _bill(one: ProviderBill, request: Here) -> Hit:
    url = reverse("provider_bill", args=[one.pk])
    return Hit(one.number, str(one.period), url, one.total, one.currency)


PLACES: Final[dict[str, Place]] = {
    "customers": Place(
        *(Customer, _("Customers"), "people", ("name", "domain", "provider_id"), ("name", "pk")),
        *(_customer, "/customers/?"),
        related=(),
    ),
    "invoices": Place(
        *(Invoice, _("Invoices"), "document", ("number", "reference"), ("-issued_on", "-pk"), _invoice, "/invoices/?")
    ),
    "payments": Place(
        *(Payment, _("Payments"), "card", ("reference", "external_id"), ("-received_on", "-pk"), _payment),
        *("/payments/?",),
    ),
    "subscriptions": Place(
        *(Subscription, _("Subscriptions"), "list", ("name", "offer_name", "provider_id"), ("customer__name", "pk")),
        *(_subscription, "/search/?in=subscriptions&"),
    ),
    "disputes": Place(
        *(Dispute, _("Disputes"), "speech", ("number", "title"), ("-opened_at", "-pk"), _case, "/disputes/?view=table&")
    ),
    "bills": Place(
        *(ProviderBill, _("Provider bills"), "building", ("number",), ("-due_on", "-pk"), _bill),
        *("/provider/bills/?",),
        related=(),
        may=May.SEE_BILLS,
    ),
}


def words_in(text: str) -> str:
    """What is looked for: trimmed, and nothing where it is too short to mean something."""
    words = " ".join(text.replace("\x00", "").split())[:LONGEST]
    return words if len(words) >= SHORTEST or any(sign >= "\u3400" for sign in words) else ""


def everywhere(request: Here, words: str) -> list[Found]:
    """A few rows of each kind that this person may see; one query for each."""
    return [of_kind(request, code, words) for code, place in PLACES.items() if request.membership.may(place.may)]


def of_kind(request: Here, code: str, words: str) -> Found:
    """A few rows of one kind, and whether there are more."""
    place = PLACES[code]
    rows = list(rows_of(request, code, words)[: EACH + 1])
    url = f"{place.list_of}{urlencode({'q': words})}"
    return Found(code, place.name, hits(request, code, rows[:EACH]), len(rows) > EACH, url)


def rows_of(request: Here, code: str, words: str) -> QuerySet[Any]:
    """The rows of one kind in which the words stand, in their order."""
    place = PLACES[code]
    mine: Any = place.model._default_manager
    holds = Q()
    for column in place.where:
        holds |= Q(**{f"{column}__icontains": words})
    rows: QuerySet[Any] = mine.visible_to(request.user).of(request.partner).filter(holds)
    return rows.select_related(*place.related).order_by(*place.order) if place.related else rows.order_by(*place.order)


def hits(request: Here, code: str, rows: Sequence[Any]) -> list[Hit]:
    """Rows as they are shown."""
    return [PLACES[code].hit(one, request) for one in rows]
