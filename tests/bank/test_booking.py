"""What does a statement change in the book? Clear money is booked once, the rest waits and changes nothing."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import Allocation, BankEntry, BankReading, BankStatement, Candidate, Payment
from dunning import attributing, banking
from dunning.placing import NotWaiting, bring_back, match_by_hand, set_aside
from tests import story, witness
from tests.bank.conftest import NOW, first_invoice
from tests.bank.statements import camt, credit, row, sheet
from tests.money.conftest import a_customer, issued
from tests.stories.test_at_once import at_once


def test_a_reference_pays_its_invoice(imports, lanhai):
    invoice = first_invoice(lanhai)
    done = imports(camt(credit("636.00", f"pay {invoice.number}", "whoever", id="X1")))
    assert (done.booked, done.matched, done.unapplied, done.already_booked) == (1, 1, 0, 0)
    payment = Payment.objects.get()
    assert (payment.source, payment.external_id, payment.customer) == ("bank", "CN120001:X1", lanhai)
    invoice.refresh_from_db()
    assert invoice.balance == 0
    entry = BankEntry.objects.get()
    assert (entry.payment, entry.matched_why[0]) == (payment, ["reference", invoice.number])


def test_a_debit_is_kept_and_not_booked(imports, lanhai):
    done = imports(camt(credit("5.00", id="D", credit=False)))
    assert (done.entries, done.booked, done.unapplied) == (1, 0, 0)
    assert BankEntry.objects.get().credit is False and not Payment.objects.exists()


def test_what_is_nobodys_waits(imports, lanhai):
    done = imports(camt(credit("7.77", "thanks", "Stranger", id="X")))
    assert (done.booked, done.unapplied) == (0, 1)
    assert BankEntry.objects.get().matched_why == [["nobody"]] and not Candidate.objects.exists()


def test_what_could_be_two_waits_for_both(imports, lanhai, hanhai):
    twin = a_customer(hanhai, "Qinghe Foods")
    issued(twin, [Decimal("636.00")])
    done = imports(camt(credit("636.00", id="X")))
    assert (done.booked, done.unapplied) == (0, 1)
    assert set(Candidate.objects.values_list("customer", flat=True)) == {lanhai.pk, twin.pk}


def test_the_same_file_again_changes_nothing(imports, lanhai):
    content = camt(credit("636.00", first_invoice(lanhai).number, id="X1"), credit("7.77", id="X2"))
    imports(content)
    before = witness.everything()
    again = imports(content)
    assert (again.booked, again.matched, again.unapplied, again.already_booked) == (0, 0, 1, 1)
    assert witness.everything() == before


def test_an_entry_in_two_files_is_one(imports, lanhai):
    entry = credit("636.00", first_invoice(lanhai).number, id="X1")
    imports(camt(entry))
    again = imports(camt(entry, credit("100.00", "Lanhai", "Lanhai Trading", id="X2")))
    assert (again.entries, again.booked, again.already_booked) == (2, 1, 1)
    assert (BankEntry.objects.count(), Payment.objects.count(), BankStatement.objects.count()) == (2, 2, 2)


def test_two_partners_may_have_the_same_bank(imports, lanhai, bohai):
    entry = credit("636.00", first_invoice(lanhai).number, id="X1")
    assert imports(camt(entry), partner=bohai).booked == 0, "another partner's number is nobody's here"
    assert imports(camt(entry)).booked == 1


class Killed(BaseException):
    """The process ends, as SIGKILL would end it."""


@pytest.mark.django_db(transaction=True)
def test_killed_halfway_it_goes_on(imports, lanhai, monkeypatch):
    entries = [credit("10.00", f"{first_invoice(lanhai).number}", id=f"X{n}") for n in range(6)]
    place, booked = attributing.place, []

    def killed_at_the_third(*args, **more):
        if len(booked) == 2:
            raise Killed
        booked.append(1)
        return place(*args, **more)

    monkeypatch.setattr(attributing, "place", killed_at_the_third)
    with pytest.raises(Killed):
        imports(camt(*entries))
    assert (Payment.objects.count(), BankReading.objects.count()) == (2, 0)
    monkeypatch.setattr(attributing, "place", place)
    again = imports(camt(*entries))
    assert (again.booked, again.already_booked) == (4, 2)
    assert Payment.objects.count() == 6 and BankReading.objects.get().statement == again.statement


def test_the_background_goes_on_where_nobody_does(hanhai, lanhai, imports):
    content = camt(*[credit("10.00", first_invoice(lanhai).number, id=f"X{n}") for n in range(3)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(banking, "go_on", lambda *_args, **_more: 0)
        imports(content)
    assert not Payment.objects.exists()
    assert banking.go_on_with_all(now=NOW, most=2) == 1
    assert Payment.objects.count() == 2 and not BankReading.objects.exists()
    banking.go_on_with_all(now=NOW, most=2)
    assert Payment.objects.count() == 3 and BankReading.objects.exists()
    assert banking.go_on_with_all(now=NOW, most=2) == 0


def test_more_than_is_owed_waits_unapplied(imports, lanhai):
    done = imports(camt(credit("1000.00", first_invoice(lanhai).number, id="X")))
    assert (done.booked, done.matched) == (1, 1)
    assert Payment.objects.with_left().get().left == Decimal("264.00")


def test_a_customer_who_owes_nothing_is_booked_and_unapplied(imports, lanhai):
    number = first_invoice(lanhai).number
    imports(camt(credit("736.00", number, id="X")))
    done = imports(camt(credit("5.00", number, id="Y")))
    assert (done.booked, done.matched, done.unapplied) == (1, 0, 1)


def test_the_account_a_customer_paid_from_is_remembered(imports, lanhai):
    imports(camt(credit("10.00", first_invoice(lanhai).number, id="X", payer_account="6225")))
    done = imports(camt(credit("100.00", id="Y", payer_account="6225")))
    assert done.booked == 1


def test_money_from_a_day_that_is_not_the_customers_yet_is_booked(imports, lanhai):
    lanhai.zone = "America/New_York"
    lanhai.save(update_fields=["zone"])
    early = story.at("2026-07-01", "09:00")
    assert imports(camt(credit("10.00", first_invoice(lanhai).number, id="X")), now=early).booked == 1
    assert Payment.objects.get().received_on == date(2026, 6, 30)


def test_what_the_bank_takes_back_names_its_payment(imports, lanhai):
    text = f"pay {first_invoice(lanhai).number}"
    imports(camt(credit("636.00", text, id="X1")))
    imports(camt(credit("636.00", text, id="X2", credit=False, reversal=True)))
    entry = BankEntry.objects.get(entry_id="X2")
    assert entry.matched_why == [["returned", str(Payment.objects.get().pk)]]
    assert Candidate.objects.get().customer == lanhai


def test_a_person_says_whose_it_is(imports, lanhai, mingyue, people):
    imports(camt(credit("7.77", id="X")))
    entry, now = BankEntry.objects.get(), NOW
    settled = match_by_hand(entry, mingyue, told=[first_invoice(mingyue).pk], by=people["billing"], now=now)
    entry.refresh_from_db()
    assert (entry.payment, entry.matched_why) == (settled.received.payment, [["person", str(people["billing"])]])
    with pytest.raises(NotWaiting):
        match_by_hand(entry, lanhai, told=[], by=people["billing"], now=now)


def test_a_person_sets_it_aside_and_takes_that_back(imports, lanhai, people):
    imports(camt(credit("636.00", id="X")))
    entry = BankEntry.objects.get()
    set_aside(entry, why="interest", by=people["billing"], now=NOW)
    assert not BankEntry.objects.waiting().exists()
    with pytest.raises(NotWaiting):
        set_aside(entry, why="again", by=people["billing"], now=NOW)
    bring_back(entry, now=NOW)
    assert BankEntry.objects.waiting().get() == entry


entries = st.lists(
    st.tuples(
        st.sampled_from(["636.00", "100.00", "736.00", "500.00", "7.77", "20.00"]),
        st.sampled_from(["", "A", "B", "C", "A B"]),
        st.sampled_from(["", "Lanhai Trading", "上海明月物流", "Stranger"]),
    ),
    max_size=6,
)


@settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries, st.booleans())
def test_whatever_the_statement_never_more_is_booked_than_came(hanhai, lanhai, mingyue, imports, told, as_csv):
    with transaction.atomic():
        numbers = {
            "A": first_invoice(lanhai).number,
            "B": first_invoice(mingyue).number,
            "C": lanhai.invoices.latest("pk").number,
        }
        texts = [" ".join(numbers[one] for one in text.split()) for _amount, text, _payer in told]
        if as_csv:
            content = sheet(*[row(one[0], text, one[2]) for one, text in zip(told, texts, strict=True)], row("0.01"))
        else:
            content = camt(*[credit(one[0], text, one[2]) for one, text in zip(told, texts, strict=True)])
        done = imports(content)
        check(done)
        transaction.set_rollback(True)


def check(done) -> None:
    """Each payment is one entry's, and nothing is put that didn't come."""
    for payment in Payment.objects.all():
        entry = payment.bank_entry
        assert (entry.amount, entry.currency, entry.partner_id) == (payment.amount, "CNY", payment.partner_id)
        put = Allocation.objects.filter(payment=payment).aggregate(sum=Sum("amount"))["sum"] or 0
        assert 0 <= put <= payment.amount
    assert done.booked == Payment.objects.count()
    credits = BankEntry.objects.filter(credit=True).count()
    assert done.matched + done.unapplied == credits
    for entry in BankEntry.objects.exclude(payment=None):
        assert not entry.candidates.exists(), "unclear is never booked"


@pytest.mark.django_db(transaction=True)
def test_killed_before_its_review_a_payment_is_not_booked_either(imports, lanhai, mingyue, monkeypatch):
    content = camt(*[credit("10.00", first_invoice(one).number, id=one.name) for one in (lanhai, mingyue)])
    follow = attributing.follow

    def killed(*_args, **_more):
        raise Killed

    monkeypatch.setattr(attributing, "follow", killed)
    with pytest.raises(Killed):
        imports(content)
    assert not Payment.objects.exists() and BankEntry.objects.filter(matched_why=[], payment=None).count() == 2
    monkeypatch.setattr(attributing, "follow", follow)
    assert imports(content).booked == 2


def test_a_further_customer_costs_few_queries(hanhai, imports):
    many = [a_customer(hanhai, f"Company {n:02}") for n in range(14)]
    numbers = [issued(one, [Decimal("50.00")]).number for one in many]

    def queries(some: list[str]) -> int:
        content = camt(*[credit("50.00", number, id=number) for number in some])
        with CaptureQueriesContext(connection) as asked:
            assert imports(content).matched == len(some)
        return len(asked)

    few, more = queries(numbers[:2]), queries(numbers[2:])
    assert (more - few) / 10 <= 20, "locked, reviewed and followed together, not one by one"


def outcome() -> list[object]:
    """Where each entry's money went."""
    rows = BankEntry.objects.order_by("pk").select_related("payment__customer")
    return [
        (
            row.entry_id,
            row.payment and row.payment.customer.name,
            row.matched_why,
            sorted(row.candidates.values_list("customer__name", "confidence")),
            sorted(Allocation.objects.filter(payment=row.payment_id).values_list("line__invoice__number", "amount"))
            if row.payment_id
            else [],
        )
        for row in rows
    ]


