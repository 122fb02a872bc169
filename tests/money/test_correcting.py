"""Does the book add up after any corrections, to the cent?"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing import crediting, refunding, reversing, voiding, writing_off
from billing.allocating import allocate, unapplied, use_credits
from billing.models import CreditNote, CreditNoteLine, Invoice, InvoiceLine, Payment, Refund
from billing.refusing import NotPossible
from tests import story
from tests.money.conftest import NOW, a_customer, draft, issued
from tests.money.test_allocating import TODAY, adds_up, cents, pay

some = settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
deeds = st.lists(
    st.tuples(
        st.sampled_from(["pay", "pay", "credit", "refund", "reverse", "write_off", "void", "issue"]),
        st.integers(1, 200),
        st.integers(0, 9),
    ),
    min_size=4,
    max_size=12,
)


class Desk:
    """Somebody who does deeds by number; what isn't possible is refused and changes nothing."""

    def __init__(self, partner) -> None:
        self.customer = a_customer(partner, f"customer {Invoice.objects.count()}")
        people = story.people_of(partner)
        self.owner, self.other = people["owner"], people["billing"]
        self.turn = 0

    def do(self, deed: str, part: int, which: int) -> None:
        self.turn += 1
        try:
            with transaction.atomic():
                getattr(self, deed)(Decimal(part), which)
        except NotPossible:
            pass

    def _one(self, rows, which):
        found = list(rows.order_by("pk"))
        if not found:
            raise NotPossible("nothing there")
        return found[which % len(found)]

    def _invoice(self, which) -> Invoice:
        return self._one(Invoice.objects.filter(customer=self.customer), which)

    def issue(self, part, which):
        issued(self.customer, [part, part / 4], due=TODAY + timedelta(days=which))

    def pay(self, part, which):
        pay(self.customer, part, reference=f"transfer {self.turn}")

    def credit(self, part, which):
        invoice = self._invoice(which)
        lines = list(invoice.lines.order_by("position"))
        crediting.credit(
            invoice.pk,
            self.customer,
            {line.pk: min(part, line.total) for line in lines},
            why="goodwill",
            reason="x",
            by=self.owner,
            now=NOW,
        )

    def refund(self, part, which):
        sources = [*Payment.objects.filter(customer=self.customer), *CreditNote.objects.filter(customer=self.customer)]
        for source in sources:
            if unapplied(source):
                refunding.refund(
                    source,
                    self.customer,
                    amount=min(part, unapplied(source)),
                    refunded_on=TODAY,
                    reference=f"R{self.turn}",
                    reason="x",
                    by=self.owner,
                    now=NOW,
                )
                return

    def reverse(self, part, which):
        payment = self._one(Payment.objects.filter(customer=self.customer), which)
        reversing.reverse(payment.pk, self.customer, reversed_on=TODAY, reason="x", now=NOW)

    def write_off(self, part, which):
        invoice = self._invoice(which)
        amount = min(part, invoice.balance)
        asked = writing_off.ask(invoice.pk, self.customer, amount=amount, reason="x", by=self.owner, now=NOW)
        writing_off.agree(asked.pk, self.customer, by=self.other, now=NOW)

    def void(self, part, which):
        voiding.void(self._invoice(which).pk, self.customer, reason="x", by=self.owner, now=NOW)


