"""What do pages and payments cost? Lists, ages and money beside the least that the same server and database must do."""

from collections.abc import Callable, Collection
from datetime import timedelta
from statistics import median, quantiles
from time import perf_counter
from typing import Any, Final

from customers.models import Membership, Partner, User
from partnerportal.books.making import ended, make_book

from . import money_jobs
from .bare import ADDRESS
from .copies import Copies
from .measuring import INVOICES_A_CUSTOMER, Said, seconds
from .rounds import Figure, Goal, Round, figure
from .visiting import Browser, with_bare_view

GOALS: Final = {
    "W1": Goal(0.10, 0.25, at_least=True),
    "W2_size": Goal(1.3, 1.05),
    "W2_deep": Goal(1.5, 1.2),
    "W2_tail": Goal(4, 3),
    "W3": Goal(12, 8),
    "W3_same": Goal(1, 1),
    "A1": Goal(3, 1.5),
    "P1": Goal(0.3, 0.5, at_least=True),
    "P1_orm": Goal(5, 12, at_least=True),
}
MEANS: Final = {
    "W1": "invoice list, requests a second / bare view",
    "W2_size": "invoice list, ten times the book / the book",
    "W2_deep": "a page in the middle / page 1",
    "W2_tail": "invoice list, p99 / p50",
    "W3": "most queries of a staff page, 1,000 rows",
    "W3_same": "the same page, 1,000 rows / 10 rows",
    "A1": "aging page's SQL / index-only scan",
    "P1": "posting and allocating, payments a second / insert and commit",
    "P1_orm": "the same / row by row through model objects",
}
ROWS: Final = ("W1", "W2", "W3", "A1", "P1")
LIST: Final = "/invoices/"
# Requests in a round, for a median and for the 99th of a hundred.
A_FEW, MANY = 15, 100
PAYMENTS: Final = 60
# Staff pages without a row in their address, each a list or a sheet of the whole book.
PAGES: Final = (
    "/worklist/",
    "/invoices/",
    "/invoices/?state=draft",
    "/payments/",
    "/payments/?show=unapplied",
    "/payments/bank/",
    "/credit-notes/",
    "/customers/",
    "/collections/",
    "/collections/proposals/",
    "/disputes/",
    "/disputes/?view=table",
    "/insights/",
    "/insights/receivables/",
    "/settings/",
    "/settings/prices/",
    "/provider/",
)


