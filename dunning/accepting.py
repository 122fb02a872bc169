"""The provider has switched on what we held back for a debt: does our book let it stand?"""

from collections import defaultdict
from datetime import datetime

from billing.models import Invoice
from customers.models import User
from subscriptions.drifting import end
from subscriptions.mending import ACCEPT, deciding, held_by
from subscriptions.models import Drift, Suspension

from .releasing import lift
from .reviewing import review


def accept(row: Drift, *, reason: str, by: User, now: datetime) -> None:
    """End our suspensions of this subscription, as every release by a person does: access is read back, and the
    customer is told. The debt stays; while it does, the rulebook may propose to suspend again, for a person's yes.

    Raises stopping.NotAllowed, and ValueError without a reason."""
    if not reason.strip():
        raise ValueError("reason: say why")
    with deciding(row, ACCEPT, by) as fresh:
        owing: dict[Invoice, list[Suspension]] = defaultdict(list)
        for one in held_by(fresh):
            owing[one.debt.invoice].append(one)
        for invoice, rows in owing.items():
            lift(invoice, rows, why="person", now=now)
        end(fresh, Drift.How.RECORDED, now=now, why=reason.strip(), by=by)
        review([fresh.customer_id], now=now)
