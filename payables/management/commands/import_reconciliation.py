"""What did the provider bill? `import_reconciliation FILE [--bill NUMBER] [--billed-on DATE]`."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from billing.money import plain
from customers.models import Partner
from dunning.commands import Answer, BadInput, PortalCommand, day
from payables.importing import Notice, import_file
from payables.models import ProviderBill
from payables.reading import BadFile
from payables.reconciling import reconcile

LARGEST = 300 * 1024 * 1024
WARNINGS = {
    Notice.SAME_NAME: "a file of this name with other content was imported before",
    Notice.EQUAL_LINES: "some lines say the same as lines before them; all are kept",
    Notice.MONTH_FIRST: "no date in the file shows it, but dates are read month first",
    Notice.BESIDE: "some lines are of no subscription; they stand with the bill as a whole, as an adjustment",
}


class Command(PortalCommand):
    """Import a reconciliation file."""

    help = (
        "Import a reconciliation file, whatever its layout: all of it or nothing; the same file again changes nothing."
    )

    def arguments(self, parser: CommandParser) -> None:
        """The file, and what it does not say itself."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--bill", metavar="NUMBER")
        parser.add_argument("--billed-on", type=day, metavar="DATE")

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Read, check, book."""
        assert partner is not None
        path: Path = options["file"]
        try:
            if path.stat().st_size > LARGEST:
                raise BadInput(f"{path.name}: a file may hold at most 300 MB")
            with path.open("rb") as file:
                imported = import_file(
                    partner,
                    file,
                    file_name=path.name,
                    now=now,
                    bill_number=options["bill"],
                    billed_on=options["billed_on"],
                )
        except OSError as error:
            raise BadInput(f"{path}: {error.strerror}") from error
        except BadFile as bad:
            raise BadInput(*bad.faults) from bad
        if not imported.already_imported:
            reconcile(ProviderBill.objects.get(partner=partner, number=imported.bill), now=now)
        amounts = {
            name: plain(getattr(imported, name), imported.currency) for name in ("amount", "subtotal", "tax", "total")
        }
        answer = Answer(
            bill=imported.bill,
            period=imported.period,
            lines=imported.lines,
            customers=imported.customers,
            subscriptions=imported.subscriptions,
            currency=imported.currency,
            **amounts,
            credits=imported.credits,
            unmapped=imported.unmapped,
            already_imported=imported.already_imported,
        )
        if imported.adopted:
            answer["adopted"] = imported.adopted
        if imported.ignored:
            answer["ignored_columns"] = imported.ignored
        if imported.layout != "license":
            answer["layout"] = imported.layout
        if imported.equal_lines:
            answer["equal_lines"] = imported.equal_lines
        if imported.notices and not imported.already_imported:
            answer["warnings"] = [WARNINGS[one] for one in imported.notices]
        return answer
