"""Does the history say who and why, is it sealed, and does verify see what was done to it?"""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from customers.history.acting import Acting, at_work, because
from customers.history.sealing import seal
from customers.limiting import set_limit
from customers.models import Change, Contact, Customer, User
from customers.telling import tell
from outbox import clock
from partnerportal.celery import app
from tests import story
from tests.money.conftest import a_customer
from tests.verifying.damaging import broken, damage, judged

NOON = story.at(story.SUSPEND)


@pytest.fixture
def lanhai(hanhai) -> Customer:
    """One customer."""
    return a_customer(hanhai, "Lanhai Trading")


def last(table: str) -> Change:
    return Change.objects.filter(table=table).latest("pk")


def test_a_change_says_who_what_from_to_why_and_by_which_page(lanhai, people):
    billing = people["billing"]
    with clock.standing_at(NOON), at_work(Acting("request", "customer_limit 1f", billing.pk, str(billing))):
        set_limit(lanhai, Decimal("50000.00"), by=billing, now=NOON)
        set_limit(lanhai, Decimal("80000.10"), by=billing, now=NOON, why="They pay early")

    change = last("customers.Customer")
    assert (change.before, change.after) == (
        {"credit_limit": Decimal("50000.00")},
        {"credit_limit": Decimal("80000.10")},
    )
    assert (change.why, change.person_id, change.name) == ("They pay early", billing.pk, "Billing")
    assert (change.through, change.work, change.at) == ("request", "customer_limit 1f", NOON)
    assert (change.partner, change.customer) == (lanhai.partner, lanhai)


def test_what_comes_after_is_nobodys(lanhai):
    with at_work(Acting("request", "page 1", None, "Somebody")):
        Contact.objects.filter(customer=lanhai).update(name="One")
    Contact.objects.filter(customer=lanhai).update(name="Two")

    assert (last("customers.Contact").name, last("customers.Contact").through) == ("portal_owner", "database")


def test_a_task_is_named(lanhai):
    @app.task(name="tests.history.rename")
    def rename():
        Customer.objects.filter(pk=lanhai.pk).update(domain="lanhai.example")

    rename()
    change = last("customers.Customer")
    assert (change.through, change.work.split()[0], change.name) == ("task", "tests.history.rename", "")


def test_a_reason_is_one_transactions(lanhai):
    with transaction.atomic():
        because("a merger")
        Customer.objects.filter(pk=lanhai.pk).update(name="Lanhai Group")
    assert last("customers.Customer").why == "a merger"


def test_a_secret_is_kept_as_changed_and_no_more(people):
    people["owner"].set_password("another-password")
    people["owner"].save()

    change = last("customers.User")
    assert (change.before, change.after) == ({"password": "***"}, {"password": "***"})


def test_nobody_writes_changes_or_deletes_the_history(lanhai):
    for deed in (
        'INSERT INTO customers_change ("table", row, what, why, name, through, work, at, machine_at)'
        " VALUES ('x', 1, 'added', '', 'x', 'request', '', now(), now())",
        "UPDATE customers_change SET name = 'Other'",
        "DELETE FROM customers_change",
        "TRUNCATE customers_change",
        "SELECT customers_keep_change()",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {settings.DATABASE_APP_ROLE}")
            cursor.execute(deed)
    for deed in ("UPDATE customers_change SET name = 'Other'", "DELETE FROM customers_change"):
        with pytest.raises(DatabaseError, match="pgtrigger: Cannot"), transaction.atomic():
            connection.cursor().execute(deed)


def test_a_person_who_goes_leaves_their_name(lanhai):
    gone = User.objects.create_user("gone@hanhai.example", name="Gone Away")
    with at_work(Acting("request", "page", gone.pk, str(gone))):
        Contact.objects.filter(customer=lanhai).update(name="Theirs")
    gone.delete()

    assert last("customers.Contact").name == "Gone Away"
    assert last("customers.User").before["name"] == "Gone Away"
    assert list(Change.objects.filter(name="Gone Away").select_related("person")) != []


def test_each_partner_has_a_chain_and_verify_walks_it(lanhai, bohai, people):
    assert seal() == Change.objects.count()
    Contact.objects.filter(customer=lanhai).update(name="Later")
    assert (seal(), seal()) == (1, 0)
    for partner in (lanhai.partner_id, bohai.pk, None):
        places = Change.objects.filter(partner=partner).order_by("position").values_list("position", flat=True)
        assert list(places) == list(range(1, len(places) + 1))
    assert broken(judged()) == {}
    assert judged().promises["I49"].checked > Change.objects.count()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE customers_change SET name = 'Somebody else' WHERE id = %s",
        'UPDATE customers_change SET after = \'{"role": "viewer"}\' WHERE id = %s',
        "UPDATE customers_change SET at = at - interval '1 day' WHERE id = %s",
        "DELETE FROM customers_change WHERE id = %s",
    ],
)
def test_verify_sees_what_was_done_to_the_history(lanhai, people, statement):
    seal()
    [pk] = Change.objects.filter(table="customers.Membership").order_by("pk").values_list("pk", flat=True)[2:3]

    damage(statement, pk, table="customers_change")

    assert list(broken(judged())) == ["I49"]


def test_verify_sees_a_table_whose_changes_are_kept_no_more(lanhai):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE mfa_authenticator DISABLE TRIGGER kept")

    assert broken(judged())["I49"][0]["table"] == "mfa_authenticator"


def test_the_timeline_is_a_ledger_and_not_copied(lanhai):
    before = Change.objects.count()
    tell(lanhai, "note", "limit_removed", now=NOON)
    assert Change.objects.count() == before
