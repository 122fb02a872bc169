"""What came in by mail? `receive_mail [FILE…]`, the mail itself on standard input where no file is named."""

import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from customers.models import Partner
from disputes.collecting_mail import content_of
from disputes.reading_mail import MOST_BYTES
from disputes.receiving_mail import receive
from dunning.commands import Answer, BadInput, PortalCommand


class Command(PortalCommand):
    """Take mails to cases' own addresses; a mail server may pipe each into this."""

    help = "Take mails that answer a case, from files or from standard input."
    of_a_partner = False

    def arguments(self, parser: CommandParser) -> None:
        """Which files."""
        parser.add_argument("files", nargs="*", metavar="FILE", type=Path)

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Answer how many were taken, dropped (and why) and refused."""
        done = [receive(raw, now=now) for raw in _mails(options["files"])]
        dropped = Counter(one.verdict for one in done if not one.taken and not one.refused)
        return Answer(
            taken=sum(one.taken for one in done),
            dropped=dict(sorted(dropped.items())),
            refused=sum(one.refused for one in done),
        )


def _mails(files: list[Path]) -> list[bytes]:
    """All are read before the first is taken, so that a name mistyped changes nothing."""
    if not files:
        return [sys.stdin.buffer.read(MOST_BYTES + 1)]
    found, faults = [], []
    for path in files:
        try:
            found.append(content_of(path))
        except OSError as error:
            faults.append(f"{path}: {error.strerror}")
    if faults:
        raise BadInput(*faults)
    return found
