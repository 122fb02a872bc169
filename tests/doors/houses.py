"""Who stands at the doors, and whose rows do they ask for? Two partners whose every text carries their own mark."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.forms.models import model_to_dict

from billing.models import BankEntry, Checkout, Claim, CreditNote, CreditNoteLine, Hold, Invoice, PromiseToPay, WriteOff
from billing.models.prices import PassOn, PriceEntry, TaxRule
from customers.admitting import admit
from customers.inviting import Guest, invite
from customers.models import ApiToken, Customer, Document, Logo, Membership, Message, Partner, User
from customers.roles import STAFF_ROLES
from disputes.attaching import attach, belong
from disputes.models import AccessNews, CommonCause, Dispute, Escalation
from disputes.owning import new_secret
from disputes.questioning import question
from dunning.banking import import_statement
from dunning.founding import standard_policy
from dunning.models import Breaker, Decision, DeletionDecision, Proposal, Run, Simulation, SuspensionDebt
from dunning.policy.mapping import policy_to_mapping
from dunning.simulating import simulate
from payables.models import Finding, Intake, ProviderBill, ProviderPayment
from payables.paying import pay
from subscriptions.models import AccessChange, AccessStop, CustomerReading, Drift, Suspension
from tests import story
from tests.doors.table import Inner

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
    owner = story.people_of(partner)["owner"]
    picture = {"kind": "image/png", "content": b"png", "sha256": "0" * 64, "set_at": NOON, "set_by": owner}
    Logo.objects.create(partner=partner, **picture)
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
            "file": _file(asked, mark, person),
            "cause": _cause(asked, mark).pk,
            "access_news": (news := _access_news(customer)).pk,
            "access_letter": news.told_by_id,
            "escalation": _escalation(asked, mark).pk,
            "proposal": proposal.pk,
            "run": Run.objects.filter(partner=partner).latest("pk").pk,
            "bill": ProviderBill.objects.get(partner=partner).pk,
            "provider_payment": _sent(partner).pk,
            "provider_intake": _intake(partner, mark).pk,
            "finding": _finding(customer).pk,
            "decision": call.pk,
            **_places(person, mark),
            "message": Message.objects.filter(customer=customer).earliest("pk").pk,
            "reading": _parked_reading(customer, mark).pk,
            "access": _parked_change(customer, mark).pk,
            "hold": held.pk,
            "api_token": _token(partner, mark).pk,
            "stop": _stop(customer, mark).pk,
            "drift": _drift(customer, mark).pk,
            "suspension": _suspension(proposal).pk,
            "write_off": _write_off(invoice, mark, story.people_of(partner)["admin_agent"]).pk,
            "credit_note": _credit_note(customer, mark).pk,
            "promise": _promise(invoice, mark, person).pk,
            "bank_entry": (entry := _bank_entry(customer, mark)).pk,
            "bank_statement": entry.statement_id,
            **_prices(customer, mark),
            "checkout": _checkout(invoice, person).pk,
            "claim": _claim(invoice, mark, person).pk,
            "simulation": _simulation(partner).pk,
            "breaker": _breaker(customer).pk,
            "deletion": _deletion(invoice, mark, story.people_of(partner)["admin_agent"]).pk,
        },
    )


def _places(person: User, mark: str) -> dict[str, int]:
    """A place at the customer and one at the partner, and somebody who is invited to each."""
    place = Membership.objects.select_related("partner", "customer").get(user=person)
    owner = story.people_of(place.partner)["owner"]
    email = f"{mark.lower()}@invited.example"
    theirs = invite(place.partner, Guest(email, "customer_viewer"), by=owner, now=NOON, customer=place.customer)
    ours = invite(place.partner, Guest(email, "viewer"), by=owner, now=NOON)
    colleague = Membership.objects.get(partner=place.partner, customer=None, role="sales")
    return {
        "membership": place.pk,
        "invitation": theirs.pk,
        "colleague": colleague.pk,
        "colleague_invited": ours.pk,
    }


def _token(partner: Partner, mark: str) -> ApiToken:
    """A program's way in."""
    by = story.people_of(partner)["owner"]
    return admit(partner, f"{mark} program", ["invoices", "payments", "runs"], days=90, by=by, now=NOON)[0]


def _prices(customer: Customer, mark: str) -> dict[str, int]:
    """A price, a tax rule, and what is passed on; each house has the last for a day of its own."""
    whose = {"partner": customer.partner, "reason": f"{mark} price", "added_at": NOON}
    day = story.IMPORTED + timedelta(days=customer.pk % 5_000)
    entry = PriceEntry.objects.create(
        customer=customer, method="cost_plus", percent=Decimal(12), from_on=story.IMPORTED, **whose
    )
    tax = TaxRule.objects.create(customer=customer, rate=Decimal("0.13"), from_on=story.IMPORTED, **whose)
    ways = PassOn.objects.create(from_on=day, until_on=day, **whose)
    return {"price": entry.pk, "tax_rule": tax.pk, "pass_on": ways.pk}


