"""Which figures does one measurement make? Rounds of limit, job, what is usual, and limit again."""

import gc
from collections.abc import Callable, Collection
from statistics import median
from time import perf_counter
from typing import Any, Final

from psycopg import sql

from customers.models import Partner
from partnerportal.books.making import ended, make_book

from .checking import as_decided_alone, decided, decided_alone, twice_at_once, writes_nothing_again
from .copies import Copies
from .limits import carry, insert, marks
from .rounds import Figure, Goal, Round, figure
from .working import day, one_by_one, open_cases, owing, simulation, spread, sweep, sweep_but

Said = Callable[[str], None]

INVOICES_A_CUSTOMER: Final = 20
# Customers whose invoices are decided one by one, to check and to time the loop.
SAMPLE: Final = 25
# One customer in so many is due on an ordinary day.
DUE: Final = 25
GOALS: Final = {
    "S1": Goal(8, 4),
    "S2": Goal(8, 3),
    "S3": Goal(0.01, 0.002),
    "S3_run": Goal(0.01, 0.002),
    "S3_growth": Goal(2.5, 1.5),
    "S4": Goal(1.3, 1.1),
    "S5": Goal(100, 300, at_least=True),
    "S6": Goal(1.2, 0.8),
}
MEANS: Final = {
    "S1": "first sweep / insert of its rows",
    "S2": "a day with 4 % due / insert of its rows",
    "S3": "nothing due, by the pointer / first sweep",
    "S3_run": "nothing due, a whole run again / first sweep",
    "S3_growth": "nothing due, ten times the book / the book",
    "S4": "a day of equal work, ten times the book / the book",
    "S5": "loop invoice by invoice / sweep, each invoice",
    "S6": "simulation / first sweep",
}
ROWS: Final = ("S1", "S2", "S3", "S4", "S5", "S6")


def seconds(job: Callable[[], Any]) -> float:
    """How long a job takes, with no garbage of the one before."""
    gc.collect()
    began = perf_counter()
    job()
    return perf_counter() - began


