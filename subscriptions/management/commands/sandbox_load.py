"""What does the provider's sandbox know? `sandbox_load FILE`: the customers a reconciliation file bills."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from customers.models import Partner
from dunning.commands import Answer, BadInput, PortalCommand
from payables.reading import BadFile, Row, read
from subscriptions.sandbox.loading import load


class Command(PortalCommand):
    """Load the sandbox from a reconciliation file."""

    help = "Give the provider's sandbox the customers and subscriptions of a reconciliation file."
    of_a_partner = False

    def arguments(self, parser: CommandParser) -> None:
        """The file."""
        parser.add_argument("file", type=Path)

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Read the file as the import does and hand its customers over."""
        if not settings.USES_SANDBOX:
            raise BadInput("this installation speaks to a real provider, not to the sandbox")
        try:
            rows = read(options["file"].read_bytes()).rows
        except OSError as error:
            raise BadInput(f"{options['file']}: {error.strerror}") from error
        except BadFile as bad:
            raise BadInput(*bad.faults) from bad
        customers, subscriptions = load(settings.PARTNER_CENTER["base_url"], customers_of(rows))
        return Answer(customers=customers, subscriptions=subscriptions)


def customers_of(rows: list[Row]) -> list[dict[str, Any]]:
    """The file's customers as the sandbox takes them, each with its billing profile and subscriptions."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        language, culture = language_of(row.customer_name)
        customer = found.setdefault(
            row.customer_id,
            {
                "id": row.customer_id,
                "name": row.customer_name,
                "domain": row.domain,
                "email": f"billing@{row.domain or row.customer_id + '.example'}",
                "language": language,
                "culture": culture,
                "subscriptions": {},
            },
        )
        customer["subscriptions"].setdefault(row.subscription_id, _subscription(row))
    return [{**one, "subscriptions": list(one["subscriptions"].values())} for one in found.values()]


def _subscription(row: Row) -> dict[str, Any]:
    return {
        "id": row.subscription_id,
        "offer_id": row.offer_id,
        "offer_name": row.offer_name,
        "name": row.subscription_name or row.offer_name,
        "quantity": max(row.quantity, 1),
        "parent": None,
        "starts": row.starts_on.isoformat() if row.starts_on else None,
        "ends": row.ends_on.isoformat() if row.ends_on else None,
    }


def language_of(name: str) -> tuple[str, str]:
    """The language a company's name is written in, as the provider's profile spells it."""
    if re.search("[\u4e00-\u9fff]", name):
        return "zh-CHS", "zh-CN"
    if re.search("[\u0400-\u04ff]", name):
        return "ru", "ru-RU"
    return "en", "en-US"
