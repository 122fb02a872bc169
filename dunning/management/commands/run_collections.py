"""What does today call for? `run_collections [--on DATE] [--dry-run]`."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from customers.models import Partner
from dunning.breaking import of_run
from dunning.commands import Answer, BadInput, PortalCommand
from dunning.models import Breaker
from dunning.running import alone, dry_run, run


class Command(PortalCommand):
    """Run collections for one partner."""

    help = "Look at every open invoice under its policy: notices, tasks, proposals, reinstatements, and why not."

    def arguments(self, parser: CommandParser) -> None:
        """Whether to write."""
        parser.add_argument("--dry-run", action="store_true", help="decide and count, write nothing")

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Run, or say what a run would do."""
        assert partner is not None
        if options["dry_run"]:
            dry = dry_run(partner, now=now)
            number, on, result, breaker = None, dry.on, dry.result, dry.breaker
        else:
            with alone(partner) as mine:
                if not mine:
                    raise BadInput("another run of this partner is at work; look again in a minute")
                document, result = run(partner, now=now)
            number, on, breaker = document.pk, document.on, of_run(document)
        return Answer(
            run=number,
            on=on,
            evaluated=result.evaluated,
            unchanged=result.unchanged,
            notices=result.notices,
            tasks=result.tasks,
            proposals=result.proposals,
            reinstatements=result.reinstatements,
            skipped=dict(result.skipped),
            breaker=_said(breaker),
        )


def _said(breaker: Breaker | None) -> dict[str, Any] | None:
    if breaker is None:
        return None
    return {
        "run": breaker.run_id,
        "customers": len(breaker.customers),
        "limit": breaker.limit,
        "lifted": breaker.lifted_at is not None,
    }
