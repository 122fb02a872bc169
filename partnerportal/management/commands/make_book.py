"""What does the portal do with a large book? `make_book --customers N --invoices N --seed S` makes one."""

from argparse import ArgumentTypeError
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from customers.models import Partner
from dunning.commands import Answer, BadInput, PortalCommand
from outbox import clock
from partnerportal.books.making import BadBook, ended, make_book

MOST = 20_000_000
MOST_PARTNERS = 100
LARGEST_SEED = 10**9


def _whole(least: int, most: int) -> Any:
    """A reader of whole numbers within bounds, for argparse."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text[:12]) <= most):
            raise ArgumentTypeError(f"'{text}' is not a whole number from {least} to {most}")
        return int(text)

    return read


class Command(PortalCommand):
    """Make a large book."""

    help = "Make a book of partners, customers, subscriptions and invoices from a seed, 30 % open, up to 20 Nov 2026."
    of_a_partner = False
    only_looks = True

    def arguments(self, parser: CommandParser) -> None:
        """How large, and from which seed."""
        parser.add_argument("--customers", type=_whole(1, MOST), required=True, metavar="N")
        parser.add_argument("--invoices", type=_whole(1, MOST), required=True, metavar="N")
        parser.add_argument("--seed", type=_whole(0, LARGEST_SEED), required=True, metavar="S")
        parser.add_argument("--partners", type=_whole(1, MOST_PARTNERS), default=1, metavar="N")

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Make it, all or nothing."""
        if settings.PRODUCTION and Partner.objects.exclude(slug__startswith="book-").exists():
            raise BadInput("make_book: there is a real book in this production portal")
        if options["partners"] > options["customers"]:
            raise BadInput(f"--partners: {options['partners']} is more than there are customers")
        try:
            made = make_book(
                customers=options["customers"],
                invoices=options["invoices"],
                seed=options["seed"],
                partners=options["partners"],
                into=partner,
                said=lambda step: self.stderr.write(step),
            )
        except BadBook as bad:
            raise BadInput(str(bad)) from bad
        if now < ended() and not settings.PRODUCTION:
            # What the book tells has happened, also where the machine's date is earlier.
            clock.move_to(ended())
        return Answer(asdict(made))
