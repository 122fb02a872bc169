"""How does a small book come about in a test? Founded, imported, billed, chased and settled by the real gerunds."""

import csv
import io
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from zoneinfo import ZoneInfo

from customers.models import Customer, Membership, Partner, User
from dunning.approving import approve
from dunning.founding import found
from dunning.models import Proposal
from dunning.reviewing import Reviewed
from dunning.running import run
from dunning.settling import Settled, settle
from outbox import clock
from outbox.keeping import Kept, keep_all
from payables import rebilling
from payables.importing import Imported, import_file
from payables.reading import read
from subscriptions.management.commands.sandbox_load import customers_of
from subscriptions.models import CustomerReading
from subscriptions.sandbox.loading import load
from subscriptions.sandbox.shapes import Habit, habit_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
PASSWORD = "correct horse battery"
TAX = Decimal("0.06")

# The columns of a license-based reconciliation file, in the provider's order.
# fmt: off
COLUMNS = (
    "PartnerId", "CustomerID", "OrderID", "SubscriptionID", "SyndicationPartnerSubscriptionNumber", "OfferID",
    "DurableOfferID", "OfferName", "SubscriptionStartDate", "SubscriptionEndDate", "ChargeStartDate",
    "ChargeEndDate", "ChargeType", "UnitPrice", "Quantity", "Amount", "TotalOtherDiscount", "Subtotal", "Tax",
    "TotalForCustomer", "Currency", "CustomerName", "MPNID", "ResellerMPNID", "DomainName", "SubscriptionName",
    "SubscriptionDescription",
)
# fmt: on

# The days of the standard story: billed, due on 10 June 2026, and what the standard policy does about it.
IMPORTED, ISSUED, DUE = date(2026, 5, 20), date(2026, 5, 21), date(2026, 6, 10)
COURTESY, REMIND, FINAL, SUSPEND = date(2026, 6, 5), date(2026, 6, 15), date(2026, 6, 24), date(2026, 7, 1)
PERIOD, CYCLE = "2026-04", date(2026, 4, 15)


def at(day: date | str, hour: str = "12:00", zone: ZoneInfo = SHANGHAI) -> datetime:
    """An instant by the clock on the wall of a zone."""
    on = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(on, clock_time.fromisoformat(hour), tzinfo=zone)


def days(first: date, last: date) -> list[date]:
    """Every day from one to another, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def id_with(habit: Habit) -> str:
    """A fresh subscription id whose changes the sandbox takes in this way."""
    while True:
        identifier = str(uuid.uuid4())
        if habit_of(identifier) is habit:
            return identifier


def plain_id() -> str:
    """A fresh subscription id whose changes the sandbox answers at once and without oddities."""
    return id_with(Habit.PLAIN)


@dataclass(frozen=True)
class Seats:
    """One subscription as the provider bills it: so many seats at a price for the cycle."""

    offer: str = "Office 365 E3"
    seats: int = 10
    price: Decimal = Decimal("60.00")
    id: str = field(default_factory=plain_id)


@dataclass(frozen=True)
class Company:
    """One customer in the file. `domain` decides where its letters go (`bounce…` is refused by the mail sink)."""

    name: str
    subscriptions: tuple[Seats, ...]
    domain: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


def company(name: str, *subscriptions: Seats, domain: str | None = None) -> Company:
    """A customer with these subscriptions, ten seats of Office 365 E3 if none is named."""
    where = domain or f"{''.join(filter(str.isalnum, name.lower()))}.partner.onmschina.cn"
    return Company(name, subscriptions or (Seats(),), where)


def reconciliation(
    companies: Sequence[Company], *, partner_id: str, currency: str = "CNY", cycle: date = CYCLE
) -> bytes:
    """A file that bills these companies one cycle fee for each subscription, as the provider writes it."""
    out = io.StringIO()
    lines = csv.DictWriter(out, COLUMNS)
    lines.writeheader()
    for one in companies:
        for number, seats in enumerate(one.subscriptions, 1):
            lines.writerow(_row(one, seats, number, partner_id, currency, cycle))
    return out.getvalue().encode()


def _row(one: Company, seats: Seats, number: int, partner_id: str, currency: str, cycle: date) -> dict[str, object]:
    amount = seats.price * seats.seats
    tax = (amount * TAX).quantize(Decimal("0.01"))
    last = (cycle + timedelta(days=31)).replace(day=cycle.day) - timedelta(days=1)
    return {
        "PartnerId": partner_id,
        "CustomerID": one.id,
        "OrderID": 1000 + number,
        "SubscriptionID": f"s{number}",
        "SyndicationPartnerSubscriptionNumber": seats.id,
        "OfferID": uuid.uuid5(uuid.NAMESPACE_DNS, seats.offer),
        "DurableOfferID": uuid.uuid5(uuid.NAMESPACE_URL, seats.offer),
        "OfferName": seats.offer,
        "SubscriptionStartDate": _mdy(cycle.replace(year=cycle.year - 1)),
        "SubscriptionEndDate": _mdy(cycle.replace(year=cycle.year + 1) - timedelta(days=1)),
        "ChargeStartDate": _mdy(cycle),
        "ChargeEndDate": _mdy(last, "23:59"),
        "ChargeType": "Cycle fee",
        "UnitPrice": seats.price,
        "Quantity": seats.seats,
        "Amount": amount,
        "TotalOtherDiscount": 0,
        "Subtotal": amount,
        "Tax": tax,
        "TotalForCustomer": amount + tax,
        "Currency": currency,
        "CustomerName": one.name,
        "DomainName": one.domain,
        "SubscriptionName": seats.offer,
        "SubscriptionDescription": seats.offer,
    }


def _mdy(day: date, hour: str = "0:00") -> str:
    return f"{day.month}/{day.day}/{day.year} {hour}"


def found_partner(
    slug: str, name: str, *, currency: str = "CNY", zone: str = "Asia/Shanghai", on: date = date(2026, 1, 5)
) -> Partner:
    """A partner with the standard policy and one person of each role, who all sign in with PASSWORD."""
    partner, _ = found(slug, name=name, currency=currency, zone=zone, now=at(on), password=PASSWORD)
    return partner


def people_of(partner: Partner) -> dict[str, User]:
    """The partner's staff by role."""
    places = Membership.objects.filter(partner=partner, customer=None).select_related("user")
    return {place.role: place.user for place in places}