def _file(asked: Dispute, mark: str, person: User) -> Inner:
    """A file of the question."""
    file = attach(asked.customer, f"{mark}.txt", io.BytesIO(f"{mark} evidence".encode()), by=person, now=NOON)
    belong([file], asked)
    return Inner.of(file.pk, dispute_id=asked.pk, pk=asked.pk)


def _access_news(customer: Customer) -> AccessNews:
    """What they were told of their access, unanswered."""
    letter = Message.objects.filter(customer=customer).latest("pk")
    told = {"partner": customer.partner, "customer": customer, "told_by": letter, "told_at": NOON}
    return AccessNews.objects.create(kind="restored", window_ends_at=NOON + timedelta(days=365), **told)


def _escalation(asked: Dispute, mark: str) -> Escalation:
    """The question prepared for the provider, with its archive."""
    by = story.people_of(asked.partner)["owner"]
    one = Escalation.objects.create(
        partner=asked.partner,
        dispute=asked,
        tried=f"{mark} tried",
        why=["tools"],
        why_text=f"{mark} why",
        asked_for=f"{mark} asked for",
        prepared_by=by,
        prepared_at=NOON,
        secret=new_secret(),
    )
    content = f"{mark} archive".encode()
    Document.objects.create(
        partner=asked.partner,
        kind=Document.Kind.PACK,
        about=f"{one.pk}, {mark}",
        language="mul",
        file_name=f"pack-{mark}.zip",
        content_type="application/zip",
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        made_at=NOON,
        made_by=by,
    )
    return one


def _cause(asked: Dispute, mark: str) -> CommonCause:
    """A common cause with this case under it."""
    cause = CommonCause.objects.create(
        partner=asked.partner,
        number=f"{mark}-P1",
        title=f"{mark} cause",
        owner=asked.owner,
        opened_by=asked.owner,
        opened_at=NOON,
    )
    Dispute.objects.filter(pk=asked.pk).update(cause=cause)
    return cause


def _finding(customer: Customer) -> Finding:
    """A difference on the provider's bill that nobody has decided."""
    one = customer.subscriptions.earliest("pk")
    return Finding.objects.create(
        partner=customer.partner,
        bill=ProviderBill.objects.get(partner=customer.partner),
        kind="seats",
        key=f"{one.pk}:cycle fee",
        customer=customer,
        subscription=one,
        provider_line=one.provider_lines.earliest("pk"),
        invoice_line=one.invoice_lines.earliest("pk"),
        difference=Decimal("60.00"),
        values={"why": "known", "theirs": "10", "ours": "9"},
        found_at=NOON,
    )


def _intake(partner: Partner, mark: str) -> Intake:
    asked = {"name": f"{mark}.csv", "source": "file", "state": "refused", "asked_at": NOON}
    return Intake.objects.create(partner=partner, faults=[f"line 2: {mark}"], **asked)


def _sent(partner: Partner) -> ProviderPayment:
    """A payment to the provider; the book has one bill for all its customers."""
    bill = ProviderBill.objects.get(partner=partner)
    owner = story.people_of(partner)["owner"]
    told = {"amount": Decimal("1.00"), "paid_on": NOON.date(), "reference": "TT", "once": "furniture"}
    return pay(bill, by=owner, now=NOON, **told)


def _checkout(invoice: Invoice, person: User) -> Checkout:
    """A payment online that was begun and went no further."""
    return Checkout.objects.create(
        partner=invoice.partner,
        customer=invoice.customer,
        invoice=invoice,
        key=f"checkout:{invoice.pk}",
        reference=invoice.reference or "",
        amount=Decimal("1.00"),
        currency=invoice.currency,
        started_at=NOON,
        started_by=person,
        expires_at=NOON,
        queued_at=NOON,
        due_at=NOON,
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


def _drift(customer: Customer, mark: str) -> Drift:
    """A subscription at the provider that the book does not have."""
    return Drift.objects.create(
        partner=customer.partner,
        customer=customer,
        provider_id=f"{mark}-unknown".lower(),
        kind=Drift.Kind.UNKNOWN,
        theirs={"name": f"{mark} Project", "offer": f"{mark} Project", "seats": 3, "status": "active"},
        found_at=NOON,
        last_seen_at=NOON,
    )


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
