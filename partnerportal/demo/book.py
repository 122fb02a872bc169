"""What can the people of one house of the demo do on a day? Each of it by the same operations that a page calls."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from django.contrib.auth.hashers import make_password

from billing.models import Invoice
from customers.models import Customer, Membership, Partner, User
from customers.roles import Role
from disputes.models import Dispute
from disputes.questioning import question
from disputes.resolving import answer
from dunning.breaking import set_limit
from dunning.founding import found
from dunning.settling import settle
from outbox import clock
from payables.sampling import guid

from .cast import PASSWORD, Actor, House
from .policies import policy_of

CURRENCY, ZONE = "CNY", "Asia/Shanghai"


@dataclass(frozen=True)
class Wire:
    """Money on its way through the bank: it is in the book when a statement says so."""

    on: date
    amount: Decimal
    text: str
    payer: str


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


class Book:
    """One house while it is lived."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.partner = Partner.objects.filter(slug=house.slug).first() or Partner(slug=house.slug)
        self.wires: list[Wire] = []

    def found(self) -> None:
        """Begin with staff, policy and prices."""
        house = self.house
        self.partner, _ = found(
            house.slug,
            name=house.name,
            currency=CURRENCY,
            zone=ZONE,
            now=clock.now(),
            password=PASSWORD,
            staff=house.staff,
            policy=policy_of(house.slug, CURRENCY),
            prefix=house.prefix,
            mark=house.mark,
            address=house.address,
            bank_account=house.bank_account,
            bank_name=house.bank_name,
            bank_number=house.bank_number,
            phone=house.phone,
            support_phone=house.support_phone,
            reply_email=f"billing@{house.slug}.example",
        )
        if house.most_in_a_day:
            percent, cap = self.partner.breaker_percent, self.partner.breaker_cap
            set_limit(self.partner, number=house.most_in_a_day, percent=percent, cap=cap)

    @cached_property
    def staff(self) -> dict[str, User]:
        """The house's people by role."""
        places = Membership.objects.filter(partner=self.partner, customer=None).select_related("user")
        return {place.role: place.user for place in places}

    def person(self, role: str) -> User:
        """Whoever has this role."""
        return self.staff[role]

    def customer(self, actor: Actor) -> Customer:
        """An actor's row."""
        return Customer.objects.select_related("partner").get(
            partner=self.partner, provider_id=str(guid(self.house.slug, actor.name))
        )

    def invoice(self, actor: Actor, bill: date) -> Invoice:
        """What an actor was billed for the provider's bill of a day."""
        found = Invoice.objects.select_related("customer__partner", "partner")
        return found.get(customer=self.customer(actor), period=f"{bill:%Y-%m}", source="provider")

    def today(self) -> date:
        """The day in the house's zone."""
        return clock.now().astimezone(self.partner.tz).date()

    def pay(self, actor: Actor, bill: date, amount: Decimal | None = None) -> None:
        """An actor's money is entered by hand."""
        invoice = self.invoice(actor, bill)
        self.receive(actor, amount or invoice.balance, invoice.reference or "")

    def receive(self, actor: Actor, amount: Decimal, reference: str) -> Any:
        """Money comes with or without a reference and is entered by hand."""
        return settle(
            self.customer(actor),
            amount=amount,
            currency=CURRENCY,
            reference=reference,
            received_on=self.today(),
            now=clock.now(),
            by=self.person(Role.BILLING),
        )

    def wire(self, actor: Actor, bill: date) -> None:
        """An actor pays through the bank, with the reference of its invoice."""
        invoice = self.invoice(actor, bill)
        self.wires.append(Wire(self.today(), invoice.balance, invoice.reference or "", actor.name))

    def user_of(self, actor: Actor) -> User:
        """The customer's own person, with a login from its first day."""
        email = f"billing@{actor.domain or 'customer.example'}"
        user = User.objects.filter(email=email).first()
        if user is None:
            customer = self.customer(actor)
            user = User.objects.create(
                email=email, password=_hashed(), name=actor.person or actor.contact, language=customer.language
            )
            Membership.objects.create(partner=self.partner, user=user, customer=customer, role=Role.CUSTOMER_BILLING)
        return user

    def invite_customers(self) -> None:
        """Each customer with a contact can sign in."""
        for actor in self.house.actors:
            if actor.contact:
                self.user_of(actor)

    def question(self, actor: Actor, bill: date, share: Decimal, reason: str, text: str, lines: int = 1) -> Dispute:
        """An actor questions a share of the first lines of an invoice."""
        invoice = self.invoice(actor, bill)
        asked = invoice.lines.filter(open__gt=0).order_by("position")[:lines]
        amounts = {line.pk: (line.open * share).quantize(Decimal("0.01")) for line in asked}
        return question(invoice, amounts, reason=reason, text=text, by=self.user_of(actor), now=clock.now())

    def case(self, actor: Actor) -> Dispute:
        """An actor's newest case."""
        return Dispute.objects.filter(customer=self.customer(actor)).latest("opened_at", "pk")

    def answer(self, actor: Actor, outcome: str, text: str, role: str = Role.BILLING, **more: Any) -> Dispute:
        """The house decides an actor's newest case."""
        case = self.case(actor)
        return answer(case.pk, outcome=outcome, text=text, by=self.person(role), now=clock.now(), **more)

    def actors(self, *parts: str) -> Sequence[Actor]:
        """Whoever plays one of these parts."""
        return [actor for actor in self.house.actors if actor.part in parts]


def instant(day: date, hour: int = 9, minute: int = 12) -> datetime:
    """The hour at which the demo's people do what they do."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=Partner(zone=ZONE).tz)


Part = Callable[[Book, Actor, date], None]