def import_book(
    partner: Partner,
    companies: Sequence[Company],
    *,
    on: date = IMPORTED,
    cycle: date = CYCLE,
    sandbox_url: str | None = None,
) -> Imported:
    """Import a file that bills these companies; the sandbox, if there is one, learns of them too.

    Without a sandbox nothing can be read from a provider, so each customer gets its contact by hand."""
    identity = partner.provider_identities.first()
    partner_id = identity.provider_id if identity else str(uuid.uuid4())
    content = reconciliation(companies, partner_id=partner_id, currency=partner.currency, cycle=cycle)
    if sandbox_url:
        load(sandbox_url, customers_of(read(content).rows))
    imported = import_file(partner, content, file_name=f"{cycle:%Y-%m}.csv", now=at(on))
    if sandbox_url:
        settle_all(at(on))
    else:
        _contacts_by_hand(partner, at(on))
    return imported


def _contacts_by_hand(partner: Partner, now: datetime) -> None:
    for customer in Customer.objects.filter(partner=partner, contacts=None):
        customer.contacts.create(partner=partner, role="billing", email=f"billing@{customer.domain}")
        customer.contact_read_at = now
        customer.save(update_fields=["contact_read_at"])
        CustomerReading.objects.filter(customer=customer).update(
            outcome="moot", settled_at=now, reason="entered by hand"
        )


def issue_all(partner: Partner, period: str = PERIOD, *, on: date = ISSUED) -> list[int]:
    """Draft and issue a period's invoices and mail them; answers the primary keys."""
    now = at(on)
    rebilling.draft(partner, period, now=now)
    drafts = rebilling.drafts_of(partner, period)
    for pk in drafts:
        rebilling.issue(pk, on=on, now=now)
    settle_all(now)
    return drafts


def run_day(partner: Partner, day: date | str, hour: str = "12:00") -> Reviewed:
    """Run collections at that hour and let what follows from it leave."""
    now = at(day, hour, partner.tz)
    with clock.standing_at(now):
        _, reviewed = run(partner, now=now)
    settle_all(now)
    return reviewed


def settle_all(now: datetime, *, patience: float = 20.0) -> Kept:
    """Keep what is due at that instant, waiting (by the machine's clock) for repeats that come soon."""
    ends = time.monotonic() + patience
    total = Kept()
    with clock.standing_at(now):
        while True:
            kept = keep_all()
            total.done, total.moot = total.done + kept.done, total.moot + kept.moot
            total.parked, total.errors = total.parked + kept.parked, total.errors + kept.errors
            total.waiting_until = kept.waiting_until
            if kept.waiting_until is None or time.monotonic() > ends:
                return total
            time.sleep(max(0.05, min((kept.waiting_until - clock.machine()).total_seconds(), 2.0)))


def approve_all(partner: Partner, by: User, now: datetime) -> list[int]:
    """Approve every waiting proposal of a partner as one person, and carry out what is then due."""
    waiting = Proposal.objects.filter(partner=partner, state=Proposal.State.PROPOSED).order_by("pk")
    approved = [approve(pk, by=by, now=now).pk for pk in list(waiting.values_list("pk", flat=True))]
    settle_all(now)
    return approved


def pay(
    customer: Customer, amount: Decimal | str, now: datetime, *, reference: str = "transfer", settled: bool = True
) -> Settled:
    """Book a customer's payment through the one door for money, and let what follows happen."""
    with clock.standing_at(now):
        done = settle(
            customer,
            amount=Decimal(amount),
            currency=customer.partner.currency,
            reference=reference,
            received_on=now.astimezone(customer.tz).date(),
            now=now,
        )
    if settled:
        settle_all(now)
    return done


def owed(customer: Customer) -> Decimal:
    """What the customer still owes on all open invoices."""
    return sum((invoice.balance for invoice in customer.invoices.open()), Decimal(0))


def chase(partner: Partner, by: User, *, until: date = SUSPEND) -> None:
    """Live the standard story day by day: courtesy, reminder, final notice, suspension approved and done."""
    for day in (COURTESY, REMIND, FINAL, SUSPEND):
        if day <= until:
            run_day(partner, day)
    if until >= SUSPEND:
        approve_all(partner, by, at(SUSPEND, zone=partner.tz))


def customer_named(partner: Partner, name: str) -> Customer:
    """A customer by its name."""
    return Customer.objects.select_related("partner").get(partner=partner, name=name)


def customer_person(customer: Customer, email: str, role: str = "customer_billing") -> User:
    """A person who signs in for a customer."""
    user = User.objects.create_user(email, PASSWORD, name=email.partition("@")[0].capitalize())
    Membership.objects.create(partner=customer.partner, user=user, customer=customer, role=role)
    return user
