"""How did the demo book come to be? Each day its people do what they do, and the portal does what it does daily."""

import gc
import signal
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from multiprocessing import get_context
from multiprocessing.connection import wait
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, connections
from django.db.models import Q

from billing.drafting import Wanted
from billing.models import Invoice
from customers.history.acting import Acting, at_work
from customers.models import Customer, Membership, User
from customers.roles import Role
from disputes.models import Dispute
from disputes.reminding import remind
from disputes.resolving import close_silent
from dunning.approving import approve
from dunning.founding import Login
from dunning.minding import claim_deeds
from dunning.models import Proposal
from dunning.running import run
from outbox import clock
from outbox.keeping import keep_all
from outbox.models import Effect, Outcome
from partnerportal.services.processes import follow_parent
from payables import rebilling, redrafting
from payables.importing import import_file
from payables.sampling import guid, write
from subscriptions.sandbox.loading import load

from . import house_days
from .book import Book, instant
from .cast import EARLY_BILL, FIRST_BILL, HOUSES, OPEN_BILL, PASSWORD, SECOND_BILL, Actor, House
from .charging import BILLS, billed, charges, known
from .parts import PARTS

LAST_DAY = date(2026, 11, 20)
# Before this day a run is kept only where something was due; a year of empty runs shows nothing.
RUNS_EACH_DAY_FROM = date(2026, 11, 9)
DAYS = (LAST_DAY - EARLY_BILL).days + 1
SAYS_EVERY = 4.0
ADMIN = "admin@portal.example"
# Drafts that waited for an order number of the customer, by part: of which bill, and when they were issued.
ISSUED_LATER = {
    "waiting": (FIRST_BILL, date(2026, 9, 30)),
    "two_people": (FIRST_BILL, date(2026, 9, 30)),
    "undo": (FIRST_BILL, date(2026, 9, 30)),
    "reminded": (SECOND_BILL, date(2026, 10, 23)),
    "courtesy": (SECOND_BILL, date(2026, 11, 2)),
    "common": (SECOND_BILL, date(2026, 10, 27)),
    "escalated": (SECOND_BILL, date(2026, 10, 27)),
    "asked_back": (SECOND_BILL, date(2026, 10, 27)),
}
# The provider's file of November is here; most of its drafts wait for somebody to look at them.
ISSUED_AT_ONCE = ("early", "on_time", "late", "drifted", "seats_differ", "partly")
# Whose work it was says each row that a person of the demo writes; the rest was the portal's.
LIVED = Acting("task", "demo")
IMPORTED_LATER = {OPEN_BILL: date(2026, 11, 18)}


def live(said: Callable[[int, int], None] = lambda done, days: None) -> None:
    """Found both partners and live from the first bill to the last day; then the clock stands there and ticks.
    `said` hears every few seconds how many days of how many both books have behind them.

    The two books never meet, so each is lived in a process of its own."""
    with clock.standing_at(instant(EARLY_BILL - timedelta(days=1))):
        with at_work(LIVED):
            for house in HOUSES:
                Book(house).found()
        User.objects.create_superuser(ADMIN, PASSWORD, name="Portal admin")
    # A connection must not be shared with a child; each opens its own.
    connections.close_all()
    fork = get_context("fork")
    counts = [fork.Value("i", 0) for _ in HOUSES]
    lives = [fork.Process(target=_live_one, args=(house, count)) for house, count in zip(HOUSES, counts, strict=True)]
    try:
        for life in lives:
            life.start()
        alive = list(lives)
        while alive:
            ended = wait([life.sentinel for life in alive], SAYS_EVERY)
            for life in [one for one in alive if one.sentinel in ended]:
                life.join()
                alive.remove(life)
            said(min(count.value for count in counts), DAYS)
    finally:
        for life in lives:
            if life.is_alive():
                life.kill()
    if any(life.exitcode for life in lives):
        raise RuntimeError("A demo book could not be lived to its end; what stopped it is printed above.")
    ask_of_all()
    clock.move_to(instant(LAST_DAY))


def _live_one(house: House, lived: Any) -> None:
    """One book, in a child that ends with its parent and takes the usual signals in the usual way."""
    follow_parent(signal.SIGKILL)
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_DFL)
    # This process is short: what it leaves lying about goes with it. A book that was not lived to its end is begun
    # again, so nothing of it has to be on the disk before the next deed; the parent's last word puts all of it there.
    gc.disable()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    Life(Book(house)).through(lived)


def ask_of_all() -> None:
    """What is asked of the whole installation at once can only be asked when both books have come to the last day."""
    with clock.standing_at(instant(LAST_DAY)), at_work(LIVED):
        close_silent(now=clock.now())
        remind(now=clock.now())
        keep_all()


def logins() -> list[Login]:
    """Everybody of the demo who can sign in: staff first, then customers, the admin last."""
    found: list[Login] = []
    places = Membership.objects.filter(partner__slug__in=[house.slug for house in HOUSES])
    for place in places.select_related("user", "partner", "customer").order_by("customer_id", "pk"):
        who = f"{place.user.name}, {place.customer.name}" if place.customer else place.user.name
        found.append(Login(place.user.email, PASSWORD, who, place.partner.slug, [place.role]))
    staff_first = sorted(found, key=lambda login: login.roles[0] == Role.CUSTOMER_BILLING)
    return [*staff_first, Login(ADMIN, PASSWORD, "Portal admin", "", ["admin"])]


