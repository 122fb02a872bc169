"""Start the local stand-in for Partner Center: `partner_center_sandbox --bind HOST:PORT --state DIR`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from subscriptions.sandbox.__main__ import add_arguments, serve


class Command(BaseCommand):
    """Serves until INT or TERM. Needs no database and no settings of the portal's own."""

    help = "A local server that speaks the documented Partner Center API."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """The same options as `python -m subscriptions.sandbox`."""
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve, and exit as the sandbox does."""
        sys.exit(serve(argparse.Namespace(**options)))
