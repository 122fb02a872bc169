"""Which two people let more suspensions through than a day may carry? `lift_breaker RUN --by EMAIL --by EMAIL`."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from customers.models import Partner, User
from dunning.approving import NotAllowed
from dunning.breaking import lift, of_run
from dunning.commands import Answer, BadInput, PortalCommand
from dunning.models import Breaker, Run


class Command(PortalCommand):
    """Lift the circuit breaker of a run."""

    help = "Lift the circuit breaker of a run as two different people who may approve suspensions."

    def arguments(self, parser: CommandParser) -> None:
        """Which run, and who."""
        parser.add_argument("run", type=int, metavar="RUN")
        parser.add_argument("--by", action="append", required=True, metavar="EMAIL")

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Lift it. Where one of them is refused, nothing is written."""
        assert partner is not None
        people = [_person(email) for email in options["by"]]
        run = Run.objects.of(partner).filter(pk=options["run"]).select_related("partner").first()
        if run is None:
            raise BadInput(f"run: there is no run {options['run']}")
        breaker = of_run(run)
        if breaker is None:
            raise BadInput(f"run: no circuit breaker stands for run {run.pk}")
        if breaker.lifted_at is not None:
            return Answer(lifted=True)
        return _lift(breaker, people, now)


def _person(email: str) -> User:
    found = User.objects.filter(email__iexact=email, is_active=True).first()
    if found is None:
        raise BadInput(f"--by: there is nobody with the address '{email}'")
    return found


def _lift(breaker: Breaker, people: list[User], now: datetime) -> Answer:
    email = ""
    try:
        with transaction.atomic():
            for person in people:
                email = person.email
                if breaker.lifted_at is None:
                    breaker = lift(breaker.pk, by=person, now=now)
    except NotAllowed as no:
        answer = Answer(lifted=False, refused={email: no.code})
        answer.broken = True
        return answer
    return Answer(lifted=breaker.lifted_at is not None)