def _days() -> Iterator[date]:
    day = EARLY_BILL
    while day <= LAST_DAY:
        yield day
        day += timedelta(days=1)


class Life:
    """The days of one book."""

    def __init__(self, book: Book) -> None:
        self.book, self.house, self.partner = book, book.house, book.partner

    def through(self, lived: Any) -> None:
        """From the first day to the last; `lived.value` counts them."""
        for number, day in enumerate(_days(), 1):
            with clock.standing_at(instant(day)), at_work(LIVED):
                self.day(day)
            lived.value = number
        with clock.standing_at(instant(LAST_DAY)), at_work(LIVED):
            self.book.invite_customers()
            self._mind()

    def day(self, day: date) -> None:
        """One morning: bills, the house, its customers, and the run."""
        for bill in BILLS:
            if day == IMPORTED_LATER.get(bill, bill):
                self._bill(bill)
        self._issue_later(day)
        house_days.morning(self.book, day)
        for actor in billed(self.house, day):
            PARTS[actor.part](self.book, actor, day)
        due = Customer.objects.filter(partner=self.partner, review_due_at__lte=clock.now())
        if (day.isoweekday() < 6 and day >= RUNS_EACH_DAY_FROM) or due.exists():
            house_days.before_run(self.book, day)
            run(self.partner, now=clock.now())
            self._approve(day)
        self._keep()

    def _keep(self) -> None:
        """Keep what was promised, where anything was: to ask each kind alone costs more than most days bring."""
        now = clock.now()
        waiting = [
            model._default_manager.filter(Q(partner_id=self.partner.pk), outcome=Outcome.WAITING, due_at__lte=now)
            .order_by()
            .values_list("pk")
            for model in apps.get_models()
            if issubclass(model, Effect)
        ]
        if waiting[0].union(*waiting[1:], all=True).exists():
            keep_all(self.partner.pk)

    def _mind(self) -> None:
        """Some of what waits on the last day is somebody's already."""
        waiting = Proposal.objects.filter(partner=self.partner, state=Proposal.State.PROPOSED).order_by("pk")[:2]
        asked = Dispute.objects.filter(partner=self.partner, decided_at=None).order_by("pk")[:2]
        for role, kind, rows in ((Role.COLLECTIONS, "approve", waiting), (Role.HELP_DESK, "dispute", asked)):
            if keys := [f"{kind}-{row.pk}" for row in rows]:
                claim_deeds(self.partner, keys, by=self.book.person(role), now=clock.now())

    def _bill(self, bill: date) -> None:
        now, period, actors = clock.now(), f"{bill:%Y-%m}", billed(self.house, bill)
        if settings.USES_SANDBOX:
            load(settings.PARTNER_CENTER["base_url"], [known(self.house, actor) for actor in actors])
        content = write(self.house.slug, charges(self.house, bill))
        import_file(self.partner, content, file_name=f"license_recon_{period}.csv", now=now)
        self._move_in()
        self._keep()
        rebilling.draft(self.partner, period, now=now)
        if bill == SECOND_BILL:
            self._correct_drafts()
        later = {actor.name for actor in actors if self._waits(actor, bill)}
        for draft in Invoice.objects.filter(pk__in=rebilling.drafts_of(self.partner, period)).select_related(
            "customer"
        ):
            if draft.customer.name not in later:
                rebilling.issue(draft.pk, on=self.book.today(), now=now)

    def _waits(self, actor: Actor, bill: date) -> bool:
        """Whether its draft is not issued with the others."""
        if bill == OPEN_BILL:
            return actor.part not in ISSUED_AT_ONCE
        return actor.part in ISSUED_LATER and ISSUED_LATER[actor.part][0] == bill

    def _move_in(self) -> None:
        """The bill doesn't say in which zone a customer lives; support has put it right in the admin."""
        for actor in self.house.actors:
            if actor.zone:
                found = Customer.objects.filter(partner=self.partner, provider_id=guid(self.house.slug, actor.name))
                found.exclude(zone=actor.zone).update(zone=actor.zone)

    def _correct_drafts(self) -> None:
        """Somebody writes fewer seats into a draft than the provider charges for."""
        for actor in self.book.actors("seats_differ"):
            draft = self.book.invoice(actor, SECOND_BILL)
            lines = list(draft.lines.order_by("position"))
            wanted = [
                Wanted(
                    line.description,
                    line.quantity - 2 if line is lines[0] else line.quantity,
                    line.unit_price,
                    line.tax_rate,
                    line.subscription_id,
                    line.pk,
                )
                for line in lines
            ]
            redrafting.change(draft, wanted, due_on=None, seen=[line.pk for line in lines])

    def _issue_later(self, day: date) -> None:
        for part, (bill, on) in ISSUED_LATER.items():
            for actor in self.book.actors(part) if on == day else ():
                rebilling.issue(self.book.invoice(actor, bill).pk, on=day, now=clock.now())

    def _approve(self, day: date) -> None:
        """Suspensions proposed before November were approved the same morning, by as many as it takes."""
        if day >= date(2026, 11, 1):
            return
        waiting = Proposal.objects.filter(partner=self.partner, state=Proposal.State.PROPOSED)
        postponed = [actor.name for actor in self.book.actors("proposed")]
        for proposal in waiting.exclude(customer__name__in=postponed):
            for role in (Role.COLLECTIONS, Role.OWNER)[: proposal.approvals_needed]:
                approve(proposal.pk, by=self.book.person(role), now=clock.now())
