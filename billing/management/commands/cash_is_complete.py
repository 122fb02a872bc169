"""Until when is all cash in the book? `cash_is_complete --through DATE`."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from customers.models import Partner
from dunning.banking import declare_complete
from dunning.commands import Answer, PortalCommand, day


class Command(PortalCommand):
    """Say that the cash is complete."""

    help = (
        "Say that all cash up to the end of a day is in the book; it counts as a bank import then, at most now. "
        "What only an old bank import held back is looked at again."
    )

    def arguments(self, parser: CommandParser) -> None:
        """The last day."""
        parser.add_argument("--through", required=True, type=day, metavar="DATE")

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Note it."""
        assert partner is not None
        reading = declare_complete(partner, options["through"], now=now)
        return Answer(through=options["through"], counts_until=reading.at)
