"""Are the promises kept? `verify [--since DATE] [--partner SLUG]`."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from customers.models import Partner
from dunning.commands import Answer, PortalCommand, as_text, day
from outbox import clock
from partnerportal.verifying.verdict import Verdict, verify


class Command(PortalCommand):
    """Verify the record."""

    help = "Check every promise against the record, the sandbox's log and the mail sink; ends with 1 on a violation."
    of_a_partner = False
    only_looks = True

    def arguments(self, parser: CommandParser) -> None:
        """From which day on."""
        parser.add_argument("--since", type=day, metavar="YYYY-MM-DD", help="only what happened from that day on")

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Look at everything once."""
        verdict = verify(partner, since=options["since"], machine=clock.machine())
        answer = Answer()
        if options["json"]:
            answer.update(_for_programs(verdict))
        else:
            for line in _for_people(verdict):
                self.stdout.write(line)
        answer.broken = bool(verdict.violations)
        return answer


def _for_programs(verdict: Verdict) -> dict[str, Any]:
    return {
        "promises": {
            name: {"checked": finding.checked, "violations": finding.violations}
            for name, finding in verdict.promises.items()
        },
        "suspensions": verdict.suspensions,
        "decisions": verdict.decisions,
        "effects": verdict.effects,
    }


def _for_people(verdict: Verdict) -> Iterator[str]:
    for name, finding in verdict.promises.items():
        yield f"{name}: {finding.checked} checked, {len(finding.violations)} violations"
        for row in finding.violations:
            yield "  " + "  ".join(f"{key} {as_text(cell)}" for key, cell in row.items())
    yield f"{verdict.decisions} decisions, {verdict.effects} effects"
    yield f"{verdict.suspensions} suspensions, {verdict.violations} violations"
