"""What happens next to one invoice, when and why, and what happened so far? For pages, mails and commands alike."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from billing.models import Invoice
from billing.money import plain
from customers.models import Customer, Partner

from . import policy as book
from .facts import load
from .models import Decision
from .recording import as_json


@dataclass(frozen=True)
class Explained:
    """One invoice's story. `case` is None when nothing is owed and the case is closed."""

    invoice: Invoice
    customer: Customer
    now: datetime
    policy: book.Policy | None
    version: int | None
    decision: book.Decision | None
    history: list[Decision]

    def day_of(self, instant: datetime) -> date:
        """The customer's day of an instant."""
        return instant.astimezone(self.customer.tz).date()

    @property
    def next(self) -> book.Take | book.Wait | None:
        """The next step; None when nothing is owed."""
        if self.decision is None or isinstance(self.decision.next, book.Clear):
            return None
        return self.decision.next

    def as_answer(self) -> dict[str, Any]:
        """The story as `explain --json` gives it."""
        return {
            "invoice": self.invoice.number,
            "customer": self.customer.name,
            "currency": self.invoice.currency,
            "undisputed_due": plain(
                self.decision.undisputed if self.decision else self.invoice.balance, self.invoice.currency
            ),
            "policy": f"policy {self.version}" if self.version else None,
            "version": self.version,
            "next": self._next(),
            "schedule": [
                {"on": entry.on, "stage": entry.stage, "action": entry.action, "because": entry.because.code}
                for entry in (self.decision.schedule if self.decision else ())
            ],
            "history": [self._happened(row) for row in self.history],
        }

    def _next(self) -> dict[str, Any] | None:
        answer = self.next
        if answer is None or self.policy is None:
            return None
        stage = self.policy.stage(answer.stage) if answer.stage else None
        if isinstance(answer, book.Take):
            on: date | None = self.day_of(self.now)
        else:
            on = self.day_of(answer.until) if answer.until else None
        return {
            "on": on,
            "stage": answer.stage,
            "action": stage.action if stage else None,
            "because": answer.because.code,
            "values": as_json(answer.because.values),
        }

    def _happened(self, row: Decision) -> dict[str, Any]:
        message = row.message
        return {
            "on": self.day_of(row.decided_at),
            "stage": row.stage,
            "action": row.action,
            "because": row.because,
            "round": row.round,
            "attempt": row.attempt,
            "amount": plain(row.amount, self.invoice.currency),
            "suspend_on": row.suspend_on,
            "delivered_at": message.delivered_at if message else None,
            "bounced_at": message.bounced_at if message else None,
            "called_at": row.called_at,
        }


def explain(partner: Partner, number: str, *, now: datetime) -> Explained | None:
    """The story of an issued invoice by number; None where there is none."""
    invoice = (
        Invoice.objects.filter(partner=partner, number=number)
        .exclude(status=Invoice.Status.DRAFT)
        .select_related("customer__partner")
        .first()
    )
    return explain_invoice(invoice, now=now) if invoice else None


def explain_invoice(invoice: Invoice, *, now: datetime) -> Explained:
    """The story of an issued invoice: the rulebook's answer with its dated future, and the decisions so far."""
    customer = invoice.customer
    history = list(
        Decision.objects.filter(invoice=invoice, decided_at__lte=now)
        .select_related("message", "called_by", "proposal")
        .order_by("decided_at", "pk")
    )
    for loaded in load([customer], now=now):
        if loaded.invoice.pk == invoice.pk:
            return Explained(
                invoice,
                customer,
                now,
                loaded.policy,
                loaded.policy.version,
                book.schedule(loaded.policy, loaded.facts, now),
                history,
            )
    version = history[-1].version.number if history else None
    return Explained(invoice, customer, now, None, version, None, history)
