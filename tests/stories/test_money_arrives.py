"""What does money change, at every moment it may arrive?"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from billing.models import CreditNote
from billing.receiving import receive
from disputes.questioning import question
from dunning.approving import approve
from dunning.models import Case, Decision, Proposal
from dunning.settling import settle
from outbox import clock
from outbox.keeping import keep_all
from subscriptions.models import AccessChange, Suspension
from tests import story, witness
from tests.stories.conftest import fault, proposal_for, stages

E3, VISIO = Decimal("731.40"), Decimal("482.72")
NOON = story.at(story.SUSPEND)


def covered(proposal: Proposal) -> list[str]:
    return witness.names(proposal.customer.subscriptions.filter(pk__in=proposal.covers))


def billed_again(customer, price: str, *, on: date, cycle: date = date(2026, 5, 15)) -> list[int]:
    """The customer's subscription in the next file, at a price (below zero: given back), and its invoice."""
    known = customer.subscriptions.get()
    seats = story.Seats(known.offer_name, known.quantity, Decimal(price), known.provider_id)
    again = story.Company(customer.name, (seats,), customer.domain, customer.provider_id)
    story.import_book(customer.partner, [again], on=on, cycle=cycle)
    return story.issue_all(customer.partner, f"{cycle:%Y-%m}", on=on)


def approve_later(book, customer) -> Proposal:
    """The suspension is approved at noon of the day and has not been carried out."""
    book.chase(until=story.FINAL)
    story.run_day(book.partner, story.SUSPEND)
    proposal = proposal_for(customer)
    approve(proposal.pk, by=book.people["owner"], now=NOON)
    return proposal


def test_a_part_payment_after_the_final_notice_shrinks_what_is_proposed(book):
    book.chase(until=story.FINAL)
    story.pay(book.lanhai, E3, story.at("2026-06-26"))
    story.run_day(book.partner, story.SUSPEND)
    assert covered(proposal_for(book.lanhai)) == ["Visio Plan 2"]
    assert stages(book.lanhai) == ["courtesy", "remind", "final", "suspend"], "no step is skipped"


def test_a_part_payment_ends_a_proposal_and_the_next_run_proposes_the_rest(book, sandbox_state):
    proposal = approve_later(book, book.lanhai)
    assert covered(proposal) == ["Office 365 E3", "Visio Plan 2"]
    story.pay(book.lanhai, E3, NOON)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.ended_why) == ("aborted", "scope_changed")
    story.run_day(book.partner, "2026-07-02")
    again = proposal_for(book.lanhai)
    assert (covered(again), again.state, again.decision.attempt) == (["Visio Plan 2"], "proposed", 2)
    assert not any(witness.operations(sandbox_state, one) for one in book.lanhai.subscriptions.all())


def test_a_payment_between_approval_and_last_look_makes_the_suspension_moot(book, sandbox_state, mail_dir):
    proposal = approve_later(book, book.mingyue)
    story.pay(book.mingyue, story.owed(book.mingyue), story.at(story.SUSPEND, "12:05"))
    change = AccessChange.objects.get(proposal=proposal)
    assert (change.outcome, change.reason) == ("moot", "aborted: settled")
    assert not Suspension.objects.exists()
    assert witness.operations(sandbox_state, book.mingyue.subscriptions.get()) == []
    assert "suspended" not in witness.letters(mail_dir)
    assert Case.objects.get(customer=book.mingyue).closed_at == story.at(story.SUSPEND, "12:05")


def test_a_payment_between_last_look_and_call_leaves_the_row_unconfirmed(
    book, provider_misbehaves, sandbox_state, mail_dir
):
    approve_later(book, book.mingyue)
    subscription = book.mingyue.subscriptions.get()
    provider_misbehaves(fault("429", path=subscription.provider_id, nth=1, retry_after="3"))
    with clock.standing_at(NOON):
        assert keep_all().waiting_until, "the provider said: not now"
    assert Suspension.objects.get().began_at == NOON
    story.pay(book.mingyue, story.owed(book.mingyue), story.at(story.SUSPEND, "12:05"))
    row = Suspension.objects.get()
    assert (row.confirmed_at, row.ended_why) == (None, "cured")
    assert set(AccessChange.objects.values_list("wanted", "outcome")) == {("suspended", "moot"), ("active", "done")}
    assert witness.effective(sandbox_state, subscription) == 0
    assert not {"suspended", "restored"} & set(witness.letters(mail_dir))
    assert Case.objects.get(customer=book.mingyue).closed_at


def test_money_booked_without_a_review_is_seen_before_the_call(book, provider_misbehaves, sandbox_state):
    """The worker doesn't rely on somebody having reviewed the customer: it decides again before each call."""
    approve_later(book, book.mingyue)
    subscription = book.mingyue.subscriptions.get()
    provider_misbehaves(fault("429", path=subscription.provider_id, nth=1, retry_after="3"))
    with clock.standing_at(NOON):
        keep_all()
    receive(
        book.mingyue,
        amount=E3,
        currency="CNY",
        reference="transfer",
        received_on=story.SUSPEND,
        now=NOON,
    )
    story.settle_all(NOON)
    row = Suspension.objects.get()
    assert (row.confirmed_at, row.ended_why) == (None, "cured")
    assert witness.effective(sandbox_state, subscription) == 0


