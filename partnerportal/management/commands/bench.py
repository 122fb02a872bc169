"""How fast are the sweep, the pages, payments and imports beside the least that must be done for them?
`bench [--size N] [--rounds N]` measures it."""

import argparse
import json
import os
import platform
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import django
import psycopg
from django.conf import settings
from django.core.management.base import CommandParser
from django.db import connection

from customers.models import Partner
from dunning.commands import Answer, BadInput, PortalCommand
from partnerportal.bench import daily, imports, measuring
from partnerportal.bench.checking import Wrong
from partnerportal.bench.daily import Daily
from partnerportal.bench.imports import Imports
from partnerportal.bench.measuring import Measuring
from partnerportal.bench.rounds import Figure, distance

SETTINGS = ("shared_buffers", "work_mem", "fsync", "synchronous_commit", "full_page_writes", "jit")
GOALS = measuring.GOALS | daily.GOALS | imports.GOALS
MEANS = measuring.MEANS | daily.MEANS | imports.MEANS
ROWS = (*measuring.ROWS, *daily.ROWS, *imports.ROWS)
HEAD = ("row", "what", "median", "min", "max", "goal", "base s", "job s", "rounds")


def _rows(text: str) -> list[str]:
    found = [word.strip().upper() for word in text.split(",") if word.strip()]
    if not found or set(found) - set(ROWS):
        raise argparse.ArgumentTypeError(f"'{text}' names other rows than {', '.join(ROWS)}")
    return found


def _size(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 500 <= int(text[:12]) <= 20_000_000):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 500 to 20000000")
    return int(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 100):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1 to 100")
    return int(text)


class Command(PortalCommand):
    """Measure each job beside its limit."""

    help = (
        "Measure the sweep, pages, payments and imports beside their limits, on an empty portal of its own. Never in "
        "production."
    )
    of_a_partner = False
    only_looks = True

    def arguments(self, parser: CommandParser) -> None:
        """How large a book, how many rounds, which rows."""
        parser.add_argument("--size", type=_size, default=100_000, metavar="N", help="invoices of the book")
        parser.add_argument("--rounds", type=_count, default=5, metavar="N")
        parser.add_argument("--rows", type=_rows, default=list(ROWS), metavar="S1,…", help="which rows")
        parser.add_argument("--json-file", type=Path, metavar="FILE", help="where the figures are kept")

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Check, measure, keep the figures."""
        if settings.PRODUCTION:
            raise BadInput("bench: this is a production portal")
        if Partner.objects.exists():
            raise BadInput("bench: there is a book here; name an empty state directory with PORTAL_HOME")
        load = {"processors": os.cpu_count(), "before": os.getloadavg()}
        versions = _versions()
        try:
            found = self._found(options)
        except Wrong as wrong:
            answer = Answer(wrong=str(wrong))
            answer.broken = True
            return answer
        answer = Answer(
            rows={name: _as_row(name, one) for name, one in found.items()},
            versions=versions,
            load={**load, "after": os.getloadavg()},
            size=options["size"],
        )
        if options["json_file"]:
            options["json_file"].write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")
        return answer

    def _found(self, options: dict[str, Any]) -> dict[str, Figure]:
        """The rows of the sweep, then those of pages and payments; only what was asked for."""
        found: dict[str, Figure] = {}
        for kind, known in ((Measuring, measuring.ROWS), (Daily, daily.ROWS), (Imports, imports.ROWS)):
            rows = [row for row in options["rows"] if row in known]
            if rows:
                asked = {"size": options["size"], "rounds": options["rounds"], "rows": rows}
                found |= kind(**asked, said=lambda text: self.stderr.write(text)).all()
        return found

    def lines(self, answer: Answer) -> list[str]:
        """A table, the row farthest from its goal first."""
        if "wrong" in answer:
            return [f"Nothing was measured: {answer['wrong']}"]
        rows = sorted(answer["rows"].items(), key=lambda each: -each[1]["distance"])
        cells = [HEAD] + [_cells(name, row) for name, row in rows]
        widths = [max(len(line[at]) for line in cells) for at in range(len(HEAD))]
        return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells] + [
            "Versions: " + ", ".join(f"{name} {value}" for name, value in answer["versions"].items()),
            f"Load of {answer['load']['processors']} processors before and after: "
            f"{answer['load']['before'][0]:.1f}, {answer['load']['after'][0]:.1f}",
        ]


def _as_row(name: str, one: Figure) -> dict[str, Any]:
    goal = GOALS[name]
    missed = distance(one, goal)
    rounded = {key: round(value, 5) if isinstance(value, float) else value for key, value in asdict(one).items()}
    bound = {"goal": goal.value, "moonshot": goal.moonshot, "at_least": goal.at_least}
    return {**rounded, **bound, "distance": round(missed, 3), "reached": missed <= 1}


def _cells(name: str, row: dict[str, Any]) -> tuple[str, ...]:
    bound = f"{'>=' if row['at_least'] else '<='} {row['goal']:g}{'' if row['reached'] else ' missed'}"
    taken = f"{row['rounds']}, {row['dropped']} dropped" + (", unsteady" if row["unsteady"] else "")
    ratios = (f"{row[key]:.3g}" for key in ("ratio", "min", "max"))
    return (name, MEANS[name], *ratios, bound, f"{row['limit_s']:.4g}", f"{row['ours_s']:.4g}", taken)


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "django": django.get_version(), "psycopg": psycopg.__version__}
    with connection.cursor() as cursor:
        for name in ("server_version", *SETTINGS):
            cursor.execute("SELECT current_setting(%s)", [name])
            found["postgresql" if name == "server_version" else name] = str(cursor.fetchone()[0])
    return found
