"""What would a doubter ask before a suspension? The debt, what the customer was told, when it may happen, the
reasons not to, and what follows."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext

from billing.models import InvoiceLine
from billing.money import ZERO
from customers.models import Contact, Letter, Message
from customers.own_words import own_words
from customers.sending import words
from customers.writing import contact_for, language_of
from dunning import policy as book
from dunning.describing import suspension_values
from dunning.models import Decision, PolicyTold, Proposal, Stage
from dunning.picturing import deleted_on
from dunning.wording import proof, stage
from payables.models import ProviderBill, ProviderLine
from subscriptions.models import Suspension

from .checks import Check, checks
from .looking import Looking


@dataclass
class Debt:
    """One subscription on the invoice: what was billed, what is left, and what happens to it."""

    name: str
    seats: int
    billed: Decimal = ZERO
    paid: Decimal = ZERO
    disputed: Decimal = ZERO
    due: Decimal = ZERO
    effect: str = ""
    off: bool = False


@dataclass
class Evidence:
    """Everything the page about a proposal shows."""

    proposal: Proposal
    debts: list[Debt]
    total: Debt
    told: list[dict[str, Any]]
    rail: list[dict[str, Any]]
    checks: list[Check]
    users: int
    names: list[str]
    happens_at: datetime
    earliest_at: datetime | None
    deletes_on: date
    deletion_days: int
    # What another month of these adds to the debt, and until when their terms run with the provider.
    each_month: Decimal
    terms_end: date | None
    contact: Contact | None
    provider_cost: Decimal
    provider_bill: ProviderBill | None
    letter: dict[str, Any]
    told_policy: PolicyTold | None
    off: list[Suspension]

    @property
    def against(self) -> int:
        """How many of the reasons looked for stand against it."""
        return sum(not one.fine for one in self.checks)


class Gathering(Looking):
    """The evidence for one proposal, gathered for its page."""

    def evidence(self) -> Evidence:
        """All of it."""
        debts = self._debts()
        history = list(
            Decision.objects.filter(invoice=self.invoice)
            .select_related("message", "called_by")
            .order_by("decided_at", "pk")
        )
        earliest = max((row.not_before for row in history if row.not_before and _reached(row)), default=None)
        happens = self._happens()
        deletes = deleted_on(happens, self.version.deletion_days, self.customer.tz)
        return Evidence(
            proposal=self.proposal,
            debts=debts,
            total=_total(debts),
            told=[self._told(row) for row in history if row.action != Stage.Action.SUSPEND],
            rail=self._rail(history, earliest, happens),
            checks=checks(self),
            users=sum(one.quantity for one in self.subscriptions.values()),
            names=[one.name for one in self.subscriptions.values()],
            happens_at=happens,
            earliest_at=earliest,
            deletes_on=deletes,
            deletion_days=self.version.deletion_days,
            letter=self._letter(happens),
            each_month=sum((debt.billed for debt in debts if debt.off), ZERO),
            terms_end=max((one.ends_on for one in self.subscriptions.values() if one.ends_on), default=None),
            contact=contact_for(self.customer, ["billing", "owner"]),
            told_policy=PolicyTold.objects.filter(customer=self.customer, version=self.version).first(),
            off=self._off(),
            **self._cost(),
        )

    def _off(self) -> list[Suspension]:
        """What was switched off by this proposal, and whether it is back."""
        change = self.proposal.change
        return list(change.opened.select_related("subscription").order_by("pk")) if change else []

    def _happens(self) -> datetime:
        """When it would happen: after the undo window, in the next staffed hour."""
        approved = self.proposal.approved_at or self.now
        after = max(approved + timedelta(minutes=self.version.undo_minutes), self.now)
        if self.judged is None:
            return after
        facts = self.judged.loaded.facts
        return book.window(after, facts.calendar, facts.zone) or after

    def _debts(self) -> list[Debt]:
        made: dict[int | None, Debt] = {}
        frozen = self.frozen()
        for line in self.invoice.lines.select_related("subscription").order_by("position"):
            debt = made.setdefault(line.subscription_id, self._new(line))
            held = min(frozen[line.pk], max(line.open, ZERO))
            debt.billed += line.total
            debt.paid += line.total - line.open
            debt.disputed += held
            debt.due += line.open - held
        for pk, debt in made.items():
            debt.off = pk in self.proposal.covers
            debt.effect = self._effect(pk, debt)
        return sorted(made.values(), key=lambda debt: not debt.off)

    def _new(self, line: InvoiceLine) -> Debt:
        if line.subscription is None:
            return Debt(line.description, line.quantity)
        return Debt(line.subscription.name, line.subscription.quantity)

    def _effect(self, pk: int | None, debt: Debt) -> str:
        if pk in self.proposal.follows:
            return gettext("Suspend, with its base")
        if debt.off:
            return gettext("Suspend")
        if debt.due <= ZERO:
            return gettext("Stays active, in dispute") if debt.disputed else gettext("Stays active, paid")
        return gettext("Stays active, too little")

    def _told(self, row: Decision) -> dict[str, Any]:
        message = row.message
        if message is None:
            spoken = f"“{row.call_note}”" if row.call_note else ""
            return {"name": stage(row.stage), "sent": row.decided_at, "delivered": row.called_at, "to": spoken}
        return {
            "name": stage(row.stage),
            "sent": row.decided_at,
            "delivered": message.delivered_at,
            "bounced": message.bounced_at,
            "seen": message.seen_at,
            "to": message.to_email,
            "proof": proof(message, today=self.today, zone=self.zone),
        }

    def _rail(self, history: list[Decision], earliest: datetime | None, happens: datetime) -> list[dict[str, Any]]:
        final = next((row for row in reversed(history) if row.suspend_on and _reached(row)), None)
        stops: list[dict[str, Any]] = []
        if final is not None:
            name = gettext("%(stage)s delivered") % {"stage": stage(final.stage)}
            stops.append({"name": name, "at": _reached(final), "kind": "done"})
            if final.pay_by:
                ended = final.pay_by < self.now
                stops.append({"name": gettext("Pay by"), "at": final.pay_by, "kind": "done" if ended else "ahead"})
        if earliest is not None:
            ended = self.proposal.ended_at is not None
            kind = "done" if ended else "now" if earliest <= self.now else "ahead"
            stops.append({"name": gettext("Earliest permitted"), "at": earliest, "kind": kind})
        state = self.proposal.state
        note = {
            Proposal.State.PROPOSED: gettext("if you approve now"),
            Proposal.State.APPROVED: gettext("approved"),
            Proposal.State.CARRIED_OUT: gettext("carried out"),
        }.get(Proposal.State(state), gettext("called off"))
        if state == Proposal.State.CARRIED_OUT:
            stops.append({"name": stage("suspend"), "at": self.proposal.ended_at, "kind": "happened", "note": note})
        elif state in (Proposal.State.PROPOSED, Proposal.State.APPROVED):
            stops.append({"name": stage("suspend"), "at": happens, "kind": "risk", "note": note})
        return stops

    # What follows

    def _cost(self) -> dict[str, Any]:
        """What the provider charged for these subscriptions on its last bill, and may go on charging."""
        bill = (
            ProviderBill.objects.filter(lines__subscription_id__in=self.proposal.covers, currency=self.invoice.currency)
            .order_by("-billed_on", "-pk")
            .first()
        )
        lines = ProviderLine.objects.filter(bill=bill, subscription_id__in=self.proposal.covers)
        cost = lines.aggregate(sum=Sum("total"))["sum"] if bill else None
        return {"provider_cost": cost or ZERO, "provider_bill": bill}

    def _letter(self, happens: datetime) -> dict[str, Any]:
        """The mail the customer will get, in their language, with today's figures."""
        contact = contact_for(self.customer, ["billing", "owner"])
        due = self.judged.decision.undisputed if self.judged else self.proposal.decision.amount
        letter = Message(
            partner=self.proposal.partner,
            customer=self.customer,
            letter=Letter.SUSPENDED,
            language=language_of(self.customer, contact),
            to_email=contact.email if contact else "",
            queued_at=self.now,
            values=suspension_values(
                self.invoice,
                list(self.subscriptions.values()),
                debt=due,
                since=happens,
                deletion_days=self.version.deletion_days,
            ),
        )
        subject, text, _html = words(letter, own_words(letter))
        return {
            "subject": subject,
            "text": text,
            "to": (contact.name or contact.email) if contact else "",
            "language": letter.language,
        }


def _reached(row: Decision) -> datetime | None:
    """When a notice reached the customer, if it did."""
    message = row.message
    moments = [row.called_at]
    if message is not None:
        moments += [message.seen_at, None if message.bounced_at else message.delivered_at]
    return min((moment for moment in moments if moment), default=None)


def _total(debts: list[Debt]) -> Debt:
    total = Debt("", sum(debt.seats for debt in debts if debt.off))
    for debt in debts:
        total.billed += debt.billed
        total.paid += debt.paid
        total.disputed += debt.disputed
        total.due += debt.due
    return total
