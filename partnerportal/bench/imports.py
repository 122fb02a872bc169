"""What does it cost to import a reconciliation file? Typed, booked, compared, beside a plain COPY of the same lines."""

from collections.abc import Callable, Collection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from customers.models import Partner
from partnerportal.books.making import ended, make_book
from payables.models import ProviderBill
from payables.reconciling import reconcile

from . import import_jobs as jobs
from .copies import Copies
from .measuring import Said, seconds
from .rounds import Figure, Goal, Round, figure

GOALS: Final = {
    "I1": Goal(2.5, 1.4),
    "I2_booked": Goal(4, 2.2),
    "I2": Goal(4, 2.2),
    "I3": Goal(10, 20, at_least=True),
    "I3_memory": Goal(1.2, 1.05),
}
MEANS: Final = {
    "I1": "file to typed, keyed lines / client COPY without index",
    "I2_booked": "file to booked lines / the same COPY",
    "I2": "file to booked and compared lines / the same COPY",
    "I3": "csv and bulk_create / import",
    "I3_memory": "peak memory of an import / of a tenth of it",
}
ROWS: Final = ("I1", "I2", "I3")
# The usual way is timed on so many lines and taken for the whole file.
SAMPLE: Final = 2_000


class Imports:
    """One measurement of the rows of imports, in databases of its own; `size` is the file's lines."""

    def __init__(self, *, size: int, rounds: int, rows: Collection[str], said: Said) -> None:
        self.size, self.rounds, self.rows, self.said = size, rounds, set(rows), said
        self.copies, self.now = Copies(), ended()
        self.taken: dict[str, list[Round]] = {}

    def all(self) -> dict[str, Figure]:
        """Check, then measure what was asked; copies and files are gone afterwards."""
        try:
            with TemporaryDirectory(prefix="bench-") as folder:
                self._measure(Path(folder))
        finally:
            self.copies.forget()
        return {name: figure(self.taken[name]) for name in GOALS if name in self.taken}

    def _measure(self, folder: Path) -> None:
        self.said(f"writing a file of {self.size:,} lines")
        whole, typed, tenth, some = (folder / name for name in ("whole.csv", "typed", "tenth.csv", "some.csv"))
        jobs.write_file(whole, self.size)
        jobs.write_file(tenth, max(self.size // 10, 1))
        jobs.write_file(some, min(self.size, SAMPLE))
        self.copies.copy("", "empty")
        jobs.write_typed(whole, typed)
        make_book(customers=1, invoices=1, seed=1)
        jobs.make_plain()
        self.copies.tidy("empty")
        self.copies.copy("empty", "work")
        jobs.booked_right(self._partner, some, jobs.bring_in(self._partner, some, now=self.now), now=self.now)
        for number in range(1, self.rounds + 1):
            self._round(number, whole, typed, some)
        if "I3" in self.rows:
            self._memory(tenth, whole)

    @property
    def _partner(self) -> Partner:
        return Partner.objects.get()

    def _round(self, number: int, whole: Path, typed: Path, some: Path) -> None:
        before = self._fresh(lambda: jobs.copy_typed(typed))
        keyed = self._fresh(lambda: jobs.type_and_key(whole))
        booked = self._fresh(lambda: jobs.bring_in(self._partner, whole, now=self.now))
        compared = seconds(self._compare)
        usual = self._usual(some) if "I3" in self.rows else 0.0
        after = self._fresh(lambda: jobs.copy_typed(typed))
        self._take("I1", Round(before, keyed, after))
        self._take("I2_booked", Round(before, booked, after))
        self._take("I2", Round(before, booked + compared, after))
        self._take("I3", Round(booked, usual, booked))
        self.said(
            f"import {number}: COPY {before:.2f} and {after:.2f} s, typed {keyed:.2f} s, booked {booked:.2f} s,"
            f" compared {compared:.2f} s, by objects {usual:.0f} s"
        )

    def _fresh(self, job: Callable[[], Any]) -> float:
        self.copies.copy("empty", "work")
        # The partner is read, and the connection made, before the clock starts.
        assert self._partner
        return seconds(job)

    def _compare(self) -> None:
        reconcile(ProviderBill.objects.latest("pk"), now=self.now)

    def _usual(self, some: Path) -> float:
        """The whole file at the pace of the sample."""
        spent = self._fresh(lambda: jobs.bring_in_by_objects(self._partner, some, now=self.now))
        return spent * self.size / min(self.size, SAMPLE)

    def _memory(self, tenth: Path, whole: Path) -> None:
        peaks = []
        for path in (tenth, whole):
            self.copies.copy("empty", "work")
            peaks.append(peak(lambda path=path: jobs.bring_in(self._partner, path, now=self.now)))  # type: ignore[misc]
        self._take("I3_memory", Round(peaks[0], peaks[1], peaks[0]))
        self.said(f"peak memory {peaks[0]:.0f} MB of a tenth, {peaks[1]:.0f} MB of the whole")

    def _take(self, name: str, one: Round) -> None:
        if name.partition("_")[0] in self.rows:
            self.taken.setdefault(name, []).append(one)


def peak(job: Callable[[], Any]) -> float:
    """The most memory this process held while it did a job, in megabytes; all of the process counts."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    job()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
