"""A statement arrives and access comes back; nobody read the bank and nothing is suspended; a receipt that may be
theirs holds a notice back."""

from __future__ import annotations

import io
from datetime import timedelta

from billing.models import BankEntry, BankReading
from dunning.banking import declare_complete, import_statement
from dunning.models import Case, Proposal
from dunning.placing import bring_back, match_by_hand, set_aside
from subscriptions.models import Subscription
from tests import story
from tests.bank.statements import camt, credit
from tests.commanding import manage
from tests.stories.conftest import stages

NOON = story.at(story.SUSPEND)


def arrives(partner, *entries, now):
    done = import_statement(partner, io.BytesIO(camt(*entries)), file_name="bank.xml", now=now)
    story.settle_all(now)
    return done


def states(customer) -> set[str]:
    return set(customer.subscriptions.values_list("status", flat=True))


def because(customer) -> str:
    return Case.objects.get(customer=customer).because


def test_a_statement_arrives_and_access_comes_back(book):
    book.chase()
    assert states(book.mingyue) == {Subscription.Status.SUSPENDED}
    invoice = book.mingyue.invoices.get()
    paid = credit("731.40", invoice.reference, "MINGYUE LOGISTICS", id="X", on="2026-07-03")
    # 731.40 is Lanhai's first subscription and Mingyue's whole debt; the reference says whose it is.
    done = arrives(book.partner, paid, now=story.at("2026-07-03"))
    assert (done.booked, done.matched) == (1, 1)
    assert states(book.mingyue) == {Subscription.Status.ACTIVE}
    assert states(book.lanhai) == {Subscription.Status.SUSPENDED}


def test_the_payers_name_and_the_amount_bring_access_back(book):
    book.chase()
    owed = story.owed(book.mingyue)
    done = arrives(
        book.partner,
        credit(f"{owed}", "office software", "Mingyue Logistics Co Ltd", id="X"),
        now=story.at("2026-07-03"),
    )
    assert done.booked == 1 and states(book.mingyue) == {Subscription.Status.ACTIVE}


def test_one_statement_brings_back_whoever_it_pays_for_and_thanks_the_others_once(book):
    book.chase(until=story.FINAL)
    story.settle_all(story.at(story.FINAL, "13:00"))
    owed = {one: story.owed(one) for one in (book.lanhai, book.mingyue)}
    day = story.FINAL.isoformat()
    parts = [
        credit("1.00", book.mingyue.invoices.get().number, id="M1", on=day),
        credit(f"{owed[book.lanhai]}", book.lanhai.invoices.get().number, id="L", on=day),
        credit(f"{owed[book.mingyue] - 1}", book.mingyue.invoices.get().number, id="M2", on=day),
    ]
    done = arrives(book.partner, *parts, now=story.at(story.FINAL, "15:00"))
    assert (done.booked, done.matched) == (3, 3)
    thanked = [list(one.messages.filter(letter="received").values_list("key", flat=True)) for one in owed]
    last = [one.payments.latest("pk").pk for one in owed]
    assert thanked == [[f"letter:received:{pk}"] for pk in last]


def test_a_bank_nobody_read_for_a_day_holds_every_suspension_back(book):
    book.chase(until=story.FINAL)
    arrives(book.partner, now=story.at("2026-06-26"))
    story.run_day(book.partner, story.SUSPEND)
    assert {because(one) for one in (book.lanhai, book.mingyue, book.qinghe)} == {"stale_cash"}
    assert not Proposal.objects.exists()
    reading = declare_complete(book.partner, story.SUSPEND, now=NOON, by=book.people["billing"])
    assert reading.at == NOON, "at most now"
    assert Proposal.objects.count() == 3, "what only the bank held back goes on in the same breath"


def test_cash_complete_through_yesterday_is_old_in_the_evening(book):
    declare_complete(book.partner, story.SUSPEND - timedelta(days=1), now=NOON)
    assert BankReading.objects.get().at == story.at(story.SUSPEND, "00:00")


