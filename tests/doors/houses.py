"""Who stands at the doors, and whose rows do they ask for? Two partners whose every text carries their own mark."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from decimal import Decimal

from django.forms.models import model_to_dict

from billing.models import BankEntry, Claim, CreditNote, CreditNoteLine, Hold, Invoice, PromiseToPay, WriteOff
from customers.models import Customer, Membership, Message, Partner, User
from customers.roles import STAFF_ROLES
from disputes.questioning import question
from dunning.banking import import_statement
from dunning.founding import standard_policy
from dunning.models import Breaker, Decision, DeletionDecision, Proposal, Run, Simulation, SuspensionDebt
from dunning.policy.mapping import policy_to_mapping
from dunning.simulating import simulate
from payables.models import ProviderBill
from subscriptions.models import AccessChange, AccessStop, CustomerReading, Suspension
from tests import story

NOON = story.at(story.SUSPEND)
OURS, SIBLING, THEIRS = "hanhaiMARK", "siblingMARK", "bohaiMARK"
ABSENT = 987_654_321


@dataclass
class House:
    """A customer with one row of every kind that an address can name."""

    customer: Customer
    rows: dict[str, int] = field(default_factory=dict)


def furnish(partner: Partner, *marks: str) -> list[House]:
    """A partner's book in which each customer has something of everything; `marks` are in all its texts."""
    companies = [
        story.company(f"{mark} Trading", story.Seats(f"{mark} E3"), story.Seats(f"{mark} Visio", 4)) for mark in marks
    ]
    story.import_book(partner, companies)
    story.issue_all(partner)
    story.chase(partner, story.people_of(partner)["owner"], until=story.FINAL)
    story.run_day(partner, story.SUSPEND)
    return [_house(story.customer_named(partner, f"{mark} Trading"), mark) for mark in marks]


def _house(customer: Customer, mark: str) -> House:
    person = story.customer_person(customer, f"{mark.lower()}@customer.example")
    partner, invoice = customer.partner, customer.invoices.get()
    customer.contacts.update(name=f"{mark} Person")
    held = Hold.objects.create(
        partner=partner,
        customer=customer,
        kind="hold",
        from_on=story.IMPORTED,
        until_on=story.ISSUED,
        reason=f"{mark} reason",
        recorded_at=NOON,
    )
    paid = story.pay(customer, "1.00", NOON, reference=f"{mark} transfer", settled=False).received.payment
    asked = question(
        invoice,
        {invoice.lines.earliest("pk").pk: Decimal("1.00")},
        reason="price",
        text=f"{mark} question",
        by=person,
        now=NOON,
    )
    proposal = Proposal.objects.filter(customer=customer).latest("pk")
    call = _call(proposal.decision)
    return House(
        customer,
        {
            "customer": customer.pk,
            "invoice": invoice.pk,
            "payment": paid.pk,
            "dispute": asked.pk,
            "proposal": proposal.pk,
            "run": Run.objects.filter(partner=partner).latest("pk").pk,
            "bill": ProviderBill.objects.get(partner=partner).pk,
            "decision": call.pk,
            "message": Message.objects.filter(customer=customer).earliest("pk").pk,
            "reading": _parked_reading(customer, mark).pk,
            "access": _parked_change(customer, mark).pk,
            "hold": held.pk,
            "stop": _stop(customer, mark).pk,
            "suspension": _suspension(proposal).pk,
            "write_off": _write_off(invoice, mark, story.people_of(partner)["admin_agent"]).pk,
            "credit_note": _credit_note(customer, mark).pk,
            "promise": _promise(invoice, mark, person).pk,
            "bank_entry": (entry := _bank_entry(customer, mark)).pk,
            "bank_statement": entry.statement_id,
            "claim": _claim(invoice, mark, person).pk,
            "simulation": _simulation(partner).pk,
            "breaker": _breaker(customer).pk,
            "deletion": _deletion(invoice, mark, story.people_of(partner)["admin_agent"]).pk,
        },
    )


def _stop(customer: Customer, mark: str) -> AccessStop:
    """A suspension for misuse that waits for a second person."""
    return AccessStop.objects.create(
        partner=customer.partner,
        customer=customer,
        cause="fraud",
        scope=list(customer.subscriptions.values_list("pk", flat=True)),
        evidence=f"{mark} evidence",
        opened_by=story.people_of(customer.partner)["help_desk"],
        opened_at=NOON,
    )


def _bank_entry(customer: Customer, mark: str) -> BankEntry:
    """Money at the bank that nobody has matched."""
    rows = f"Date,Amount,Payer,Text,ID\n2026-06-30,7.77,{mark} bank,{mark} money,{mark}\n"
    import_statement(customer.partner, io.BytesIO(rows.encode()), file_name=f"{mark}.csv", now=NOON)
    return BankEntry.objects.get(partner=customer.partner, entry_id=mark)


def _suspension(proposal: Proposal) -> Suspension:
    """One for non-payment, ended by a person."""
    row = Suspension.objects.create(
        partner=proposal.partner,
        customer=proposal.customer,
        subscription_id=proposal.covers[0],
        cause="non_payment",
        began_at=NOON,
        ended_at=NOON,
        ended_why="person",
    )
    SuspensionDebt.objects.create(
        partner=proposal.partner,
        suspension=row,
        invoice=proposal.decision.invoice,
        decision=proposal.decision,
        debt=proposal.decision.amount,
        earliest_at=NOON,
        looked_at=NOON,
    )
    return row


