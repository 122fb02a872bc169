"""What will customers be billed? `draft_invoices --period YYYY-MM [--issue --issued-on DATE]`."""

import re
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from billing.money import plain
from billing.pricing import NoPriceRule
from customers.models import Partner
from dunning.commands import Answer, BadInput, PortalCommand, day
from payables import rebilling


class Command(PortalCommand):
    """Draft, and issue if asked."""

    help = "Draft one invoice for each customer of a period from the provider's lines, and issue them with --issue."

    def arguments(self, parser: CommandParser) -> None:
        """The period, and whether to issue."""
        parser.add_argument("--period", required=True, metavar="YYYY-MM")
        parser.add_argument("--issue", action="store_true")
        parser.add_argument("--issued-on", type=day, metavar="DATE")

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Draft what is unbilled; with --issue every draft of the period leaves."""
        assert partner is not None
        period = options["period"]
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", period, re.ASCII):
            raise BadInput(f"--period: '{period}' is not a month like 2026-10")
        if options["issued_on"] and not options["issue"]:
            raise BadInput("--issued-on: goes with --issue")
        try:
            drafted = rebilling.draft(partner, period, now=now)
        except NoPriceRule as missing:
            raise BadInput(f"--period: {missing}") from missing
        issued = 0
        if options["issue"]:
            on = options["issued_on"] or now.astimezone(partner.tz).date()
            for pk in rebilling.drafts_of(partner, period):
                rebilling.issue(pk, on=on, now=now)
                issued += 1
        currency = drafted.invoices[0].currency if drafted.invoices else partner.currency
        return Answer(
            drafted=len(drafted.invoices), issued=issued, lines=drafted.lines, total=plain(drafted.total, currency)
        )
