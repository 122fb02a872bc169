"""How did the demo book come to be? Each day its people do what they do, and the portal does what it does daily."""

import signal
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from multiprocessing import get_context
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connections

from billing.models import Invoice
from customers.models import Customer, Membership, Partner, User
from customers.roles import Role
from dunning.approving import approve
from dunning.founding import Login, found
from dunning.models import Proposal
from dunning.running import run
from dunning.settling import settle
from outbox import clock
from outbox.keeping import keep_all
from partnerportal.services.processes import follow_parent
from payables import rebilling
from payables.importing import import_file
from payables.sampling import Charge, guid, write
from subscriptions.sandbox.loading import load

from .cast import FIRST_BILL, HOUSES, PASSWORD, PRICES, SECOND_BILL, Actor, House
from .parts import PARTS

LAST_DAY = date(2026, 11, 20)
# Before this day a run is kept only where something was due; a year of empty runs shows nothing.
RUNS_EACH_DAY_FROM = date(2026, 11, 9)
MORNING = time(9, 12)
ADMIN = "admin@portal.example"


def live() -> None:
    """Found both partners and live from the first bill to the last day; then the clock stands there and ticks.

    The two books never meet, so each is lived in a process of its own."""
    with clock.standing_at(_at(FIRST_BILL - timedelta(days=1))):
        for house in HOUSES:
            Book(house).found()
        User.objects.create_superuser(ADMIN, PASSWORD, name="Portal admin")
    # A connection must not be shared with a child; each opens its own.
    connections.close_all()
    lives = [get_context("fork").Process(target=_live_one, args=(house,)) for house in HOUSES]
    try:
        for life in lives:
            life.start()
        for life in lives:
            life.join()
    finally:
        for life in lives:
            if life.is_alive():
                life.kill()
    if any(life.exitcode for life in lives):
        raise RuntimeError("A demo book could not be lived to its end; what stopped it is printed above.")
    clock.move_to(_at(LAST_DAY))


def _live_one(house: House) -> None:
    """One book, in a child that ends with its parent and takes the usual signals in the usual way."""
    follow_parent(signal.SIGKILL)
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_DFL)
    book = Book(house)
    for day in _days():
        with clock.standing_at(_at(day)):
            book.day(day)
            keep_all(book.partner.pk)
    book.invite_customers()


def logins() -> list[Login]:
    """Everybody of the demo who can sign in: staff first, then customers, the admin last."""
    found: list[Login] = []
    places = Membership.objects.filter(partner__slug__in=[house.slug for house in HOUSES])
    for place in places.select_related("user", "partner", "customer").order_by("customer_id", "pk"):
        who = f"{place.user.name}, {place.customer.name}" if place.customer else place.user.name
        found.append(Login(place.user.email, PASSWORD, who, place.partner.slug, [place.role]))
    staff_first = sorted(found, key=lambda login: login.roles[0] == Role.CUSTOMER_BILLING)
    return [*staff_first, Login(ADMIN, PASSWORD, "Portal admin", "", ["admin"])]


def _at(day: date, at: time = MORNING) -> datetime:
    return datetime.combine(day, at, tzinfo=Partner(zone="Asia/Shanghai").tz)


def _days() -> Iterator[date]:
    day = FIRST_BILL
    while day <= LAST_DAY:
        yield day
        day += timedelta(days=1)


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


