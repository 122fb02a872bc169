"""What is known of one proposal now, by whom it is looked at, and in which words its days are said?"""

from collections import defaultdict
from datetime import date, datetime, tzinfo
from decimal import Decimal

from billing.money import ZERO
from customers import formats
from dunning.models import Proposal
from dunning.reviewing import Judged, judge
from subscriptions.models import Subscription


class Looking:
    """One proposal, looked at now, by somebody in a zone."""

    def __init__(self, proposal: Proposal, *, now: datetime, zone: tzinfo) -> None:
        self.proposal, self.now, self.zone = proposal, now, zone
        self.today = now.astimezone(zone).date()
        self.invoice = proposal.case.invoice
        self.customer = proposal.customer
        self.judged = self._decided()
        self.subscriptions = Subscription.objects.in_bulk(proposal.covers)
        self.version = proposal.case.version

    def _decided(self) -> Judged | None:
        found = judge([self.customer], now=self.now)
        return next((one for one in found if one.loaded.case.pk == self.proposal.case_id), None)

    def say(self, moment: date | datetime) -> str:
        """A day or instant inside a sentence."""
        return formats.spoken(moment, self.today, self.zone)

    def frozen(self) -> dict[int, Decimal]:
        """How much of each line, by primary key, is questioned and not yet answered and told."""
        sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
        for one in self.judged.loaded.facts.disputes if self.judged else ():
            if one.told_at is None and not (one.decided_at and one.outcome == "upheld"):
                sums[int(one.line)] += one.amount
        return sums
