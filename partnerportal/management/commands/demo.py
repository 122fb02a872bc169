"""What is the portal like with people in it? `demo` seeds the demo book, `demo --reset` starts it over."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management.base import CommandParser
from psycopg import sql

from customers.models import Partner
from dunning.commands import Answer, BadInput, PortalCommand
from partnerportal.demo.cast import HOUSES
from partnerportal.demo.living import live, logins

OURS = ("outbox", "customers", "subscriptions", "billing", "payables", "dunning", "disputes", "sessions", "account")


class Command(PortalCommand):
    """Seed the demo book."""

    help = "Live the demo book: two partners with forty customers each, up to 20 November 2026. Never in production."
    of_a_partner = False
    only_looks = True

    def arguments(self, parser: CommandParser) -> None:
        """Whether to forget what there is."""
        parser.add_argument("--reset", action="store_true", help="forget every row and begin again")

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Seed where there is nothing; answer everybody's login."""
        if settings.PRODUCTION:
            raise BadInput("demo: this is a production portal")
        if options["reset"]:
            _forget()
        if Partner.objects.exclude(slug__in=[house.slug for house in HOUSES]).exists():
            raise BadInput("demo: there is a real book here already")
        if not Partner.objects.exists():
            live(self._say)
        return Answer(logins=[asdict(login) for login in logins()])

    def _say(self, done: int, days: int) -> None:
        self.stderr.write(f"making the demo book: day {done} of {days}")


def _forget() -> None:
    """Empty every table as the owner; the ledgers' guards refuse anybody else."""
    tables = [model._meta.db_table for label in OURS for model in apps.get_app_config(label).get_models()]
    with psycopg.connect(settings.DATABASE_OWNER_URL) as owner:
        owner.execute(
            sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(sql.SQL(", ").join(map(sql.Identifier, tables)))
        )
