"""Who are the admins, and which book do they look at?"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction

from billing.models import Hold
from customers.models import Membership, User
from customers.roles import Role
from disputes.questioning import question
from disputes.resolving import answer
from dunning.founding import standard_policy
from dunning.models import Case, Restart
from dunning.publishing import acknowledge, publish
from outbox import clock
from payables import rebilling
from tests import story

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
    publish(book.partner, standard_policy("CNY"), effective_on=date(2027, 1, 1), now=now, by=staff)
    story.settle_all(now)
    return book


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
