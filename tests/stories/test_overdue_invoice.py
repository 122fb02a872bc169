"""How does one unpaid invoice go, from the provider's file to the closed loop?"""

from __future__ import annotations

import json
from decimal import Decimal
from functools import partial

import pytest

from customers.models import Customer, TimelineEntry
from dunning.approving import NotAllowed, approve
from dunning.models import Case, Decision
from outbox import clock
from outbox.keeping import keep_all
from subscriptions.models import AccessChange, Suspension
from subscriptions.sandbox.shapes import Habit
from tests import story, witness
from tests.stories.conftest import proposal_for, stages

SEATS = {
    "Office 365 E3": Habit.THROTTLED,
    "Visio Plan 2": Habit.TOUCHED,
    "Project Plan 3": Habit.SLOW,
}


@pytest.fixture
def lanhai(hanhai, sandbox_url, mail_dir) -> Customer:
    """A customer with three subscriptions, each of which the provider takes changes of in its own way."""
    seats = [story.Seats(offer, id=story.id_with(habit)) for offer, habit in SEATS.items()]
    company = story.company("Lanhai Trading", *seats, domain="lanhai.cn")
    imported = story.import_book(hanhai, [company], sandbox_url=sandbox_url)
    assert (imported.lines, imported.customers, imported.subscriptions) == (3, 1, 3)
    return story.customer_named(hanhai, "Lanhai Trading")


def test_an_unpaid_invoice_is_chased_suspended_paid_and_restored(lanhai, hanhai, people, mail_dir, sandbox_state):
    post = partial(witness.letters, mail_dir, "@lanhai.cn")
    assert lanhai.contacts.get().email == "billing@lanhai.cn", "read from the provider"
    assert {one.status for one in lanhai.subscriptions.all()} == {"active"}

    [pk] = story.issue_all(hanhai)
    invoice = lanhai.invoices.get(pk=pk)
    assert (invoice.number, invoice.due_on, invoice.balance) == ("HA-2026-00001", story.DUE, Decimal("2194.20"))
    assert post() == ["invoice"]

    for day in (story.COURTESY, story.REMIND, story.FINAL):
        assert story.run_day(hanhai, day).notices == 1
    assert post() == ["invoice", "notice", "notice", "notice"]
    final = Decision.objects.get(stage="final")
    assert (final.message.delivered_at, final.suspend_on) == (story.at(story.FINAL), story.SUSPEND)
    assert "2,194.20" in witness.text_of(list(witness.mails(mail_dir))[-1])

    assert story.run_day(hanhai, "2026-06-30").proposals == 0, "the letter said: not before 1 July"
    assert story.run_day(hanhai, story.SUSPEND).proposals == 1
    suspended_and_told(lanhai, people, sandbox_state, post)
    restored_and_closed(lanhai, sandbox_state, post)
    assert stages(lanhai) == ["courtesy", "remind", "final", "suspend"]


def suspended_and_told(lanhai, people, sandbox_state, post):
    """A person who may not is refused; another approves; the provider is asked until it says so; we tell."""
    proposal, noon = proposal_for(lanhai), story.at(story.SUSPEND)
    with pytest.raises(NotAllowed) as refused:
        approve(proposal.pk, by=people["viewer"], now=noon)
    assert refused.value.code == "role"
    assert AccessChange.objects.count() == 0

    approve(proposal.pk, by=people["collections"], now=noon)
    assert Suspension.objects.count() == 0, "approved, not yet looked at once more"
    story.settle_all(noon)
    assert {row.confirmed_at for row in Suspension.objects.all()} == {noon}
    assert {one.status for one in lanhai.subscriptions.all()} == {"suspended"}
    answers = {one.name: witness.operations(sandbox_state, one) for one in lanhai.subscriptions.all()}
    assert {name: [line["answered"] for line in lines] for name, lines in answers.items()} == {
        "Office 365 E3": [429, 200],
        "Visio Plan 2": [400, 200],
        "Project Plan 3": [202],
    }
    assert all([line["took_effect"] for line in lines].count(True) == 1 for lines in answers.values())
    assert post()[-1] == "suspended"


def restored_and_closed(lanhai, sandbox_state, post):
    """The payment and the promise of access are one commit; four minutes later access is back and told."""
    paid_at = story.at("2026-07-03", "10:00")
    paid = story.pay(lanhai, "2194.20", paid_at, settled=False)
    assert witness.names(paid.reinstated) == sorted(SEATS)
    assert {row.ended_at for row in Suspension.objects.all()} == {paid_at}, "before anybody was asked anything"
    assert AccessChange.objects.get(wanted="active").due_at == paid_at
    assert Case.objects.get().closed_at is None, "nobody was told yet"

    story.settle_all(story.at("2026-07-03", "10:04"))
    assert {row.restored_at for row in Suspension.objects.all()} == {story.at("2026-07-03", "10:04")}
    assert {one.status for one in lanhai.subscriptions.all()} == {"active"}
    assert all(witness.effective(sandbox_state, one) == 2 for one in lanhai.subscriptions.all())
    case = Case.objects.get()
    assert (case.closed_at, case.restored_after_minutes) == (story.at("2026-07-03", "10:04"), 4)
    assert post()[4:] == ["suspended", "restored"]
    said = list(TimelineEntry.objects.filter(customer=lanhai).order_by("pk").values_list("code", flat=True))
    assert said[-5:] == ["payment_booked", "restoring", "restored", "letter_handed", "loop_closed"]


def test_what_the_provider_drops_on_suspension_is_put_back(book, sandbox_url, sandbox_state):
    book.chase()
    suspension = Suspension.objects.filter(customer=book.mingyue).get()
    assert suspension.kept == {"auto_renew": True}
    story.pay(book.mingyue, story.owed(book.mingyue), story.at("2026-07-03"))
    from_provider = provider_resource(sandbox_state, book.mingyue)
    assert (from_provider["status"], from_provider["autoRenewEnabled"]) == ("active", True)


def provider_resource(sandbox_state, customer):
    """What the provider has on its disk about a customer's only subscription."""
    record = json.loads((sandbox_state / "customers" / f"{customer.provider_id}.json").read_text())
    [entry] = record["subscriptions"].values()
    return entry["resource"]


def test_another_partner_is_untouched_throughout(donghai, book):
    before = witness.book_of(donghai)
    assert before["Decision"] and before["Message"]
    book.chase()
    story.pay(book.lanhai, story.owed(book.lanhai), story.at("2026-07-03"))
    story.run_day(book.partner, "2026-07-31")
    assert witness.book_of(donghai) == before


def test_nothing_is_due_when_everything_was_done(book):
    book.chase()
    with clock.standing_at(story.at("2026-07-02")):
        kept = keep_all()
    assert (kept.done, kept.moot, kept.parked, kept.waiting_until) == (0, 0, 0, None)