class Measuring:
    """One measurement of the sweep's rows, in databases of its own."""

    def __init__(self, *, size: int, rounds: int, rows: Collection[str], said: Said) -> None:
        self.size, self.rounds, self.rows, self.said = size, rounds, set(rows), said
        self.copies, self.now = Copies(), ended()
        self.taken: dict[str, list[Round]] = {}
        # Of each job: the rows it wrote, by table.
        self.tables: dict[str, dict[str, sql.Composed]] = {}

    def all(self) -> dict[str, Figure]:
        """Check, then measure what was asked; the copies are gone afterwards."""
        try:
            self._book("book", self.size)
            self._first()
            if self.rows - {"S2", "S4"}:
                self._sweeps()
            if self.rows & {"S2", "S3", "S4"}:
                self._part("book", "part")
            if "S2" in self.rows:
                self._days()
            if self.rows & {"S3", "S4"}:
                self._sizes()
        finally:
            self.copies.forget()
        return {name: figure(self.taken[name]) for name in GOALS if name in self.taken}

    @property
    def partner(self) -> Partner:
        """The book's partner, as the database at hand has it."""
        return Partner.objects.get()

    def _book(self, name: str, invoices: int) -> None:
        self.said(f"making a book of {invoices:,} invoices")
        self.copies.copy("", name)
        make_book(customers=max(1, invoices // INVOICES_A_CUSTOMER), invoices=invoices, seed=1)
        self.copies.tidy(name)

    def _first(self) -> None:
        """Sweep once, check the answer, and keep the rows it wrote for the limit."""
        self.said("checking: decided alone, written once, two at once")
        self.copies.copy("book", "swept")
        sample, before = spread(owing(self.partner), SAMPLE), marks()
        expected = decided_alone(sample, now=self.now)
        result = sweep(self.partner, now=self.now)
        self.evaluated = result.evaluated
        as_decided_alone(expected, sample)
        self._limit_of("swept", "book", before)
        self.copies.move("swept")
        made = decided()
        writes_nothing_again(self.partner, now=self.now)
        self.copies.copy("book", "work")
        twice_at_once(self.partner, made, now=self.now)

    def _limit_of(self, done: str, source: str, before: dict[str, int]) -> None:
        limit = f"{done}_limit"
        self.copies.copy(source, limit)
        self.copies.move("")
        self.tables[limit] = carry(self.copies.name(done), self.copies.name(limit), before)
        self.copies.tidy(limit)

    def _insert(self, limit: str) -> float:
        self.copies.copy(limit, "work")
        partner = self.partner
        return seconds(lambda: insert(partner, self.tables[limit]))

    def _sweeps(self) -> None:
        """S1, S3, S5 and S6 are taken in the same rounds, beside the same sweep."""
        for number in range(1, self.rounds + 1):
            before = self._insert("swept_limit")
            first, again, whole = self._sweep()
            loop = self._loop() if "S5" in self.rows else 0.0
            simulated = self._simulation() if "S6" in self.rows else 0.0
            after = self._insert("swept_limit")
            self._take("S1", Round(before, first, after))
            self._take("S3", Round(first, again, first))
            self._take("S3_run", Round(first, whole, first))
            self._take("S5", Round(first, loop, first))
            self._take("S6", Round(first, simulated, first))
            self.said(
                f"round {number}: insert {before:.2f} and {after:.2f} s, sweep {first:.2f} s, nothing due "
                f"{again * 1000:.1f} ms, run again {whole:.2f} s, loop {loop:.0f} s, simulation {simulated:.2f} s"
            )

    def _sweep(self) -> tuple[float, float, float]:
        self.copies.copy("book", "work")
        partner = self.partner
        first = seconds(lambda: sweep(partner, now=self.now))
        again = self._nothing_due()
        whole = median(seconds(lambda: sweep(partner, now=self.now)) for _ in range(3)) if "S3" in self.rows else 0.0
        return first, again, whole

    def _nothing_due(self) -> float:
        return median(seconds(lambda: day(now=self.now)) for _ in range(7))

    def _loop(self) -> float:
        """The whole book at the pace of the sample."""
        self.copies.copy("book", "work")
        partner = self.partner
        cases = open_cases(partner, spread(owing(partner), SAMPLE), now=self.now)
        spent = seconds(lambda: one_by_one(partner, cases, now=self.now))
        return spent / len(cases) * self.evaluated

    def _simulation(self) -> float:
        self.copies.copy("book", "work")
        partner = self.partner
        return seconds(lambda: simulation(partner, now=self.now))

    def _part(self, source: str, name: str) -> None:
        """A book in which everybody was looked at but as many as an ordinary day has due."""
        self.said(f"looking at everybody but one in {DUE}" if source == "book" else "the same in the smaller book")
        self.copies.copy(source, name)
        sweep_but(self.partner, spread(owing(self.partner), self._due()), now=self.now)
        self.copies.tidy(name)

    def _due(self) -> int:
        return max(1, self.size // INVOICES_A_CUSTOMER // DUE)

    def _days(self) -> None:
        self.copies.copy("part", "day")
        before = marks()
        day(now=self.now)
        self._limit_of("day", "part", before)
        for number in range(1, self.rounds + 1):
            limit = self._insert("day_limit")
            spent, found = self._day("part")
            after = self._insert("day_limit")
            self._take("S2", Round(limit, spent, after))
            self.said(f"day {number}: insert {limit:.3f} and {after:.3f} s, {found} invoices in {spent:.2f} s")

    def _day(self, source: str) -> tuple[float, int]:
        self.copies.copy(source, "work")
        found: list[int] = []
        spent = seconds(lambda: found.append(day(now=self.now).evaluated))
        return spent, found[0]

    def _sizes(self) -> None:
        """The same number of due customers in this book and in a tenth of it, each second counted by invoice."""
        self._book("tenth", max(INVOICES_A_CUSTOMER, self.size // 10))
        self._part("tenth", "tenth_part")
        for number in range(1, self.rounds + 1):
            small, few = self._day("tenth_part")
            idle_small = self._nothing_due()
            large, many = self._day("part")
            idle = self._nothing_due()
            small_after, _ = self._day("tenth_part")
            self._take("S4", Round(small / few, large / many, small_after / few))
            self._take("S3_growth", Round(idle_small, idle, idle_small))
            self.said(
                f"sizes {number}: {few} invoices {small:.2f} s; {many} in ten times the book {large:.2f} s; nothing "
                f"due {idle_small * 1000:.1f} and {idle * 1000:.1f} ms"
            )

    def _take(self, name: str, one: Round) -> None:
        if name.partition("_")[0] in self.rows:
            self.taken.setdefault(name, []).append(one)
