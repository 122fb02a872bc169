"""What does the ladder do when money is taken back, debt is given up, or an invoice was wrong?"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing.models import Allocation, CreditNote, Invoice
from billing.refusing import NotPossible
from customers.models import TimelineEntry
from dunning import correcting
from dunning.models import Case, Decision, Proposal, Restart
from payables import rebilling
from payables.models import ProviderLine
from subscriptions.models import Subscription, Suspension
from tests import story, witness
from tests.stories.conftest import proposal_for, stages
from tests.verifying.damaging import broken, judged

PAID, BACK = story.at("2026-07-02"), story.at("2026-07-06")


def nothing_broken(book) -> None:
    assert broken(judged(book.partner)) == {}


def take_back(payment, book, now=BACK):
    done = correcting.take_payment_back(
        payment, reversed_on=now.date(), reason="insufficient funds", by=book.people["billing"], now=now
    )
    story.settle_all(now)
    return done


def restored(customer) -> bool:
    return {one.status for one in customer.subscriptions.all()} == {Subscription.Status.ACTIVE}


def test_a_payment_taken_back_brings_the_debt_back_and_the_customer_is_warned_anew(book, mail_dir):
    customer = book.mingyue
    book.chase()
    debt = story.owed(customer)
    payment = story.pay(customer, debt, PAID).received.payment
    case = Case.objects.get(customer=customer)
    assert (case.closed_at is not None, restored(customer)) == (True, True)

    done = take_back(payment, book)
    case.refresh_from_db()
    invoice = customer.invoices.get()
    assert (done.booked_now, case.closed_at, invoice.balance, invoice.lines.get().open) == (True, None, debt, debt)
    assert restored(customer), "what was restored stays on until the ladder comes again"
    told = TimelineEntry.objects.get(customer=customer, code="debt_returned")
    assert (told.about, told.values["open"], told.shared) == (invoice.number, str(debt), True)

    before = stages(customer)
    day = BACK.date()
    while not Proposal.objects.filter(customer=customer, state="proposed").exists() and day < date(2026, 9, 1):
        story.run_day(book.partner, day)
        day += timedelta(days=1)
    final = Decision.objects.filter(invoice__customer=customer, stage="final").latest("pk")
    assert stages(customer)[len(before) :] == ["final", "suspend"], "it begins with the last notice"
    assert (final.round, final.because) == (3, "renewed"), "one round began with the cure, one with the reversal"
    assert final.decided_at.date() > BACK.date()
    assert proposal_for(customer).proposed_at.date() >= final.suspend_on
    nothing_broken(book)


def test_taking_back_twice_is_once_and_other_money_that_waits_meets_the_debt(book):
    customer = book.qinghe
    debt = story.owed(customer)
    first = story.pay(customer, debt, PAID, reference="one").received.payment
    story.pay(customer, "100.00", PAID, reference="two")
    take_back(first, book)
    assert story.owed(customer) == debt - 100
    again = take_back(first, book)
    assert (again.booked_now, story.owed(customer)) == (False, debt - 100)
    assert Restart.objects.filter(case__customer=customer).count() == 1
    assert Allocation.objects.filter(payment=first).count() == 2
    nothing_broken(book)


def test_a_payment_of_which_something_was_sent_back_is_not_taken_back(book):
    customer = book.qinghe
    payment = story.pay(customer, story.owed(customer) + 50, PAID).received.payment
    correcting.send_back(
        payment,
        amount=Decimal(50),
        refunded_on=PAID.date(),
        reference="R1",
        reason="paid too much",
        by=book.people["owner"],
        now=PAID,
    )
    with pytest.raises(NotPossible, match="sent back"):
        take_back(payment, book)
    assert story.owed(customer) == 0
    nothing_broken(book)


def test_money_that_waits_is_sent_back_once_and_never_more_than_is_left(book):
    customer = book.qinghe
    payment = story.pay(customer, story.owed(customer) + 50, PAID).received.payment

    def send(amount, reference="R1", by="owner"):
        return correcting.send_back(
            payment,
            amount=Decimal(amount),
            refunded_on=PAID.date(),
            reference=reference,
            reason="paid too much",
            by=book.people[by],
            now=PAID,
        )

    with pytest.raises(PermissionError):
        send("10.00", by="collections")
    with pytest.raises(NotPossible, match="left"):
        send("50.01")
    assert (send("30.00").booked_now, send("30.00").booked_now) == (True, False)
    with pytest.raises(NotPossible, match="other values"):
        send("20.00")
    with pytest.raises(NotPossible, match="left"):
        send("20.01", "R2")
    assert send("20.00", "R2").booked_now
    nothing_broken(book)


def test_a_debt_given_up_by_two_lifts_the_suspension_behind_it(book, mail_dir):
    customer, people = book.lanhai, book.people
    book.chase()
    invoice = customer.invoices.get()
    asked = correcting.ask_to_write_off(
        invoice, amount=invoice.balance, reason="insolvent", by=people["billing"], now=PAID
    )
    assert story.owed(customer) == invoice.balance, "nothing changes before another person agrees"
    with pytest.raises(NotPossible, match="somebody else"):
        correcting.agree_to_write_off(asked, by=people["billing"], now=PAID)
    with pytest.raises(PermissionError):
        correcting.agree_to_write_off(asked, by=people["collections"], now=PAID)
    done = correcting.agree_to_write_off(asked, by=people["owner"], now=PAID)
    assert correcting.agree_to_write_off(asked, by=people["owner"], now=PAID).reinstated == []
    story.settle_all(PAID)
    invoice.refresh_from_db()
    assert len(done.reinstated) == 2
    assert (invoice.balance, invoice.written_off, invoice.state_on(PAID.date())) == (0, asked.amount, "written_off")
    assert restored(customer) and Case.objects.get(invoice=invoice).closed_at is not None
    assert not TimelineEntry.objects.filter(code__startswith="write", shared=True).exists()
    nothing_broken(book)


def test_a_refused_write_off_changes_nothing_and_another_may_be_asked(book):
    invoice = book.lanhai.invoices.get()
    asked = correcting.ask_to_write_off(invoice, amount=Decimal(5), reason="old", by=book.people["billing"], now=PAID)
    with pytest.raises(NotPossible, match="already"):
        correcting.ask_to_write_off(invoice, amount=Decimal(6), reason="old", by=book.people["owner"], now=PAID)
    correcting.refuse_write_off(asked, by=book.people["owner"], now=PAID)
    with pytest.raises(NotPossible, match="refused"):
        correcting.agree_to_write_off(asked, by=book.people["admin_agent"], now=PAID)
    again = correcting.ask_to_write_off(invoice, amount=Decimal(6), reason="old", by=book.people["owner"], now=PAID)
    story.pay(book.lanhai, invoice.balance - 5, PAID)
    with pytest.raises(NotPossible, match="still open"):
        correcting.agree_to_write_off(again, by=book.people["billing"], now=PAID)
    invoice.refresh_from_db()
    assert (invoice.balance, invoice.written_off) == (5, 0)
    nothing_broken(book)


def test_a_void_invoice_owes_nothing_for_good_and_its_charges_are_billed_again(book, mail_dir):
    customer, owner = book.mingyue, book.people["owner"]
    book.chase()
    invoice = customer.invoices.get()
    done = correcting.void_invoice(invoice, reason="wrong company", bill_again=True, by=owner, now=PAID)
    story.settle_all(PAID)
    assert len(done.reinstated) == 1 and restored(customer)
    voided = Invoice.objects.get(pk=invoice.pk)
    assert (voided.status, voided.balance, voided.number) == ("void", 0, invoice.number)
    assert [line.open for line in voided.lines.all()] == [0]
    assert Case.objects.get(invoice=invoice).closed_at is not None
    story.pay(customer, "10.00", PAID)
    assert not Allocation.objects.filter(line__invoice=voided).exists(), "money meets no void invoice"
    (draft,) = rebilling.draft(book.partner, story.PERIOD, now=PAID).invoices
    assert (draft.customer, draft.total) == (customer, invoice.total)
    assert correcting.void_invoice(invoice, reason="x", bill_again=True, by=owner, now=PAID).reinstated == []
    assert ProviderLine.objects.filter(invoice_line__invoice=draft).count() == 1, "twice is once"
    nothing_broken(book)


def test_an_invoice_on_which_something_was_paid_is_credited_not_voided(book, mail_dir):
    customer, owner = book.lanhai, book.people["owner"]
    invoice = customer.invoices.get()
    first, second = invoice.lines.order_by("position")
    story.pay(customer, first.total, PAID)
    with pytest.raises(NotPossible, match="credit note"):
        correcting.void_invoice(invoice, reason="wrong", bill_again=False, by=owner, now=PAID)
    note = correcting.credit_invoice(
        invoice,
        {first.pk: Decimal("100.00"), second.pk: Decimal("20.00")},
        why="correction",
        reason="fewer seats",
        by=owner,
        now=PAID,
        seen=0,
    )
    story.settle_all(PAID)
    assert (note.number, note.total) == ("HA-2026-C00001", Decimal("120.00"))
    assert story.owed(customer) == second.total - 120, "what was paid already meets what else is open"
    assert sum(line.net + line.tax for line in note.lines.all()) == note.total
    assert "credit_note" in witness.letters(mail_dir)
    with pytest.raises(NotPossible, match="while you looked"):
        correcting.credit_invoice(
            invoice, {second.pk: Decimal(20)}, why="correction", reason="x", by=owner, now=PAID, seen=0
        )
    with pytest.raises(NotPossible, match="At most"):
        correcting.credit_invoice(
            invoice, {second.pk: second.total}, why="goodwill", reason="x", by=owner, now=PAID, seen=2
        )
    assert CreditNote.objects.count() == 1
    nothing_broken(book)


def test_a_credit_note_that_ends_the_debt_brings_access_back(book):
    customer = book.mingyue
    book.chase()
    line = customer.invoices.get().lines.get()
    assert Suspension.objects.live().filter(customer=customer).exists()
    correcting.credit_invoice(
        line.invoice, {line.pk: line.total}, why="goodwill", reason="sorry", by=book.people["owner"], now=PAID
    )
    story.settle_all(PAID)
    assert restored(customer)
    nothing_broken(book)
