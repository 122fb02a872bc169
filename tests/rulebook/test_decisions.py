"""Do single decisions keep what the rulebook promises, whatever the world?"""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from dunning.policy import (
    NON_PAYMENT,
    Action,
    Code,
    Decision,
    Facts,
    Hold,
    HoldKind,
    HoldScope,
    Notice,
    Policy,
    Suspension,
    day,
    known,
    midnight,
    owed,
    reached,
    schedule,
    suspendable,
)
from dunning.policy.days import business_day

from .worlds import DUE, taking_worlds, worlds, zones

World = tuple[Policy, Facts, datetime]
PRESSING = (Action.NOTICE, Action.CALL_TASK, Action.SUSPEND, Action.HAND_OVER)
suspending = taking_worlds(Action.SUSPEND)
pressing = taking_worlds(*PRESSING)
mailing = taking_worlds(Action.NOTICE)


def round_start(facts: Facts) -> datetime | None:
    """When the round that is on began, counted anew."""
    ours = [row for row in facts.suspensions if row.cause == NON_PAYMENT and row.invoice == "this"]
    live = [row.began_at for row in ours if row.ended_at is None]
    starts = [*facts.restarts, *(row.ended_at for row in ours if row.ended_at and row.ended_why == "cured")]
    return max((start for start in starts if not live or start <= min(live)), default=None)


def in_round(facts: Facts, instant: datetime) -> bool:
    start = round_start(facts)
    return start is None or instant >= start


def ours_live(facts: Facts) -> set[str]:
    return {
        row.subscription
        for row in facts.suspensions
        if row.cause == NON_PAYMENT and row.invoice == "this" and row.ended_at is None
    }


def dated(facts: Facts) -> list[Notice]:
    return [row for row in facts.notices if row.suspend_on and reached(row)]


@given(worlds)
def test_01_every_world_has_one_answer(world: World) -> None:
    policy, facts, now = world
    decision = schedule(policy, facts, now)
    assert isinstance(decision, Decision)
    assert schedule(policy, facts, now) == decision
    assert decision.undisputed >= decision.ripe >= 0 or decision.next.kind == "clear"


@given(worlds, st.integers(0, 10**6))
def test_02_the_order_of_facts_does_not_matter(world: World, seed: int) -> None:
    policy, facts, now = world
    mixed = random.Random(seed)
    names = ("disputes", "promises", "holds", "notices", "suspensions", "receipts", "restarts", "letters", "addons")
    shuffled = {name: tuple(mixed.sample(getattr(facts, name), len(getattr(facts, name)))) for name in names}
    lines = tuple(mixed.sample(facts.invoice.lines, len(facts.invoice.lines)))
    other = replace(facts, invoice=replace(facts.invoice, lines=lines), **shuffled)
    assert schedule(policy, other, now) == schedule(policy, facts, now)


@given(worlds)
def test_03_what_is_not_known_yet_changes_nothing(world: World) -> None:
    policy, facts, now = world
    then = known(facts, now)
    assert known(then, now) == then
    assert schedule(policy, then, now) == schedule(policy, facts, now)


@given(worlds)
def test_04_other_causes_and_invoices_change_nothing(world: World) -> None:
    policy, facts, now = world
    long_ago = now - timedelta(days=3)
    others = (Suspension("A", "fraud", None, long_ago, long_ago), Suspension("A", NON_PAYMENT, "other", long_ago))
    more = replace(facts, suspensions=facts.suspensions + others)
    assert schedule(policy, more, now) == schedule(policy, facts, now)


@given(st.one_of(worlds, pressing), st.lists(st.integers(1, 200 * 48), min_size=5, max_size=25))
def test_05_a_wait_is_honest(world: World, halves: list[int]) -> None:
    policy, facts, now = world
    step = schedule(policy, facts, now, forecast=False).next
    assume(step.kind == "wait")
    until = step.until
    assert until is None or until > now
    turns = [now + timedelta(minutes=30 * half) for half in halves]
    turns += [midnight(day(turn, facts.zone), facts.zone) for turn in turns]
    if until is not None:
        turns += [until - timedelta(seconds=1), *(now + (until - now) * n / 7 for n in range(1, 7))]
    then = known(facts, now)
    for turn in turns:
        if now < turn and (until is None or turn < until):
            for bank in {then.bank_at, turn if step.because.code is not Code.STALE_CASH else then.bank_at}:
                ahead = schedule(policy, replace(then, bank_at=bank), turn, forecast=False)
                assert ahead.next.kind == "wait", (turn, ahead.next)


