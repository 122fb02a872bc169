"""Who called? `log_call INVOICE --by EMAIL [--note TEXT]`."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from customers.models import Partner, User
from dunning.approving import NotAllowed
from dunning.calling import NoOpenCall, log_call
from dunning.commands import Answer, BadInput, PortalCommand


class Command(PortalCommand):
    """Log a call that a stage asked for."""

    help = "Log the call that stands open for an invoice, as the person named."

    def arguments(self, parser: CommandParser) -> None:
        """Which invoice, who, what was said."""
        parser.add_argument("invoice", metavar="INVOICE")
        parser.add_argument("--by", required=True, metavar="EMAIL")
        parser.add_argument("--note", default="")

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Log it once."""
        assert partner is not None
        by = User.objects.filter(email__iexact=options["by"], is_active=True).first()
        if by is None:
            raise BadInput(f"--by: there is nobody with the address '{options['by']}'")
        try:
            decision = log_call(partner, options["invoice"], by=by, note=options["note"], now=now)
        except NoOpenCall as none:
            raise BadInput(f"invoice: {none}") from none
        except NotAllowed as no:
            answer = Answer(logged=None, refused=no.code)
            answer.broken = True
            return answer
        return Answer(logged=decision.pk)
