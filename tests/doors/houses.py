"""Who stands at the doors, and whose rows do they ask for? Two partners whose every text carries their own mark."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.forms.models import model_to_dict

from billing.models import Hold
from customers.models import Customer, Membership, Message, Partner, User
from customers.roles import STAFF_ROLES
from disputes.questioning import question
from dunning.models import Decision, Proposal, Run
from payables.models import ProviderBill
from subscriptions.models import AccessChange, CustomerReading
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
    Hold.objects.create(
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
        },
    )


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
