"""What does a customer read about a suspension, when it has happened and in the preview of the letter before?"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from billing.models import Invoice
from billing.money import plain
from billing.referring import restoring_reference
from subscriptions.models import Subscription

from .picturing import deleted_on


def suspension_values(
    invoice: Invoice, subscriptions: Sequence[Subscription], *, debt: Decimal, since: datetime, deletion_days: int
) -> dict[str, Any]:
    """What the letter "suspended" says, frozen as text; `since` is the instant access was lost."""
    return {
        "invoice": invoice.number,
        "amount": plain(debt, invoice.currency),
        "currency": invoice.currency,
        "reference": restoring_reference(invoice),
        "subscriptions": [one.name for one in subscriptions],
        "seats": sum(one.quantity for one in subscriptions),
        "since": since.isoformat(),
        "deletes_on": str(deleted_on(since, deletion_days, invoice.customer.tz)),
        "deletion_days": deletion_days,
        "link": f"/my/invoices/{invoice.pk}/",
    }