@given(worlds)
def test_06_the_future_begins_with_the_next_step(world: World) -> None:
    policy, facts, now = world
    decision = schedule(policy, facts, now)
    first = decision.schedule[0] if decision.schedule else None
    if decision.next.kind == "take":
        assert first is not None
        assert (first.at, first.stage, first.because) == (now, decision.next.stage, decision.next.because)
    elif decision.next.kind == "clear":
        assert first is None
    elif first is not None:
        assert first.at >= (decision.next.until or now)


@given(worlds)
def test_07_the_future_is_in_order_and_without_repetition(world: World) -> None:
    policy, facts, now = world
    entries = schedule(policy, facts, now).schedule
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    once = [entry.stage for entry in entries if entry.action is not Action.SUSPEND]
    assert len(once) == len(set(once))
    letters = [entry.on for entry in entries if entry.action is Action.NOTICE]
    assert len(letters) == len(set(letters))
    assert all(entry.on == day(entry.at, facts.zone) for entry in entries)


@given(worlds)
def test_08_the_first_entry_comes_true_if_only_time_passes(world: World) -> None:
    policy, facts, now = world
    facts = known(facts, now)
    decision = schedule(policy, facts, now)
    at, step = now, decision.next
    for _ in range(50):
        if step.kind != "wait" or step.until is None:
            break
        at = step.until
        step = schedule(policy, replace(facts, bank_at=at), at, forecast=False).next
    if step.kind == "take":
        first = decision.schedule[0]
        assert (first.at, first.stage) == (at, step.stage)


@given(suspending)
def test_09_no_suspension_before_what_was_announced(world: World) -> None:
    policy, facts, now = world
    decision = schedule(policy, facts, now, forecast=False)
    assume(decision.next.kind == "take" and decision.next.action is Action.SUSPEND)
    notices = dated(known(facts, now))
    assert notices
    for row in notices:
        assert now >= midnight(row.suspend_on, facts.zone)
        assert row.not_before is None or now >= row.not_before


@given(worlds)
def test_19_disputed_and_undisputed_add_up(world: World) -> None:
    policy, facts, now = world
    then = known(facts, now)
    disputed = Decimal(0)
    for line in facts.invoice.lines:
        asked = sum((row.amount for row in then.disputes if row.line == line.id and row.decided_at is None), Decimal(0))
        disputed += min(line.open, asked)
    assert schedule(policy, facts, now, forecast=False).undisputed + disputed == owed(facts)


@given(st.one_of(worlds, suspending))
def test_20_a_suspension_reaches_only_its_own_debt(world: World) -> None:
    policy, facts, now = world
    decision = schedule(policy, facts, now, forecast=False)
    bases = dict(facts.addons)
    least = policy.cover("CNY")
    for each in decision.covers:
        own = [line.open for line in facts.invoice.lines if line.subscription == each]
        assert sum(max(amount, Decimal(0)) for amount in own) >= least
        assert own
        assert bases.get(each) not in decision.covers
    assert not set(decision.follows) & set(decision.covers)
    assert all(bases[each] in (*decision.covers, *decision.follows) for each in decision.follows)


@given(worlds)
def test_21_only_what_we_suspended_is_released(world: World) -> None:
    policy, facts, now = world
    live = ours_live(known(facts, now))
    decision = schedule(policy, facts, now, forecast=False)
    assert set(decision.release) <= live
    if decision.next.kind == "clear":
        assert set(decision.release) == live


@given(worlds)
def test_22_nothing_open_is_settled(world: World) -> None:
    policy, facts, now = world
    lines = tuple(replace(line, open=Decimal(0)) for line in facts.invoice.lines)
    decision = schedule(policy, replace(facts, invoice=replace(facts.invoice, lines=lines)), now)
    assert decision.next.because.code is Code.SETTLED


@given(worlds)
def test_23_suspensions_are_staffed_and_on_suspendable_days(world: World) -> None:
    policy, facts, now = world
    calendar = facts.calendar
    for entry in schedule(policy, facts, now).schedule:
        if entry.action is Action.SUSPEND:
            wall = entry.at.astimezone(calendar.zone)
            assert calendar.opens <= wall.time() < calendar.closes
            assert suspendable(wall.date(), calendar)
            assert suspendable(day(entry.at, facts.zone), calendar)


@given(worlds)
def test_24_letters_calls_and_hand_overs_wait_for_a_business_day(world: World) -> None:
    policy, facts, now = world
    for entry in schedule(policy, facts, now).schedule:
        if entry.action in (Action.NOTICE, Action.CALL_TASK, Action.HAND_OVER):
            assert business_day(entry.on, facts.calendar)