@some
@given(what=deeds)
def test_every_balance_is_the_sum_of_its_entries_after_any_deeds(hanhai, what):
    with transaction.atomic():
        desk = Desk(hanhai)
        desk.issue(Decimal(100), 3)
        for deed in what:
            desk.do(*deed)
            adds_up(desk.customer)
        for invoice in Invoice.objects.filter(customer=desk.customer):
            given_up = sum((row.amount for row in invoice.write_offs.filter(agreed_at__isnull=False)), Decimal(0))
            assert invoice.written_off == given_up
            assert invoice.status != "void" or (invoice.balance, invoice.written_off) == (0, 0)
        came = sum((one.amount for one in Payment.objects.filter(customer=desk.customer, reversal=None)), Decimal(0))
        came += sum((one.total for one in CreditNote.objects.filter(customer=desk.customer)), Decimal(0))
        live = Invoice.objects.filter(customer=desk.customer, status="issued")
        billed = sum((one.total for one in live), Decimal(0))
        owed = sum((one.balance for one in live), Decimal(0))
        gone = sum((one.written_off for one in live), Decimal(0))
        back = sum((one.amount for one in Refund.objects.filter(customer=desk.customer)), Decimal(0))
        waits = sum(
            (unapplied(one) for model in (Payment, CreditNote) for one in model.objects.filter(customer=desk.customer)),
            Decimal(0),
        )
        assert billed - owed - gone == came - back - waits, (
            "what went off debts is what came and neither waits nor left"
        )
        transaction.set_rollback(True)


@some
@given(net=cents, rate=st.sampled_from(["0", "0.06", "0.13", "0.0601"]), parts=st.lists(st.integers(1, 9), min_size=1))
def test_credits_of_a_line_give_back_exactly_its_tax_however_they_are_split(net, rate, parts):
    tax = (net * Decimal(rate)).quantize(Decimal("0.01"))
    line = InvoiceLine(net=net, tax=tax, total=net + tax)
    whole, given_back, taxed = sum(parts), Decimal(0), Decimal(0)
    for place, part in enumerate(parts, 1):
        amount = (line.total * part / whole).quantize(Decimal("0.01"))
        amount = line.total - given_back if place == len(parts) else min(amount, line.total - given_back)
        one = crediting.tax_of(line, amount, "CNY", before=(given_back, taxed))
        assert Decimal(0) <= one <= amount
        given_back, taxed = given_back + amount, taxed + one
    assert (given_back, taxed) == (line.total, tax)


@pytest.fixture
def owner(hanhai):
    return story.people_of(hanhai)["owner"]


def test_an_over_credited_line_leaves_an_unused_credit_for_the_next_invoice(lanhai, owes, owner):
    invoice = owes("60.00", "40.00")
    pay(lanhai, Decimal(100))
    line = invoice.lines.first()
    note = crediting.credit(invoice.pk, lanhai, {line.pk: Decimal(60)}, why="goodwill", reason="x", by=owner, now=NOW)
    assert unapplied(note) == 60
    later = owes("50.00", due=TODAY + timedelta(days=40))
    later.refresh_from_db()
    assert (later.balance, unapplied(note)) == (0, 10)
    with pytest.raises(NotPossible, match="left"):
        send(note, lanhai, "10.01", owner)
    send(note, lanhai, "10.00", owner)
    owes("5.00", due=TODAY + timedelta(days=50))
    assert unapplied(note) == 0 and Refund.objects.get().credit_note == note
    adds_up(lanhai)


def send(source, customer, amount, by):
    return refunding.refund(
        source,
        customer,
        amount=Decimal(amount),
        refunded_on=TODAY,
        reference=f"R{amount}",
        reason="x",
        by=by,
        now=NOW,
    )


def test_what_is_questioned_is_neither_written_off_nor_voided_nor_credited(lanhai, owes, owner):
    invoice = owes("60.00", "40.00")
    first, second = invoice.lines.order_by("position")
    lanhai.disputed_amounts.create(
        partner=lanhai.partner, line=first, case_number="D-1", questioned=10, amount=10, opened_at=NOW
    )
    with pytest.raises(NotPossible, match="question"):
        writing_off.ask(invoice.pk, lanhai, amount=Decimal(5), reason="x", by=owner, now=NOW)
    with pytest.raises(NotPossible, match="question"):
        voiding.void(invoice.pk, lanhai, reason="x", by=owner, now=NOW)
    assert crediting.room_of(invoice) == {first.pk: 50, second.pk: 40}


