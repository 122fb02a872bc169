"""What happens next to an invoice, and why? `explain INVOICE [--on DATE]`."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from customers.models import Partner
from dunning.commands import Answer, BadInput, PortalCommand
from dunning.explaining import explain


class Command(PortalCommand):
    """Explain one invoice."""

    help = "What happens next to an invoice, on which dates, and what happened so far."
    only_looks = True

    def arguments(self, parser: CommandParser) -> None:
        """The invoice's number."""
        parser.add_argument("invoice", metavar="INVOICE")

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """The same function as every page and every run."""
        assert partner is not None
        story = explain(partner, options["invoice"], now=now)
        if story is None:
            raise BadInput(f"invoice: there is no issued invoice '{options['invoice']}'")
        return Answer(story.as_answer())
