"""What did the bank say? `import_statement FILE`, camt.053 or CSV."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from billing.bank.lines import BadStatement
from customers import formats
from customers.models import Partner
from dunning.banking import import_statement
from dunning.commands import Answer, BadInput, PortalCommand


class Command(PortalCommand):
    """Import a bank statement."""

    help = (
        "Import a bank statement (camt.053 or CSV): credits whose customer is clear become payments and bring back "
        "what they cure; what is unclear waits for a person. The same file again changes nothing."
    )

    def arguments(self, parser: CommandParser) -> None:
        """The file."""
        parser.add_argument("file", type=Path)

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Keep, match, book."""
        assert partner is not None
        path: Path = options["file"]
        try:
            with path.open("rb") as source:
                done = import_statement(partner, source, file_name=path.name, now=now, progress=self._progress)
        except OSError as error:
            raise BadInput(f"{path}: {error.strerror}") from error
        except BadStatement as bad:
            raise BadInput(*bad.faults) from bad
        return Answer(
            entries=done.entries,
            booked=done.booked,
            matched=done.matched,
            unapplied=done.unapplied,
            already_booked=done.already_booked,
            already_imported=done.known,
            format=done.statement.format,
        )

    def _progress(self, looked: int, total: int) -> None:
        if total > looked:
            self.stderr.write(f"{formats.grouped(looked)} of {formats.grouped(total)} entries")
