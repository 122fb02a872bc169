"""Who says yes? `approve_suspensions --by EMAIL [--all / ID…]`."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from customers.models import Partner, User
from dunning.approving import NotAllowed, approve
from dunning.commands import Answer, BadInput, PortalCommand
from dunning.models import Proposal


class Command(PortalCommand):
    """Approve proposals as a named person."""

    help = "Approve suspensions that wait, all or by id, as the person named; a person who may not is refused."

    def arguments(self, parser: CommandParser) -> None:
        """Who, and which."""
        parser.add_argument("--by", required=True, metavar="EMAIL")
        parser.add_argument("--all", action="store_true")
        parser.add_argument("ids", nargs="*", type=int, metavar="ID")

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Approve each; what is refused is named with its reason."""
        assert partner is not None
        by = User.objects.filter(email__iexact=options["by"], is_active=True).first()
        if by is None:
            raise BadInput(f"--by: there is nobody with the address '{options['by']}'")
        if options["all"] == bool(options["ids"]):
            raise BadInput("ids: name proposals, or --all of them")
        waiting = Proposal.objects.of(partner).order_by("pk")
        if options["all"]:
            ids = list(waiting.filter(state=Proposal.State.PROPOSED).values_list("pk", flat=True))
        else:
            ids = options["ids"]
            absent = set(ids) - set(waiting.filter(pk__in=ids).values_list("pk", flat=True))
            if absent:
                raise BadInput(*[f"ids: there is no proposal {pk}" for pk in sorted(absent)])
        return _approve(ids, by, now)


def _approve(ids: list[int], by: User, now: datetime) -> Answer:
    approved: list[int] = []
    another: list[int] = []
    refused: dict[str, str] = {}
    for pk in ids:
        try:
            proposal = approve(pk, by=by, now=now)
        except NotAllowed as no:
            refused[str(pk)] = no.code
            continue
        (approved if proposal.state == Proposal.State.APPROVED else another).append(pk)
    answer = Answer(approved=approved, waiting_for_another=another, refused=refused)
    answer.broken = bool(refused)
    return answer