def test_what_was_written_off_gives_no_credit(lanhai, owes, owner, hanhai):
    invoice = owes("60.00", "40.00")
    first, second = invoice.lines.order_by("position")
    asked = writing_off.ask(invoice.pk, lanhai, amount=Decimal(70), reason="x", by=owner, now=NOW)
    writing_off.agree(asked.pk, lanhai, by=story.people_of(hanhai)["billing"], now=NOW)
    assert crediting.room_of(invoice) == {first.pk: 0, second.pk: 30}


@pytest.mark.parametrize(
    "change",
    [
        {"status": "issued"},
        {"status": "draft"},
        {"balance": Decimal(1)},
        {"void_reason": "another"},
        {"total": Decimal(1)},
    ],
)
def test_the_database_itself_keeps_a_void_invoice_void(lanhai, owes, owner, change):
    invoice = owes("60.00")
    voiding.void(invoice.pk, lanhai, reason="wrong", by=owner, now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(**change)


def test_the_database_itself_refuses_to_void_what_was_paid(lanhai, owes):
    invoice = owes("60.00")
    pay(lanhai, Decimal(10))
    with pytest.raises(DatabaseError), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(status="void", voided_at=NOW, void_reason="x", balance=0)


def test_a_void_number_stays_used(lanhai, owes, owner):
    first = owes("60.00")
    voiding.void(first.pk, lanhai, reason="wrong", by=owner, now=NOW)
    assert owes("70.00").number == "HA-2026-00002"


def test_waiting_credit_meets_the_debt_that_a_reversal_brings_back(lanhai, owes, owner):
    invoice = owes("60.00")
    taken = pay(lanhai, Decimal(60), reference="a").payment
    pay(lanhai, Decimal(25), reference="b")
    reversing.reverse(taken.pk, lanhai, reversed_on=TODAY, reason="bounced", now=NOW)
    invoice.refresh_from_db()
    assert (invoice.balance, unapplied(taken)) == (35, 0)
    use_credits(lanhai, "CNY", now=NOW)
    assert allocate(taken, now=NOW) == [], "a payment taken back pays nothing more"
    adds_up(lanhai)


def test_a_credit_of_two_lines_of_one_invoice_lessens_its_balance_by_both(lanhai, owner):
    invoice = issued(lanhai, [Decimal("60.00"), Decimal("40.00")])
    amounts = {line.pk: Decimal(10) for line in invoice.lines.all()}
    crediting.credit(invoice.pk, lanhai, amounts, why="goodwill", reason="x", by=owner, now=NOW)
    invoice.refresh_from_db()
    assert invoice.balance == 80
    adds_up(lanhai)


def test_credit_note_lines_add_up_and_name_what_they_correct(lanhai, owner):
    invoice = issued(lanhai, [Decimal("33.33"), Decimal("66.67")])
    note = crediting.credit(
        invoice.pk,
        lanhai,
        {line.pk: Decimal("10.01") for line in invoice.lines.all()},
        why="correction",
        reason="fewer seats",
        by=owner,
        now=NOW,
    )
    rows = list(CreditNoteLine.objects.filter(credit_note=note))
    assert [row.invoice_line.invoice for row in rows] == [invoice, invoice]
    assert sum(row.net + row.tax for row in rows) == note.total == Decimal("20.02")
    with pytest.raises(NotPossible):
        crediting.credit(draft(lanhai, [Decimal(1)]).pk, lanhai, {}, why="goodwill", reason="x", by=owner, now=NOW)


def test_many_settled_payments_make_issuing_no_slower(lanhai, owes):
    def queries(payments: int) -> int:
        for n in range(payments):
            invoice = owes("10.00")
            pay(lanhai, invoice.total, reference=f"{payments}.{n}")
        with CaptureQueriesContext(connection) as asked:
            use_credits(lanhai, "CNY", now=NOW)
        return len(asked)

    assert queries(1) == queries(6)
