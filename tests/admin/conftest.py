"""Who are the admins, and which book do they look at?"""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction

from billing.models import Hold
from customers.models import Membership, User
from customers.roles import Role
from disputes.asking import ask
from disputes.attaching import attach, belong
from disputes.gathering import gather
from disputes.models import CaseLine, CaseMail, Dispute, EarlierAnswer, Escalation, EscalationTerms
from disputes.owning import new_secret
from disputes.questioning import question
from disputes.replying import note
from disputes.resolving import answer
from dunning import correcting
from dunning.banking import import_statement
from dunning.claiming import claim
from dunning.drafting import begin
from dunning.founding import standard_policy
from dunning.lateness import print_with_policy
from dunning.models import Breaker, BreakerLift, Case, DeletionDecision, Restart
from dunning.promising import promise
from dunning.publishing import acknowledge, publish
from dunning.simulating import simulate_draft
from outbox import clock
from payables import rebilling
from subscriptions.stopping import open_stop
from tests import story
from tests.admin.furnishing import furnish
from tests.money.conftest import a_customer

NOON = story.at(story.SUSPEND, "15:00")


@pytest.fixture
def admin_person(db) -> User:
    """An admin of the whole installation who works for no partner."""
    return User.objects.create_superuser("admin@portal.example", story.PASSWORD, name="Portal admin")


@pytest.fixture
def deciding_admin(hanhai) -> User:
    """An admin who also works for Hanhai and may approve."""
    user = User.objects.create_superuser("zhao@hanhai.example", story.PASSWORD, name="Zhao Jun")
    Membership.objects.create(partner=hanhai, user=user, role=Role.ADMIN_AGENT)
    return user