@given(st.one_of(worlds, pressing))
def test_25_a_disputed_line_is_not_pressed_for(world: World) -> None:
    policy, facts, now = world
    then = known(facts, now)
    decision = schedule(policy, facts, now)
    for line in facts.invoice.lines:
        asked = sum((row.amount for row in then.disputes if row.line == line.id and not row.decided_at), Decimal(0))
        alone = [other for other in facts.invoice.lines if other.subscription == line.subscription] == [line]
        if alone and asked >= line.open:
            assert line.subscription not in decision.covers
    prints = getattr(decision.next, "prints", None)
    if prints is not None:
        assert prints.amount <= decision.undisputed


@given(pressing)
def test_26_money_on_its_way_counts(world: World) -> None:
    policy, facts, now = world
    then = known(facts, now)
    decision = schedule(policy, facts, now, forecast=False)
    assume(decision.next.kind == "take" and decision.next.action in PRESSING)
    if decision.next.action in (Action.SUSPEND, Action.HAND_OVER):
        assert then.bank_at is not None
        assert now - then.bank_at <= timedelta(hours=policy.stale_cash_hours)
    stage = policy.stage(decision.next.stage)
    waiting = sum((row.amount for row in then.receipts if row.kind != "claimed"), Decimal(0))
    assert decision.ripe - waiting >= max(stage.min_overdue["CNY"], policy.ignored("CNY"), Decimal("0.01"))


@given(suspending, zones)
def test_27_no_zone_brings_a_suspension_forward(world: World, zone: object) -> None:
    policy, facts, now = world
    decision = schedule(policy, replace(facts, zone=zone), now, forecast=False)
    assume(decision.next.kind == "take" and decision.next.action is Action.SUSPEND)
    for row in dated(known(facts, now)):
        assert row.not_before is None or now >= row.not_before


@given(mailing)
def test_30_no_second_letter_on_a_day(world: World) -> None:
    policy, facts, now = world
    decision = schedule(policy, facts, now, forecast=False)
    assume(decision.next.kind == "take" and decision.next.action is Action.NOTICE)
    then = known(facts, now)
    assert day(now, facts.zone) not in {day(sent, facts.zone) for sent in then.letters}


@given(pressing)
def test_31_nothing_follows_a_notice_that_bounced(world: World) -> None:
    policy, facts, now = world
    then = known(facts, now)
    decision = schedule(policy, facts, now, forecast=False)
    places = {stage.name: place for place, stage in enumerate(policy.stages)}
    rows = [row for row in then.notices if row.stage in places and in_round(then, row.queued_at)]
    began = [row.began_at for row in then.suspensions if row.subscription in ours_live(then)]
    assume(decision.next.kind == "take" and rows and not began)
    last = max(places[row.stage] for row in rows)
    tries = [row for row in rows if places[row.stage] == last]
    stuck = all(row.bounced_at and not reached(row) and not row.waived_at for row in tries)
    if stuck and policy.stages[last].action is Action.NOTICE:
        assert places[decision.next.stage] <= last


@given(suspending)
def test_33_no_suspension_without_a_notice_of_this_round(world: World) -> None:
    policy, facts, now = world
    decision = schedule(policy, facts, now, forecast=False)
    assume(decision.next.kind == "take" and decision.next.action is Action.SUSPEND)
    then = known(facts, now)
    assert any(in_round(then, row.queued_at) for row in dated(then))


@given(worlds)
def test_35_an_open_exemption_leaves_only_deletion_notices(world: World) -> None:
    policy, facts, now = world
    exempt = Hold(HoldKind.EXEMPTION, HoldScope.CUSTOMER, DUE - timedelta(days=60))
    step = schedule(policy, replace(facts, holds=(*facts.holds, exempt)), now, forecast=False).next
    assert step.kind != "take" or step.action is Action.DELETION_NOTICE


@given(st.one_of(worlds, mailing))
def test_36_a_letter_of_another_invoice_delays_by_a_day_and_no_more(world: World) -> None:
    policy, facts, now = world
    plain = schedule(policy, facts, now)
    mailed = schedule(policy, replace(facts, letters=(*facts.letters, now)), now)
    if plain.next.kind != "take" or plain.next.action is not Action.NOTICE:
        assert mailed.next == plain.next
        return
    tomorrow = midnight(day(now, facts.zone) + timedelta(days=1), facts.zone)
    assert (mailed.next.because.code, mailed.next.until) == (Code.LETTER_TODAY, tomorrow)
    then = known(replace(facts, letters=(*facts.letters, now), bank_at=tomorrow), tomorrow)
    after = schedule(policy, then, tomorrow, forecast=False).next
    same = after.kind == "take" and after.stage == plain.next.stage
    stage = policy.stage(plain.next.stage)
    assert same or after.because.code is Code.REST_DAY or stage.before_due or facts != known(facts, now) or facts.holds
