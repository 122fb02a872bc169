"""What of a statement is not judged yet holds steps back; what waits is judged again when the book knows more."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

from billing.bank.keeping import keep
from billing.invoicing import issue
from billing.models import BankEntry, Candidate, Payment
from billing.referring import restoring_reference
from dunning.banking import declare_complete, go_on, import_statement
from dunning.judging_again import judge_all_again
from dunning.models import Proposal
from dunning.placing import allocate_rest, match_by_hand
from subscriptions.models import Subscription
from tests import story
from tests.bank.statements import camt, credit
from tests.bank.test_stories import NOON, arrives, because
from tests.money.conftest import a_customer, draft, issued

LATER = story.at("2026-07-02", "15:00")


def issued_at(customer, amount, now):
    return issue(draft(customer, [Decimal(amount)]).pk, on=now.date(), now=now)


def kept(partner, *entries, now):
    return keep(partner, io.BytesIO(camt(*entries)), file_name="bank.xml", now=now).statement


def test_a_statement_nobody_has_read_to_its_end_holds_every_suspension_back(book):
    book.chase(until=story.FINAL)
    declare_complete(book.partner, story.SUSPEND, now=NOON)
    paid = credit("731.40", "thanks", "Lanhai", id="X", on="2026-06-30")
    statement = kept(book.partner, paid, now=NOON - timedelta(hours=1))
    story.run_day(book.partner, story.SUSPEND)
    assert {because(one) for one in (book.lanhai, book.mingyue, book.qinghe)} == {"stale_cash"}
    assert not Proposal.objects.exists()
    go_on(statement, now=NOON + timedelta(minutes=1))
    assert Proposal.objects.exists(), "read to its end, what only it held back goes on"


def test_a_reference_for_access_is_found_beyond_what_a_payment_keeps_of_the_text(book):
    book.chase()
    invoice = book.mingyue.invoices.get()
    text = "x" * 150 + " " + restoring_reference(invoice)
    done = arrives(book.partner, credit(f"{story.owed(book.mingyue)}", text, id="X"), now=story.at("2026-07-03"))
    assert (done.booked, done.matched) == (1, 1)
    assert len(Payment.objects.get().reference) == 140
    assert set(book.mingyue.subscriptions.values_list("status", flat=True)) == {Subscription.Status.ACTIVE}


def test_what_waits_is_booked_when_the_invoice_it_names_is_issued(hanhai):
    customer = a_customer(hanhai, "Lanhai Trading")
    first = issued(customer, [Decimal("10.00")])
    coming = first.number[:-5] + "00002"
    import_statement(
        hanhai, io.BytesIO(camt(credit("55.00", coming, id="X"))), file_name="b", now=story.at("2026-07-01")
    )
    assert BankEntry.objects.get().payment is None
    assert judge_all_again(now=LATER, most=100) == 0
    invoice = issued_at(customer, "55.00", LATER)
    assert invoice.number == coming
    assert judge_all_again(now=LATER + timedelta(seconds=10), most=100) == 1
    invoice.refresh_from_db()
    assert (invoice.balance, BankEntry.objects.get().payment.customer) == (0, customer)
    assert judge_all_again(now=LATER + timedelta(seconds=20), most=100) == 0


def test_what_becomes_unclear_waits_with_its_new_candidate_and_is_looked_at_once(hanhai):
    customer = a_customer(hanhai, "Lanhai Trading")
    import_statement(
        hanhai, io.BytesIO(camt(credit("55.00", "office", id="X"))), file_name="b", now=story.at("2026-07-01")
    )
    assert BankEntry.objects.get().matched_why == [["nobody"]]
    issued_at(customer, "55.00", LATER)
    then = LATER + timedelta(seconds=10)
    assert judge_all_again(now=then, most=100) == 0
    one = Candidate.objects.get()
    assert (one.customer, one.found_at, one.entry.matched_why) == (customer, then, [["unclear"]])
    assert judge_all_again(now=then + timedelta(seconds=10), most=100) == 0
    assert Candidate.objects.count() == 1


def test_money_goes_to_only_the_ticked_invoices_where_a_person_says_so(hanhai, people):
    customer = a_customer(hanhai, "Lanhai Trading")
    old, new = issued(customer, [Decimal("60.00")]), issued(customer, [Decimal("30.00")])
    import_statement(
        hanhai, io.BytesIO(camt(credit("50.00", "office", id="X"))), file_name="b", now=story.at("2026-07-01")
    )
    entry = BankEntry.objects.get()
    settled = match_by_hand(entry, customer, told=[new.pk], by=people["billing"], now=LATER, only=True)
    assert ([part.invoice for part in settled.received.placed], settled.received.unapplied) == ([new], 20)
    old.refresh_from_db()
    assert old.balance == 60
    third = issued(customer, [Decimal("7.00")])
    old.refresh_from_db(), third.refresh_from_db()
    assert (old.balance, third.balance) == (40, 7), "what waits meets the oldest debt when the next invoice comes"


def test_the_rest_of_a_payment_is_used_for_only_the_ticked_ones(hanhai, people, lanhai):
    first, second = lanhai.invoices.order_by("pk")
    import_statement(
        hanhai, io.BytesIO(camt(credit("750.00", "office", id="X"))), file_name="b", now=story.at("2026-07-01")
    )
    entry = BankEntry.objects.get()
    match_by_hand(entry, lanhai, told=[second.pk], by=people["billing"], now=LATER, only=True)
    payment = Payment.objects.get()
    assert allocate_rest(payment, [second], by=people["billing"], now=LATER, only=True) == []
    placed = allocate_rest(payment, [first], by=people["billing"], now=LATER, only=True)
    assert [(part.invoice, part.amount) for part in placed] == [(first, 636)]