def test_a_partner_who_never_imports_is_held_back_by_nothing(book):
    book.chase(until=story.FINAL)
    story.run_day(book.partner, story.SUSPEND)
    assert Proposal.objects.count() == 3


def test_a_receipt_that_may_be_theirs_holds_a_notice_back(book):
    book.chase(until=story.COURTESY)
    owed = story.owed(book.mingyue)
    arrives(book.partner, credit(f"{owed}", id="X", on="2026-06-14"), now=story.at("2026-06-14"))
    story.run_day(book.partner, story.REMIND)
    # Mingyue and Qinghe owe the same; the money is one of them's, and neither is pressed.
    assert (because(book.mingyue), because(book.qinghe)) == ("money_unmatched", "money_unmatched")
    assert stages(book.mingyue) == ["courtesy"] and stages(book.lanhai) == ["courtesy", "remind"]
    entry = BankEntry.objects.get()
    set_aside(entry, why="a deposit", by=book.people["billing"], now=story.at(story.REMIND, "13:00"))
    assert stages(book.mingyue) == ["courtesy", "remind"], "nothing holds it back any more"


def test_whose_it_is_not_is_let_go_when_a_person_says_whose_it_is(book):
    book.chase(until=story.COURTESY)
    owed = story.owed(book.mingyue)
    arrives(book.partner, credit(f"{owed}", id="X", on="2026-06-14"), now=story.at("2026-06-14"))
    story.run_day(book.partner, story.REMIND)
    match_by_hand(
        BankEntry.objects.get(), book.mingyue, told=[], by=book.people["billing"], now=story.at(story.REMIND, "13:00")
    )
    assert story.owed(book.mingyue) == 0
    assert stages(book.qinghe) == ["courtesy", "remind"]


def test_taken_back_from_aside_it_holds_again(book):
    book.chase(until=story.FINAL)
    owed = story.owed(book.mingyue)
    now = story.at("2026-06-30")
    arrives(book.partner, credit(f"{owed}", id="X", on="2026-06-29"), now=now)
    entry = BankEntry.objects.get()
    set_aside(entry, why="a deposit", by=book.people["billing"], now=now)
    bring_back(entry, now=now)
    declare_complete(book.partner, story.SUSPEND, now=NOON)
    story.run_day(book.partner, story.SUSPEND)
    assert not Proposal.objects.filter(customer=book.mingyue).exists()
    assert Proposal.objects.filter(customer=book.lanhai).exists()


def test_by_commands_as_they_are_promised(book, tmp_path):
    file = tmp_path / "bank.xml"
    file.write_bytes(camt(credit("731.40", book.mingyue.invoices.get().number, id="X"), credit("1.00", id="Y")))
    said = manage("import_statement", file, "--on", "2026-07-01")
    assert said.code == 0
    assert {key: said[key] for key in ("entries", "booked", "matched", "unapplied", "already_booked")} == {
        "entries": 2,
        "booked": 1,
        "matched": 1,
        "unapplied": 1,
        "already_booked": 0,
    }
    again = manage("import_statement", file, "--on", "2026-07-01")
    assert (again["booked"], again["already_booked"]) == (0, 1)
    assert manage("cash_is_complete", "--through", "2026-07-01", "--on", "2026-07-01")["through"] == "2026-07-01"


def test_a_bad_file_is_refused_by_line_and_column(hanhai, tmp_path):
    file = tmp_path / "bank.csv"
    file.write_text("Date,Amount\n2026-06-30,1e3\n", encoding="utf-8")
    said = manage("import_statement", file, "--on", "2026-07-01")
    assert (said.code, said.errors) == (2, ["line 2, Amount: '1e3' is not an amount"])
    assert manage("import_statement", tmp_path / "none.csv").code == 2
    assert manage("cash_is_complete", "--through", "yesterday").code == 2
