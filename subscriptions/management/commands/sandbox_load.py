"""What does the provider's sandbox know? `sandbox_load FILE`: the customers a reconciliation file bills, and the
invoice it itemises."""

import re
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from customers.models import Partner
from dunning.commands import Answer, BadInput, PortalCommand
from payables.reading import BadFile, Row, commonest_cycle_start, read
from subscriptions.sandbox.loading import load, load_invoice


class Command(PortalCommand):
    """Load the sandbox from a reconciliation file."""

    help = "Give the provider's sandbox the customers, subscriptions and invoice of a reconciliation file."
    of_a_partner = False

    def arguments(self, parser: CommandParser) -> None:
        """The file."""
        parser.add_argument("file", type=Path)

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Read the file as the import does and hand its customers over."""
        if not settings.USES_SANDBOX:
            raise BadInput("this installation speaks to a real provider, not to the sandbox")
        try:
            content = options["file"].read_bytes()
            rows = read(content).rows
        except OSError as error:
            raise BadInput(f"{options['file']}: {error.strerror}") from error
        except BadFile as bad:
            raise BadInput(*bad.faults) from bad
        address = settings.PARTNER_CENTER["base_url"]
        customers, subscriptions = load(address, customers_of(rows))
        load_invoice(address, invoice_of(rows, content), [line_of(row) for row in rows])
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


def invoice_of(rows: list[Row], content: bytes) -> dict[str, Any]:
    """The invoice a file itemises: one number for the same bytes, billed on the first day of its cycle."""
    billed_on = commonest_cycle_start(rows)
    return {
        "number": f"D0{sha256(content).hexdigest()[:8].upper()}",
        "billed_on": billed_on.isoformat(),
        "starts_on": billed_on.isoformat(),
        "ends_on": max(row.charge_ends_on for row in rows if row.charge_starts_on == billed_on).isoformat(),
        "currency": rows[0].currency,
    }


def line_of(row: Row) -> dict[str, Any]:
    """A line of the file as the API answers it."""
    return {
        "partnerId": row.partner_id,
        "customerId": row.customer_id,
        "customerName": row.customer_name,
        "mpnId": 5011223,
        "tier2MpnId": -1,
        "orderId": row.order_id,
        "subscriptionId": sha256(row.subscription_id.encode()).hexdigest()[:16],
        "syndicationPartnerSubscriptionNumber": row.subscription_id,
        "offerId": row.offer_id,
        "durableOfferId": row.offer_id,
        "offerName": row.offer_name,
        "domainName": row.domain,
        "billingCycleType": "MONTHLY",
        "subscriptionName": row.subscription_name,
        "subscriptionDescription": row.offer_name,
        "subscriptionStartDate": _as_moment(row.starts_on),
        "subscriptionEndDate": _as_moment(row.ends_on),
        "chargeStartDate": _as_moment(row.charge_starts_on),
        "chargeEndDate": _as_moment(row.charge_ends_on),
        "chargeType": row.charge_type,
        "unitPrice": row.unit_price,
        "quantity": row.quantity,
        "amount": row.amount,
        "totalOtherDiscount": row.discount,
        "subtotal": row.subtotal,
        "tax": row.tax,
        "totalForCustomer": row.total,
        "currency": row.currency,
    }


def _as_moment(day: date | None) -> str:
    return f"{day or date.min}T00:00:00"


def language_of(name: str) -> tuple[str, str]:
    """The language a company's name is written in, as the provider's profile spells it."""
    if re.search("[\u4e00-\u9fff]", name):
        return "zh-CHS", "zh-CN"
    if re.search("[\u0400-\u04ff]", name):
        return "ru", "ru-RU"
    return "en", "en-US"
