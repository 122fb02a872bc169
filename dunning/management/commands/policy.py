"""What does a policy say, and does the rulebook keep its worked cases? `policy cases / export / check FILE`."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from customers.models import Partner
from dunning.casefile import read_yaml, run
from dunning.commands import Answer, BadInput, PortalCommand
from dunning.models import PolicyVersion
from dunning.policy import faults
from dunning.policy.mapping import policy_from_mapping, policy_to_mapping
from dunning.policy.reading import MappingError
from dunning.publishing import policy_of


class Command(PortalCommand):
    """Policies as files."""

    help = "Run worked cases through the rulebook, export the policy in force, or check a policy file."
    of_a_partner = False
    only_looks = True

    def arguments(self, parser: CommandParser) -> None:
        """What to do, and with which file."""
        parser.add_argument("deed", choices=["cases", "export", "check"])
        parser.add_argument("file", nargs="?", type=Path)

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """One of the three."""
        deed, path = options["deed"], options["file"]
        if deed == "export":
            self.of_a_partner = True
            chosen = self._partner(options)
            version = PolicyVersion.objects.filter(partner=chosen).order_by("-number").first()
            if version is None:
                raise BadInput("--partner: no policy was published yet")
            return Answer(policy_to_mapping(policy_of(version.pk)))
        if path is None:
            raise BadInput("file: name one")
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"{path}: {error}") from error
        return _cases(text) if deed == "cases" else _check(text)


def _cases(text: str) -> Answer:
    try:
        report = run(text)
    except MappingError as bad:
        raise BadInput(*map(str, bad.faults)) from bad
    answer = Answer(passed=report.passed, failed=report.failed)
    answer.broken = bool(report.failed)
    return answer


def _check(text: str) -> Answer:
    try:
        policy = policy_from_mapping(read_yaml(text))
    except MappingError as bad:
        raise BadInput(*map(str, bad.faults)) from bad
    found = faults(policy)
    answer = Answer(faults=[str(fault) for fault in found])
    answer.broken = bool(found)
    return answer
