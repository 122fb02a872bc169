"""What stands still because a person said so, what moves, and what no run undoes?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from billing.models import Hold
from customers.models import TimelineEntry
from dunning.approving import NotAllowed
from dunning.explaining import explain_invoice
from dunning.holding import BadHold, exempt, extend, hold, lift
from dunning.models import Case, Decision, Proposal, Restart
from dunning.restarting import CantWarnAgain, warn_again
from dunning.supposing import suppose_all, with_end, with_hold, with_restart
from dunning.wording import because
from subscriptions.models import Suspension
from tests import story
from tests.stories.conftest import proposal_for, stages
from tests.stories.reaching import reached

JUNE_22, JULY_3 = story.at("2026-06-22"), story.at("2026-07-03")
NOON = story.at(story.SUSPEND)


@pytest.fixture
def lin(people):
    """Who chases at Hanhai."""
    return people["collections"]


@pytest.fixture
def reminded(small):
    """Everybody has had the reminder of 15 June; the final notice would go out on the 24th."""
    story.run_day(small.partner, story.REMIND)
    return small


def of(customer):
    return customer.invoices.get()


def case_of(customer) -> Case:
    return Case.objects.get(customer=customer)


def said(customer, day) -> str:
    case = case_of(customer)
    return because(case.because, case.values, currency="CNY", today=day, zone=story.SHANGHAI)


def ahead(customer, now) -> list[tuple[str, date]]:
    decision = explain_invoice(of(customer), now=now).decision
    return [(entry.stage, entry.on) for entry in decision.schedule[:2]]


def test_a_hold_stops_the_ladder_until_its_day_and_the_days_left_run_on(reminded, lin):
    row = hold(of(reminded.lanhai), reason="Their bank is closed", until_on=date(2026, 6, 30), by=lin, now=JUNE_22)
    assert said(reminded.lanhai, date(2026, 6, 22)) == "On hold until Tue 30 Jun: Their bank is closed."
    for day in (story.FINAL, date(2026, 6, 30), date(2026, 7, 3)):
        story.run_day(reminded.partner, day)
    assert stages(reminded.lanhai) == ["remind"]
    assert case_of(reminded.lanhai).because == "resuming", "free on 1 July, then at least three days"
    story.run_day(reminded.partner, date(2026, 7, 6))
    assert stages(reminded.lanhai)[-1] == "final"
    assert "final" in stages(reminded.mingyue), "others went on meanwhile"
    entry = TimelineEntry.objects.get(code="hold_granted")
    assert (entry.shared, entry.about, entry.actor) == (False, row.invoice.number, lin)


def test_no_run_undoes_a_hold_and_no_hold_blocks_the_release_after_a_payment(book, sandbox_state):
    book.chase()
    assert Suspension.objects.live().filter(customer=book.lanhai).exists()
    row = hold(book.lanhai, reason="They are moving house", by=book.people["collections"], now=JULY_3)
    for day in ("2026-07-06", "2026-08-03", "2026-12-01"):
        story.run_day(book.partner, day)
    row.refresh_from_db()
    assert (row.until_on, row.lifted_at) == (None, None)
    later = stages(book.lanhai)[stages(book.lanhai).index("suspend") + 1 :]
    assert all(stage.startswith("delete") for stage in later), "only what warns of deleted data goes out"
    paid = story.pay(book.lanhai, story.owed(book.lanhai), story.at("2026-12-02"))
    assert {one.customer_id for one in paid.reinstated} == {book.lanhai.pk}
    assert not Suspension.objects.live().filter(customer=book.lanhai).exists()


def test_a_lifted_hold_counts_until_the_day_before(reminded, lin):
    row = hold(of(reminded.lanhai), reason="A letter is on its way", by=lin, now=JUNE_22)
    [seen] = suppose_all(reminded.lanhai, with_end(row, date(2026, 7, 2)), now=JULY_3)
    lifted = lift(row.pk, by=reminded.people["owner"], now=JULY_3)
    assert (lifted.until_on, lifted.lifted_at, lifted.lifted_by) == (
        date(2026, 7, 2),
        JULY_3,
        reminded.people["owner"],
    )
    assert explain_invoice(of(reminded.lanhai), now=JULY_3).decision.schedule == seen.after.schedule
    assert ahead(reminded.lanhai, JULY_3)[0] == ("final", date(2026, 7, 6))
    assert lift(row.pk, by=lin, now=story.at("2026-07-04")).lifted_at == JULY_3, "lifting it twice changes nothing"


def test_what_has_ended_is_not_lifted(reminded, lin):
    row = hold(of(reminded.lanhai), reason="Short", until_on=date(2026, 6, 23), by=lin, now=JUNE_22)
    with pytest.raises(BadHold, match="ended"):
        lift(row.pk, by=lin, now=JULY_3)


def test_an_exempt_customer_is_not_chased_and_says_so(reminded, lin):
    exempt(reminded.lanhai, reason="A hospital", by=lin, now=JUNE_22)
    assert said(reminded.lanhai, date(2026, 6, 22)) == "Exempt until further notice: A hospital."
    assert story.run_day(reminded.partner, story.FINAL).skipped["exempt"] == 1
    reached(reminded.lanhai, "exempt")
    assert TimelineEntry.objects.get(code="exemption_granted_open").shared is False


def test_a_held_subscription_leaves_the_others_to_the_ladder(reminded, lin):
    visio = reminded.lanhai.subscriptions.get(name="Visio Plan 2")
    hold(visio, reason="The price is being checked", by=lin, now=JUNE_22)
    story.run_day(reminded.partner, story.FINAL)
    assert Decision.objects.get(invoice__customer=reminded.lanhai, stage="final").amount == Decimal("731.40")


def test_an_extension_moves_the_due_day_forward_and_all_dates_with_it(reminded, lin):
    before = ahead(reminded.lanhai, JUNE_22)
    extend(of(reminded.lanhai), until_on=date(2026, 7, 10), reason="Agreed by phone", by=lin, now=JUNE_22)
    assert said(reminded.lanhai, date(2026, 6, 22)) == "The due date was extended to Fri 10 Jul."
    assert before[0] == ("final", story.FINAL)
    assert ahead(reminded.lanhai, JUNE_22)[0] == ("final", date(2026, 7, 24))
    entry = TimelineEntry.objects.get(code="extension_granted")
    assert entry.shared and "reason" not in entry.values


def test_an_extension_needs_a_later_day(reminded, lin):
    for days, code in [
        ({"until_on": None}, "until_on"),
        ({"until_on": story.DUE}, "until_on"),
        ({"until_on": date(2026, 6, 30), "from_on": date(2026, 6, 21)}, "from_on"),
        ({"until_on": date(2026, 6, 30), "from_on": date(2026, 7, 1)}, "until_on"),
    ]:
        with pytest.raises(BadHold) as refused:
            extend(of(reminded.lanhai), reason="Asked for it", by=lin, now=JUNE_22, **days)
        assert refused.value.code == code


def test_an_extension_never_shortens_one_that_was_granted(reminded, lin):
    extend(of(reminded.lanhai), until_on=date(2026, 7, 10), reason="Agreed", by=lin, now=JUNE_22)
    with pytest.raises(BadHold, match="already"):
        extend(of(reminded.lanhai), until_on=date(2026, 7, 9), reason="Less", by=lin, now=JUNE_22)


def test_a_subscription_is_not_extended_and_nothing_without_a_reason(reminded, lin):
    one = reminded.lanhai.subscriptions.first()
    with pytest.raises(BadHold, match="scope"):
        extend(one, until_on=date(2026, 7, 10), reason="Agreed", by=lin, now=JUNE_22)
    with pytest.raises(BadHold, match="reason"):
        hold(reminded.lanhai, reason="  ", by=lin, now=JUNE_22)
    assert not Hold.objects.exists()


def test_only_those_who_chase_may_hold(reminded, people, bohai):
    for stranger in (people["viewer"], story.people_of(bohai)["owner"]):
        with pytest.raises(NotAllowed):
            hold(reminded.lanhai, reason="Please", by=stranger, now=JUNE_22)


def test_a_double_click_is_one_hold(reminded, lin):
    first = hold(reminded.lanhai, reason="Once", by=lin, now=JUNE_22)
    assert hold(reminded.lanhai, reason="Once", by=lin, now=JUNE_22).pk == first.pk
    assert TimelineEntry.objects.filter(code="hold_granted_open").count() == 1


def test_an_open_hold_ends_a_proposal_and_a_dated_one_lets_it_wait(reminded, lin):
    for day in (story.FINAL, story.SUSPEND):
        story.run_day(reminded.partner, day)
    hold(reminded.lanhai, reason="Stop", by=lin, now=NOON)
    hold(reminded.mingyue, reason="Wait", until_on=date(2026, 7, 3), by=lin, now=NOON)
    ended, waits = proposal_for(reminded.lanhai), proposal_for(reminded.mingyue)
    assert (ended.state, ended.ended_why) == ("aborted", "on_hold")
    assert waits.state == "proposed"


def test_what_was_supposed_of_a_hold_is_what_follows(reminded, lin):
    wanted = Hold(
        customer=reminded.lanhai, kind="hold", from_on=date(2026, 6, 22), until_on=date(2026, 7, 5), reason="Wait"
    )
    [seen] = suppose_all(reminded.lanhai, with_hold(wanted), now=JUNE_22)
    hold(reminded.lanhai, reason="Wait", until_on=date(2026, 7, 5), by=lin, now=JUNE_22)
    assert explain_invoice(of(reminded.lanhai), now=JUNE_22).decision.schedule == seen.after.schedule


def test_warning_again_repeats_the_last_notice_after_the_days_to_resume(reminded, lin):
    for day in (story.FINAL, story.SUSPEND):
        story.run_day(reminded.partner, day)
    [seen] = suppose_all(reminded.lanhai, with_restart(NOON), now=NOON)
    warn_again(of(reminded.lanhai), reason="The notice named a wrong person", by=lin, now=NOON)
    assert warn_again(of(reminded.lanhai), reason="Again", by=lin, now=NOON).pk == Restart.objects.get().pk
    gone = Proposal.objects.get(customer=reminded.lanhai)
    assert (gone.state, gone.ended_why) == ("aborted", "warned_again")
    assert seen.steps[0].after.on == date(2026, 7, 6), "three days, and not on a Saturday"
    story.run_day(reminded.partner, date(2026, 7, 6))
    assert stages(reminded.lanhai)[-2:] == ["suspend", "final"]
    assert Decision.objects.filter(invoice__customer=reminded.lanhai).latest("pk").because == "renewed"
    reached(reminded.lanhai, "renewed")


def test_there_must_be_something_to_warn_about_again(small, lin):
    with pytest.raises(CantWarnAgain, match="status|unwarned"):
        warn_again(of(small.lanhai), reason="Early", by=lin, now=story.at("2026-05-22"))
    story.run_day(small.partner, story.COURTESY)
    story.pay(small.lanhai, story.owed(small.lanhai), JUNE_22)
    with pytest.raises(CantWarnAgain, match="status"):
        warn_again(of(small.lanhai), reason="Late", by=lin, now=JULY_3)


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(2027, 7, 1)])
def test_a_pause_ends_within_a_year_or_is_left_open(reminded, lin, day):
    invoice = of(reminded.lanhai)
    for deed in (hold, exempt, extend):
        with pytest.raises(BadHold, match="until_on: .* more than a year away"):
            deed(invoice, reason="Slip of the pen", until_on=day, by=lin, now=JUNE_22)
    with pytest.raises(BadHold, match="from_on: .* more than a year away"):
        hold(reminded.lanhai, reason="Slip of the pen", from_on=day, by=lin, now=JUNE_22)
    assert not Hold.objects.exists()
    assert hold(invoice, reason="They build anew", until_on=date(2027, 6, 22), by=lin, now=JUNE_22).pk
