"""What does a policy say, does the rulebook keep its worked cases, and how is the next version published?"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from customers.models import Partner, User
from dunning.casefile import run
from dunning.commands import Answer, BadInput, PortalCommand, day
from dunning.drafting import Refused, import_policy, publish_at_once
from dunning.policy import Policy, faults
from dunning.policy.mapping import policy_from_mapping, policy_to_mapping
from dunning.policy.reading import MappingError
from dunning.policyfile import read_policy, write_policy
from dunning.publishing import newest, policy_of

READS = ("cases", "export", "check")
OF_A_PARTNER = ("export", "import", "publish")


class Command(PortalCommand):
    """Policies as files."""

    help = "Check, export, import or publish a collections policy, or run worked cases through the rulebook."

    def arguments(self, parser: CommandParser) -> None:
        """What to do, and with which file."""
        parser.add_argument("deed", choices=["cases", "export", "check", "import", "publish"])
        parser.add_argument("file", nargs="?", type=Path, help="a policy or, for cases, worked cases; YAML in UTF-8")
        parser.add_argument(
            "--effective-on", type=day, metavar="YYYY-MM-DD", help="publish: governs invoices issued from that day"
        )
        parser.add_argument(
            "--by", action="append", default=[], metavar="EMAIL", help="publish, import: who does it; twice for two"
        )

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """One of the five."""
        deed, path = options["deed"], options["file"]
        if deed in ("cases", "check"):
            return (_cases if deed == "cases" else _check)(_text(path))
        assert partner is not None
        if deed == "export":
            return _export(partner)
        people = [_person(email) for email in options["by"]]
        if deed == "import":
            return _import(partner, _sound(_text(path)), people, now)
        return _publish(partner, path, people, options, now)

    def lines(self, answer: Answer) -> list[str]:
        """An exported policy is a file; anything else reads as usual."""
        return write_policy(policy_from_mapping(answer)).splitlines() if "stages" in answer else super().lines(answer)

    def _looks(self, options: dict[str, Any]) -> bool:
        return options["deed"] in READS

    def _partner(self, options: dict[str, Any]) -> Partner | None:
        self.of_a_partner = options["deed"] in OF_A_PARTNER
        return super()._partner(options)


def _text(path: Path | None) -> str:
    if path is None:
        raise BadInput("file: name one")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: {error}") from error


def _readable(text: str, read: Callable[[str], Any]) -> Any:
    try:
        return read(text)
    except MappingError as bad:
        raise BadInput(*map(str, bad.faults)) from bad


def _sound(text: str) -> Policy:
    """The policy of a file that could be published."""
    policy: Policy = _readable(text, read_policy)
    found = faults(policy)
    if found:
        raise BadInput(*map(str, found))
    return policy


def _person(email: str) -> User:
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        raise BadInput(f"--by: there is nobody with the address '{email}'")
    return person


def _export(partner: Partner) -> Answer:
    version = newest(partner)
    if version is None:
        raise BadInput("--partner: no policy was published yet")
    return Answer(policy_to_mapping(policy_of(version.pk)))


def _import(partner: Partner, policy: Policy, people: list[User], now: datetime) -> Answer:
    draft = import_policy(partner, policy, now=now, by=people[0] if people else None)
    return Answer(draft=draft.edition, faults=[])


def _publish(partner: Partner, path: Path | None, people: list[User], options: dict[str, Any], now: datetime) -> Answer:
    if len(people) > 2:
        raise BadInput("--by: one person or two publish a policy")
    policy = _sound(_text(path)) if path else None
    try:
        done = publish_at_once(partner, policy=policy, effective_on=options["effective_on"], now=now, people=people)
    except Refused as no:
        raise BadInput(*str(no).split("\n")) from no
    return Answer(
        version=done.version.number, effective_on=done.version.effective_on, told=done.told, stricter=done.stricter
    )


def _cases(text: str) -> Answer:
    report = _readable(text, run)
    answer = Answer(passed=report.passed, failed=report.failed)
    answer.broken = bool(report.failed)
    return answer


def _check(text: str) -> Answer:
    found = faults(_readable(text, read_policy))
    answer = Answer(faults=[str(fault) for fault in found])
    answer.broken = bool(found)
    return answer