@pytest.fixture
def looker(db) -> User:
    """Somebody who may open the admin and look at proposals and payments, not act."""
    user = User.objects.create_user("look@portal.example", story.PASSWORD, name="Looker", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_proposal", "view_payment", "view_run"]))
    return user


@pytest.fixture
def signed_in(client):
    """A browser in which a person has signed in."""

    def sign_in(user: User):
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def at_noon():
    """The portal's clock stands at the afternoon of the day suspensions are proposed."""
    with clock.standing_at(NOON):
        yield NOON


@pytest.fixture
def full_book(book, bohai):
    """Hanhai's book, beside a second partner's: suspended, paid, questioned, credited, held and warned again."""
    book.chase()
    now = story.at(story.SUSPEND, "14:00")
    staff = book.people["owner"]
    for customer in (book.mingyue, book.qinghe):
        story.pay(customer, "100.00", now)
    for customer in (book.lanhai, book.mingyue):
        invoice = customer.invoices.get()
        person = story.customer_person(customer, f"person{customer.pk}@customer.example")
        lines = {line.pk: Decimal("10.00") for line in invoice.lines.all()}
        case = question(invoice, lines, reason="price", text="Too dear", by=person, now=now)
        answer(case.pk, outcome="upheld", text="You are right", by=staff, now=now)
        acknowledge(customer, invoice.case.version, by=person, now=now)
        Restart.objects.create(partner=book.partner, case=Case.objects.get(invoice=invoice), at=now, why="again")
        Hold.objects.create(
            partner=book.partner,
            customer=customer,
            kind=Hold.Kind.HOLD,
            from_on=date(2026, 7, 2),
            until_on=date(2026, 7, 9),
            reason="They pay on Friday",
            recorded_at=now,
            recorded_by=staff,
        )
        seats = customer.subscriptions.values_list("pk", flat=True)
        open_stop(customer, seats, cause="fraud", evidence="Mass mail", by=staff, now=now)
    publish(book.partner, standard_policy("CNY"), effective_on=date(2027, 1, 1), now=now, by=staff)
    for customer in (book.lanhai, book.mingyue):
        breaker = Breaker.objects.create(partner=book.partner, tripped_at=now, limit=1, customers=[customer.pk])
        BreakerLift.objects.create(partner=book.partner, breaker=breaker, user=staff, at=now)
        DeletionDecision.objects.create(
            partner=book.partner,
            customer=customer,
            invoice=customer.invoices.get(),
            choice="let_go",
            reason="They have moved away",
            decided_at=now,
            decided_by=staff,
        )
    for customer in (book.lanhai, book.mingyue):
        invoice = customer.invoices.get()
        promise(invoice, Decimal("5.00"), now.date(), by=staff, now=now)
        said = {"amount": Decimal("6.00"), "currency": invoice.currency, "paid_on": now.date()}
        claim(customer, invoice, **said, by=staff, now=now)
    for partner, name in ((book.partner, "one"), (book.partner, "two")):
        text = f"Date,Amount,Payer,ID\n2026-07-01,7.77,Lanhai Trading,{name}\n"
        import_statement(partner, io.BytesIO(text.encode()), file_name=f"{name}.csv", now=now)
    for customer in (book.lanhai, book.mingyue):
        print_with_policy(customer.invoices.get(), language="en", now=now, by=staff)
    for partner in (book.partner, bohai):
        simulate_draft(begin(partner, now=now, by=staff), now=now, by=staff)
        EscalationTerms.objects.create(partner=partner, ask_again_days=5)
    _correct(book, staff, now)
    _cases(book, staff, now)
    story.settle_all(now)
    furnish(book, staff, now)
    return book


def _cases(book, staff, now) -> None:
    """Words, files, mails, an answer nobody accepted, a common cause and an escalation; two of each."""
    for case in Dispute.objects.filter(partner=book.partner).order_by("pk"):
        entry = note(case.pk, text="Looked at the order log", by=staff, now=now)
        belong([attach(case.customer, "log.txt", io.BytesIO(b"seats"), by=staff, now=now)], case, entry)
        EarlierAnswer.objects.create(
            partner=book.partner,
            dispute=case,
            outcome="rejected",
            answer="No",
            decided_at=now,
            decided_by=staff,
            told_by=case.told_by,
            told_at=now,
            reopened_at=now,
            why="It is not right",
        )
        line = case.invoice.lines.earliest("pk")
        CaseLine.objects.create(partner=book.partner, dispute=case, line=line, ordered=8, answer="Eight")
        asked = ask(case.customer, kind="support", title="No sign-in", text="Why", by=staff, now=now, source="staff")
        gather(book.partner, [asked.pk], title=f"Behind {asked.number}", text="", by=staff, now=now)
        escalation = Escalation.objects.create(
            partner=book.partner,
            dispute=asked,
            tried="Everything",
            why=["tools"],
            why_text="Nobody else can",
            asked_for="Look",
            prepared_by=staff,
            prepared_at=now,
            secret=new_secret(),
        )
        CaseMail.objects.create(
            partner=book.partner,
            dispute=asked,
            escalation=escalation,
            message_id=f"<{asked.pk}@example>",
            sha256="0" * 64,
            received_at=now,
            verdict="automatic",
        )


def _correct(book, staff, now) -> None:
    """Money sent back, payments taken back, and debts that somebody asked to give up; two of each."""
    nobodys = a_customer(book.partner, "Owes Nothing")
    why = {"reason": "by mistake", "by": staff, "now": now}
    for name in ("one", "two"):
        spare = story.pay(nobodys, "10.00", now, reference=f"spare {name}").received.payment
        correcting.send_back(spare, amount=Decimal(5), refunded_on=now.date(), reference=f"back {name}", **why)
        bounced = story.pay(nobodys, "3.00", now, reference=f"bounced {name}").received.payment
        correcting.take_payment_back(bounced, reversed_on=now.date(), **why)
    for customer in (book.lanhai, book.mingyue):
        correcting.ask_to_write_off(customer.invoices.get(), amount=Decimal(1), **why)


@pytest.fixture
def proposed(book):
    """Hanhai's book on the day three suspensions are proposed; nobody has decided yet."""
    for day in (story.COURTESY, story.REMIND, story.FINAL, story.SUSPEND):
        story.run_day(book.partner, day)
    return book


@pytest.fixture
def drafts(hanhai, sandbox_url):
    """Two drafts nobody has issued, one of a customer without an address."""
    story.import_book(hanhai, [story.company("Lanhai Trading"), story.company("Mingyue Logistics")])
    with transaction.atomic():
        rebilling.draft(hanhai, story.PERIOD, now=story.at(story.IMPORTED) + timedelta(minutes=5))
    return rebilling.drafts_of(hanhai, story.PERIOD)