class Daily:
    """One measurement of the rows of pages and payments, in databases of its own."""

    def __init__(self, *, size: int, rounds: int, rows: Collection[str], said: Said) -> None:
        self.size, self.rounds, self.rows, self.said = size, rounds, set(rows), said
        self.copies = Copies()
        self.taken: dict[str, list[Round]] = {}

    def all(self) -> dict[str, Figure]:
        """Check, then measure what was asked; the copies are gone afterwards."""
        try:
            with with_bare_view():
                self._measure()
        finally:
            self.copies.forget()
        return {name: figure(self.taken[name]) for name in GOALS if name in self.taken}

    def _measure(self) -> None:
        if self.rows & {"W1", "W2", "A1", "P1"}:
            self._book("pages", self.size, INVOICES_A_CUSTOMER)
        if self.rows & {"W1", "W2"}:
            self._lists()
        if "W2" in self.rows:
            self._sizes()
        if "A1" in self.rows:
            self._ages()
        if "P1" in self.rows:
            self._payments()
        if "W3" in self.rows:
            self._queries()

    def _book(self, name: str, invoices: int, each: int) -> None:
        self.said(f"making a book of {invoices:,} invoices")
        self.copies.copy("", name)
        make_book(customers=max(1, invoices // each), invoices=invoices, seed=1)
        self.copies.tidy(name)

    def _take(self, name: str, one: Round) -> None:
        if name.partition("_")[0] in self.rows:
            self.taken.setdefault(name, []).append(one)

    def _lists(self) -> None:
        """W1 and what of W2 needs one book."""
        self.copies.move("pages")
        person, nobody = Browser(owner()), Browser()
        deep = f"{LIST}?page={money_jobs.middle(Partner.objects.get())}"
        money_jobs.list_is_right(person.get(LIST), Partner.objects.get())
        person.get(deep)
        for number in range(1, self.rounds + 1):
            bare = _each(nobody, ADDRESS, MANY)
            page = _each(person, LIST, MANY)
            middle = _each(person, deep, A_FEW)
            again = _each(person, LIST, A_FEW)
            after = _each(nobody, ADDRESS, MANY)
            # Requests a second are the reverse of seconds a request.
            self._take("W1", Round(1 / median(bare), 1 / median(page), 1 / median(after)))
            self._take("W2_deep", Round(median(page), median(middle), median(again)))
            p99 = quantiles(page, n=100)[-1]
            self._take("W2_tail", Round(median(page), p99, median(page)))
            self.said(
                f"lists {number}: bare {median(bare) * 1000:.2f} ms, list {median(page) * 1000:.1f} ms, "
                f"p99 {p99 * 1000:.1f} ms, a page in the middle {median(middle) * 1000:.1f} ms"
            )

    def _sizes(self) -> None:
        self._book("pages_tenth", max(INVOICES_A_CUSTOMER, self.size // 10), INVOICES_A_CUSTOMER)
        for number in range(1, self.rounds + 1):
            small, large, small_after = (
                median(_each(self._person(book), LIST, A_FEW)) for book in ("pages_tenth", "pages", "pages_tenth")
            )
            self._take("W2_size", Round(small, large, small_after))
            self.said(f"sizes {number}: list {small * 1000:.1f} ms, in ten times the book {large * 1000:.1f} ms")

    def _person(self, book: str) -> Browser:
        self.copies.move(book)
        found = Browser(owner())
        found.get(LIST)
        return found

    def _ages(self) -> None:
        self.copies.move("pages")
        partner, today = Partner.objects.get(), ended().date()
        money_jobs.ages_are_right(partner, today)
        money_jobs.limit_is_the_index(partner)
        for number in range(1, self.rounds + 1):
            limit, job, after = (
                median(seconds(work) for _ in range(A_FEW))
                for work in (
                    lambda: money_jobs.index_only(partner),
                    lambda: money_jobs.ages(partner, today),
                    lambda: money_jobs.index_only(partner),
                )
            )
            self._take("A1", Round(limit, job, after))
            self.said(f"ages {number}: scan {limit * 1000:.2f} ms, page's SQL {job * 1000:.2f} ms")

    def _payments(self) -> None:
        """Each payment a transaction of its own, as many as there are customers who owe, at most PAYMENTS."""
        for number in range(1, self.rounds + 1):
            spent = {}
            for name, job in (
                ("before", money_jobs.bare_inserts),
                ("ours", money_jobs.post),
                ("orm", money_jobs.post_by_objects),
                ("after", money_jobs.bare_inserts),
            ):
                self.copies.copy("pages", "work")
                partner = Partner.objects.get()
                due = money_jobs.to_pay(partner, PAYMENTS)
                spent[name] = self._paced(job, partner, due)
            self._take("P1", Round(1 / spent["before"], 1 / spent["ours"], 1 / spent["after"]))
            self._take("P1_orm", Round(1 / spent["orm"], 1 / spent["ours"], 1 / spent["orm"]))
            self.said(
                f"payments {number}: insert {1 / spent['before']:.0f} a second, ours {1 / spent['ours']:.0f}, "
                f"object by object {1 / spent['orm']:.0f}"
            )

    def _paced(self, job: Callable[..., None], partner: Partner, due: Any) -> float:
        """Seconds a payment; what it came to is checked."""
        now = ended() + timedelta(minutes=1)
        spent = seconds(lambda: job(partner, due, now=now)) / len(due)
        if job is not money_jobs.bare_inserts:
            money_jobs.paid_is_right(due)
        return spent

    def _queries(self) -> None:
        """Every list with 10 and with 1,000 rows: how many questions it asks."""
        found: dict[str, list[int]] = {page: [] for page in PAGES}
        for name, rows in (("few", 10), ("many", 1_000)):
            self._book(name, rows, 1)
            money_jobs.furnish(Partner.objects.get(), now=ended())
            person = Browser(owner())
            for page in PAGES:
                found[page].append(person.queries(page))
        worst = max(PAGES, key=lambda page: found[page][1])
        uneven = max(PAGES, key=lambda page: found[page][1] / found[page][0])
        self._take("W3", Round(1, found[worst][1], 1))
        few, many = found[uneven]
        self._take("W3_same", Round(few, many, few))
        said = ", ".join(f"{page} {few}→{many}" for page, (few, many) in found.items())
        self.said(f"queries: {said}")


def owner() -> User:
    """Who looks: the owner of the book's partner."""
    return User.objects.get(pk=Membership.objects.filter(role="owner", customer=None).values("user_id")[:1])


def _each(browser: Browser, address: str, count: int) -> list[float]:
    """Seconds of each of so many requests; one before them warms up."""
    browser.get(address)
    found = []
    for _ in range(count):
        began = perf_counter()
        browser.get(address)
        found.append(perf_counter() - began)
    return found