def test_a_payment_right_after_the_call_is_followed_by_the_reinstatement(
    book, provider_misbehaves, sandbox_state, mail_dir
):
    approve_later(book, book.mingyue)
    subscription = book.mingyue.subscriptions.get()
    provider_misbehaves(fault("stale_read", "GET", subscription.provider_id, nth=3))
    with clock.standing_at(NOON):
        assert keep_all().waiting_until, "asked, and not yet read back as suspended"
    assert witness.effective(sandbox_state, subscription) == 1
    story.pay(book.mingyue, story.owed(book.mingyue), story.at(story.SUSPEND, "12:05"))
    subscription.refresh_from_db()
    assert (subscription.status, witness.effective(sandbox_state, subscription)) == ("active", 2)
    row = Suspension.objects.get()
    assert (row.confirmed_at, row.restored_at) == (None, story.at(story.SUSPEND, "12:05"))
    story.settle_all(story.at(story.SUSPEND, "12:05"))
    assert witness.letters(mail_dir)[-1] == "restored", "it was off for minutes, and they are told that it is back"


def test_a_payment_under_the_debt_brings_nothing_back(book):
    book.chase()
    paid = story.pay(book.mingyue, "700.00", story.at("2026-07-03"))
    assert (paid.reinstated, story.owed(book.mingyue)) == ([], Decimal("31.40"))
    assert Suspension.objects.live().filter(customer=book.mingyue).exists()
    rest = story.pay(book.mingyue, "31.40", story.at("2026-07-06"))
    assert witness.names(rest.reinstated) == ["Office 365 E3"]


def test_the_same_payment_twice_is_one(book):
    book.chase()
    first = story.pay(book.mingyue, "731.40", story.at("2026-07-03"))
    before = witness.everything()
    second = story.pay(book.mingyue, "731.40", story.at("2026-07-03"))
    assert (second.received.payment, second.received.booked_now) == (first.received.payment, False)
    assert witness.everything() == before


def test_the_next_invoice_after_a_suspension_begins_at_the_first_step(book):
    book.chase()
    story.pay(book.mingyue, "731.40", story.at("2026-07-03"))
    [invoice] = billed_again(book.mingyue, "60.00", on=date(2026, 7, 6))
    story.run_day(book.partner, "2026-07-23")
    taken = Decision.objects.filter(invoice=invoice)
    assert list(taken.values_list("stage", "round", "amount")) == [("courtesy", 1, Decimal("731.40"))]


def test_a_period_below_zero_becomes_a_credit_note_that_meets_the_open_invoice(book, mail_dir):
    book.chase(until=story.REMIND)
    [draft] = billed_again(book.qinghe, "-20.00", on=date(2026, 6, 18))
    note = CreditNote.objects.get()
    assert (note.total, note.number, note.customer) == (Decimal("243.80"), "HA-2026-C00001", book.qinghe)
    assert not book.qinghe.invoices.filter(pk=draft).exists(), "the draft became the note"
    assert story.owed(book.qinghe) == Decimal("487.60")
    assert witness.letters(mail_dir)[-1] == "credit_note"
    story.run_day(book.partner, story.FINAL)
    assert Decision.objects.get(invoice__customer=book.qinghe, stage="final").amount == Decimal("487.60")


def test_a_payment_stamped_before_it_waited_for_the_lock_still_ends_the_suspension(book):
    book.chase()
    row = Suspension.objects.get(customer=book.mingyue)
    early = row.began_at - timedelta(seconds=1)
    settle(
        book.mingyue,
        amount=E3,
        currency="CNY",
        reference="transfer",
        received_on=story.SUSPEND,
        now=early,
    )
    row.refresh_from_db()
    assert (row.ended_why, row.ended_at) == ("cured", row.began_at)


def received(customer) -> list[str]:
    return list(customer.messages.filter(letter="received").values_list("about", flat=True))


def test_money_that_crosses_a_letter_is_answered_once(book, settle_all):
    book.chase(until=story.REMIND)
    settle_all(story.at(story.REMIND, "13:00"))
    paid = story.pay(book.mingyue, Decimal("99999"), story.at(story.REMIND, "15:00"))
    number = paid.received.placed[0].invoice.number
    assert received(book.mingyue) == [number]
    story.pay(book.mingyue, Decimal("99999"), story.at(story.REMIND, "15:01"))
    assert received(book.mingyue) == [number], "the second click is the same payment"


def test_a_part_of_the_money_or_money_days_later_is_answered_by_no_letter(book, settle_all):
    book.chase(until=story.REMIND)
    settle_all(story.at(story.REMIND, "13:00"))
    story.pay(book.lanhai, Decimal("1.00"), story.at(story.REMIND, "15:00"))
    story.pay(book.qinghe, Decimal("99999"), story.at("2026-06-19"))
    assert not received(book.lanhai) and not received(book.qinghe)


def test_money_that_leaves_only_what_is_questioned_is_answered_too(book, settle_all, mail_dir):
    book.chase(until=story.REMIND)
    settle_all(story.at(story.REMIND, "13:00"))
    invoice = book.lanhai.invoices.get()
    line = invoice.lines.order_by("position").last()
    person = story.customer_person(book.lanhai, "wang@lanhai.cn")
    asked = story.at(story.REMIND, "14:00")
    question(invoice, {line.pk: line.open}, reason="price", text="Not ours.", by=person, now=asked)
    rest = invoice.balance - line.open
    story.pay(book.lanhai, rest - 1, story.at(story.REMIND, "15:00"))
    assert not received(book.lanhai), "a yuan is still asked for"
    story.pay(book.lanhai, Decimal(1), story.at(story.REMIND, "15:10"), reference="the last yuan")
    (letter,) = book.lanhai.messages.filter(letter="received")
    assert (letter.values["invoices"], letter.values["questioned"]) == ([], [invoice.number])
    said = witness.text_of(list(witness.mails(mail_dir))[-1])
    assert "What you question is with us" in said
    assert "settled" not in said