@settings(max_examples=12, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries)
def test_many_at_once_end_where_one_by_one_would(hanhai, lanhai, mingyue, imports, told):
    numbers = {"A": first_invoice(lanhai).number, "B": first_invoice(mingyue).number, "C": "HA"}
    content = camt(
        *[
            credit(amount, " ".join(numbers[one] for one in text.split()), payer, payer_account=payer[:2], id=f"N{n}")
            for n, (amount, text, payer) in enumerate(told)
        ]
    )
    ended = []
    for together in (100, 1):
        with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(attributing, "TOGETHER", together)
            done = imports(content)
            ended.append((outcome(), done.booked, done.matched, done.unapplied))
            transaction.set_rollback(True)
    assert ended[0] == ended[1]


@pytest.mark.django_db(transaction=True)
def test_two_statements_at_once_of_the_same_customers_book_all_and_review_each_reading_once(hanhai):
    many = [a_customer(hanhai, f"Company {n}") for n in range(8)]
    numbers = [issued(one, [Decimal("50.00")]).number for one in many]
    files = [
        camt(*[credit("10.00", number, id=f"{name}{number}") for number in order])
        for name, order in (("A", numbers), ("B", numbers[::-1]))
    ]

    def deed(content: bytes):
        return lambda: banking.import_statement(hanhai, io.BytesIO(content), file_name="x.xml", now=NOW)

    looks = at_once(*[deed(content) for content in files * 2])
    assert sum(look.result().booked for look in looks) == 16
    assert Payment.objects.count() == 16 and BankReading.objects.count() == 2
    for one in many:
        assert first_invoice(one).balance == Decimal("30.00")
