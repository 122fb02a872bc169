"""Which invoices were made elsewhere? `import_invoices FILE [--issue]`."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from billing.importing_invoices import import_invoices
from billing.models import Invoice
from billing.money import plain
from billing.reading_invoices import LARGEST, BadFile
from customers.models import Partner
from dunning.commands import Answer, BadInput, PortalCommand


class Command(PortalCommand):
    """Import invoices that were made elsewhere."""

    help = "Import a CSV file of invoices: all of it or nothing; the same file again changes nothing."

    def arguments(self, parser: CommandParser) -> None:
        """The file, and whether they go out at once."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--issue", action="store_true", help="issue them with the file's numbers and days")

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Read, check, write."""
        assert partner is not None
        path: Path = options["file"]
        try:
            if path.stat().st_size > LARGEST:
                raise BadInput(f"{path.name}: a file may hold at most 20 MB")
            done = import_invoices(partner, path.read_bytes(), issue=options["issue"], now=now)
        except OSError as error:
            raise BadInput(f"{path}: {error.strerror}") from error
        except BadFile as bad:
            raise BadInput(*bad.faults) from bad
        made = Invoice.objects.filter(pk__in=[one.pk for one in done.invoices]).order_by("pk")
        return Answer(
            invoices=[
                {"id": one.pk, "number": one.number, "total": plain(one.total, one.currency), "currency": one.currency}
                for one in made
            ],
            issued=done.issued,
            already_imported=done.known,
        )
