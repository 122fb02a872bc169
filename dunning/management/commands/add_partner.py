"""Which partner joins? `add_partner SLUG --name N --currency C [--zone TZ]`."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from customers.models import Partner
from dunning.commands import Answer, BadInput, PortalCommand
from dunning.founding import BadPartner, found


class Command(PortalCommand):
    """Found a partner."""

    help = "Add a partner with the standard policy, calendar, terms, price rule and staff of each role."
    of_a_partner = False

    def arguments(self, parser: CommandParser) -> None:
        """Name, currency and zone."""
        parser.add_argument("slug")
        parser.add_argument("--name", required=True)
        parser.add_argument("--currency", required=True)
        parser.add_argument("--zone", default="Asia/Shanghai")

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Found it and show the logins this once."""
        try:
            made, logins = found(
                options["slug"],
                name=options["name"],
                currency=options["currency"].upper(),
                zone=options["zone"],
                now=now,
            )
        except BadPartner as bad:
            raise BadInput(*bad.faults) from bad
        return Answer(partner=made.slug, logins=[asdict(login) for login in logins])