class Book:
    """One house while it is lived."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.partner = Partner.objects.filter(slug=house.slug).first() or Partner(slug=house.slug)
        self.plays = {actor.name: PARTS[actor.part] for actor in house.actors}

    def found(self) -> None:
        """Begin with staff, policy and prices."""
        house = self.house
        self.partner, _ = found(
            house.slug,
            name=house.name,
            currency="CNY",
            zone="Asia/Shanghai",
            now=clock.now(),
            password=PASSWORD,
            staff=house.staff,
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

    def day(self, day: date) -> None:
        if day in (FIRST_BILL, SECOND_BILL):
            self._bill(day)
        for actor in self.house.actors:
            self.plays[actor.name](self, actor, day)
        due = Customer.objects.filter(partner=self.partner, review_due_at__lte=clock.now())
        if (day.isoweekday() < 6 and day >= RUNS_EACH_DAY_FROM) or due.exists():
            run(self.partner, now=clock.now())
            keep_all(self.partner.pk)
            self._approve(day)

    def _bill(self, day: date) -> None:
        if settings.USES_SANDBOX:
            load(settings.PARTNER_CENTER["base_url"], [self._known(actor) for actor in self.house.actors])
        content = write(self.house.slug, self._charges(day))
        import_file(self.partner, content, file_name=f"license_recon_{day:%Y-%m}.csv", now=clock.now())
        keep_all(self.partner.pk)
        rebilling.draft(self.partner, f"{day:%Y-%m}", now=clock.now())
        for pk in rebilling.drafts_of(self.partner, f"{day:%Y-%m}"):
            rebilling.issue(pk, on=day, now=clock.now())

    def _known(self, actor: Actor) -> dict[str, Any]:
        """A customer as the provider knows it."""
        customer = str(guid(self.house.slug, actor.name))
        return {
            "id": customer,
            "name": actor.name,
            "domain": actor.domain,
            "email": f"billing@{actor.domain}" if actor.contact else None,
            "first_name": actor.contact,
            "last_name": "",
            "language": actor.language[0],
            "culture": actor.language[1],
            "subscriptions": [
                {
                    "id": str(guid(self.house.slug, actor.name, offer)),
                    "offer_id": str(guid("durable", offer)),
                    "offer_name": offer,
                    "name": offer,
                    "quantity": seats,
                    "parent": None,
                    "starts": "2026-03-16",
                    "ends": "2027-03-15",
                }
                for offer, seats in actor.seats.items()
            ],
        }

    def _charges(self, day: date) -> Iterator[Charge]:
        ends = (day.replace(day=1) + timedelta(days=32)).replace(day=14)
        for actor in self.house.actors:
            for offer, seats in actor.seats.items():
                yield Charge(actor.name, offer, seats, PRICES[offer], day, ends, domain=actor.domain)
            first, seats = next(iter(actor.seats.items()))
            if day == SECOND_BILL and actor.part in ("questions", "pays", "keeps"):
                share = Decimal("0.7742")
                yield Charge(
                    actor.name,
                    first,
                    4,
                    PRICES[first],
                    day + timedelta(days=7),
                    ends,
                    "Prorate fees when purchase",
                    actor.domain,
                    share,
                )
                yield Charge(
                    actor.name,
                    first,
                    1,
                    PRICES[first],
                    day,
                    ends,
                    "Prorate fees when cancel",
                    actor.domain,
                    Decimal(-1),
                )
            if day == SECOND_BILL and actor.part == "reports":
                yield Charge(
                    actor.name,
                    first,
                    seats,
                    PRICES[first],
                    day,
                    ends,
                    "Seat adjustment fee",
                    actor.domain,
                    Decimal("0.1"),
                )

    def person(self, role: str) -> User:
        return Membership.objects.get(partner=self.partner, role=role, customer=None).user

    def customer(self, actor: Actor) -> Customer:
        return Customer.objects.get(partner=self.partner, provider_id=str(guid(self.house.slug, actor.name)))

    def invoice(self, actor: Actor, bill: date) -> Invoice:
        return Invoice.objects.get(customer=self.customer(actor), period=f"{bill:%Y-%m}")

    def pay(self, actor: Actor, bill: date, amount: Decimal | None = None) -> None:
        invoice = self.invoice(actor, bill)
        settle(
            invoice.customer,
            amount=amount or invoice.balance,
            currency=invoice.currency,
            reference=invoice.reference or "",
            received_on=clock.now().astimezone(self.partner.tz).date(),
            now=clock.now(),
            by=self.person(Role.BILLING),
        )

    def user_of(self, actor: Actor) -> User:
        """The customer's own person, with a login from its first day."""
        customer = self.customer(actor)
        email = f"billing@{actor.domain or 'customer.example'}"
        user = User.objects.filter(email=email).first()
        if user is None:
            language = customer.language
            user = User.objects.create(
                email=email, password=_hashed(), name=actor.person or actor.contact, language=language
            )
            Membership.objects.create(partner=self.partner, user=user, customer=customer, role=Role.CUSTOMER_BILLING)
        return user

    def invite_customers(self) -> None:
        """Each customer with a contact can sign in."""
        for actor in self.house.actors:
            if actor.contact:
                self.user_of(actor)

    def _approve(self, day: date) -> None:
        """Suspensions proposed before November were approved the same morning."""
        if day >= date(2026, 11, 1):
            return
        waiting = Proposal.objects.filter(partner=self.partner, state=Proposal.State.PROPOSED)
        postponed = [actor.name for actor in self.house.actors if actor.part == "proposed"]
        for proposal in waiting.exclude(customer__name__in=postponed):
            approve(proposal.pk, by=self.person(Role.COLLECTIONS), now=clock.now())
        keep_all(self.partner.pk)