def _breaker(customer: Customer) -> Breaker:
    """A breaker that nobody has lifted."""
    return Breaker.objects.create(partner=customer.partner, tripped_at=NOON, limit=3, customers=[customer.pk])


def _deletion(invoice: Invoice, mark: str, person: User) -> DeletionDecision:
    """Data that one person lets go."""
    return DeletionDecision.objects.create(
        partner=invoice.partner,
        customer=invoice.customer,
        invoice=invoice,
        choice="let_go",
        reason=f"{mark} moved away",
        decided_at=NOON,
        decided_by=person,
    )


def _simulation(partner: Partner) -> Simulation:
    """What the standard policy would change: nothing, but the page has its figures."""
    policy = standard_policy(partner.currency)
    result = simulate(partner, policy, now=NOON)
    return Simulation.objects.create(partner=partner, at=NOON, mapping=policy_to_mapping(policy), result=result)


def _promise(invoice: Invoice, mark: str, person: User) -> PromiseToPay:
    """A promise that was not kept."""
    return PromiseToPay.objects.create(
        partner=invoice.partner,
        customer=invoice.customer,
        invoice=invoice,
        amount=Decimal("2.00"),
        currency=invoice.currency,
        by_on=story.COURTESY,
        made_at=story.at(story.ISSUED),
        made_by=person,
        note=f"{mark} note",
    )


def _claim(invoice: Invoice, mark: str, person: User) -> Claim:
    """A payment that was reported long ago, and not found."""
    return Claim.objects.create(
        partner=invoice.partner,
        customer=invoice.customer,
        invoice=invoice,
        amount=Decimal("3.00"),
        currency=invoice.currency,
        paid_on=story.COURTESY,
        reference=f"{mark} claim",
        at=story.at(story.COURTESY),
        by=person,
    )


def _write_off(invoice: Invoice, mark: str, asker: User) -> WriteOff:
    """A debt that somebody asked to give up."""
    return WriteOff.objects.create(
        partner=invoice.partner,
        customer=invoice.customer,
        invoice=invoice,
        amount=Decimal("1.00"),
        currency=invoice.currency,
        reason=f"{mark} insolvent",
        asked_by=asker,
        asked_at=NOON,
    )


def _credit_note(customer: Customer, mark: str) -> CreditNote:
    """Something given back that found no debt yet."""
    note = CreditNote.objects.create(
        partner=customer.partner,
        customer=customer,
        number=f"{mark}-C1",
        why="goodwill",
        reason=f"{mark} goodwill",
        currency=customer.partner.currency,
        total=Decimal("1.00"),
        issued_on=story.ISSUED,
        issued_at=story.at(story.ISSUED),
    )
    CreditNoteLine.objects.create(
        partner=customer.partner,
        credit_note=note,
        position=1,
        description=f"{mark} line",
        net=Decimal("1.00"),
        tax=0,
        total=Decimal("1.00"),
    )
    return note


def _call(like: Decision) -> Decision:
    """An open call task, which the standard policy has no stage for."""
    told = model_to_dict(like, exclude=["id", "partner", "case", "invoice", "run", "version", "message", "called_by"])
    facts = {"stage": "call", "action": "call_task"}
    return Decision.objects.create(
        partner=like.partner, case=like.case, invoice=like.invoice, version=like.version, **(told | facts)
    )


def _parked_reading(customer: Customer, mark: str) -> CustomerReading:
    CustomerReading.objects.filter(customer=customer).update(
        outcome="parked", settled_at=None, reason=f"{mark} is unknown"
    )
    return CustomerReading.objects.get(customer=customer)


def _parked_change(customer: Customer, mark: str) -> AccessChange:
    return AccessChange.objects.create(
        partner=customer.partner,
        customer=customer,
        wanted="active",
        scope=list(customer.subscriptions.values_list("pk", flat=True)),
        key=f"restore:{mark}",
        queued_at=NOON,
        due_at=NOON,
        outcome="parked",
        reason=f"{mark} was refused",
    )


@dataclass(frozen=True)
class Person:
    """Somebody at the door: `role` decides what they may, `mine` and `never` which marks they may see and not."""

    name: str
    user: User | None
    role: str | None
    mine: str = ""
    never: tuple[str, ...] = (OURS, SIBLING, THEIRS)


def people(hanhai: Partner, bohai: Partner, home: House) -> list[Person]:
    """Everybody of the door table."""
    staff = story.people_of(hanhai)
    seen = {role: Person(role, staff[role], role, OURS, (THEIRS,)) for role in map(str, STAFF_ROLES)}
    customers = [
        Person(role, story.customer_person(home.customer, f"{role}@customer.example", role), role, OURS, others)
        for role, others in [("customer_billing", (SIBLING, THEIRS)), ("customer_viewer", (SIBLING, THEIRS))]
    ]
    gone = User.objects.create_user("gone@hanhai.example", name="Gone")
    Membership.objects.create(partner=hanhai, user=gone, role="owner")
    admin = User.objects.create_superuser("admin@portal.example", name="Admin")
    return [
        Person("anonymous", None, None),
        *customers,
        *seen.values(),
        Person("staff of the other partner", story.people_of(bohai)["owner"], "owner", THEIRS, (OURS, SIBLING)),
        Person("ex-member with a live session", gone, None),
        Person("platform admin", admin, None),
    ]


def leave(person: Person) -> None:
    """The ex-member's places end; the session stays."""
    if person.user and person.name.startswith("ex-member"):
        Membership.objects.filter(user=person.user).delete()
