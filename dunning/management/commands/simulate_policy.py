"""What would a policy change over the live book? `simulate_policy FILE [--on DATE]` writes nothing."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from customers.models import Partner
from dunning.casefile import read_yaml
from dunning.commands import Answer, BadInput, PortalCommand
from dunning.policy.reading import MappingError
from dunning.simulating import BadPolicy, readable, simulate


class Command(PortalCommand):
    """Simulate a policy file."""

    help = "Who would be reached earlier or later, and what would be sent and suspended, if FILE were the policy."
    only_looks = True

    def arguments(self, parser: CommandParser) -> None:
        """The policy file."""
        parser.add_argument("file", metavar="FILE", type=Path)

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Decide every open invoice under both policies."""
        assert partner is not None
        path = options["file"]
        try:
            policy = readable(read_yaml(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"{path}: {error}") from error
        except MappingError as bad:
            raise BadInput(*map(str, bad.faults)) from bad
        except BadPolicy as bad:
            raise BadInput(*bad.faults) from bad
        return Answer(simulate(partner, policy, now=now))
