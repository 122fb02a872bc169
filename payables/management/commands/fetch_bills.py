"""Which bills does the provider have that we don't? `fetch_bills [--invoice ID]` brings them here."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from billing.money import plain
from customers.models import Partner
from dunning.commands import Answer, BadInput, PortalCommand
from payables.fetching import begin, known
from payables.models import Intake
from payables.taking_in import carry_on
from subscriptions.gateway.protocol import ProviderError
from subscriptions.gateway.reading_bills import number_of
from subscriptions.provisioning import provider_for


class Command(PortalCommand):
    """Fetch bills."""

    help = "Fetch the bills that the provider has and we don't, each of them whole or not at all; cut off, it goes on."

    def arguments(self, parser: CommandParser) -> None:
        """One invoice, or all that are missing."""
        parser.add_argument("--invoice", metavar="ID")

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """List, fetch, book."""
        assert partner is not None
        try:
            provider = provider_for(partner)
            found = known(partner, provider)
        except ProviderError as error:
            raise BadInput(f"the provider's bills could not be listed: {error}") from error
        wanted = [one.number for one in found.missing]
        if options["invoice"]:
            number = number_of(options["invoice"])
            if number not in found.every:
                raise BadInput(f"--invoice: the provider has no invoice {number}")
            wanted = [number] if number in wanted else []
        ended = [carry_on(begin(partner, one, by=None, now=now), provider, now=now) for one in wanted]
        done = [one for one in ended if one.state == Intake.State.DONE]
        answer = Answer(
            bills=[
                {"bill": one.name, "lines": one.done, "total": plain(one.bill.total, one.bill.currency)}
                for one in done
                if one.bill
            ],
            lines=sum(one.done for one in done),
            already_imported=1 if options["invoice"] and not wanted else len(found.here),
            faults={one.name: one.faults for one in ended if one.state == Intake.State.REFUSED},
            waiting=[one.name for one in ended if one.state == Intake.State.FETCHING],
        )
        answer.broken = bool(answer["faults"] or answer["waiting"])
        return answer
