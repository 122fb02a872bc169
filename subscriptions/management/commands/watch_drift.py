"""Where do the provider and our book say different things? `watch_drift`."""

import time
from datetime import datetime
from typing import Any

from customers.models import Partner
from dunning.commands import Answer, BadInput, PortalCommand
from outbox import clock
from subscriptions.drifting import look
from subscriptions.models import DriftLook

# How long the command itself waits for a provider that says "later"; after that the nightly task goes on.
PATIENCE = 120.0


class Command(PortalCommand):
    """Compare one partner's book with the provider, now."""

    help = (
        "Read every customer's subscriptions at the provider and list where our book says otherwise; changes neither."
    )
    only_looks = True

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Look to the end, or as far as the provider lets us."""
        assert partner is not None
        one = self._looked(partner, now)
        answer = Answer(
            customers=one.customers,
            subscriptions=one.subscriptions,
            found=dict(sorted(one.found.items())),
            ended=one.ended_at,
        )
        if one.stopped_why or one.ended_at is None:
            answer["stopped"] = one.stopped_why or "the provider says later; the look goes on by itself"
            answer.broken = True
        return answer

    def _looked(self, partner: Partner, now: datetime) -> DriftLook:
        ends = time.monotonic() + PATIENCE
        while True:
            one = look(partner, now=now)
            if one is None:
                raise BadInput("another look at this partner's book is under way; try again in a minute")
            wait = (one.not_before - clock.machine()).total_seconds() if one.not_before else 0.0
            if one.ended_at is not None or time.monotonic() + wait > ends:
                return one
            time.sleep(max(wait, 0.1))
