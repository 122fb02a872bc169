"""How does a command speak to whoever calls it? One JSON object or plain lines; faults a line each; and one
rule for the clock."""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from secrets import token_hex
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from billing.fields import EARLIEST, LATEST
from customers.history.acting import Acting, at_work
from customers.models import Partner
from outbox import clock

from .models import Run


class BadInput(Exception):
    """What was asked can't be done; nothing was changed. One line for each fault."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = list(faults)


class Answer(dict[str, Any]):
    """What a command answers. `broken` makes it end with 1: a promise broken, something parked or refused."""

    broken = False


class _Parser(CommandParser):
    """Says a fault of the arguments in the form the caller asked for."""

    def error(self, message: str) -> NoReturn:
        _fail([message], "--json" in sys.argv)


class PortalCommand(BaseCommand):
    """A command of the public surface. Subclasses say what it takes (`arguments`) and do it (`act`)."""

    # Whether it is about one partner's book, and whether it may look back or only look.
    of_a_partner = True
    only_looks = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Faults of the arguments, too, come out as JSON where it is asked for."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.__class__ = _Parser
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        """What every command takes."""
        parser.add_argument("--json", action="store_true", help="answer with one JSON object")
        parser.add_argument("--partner", metavar="SLUG", help="whose book")
        parser.add_argument("--on", type=day, metavar="YYYY-MM-DD", help="as at noon of that day")
        self.arguments(parser)

    def arguments(self, parser: CommandParser) -> None:
        """What this command takes besides."""

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Do it and answer. Raises BadInput."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        """Find partner and time, act, answer, end with the right code."""
        try:
            partner = self._partner(options)
            now = self._now(options, partner)
            with clock.standing_at(now) if options["on"] else clock.as_it_runs(), at_work(self._acting()):
                answer = self.act(options, partner, now)
            if options["on"] and not self._looks(options) and not settings.PRODUCTION:
                clock.move_to(now)
        except BadInput as bad:
            _fail(bad.faults, options["json"])
        if options["json"]:
            sys.stdout.write(json.dumps(answer, default=as_text, ensure_ascii=False) + "\n")
        else:
            for line in self.lines(answer):
                self.stdout.write(line)
        if answer.broken:
            sys.exit(1)

    def lines(self, answer: Answer) -> list[str]:
        """The answer for a person's eyes."""
        return plain_lines(answer)

    def _acting(self) -> Acting:
        return Acting("command", f"{type(self).__module__.rsplit('.')[-1]} {token_hex(4)}")

    def _looks(self, options: dict[str, Any]) -> bool:
        return self.only_looks or bool(options.get("dry_run"))

    def _partner(self, options: dict[str, Any]) -> Partner | None:
        slug = options["partner"]
        if slug:
            partner = Partner.objects.filter(slug=slug).first()
            if partner is None:
                raise BadInput(f"--partner: there is no partner '{slug}'")
            return partner
        if not self.of_a_partner:
            return None
        partners = list(Partner.objects.order_by("slug")[:20])
        if not partners:
            raise BadInput("--partner: there is no partner yet; begin with add_partner")
        if len(partners) > 1:
            raise BadInput(f"--partner: say whose book: {', '.join(one.slug for one in partners)}")
        return partners[0]

    def _now(self, options: dict[str, Any], partner: Partner | None) -> datetime:
        on, running = options["on"], clock.now()
        if on is None:
            return running
        zone = partner.tz if partner else clock.machine().tzinfo
        noon = datetime.combine(on, time(12), tzinfo=zone)
        if running.astimezone(zone).date() == on:
            return max(noon, running)
        last = Run.objects.filter(partner=partner).order_by("-on").first() if partner else None
        if last and on < last.on and not self._looks(options):
            raise BadInput(f"--on: {on} lies before this partner's last run of {last.on}")
        return noon


def _fail(faults: list[str], as_json: bool) -> NoReturn:
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    if as_json:
        sys.stdout.write(json.dumps({"errors": faults}, ensure_ascii=False) + "\n")
    sys.exit(2)


def day(text: str) -> date:
    """An ISO date, for argparse."""
    try:
        found = date.fromisoformat(text)
        if len(text) != 10 or not EARLIEST <= found <= LATEST:
            raise ValueError
        return found
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a date like 2026-11-20") from None


def as_text(value: Any) -> Any:
    """Amounts as decimal strings, dates in ISO 8601."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)


def plain_lines(answer: Mapping[str, Any]) -> list[str]:
    """The same answer for a person's eyes."""
    lines: list[str] = []
    for name, value in answer.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(f"{name}:")
            lines += ["  " + "  ".join(f"{key} {as_text(cell)}" for key, cell in row.items()) for row in value]
        elif isinstance(value, dict):
            lines.append(f"{name}: " + (", ".join(f"{key} {as_text(one)}" for key, one in value.items()) or "none"))
        else:
            shown = ", ".join(map(str, value)) if isinstance(value, list) else as_text(value)
            lines.append(f"{name}: {shown}")
    return lines
