"""Does the dated future move the right way when facts are added, and does following it keep the gaps?"""

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dunning.policy import (
    Action,
    Anchor,
    Decision,
    Dispute,
    Facts,
    Hold,
    HoldKind,
    HoldScope,
    Invoice,
    Line,
    Notice,
    Policy,
    Promise,
    Proposal,
    Receipt,
    ReceiptKind,
    Stage,
    Version,
    day,
    governing_version,
    known,
    midnight,
    schedule,
    shift,
    stricter,
)

from .test_decisions import PRESSING, in_round
from .worlds import (
    DUE,
    PLAIN,
    carried_out,
    cents,
    fresh,
    lived_worlds,
    paid,
    policies,
    taking_worlds,
)

# Two that ask a whole policy over, day by day: a quarter of the examples in the suite, all of them in a soak.
MOST = settings().max_examples
FEWER = settings(max_examples=MOST if "RULEBOOK_RANDOM" in os.environ else max(10, MOST // 4))
World = tuple[Policy, Facts, datetime]
histories = st.one_of(lived_worlds(), taking_worlds(*PRESSING))
quiet = lived_worlds(before_due=False)


def first_days(policy: Policy, decision: Decision) -> dict[str, date]:
    """The day of each stage to come, but for stages before the due day and deletion notices."""
    found: dict[str, date] = {}
    for entry in decision.schedule:
        stage = policy.stage(entry.stage)
        if not stage.before_due and stage.action is not Action.DELETION_NOTICE:
            found.setdefault(entry.stage, entry.on)
    return found


def suspends_more_than_once(decision: Decision) -> bool:
    return sum(entry.action is Action.SUSPEND for entry in decision.schedule) > 1


def assert_no_earlier(policy: Policy, facts: Facts, more: Facts, now: datetime) -> None:
    """No stage comes earlier and the scope is no larger with `more` than with `facts`."""
    plain, other = schedule(policy, facts, now), schedule(policy, more, now)
    # A second suspension goes before the stage that is due, and an add-on stands for itself once its
    # suspended base is paid: there the ladder itself says that less debt may bring something forward.
    assume(not suspends_more_than_once(plain))
    assume(not facts.addons or not known(facts, now).suspensions)
    before, after = first_days(policy, plain), first_days(policy, other)
    for stage, on in after.items():
        assert stage in before, (stage, plain, other)
        assert on >= before[stage], (stage, plain.schedule, other.schedule)
    steps = (plain.next, other.next)
    if all(step.kind != "clear" and step.stage == "suspend" for step in steps):
        assert {*other.covers, *other.follows} <= {*plain.covers, *plain.follows}


def pauses_begun(facts: Facts) -> list[date]:
    """The days on which something began to freeze money."""
    recorded = [*(row.opened_at for row in facts.disputes), *(row.made_at for row in facts.promises)]
    return [*(day(at, facts.zone) for at in recorded), *(hold.from_on for hold in facts.holds)]


def today(facts: Facts, now: datetime) -> date:
    return day(now, facts.zone)


@given(histories)
def test_10_a_stage_is_taken_after_the_one_before_and_its_gap(world: World) -> None:
    policy, facts, now = world
    step = schedule(policy, facts, now, forecast=False).next
    assume(step.kind == "take")
    then = known(facts, now)
    stage = policy.stage(step.stage)
    place = policy.stages.index(stage)
    assume(not stage.before_due)
    ends = last_ends(policy, then, place)
    assume(ends is not None)
    assert ends
    if step.because.code != "fallback_contact" and not (stage.action is Action.SUSPEND and then.suspensions):
        finished = day(min(ends), facts.zone)
        assert today(facts, now) >= shift(finished, stage.gap, stage.unit, facts.calendar)


def last_ends(policy: Policy, facts: Facts, place: int) -> list[datetime] | None:
    """When the highest stage below, of those with a row in this round, was finished; none without one."""
    names = [stage.name for stage in policy.stages]
    attempts = [
        (names.index(row.stage), done(policy, row))
        for row in facts.notices
        if row.stage in names and in_round(facts, row.queued_at)
    ]
    attempts += [
        (names.index("suspend"), row.confirmed_at or row.ended_at)
        for row in facts.suspensions
        if "suspend" in names and row.cause == "non_payment" and row.invoice == "this" and in_round(facts, row.began_at)
    ]
    below = [(n, end) for n, end in attempts if n < place]
    if not below:
        return None
    last = max(n for n, _ in below)
    return [end for n, end in below if n == last and end is not None]


def done(policy: Policy, row: Notice) -> datetime | None:
    """When an attempt finished its stage."""
    if policy.stage(row.stage).action in (Action.DELETION_NOTICE, Action.HAND_OVER):
        return row.queued_at
    delivered = row.delivered_at if row.bounced_at is None else None
    times = (row.seen_at, row.called_at, delivered, row.waived_at)
    return min((at for at in times if at is not None), default=None)


def followed(policy: Policy, facts: Facts, looks: Iterable[datetime]) -> list[tuple[datetime, str]]:
    """What is taken, and when, by looking at these instants and at no others."""
    taken = []
    for look in looks:
        facts, stage = carried_out(policy, facts, look)
        if stage is not None:
            taken.append((look, stage))
    return taken


@st.composite
def cadences(draw: st.DrawFn) -> list[datetime]:
    """Instants to look at, in order: now often, now rarely, always in the middle of the day."""
    start = datetime(DUE.year, DUE.month, DUE.day, 4, tzinfo=UTC) - timedelta(days=10)
    steps = draw(st.lists(st.sampled_from([3, 11, 24, 24, 50, 200]), min_size=20, max_size=60))
    looks = [start]
    for step in steps:
        looks.append(looks[-1] + timedelta(hours=step))
    return looks


@given(policies(), fresh(), cadences())
def test_11_any_cadence_takes_the_stages_in_order(policy: Policy, facts: Facts, looks: list[datetime]) -> None:
    taken = followed(policy, facts, looks)
    names = [stage.name for stage in policy.stages]
    places = [names.index(stage) for _, stage in taken]
    assert places == sorted(set(places))
    applying = [n for n, stage in enumerate(policy.stages) if stage.fits(facts.tags) and not stage.before_due]
    reached = [place for place in places if not policy.stages[place].before_due]
    assert reached == applying[: len(reached)]
    days = [day(at, facts.zone) for at, _ in taken]
    assert len(days) == len(set(days))


@given(policies(before_due=False), fresh(), cadences(), st.data())
def test_12_a_slower_cadence_takes_nothing_earlier(
    policy: Policy, facts: Facts, looks: list[datetime], data: st.DataObject
) -> None:
    slower = [look for look in looks if data.draw(st.booleans())]
    often = {stage: at for at, stage in followed(policy, facts, looks)}
    for at, stage in followed(policy, facts, slower):
        assert stage in often
        assert at >= often[stage]


@given(quiet, st.sampled_from([Decimal("0.1"), Decimal("0.5"), Decimal(1)]), st.integers(0, 5))
def test_13_paying_makes_nothing_earlier(world: World, share: Decimal, which: int) -> None:
    policy, facts, now = world
    line = facts.invoice.lines[which % len(facts.invoice.lines)]
    assert_no_earlier(policy, facts, paid(facts, line.id, share), now)


@given(quiet, st.sampled_from(list(ReceiptKind)), cents(1, 2000))
def test_14_a_receipt_makes_nothing_earlier(world: World, kind: ReceiptKind, amount: Decimal) -> None:
    policy, facts, now = world
    more = replace(facts, receipts=(*facts.receipts, Receipt(kind, amount, now)))
    assert_no_earlier(policy, facts, more, now)


@given(quiet, cents(1, 900), st.integers(0, 5))
def test_15_a_dispute_makes_nothing_earlier(world: World, amount: Decimal, which: int) -> None:
    policy, facts, now = world
    line = facts.invoice.lines[which % len(facts.invoice.lines)]
    more = replace(facts, disputes=(*facts.disputes, Dispute(line.id, amount, now)))
    assert_no_earlier(policy, facts, more, now)


@given(quiet, st.sampled_from(list(HoldScope)), st.integers(0, 20), st.booleans())
def test_16_a_hold_makes_nothing_earlier(world: World, scope: HoldScope, length: int, dated: bool) -> None:
    policy, facts, now = world
    start = today(facts, now)
    end = start + timedelta(days=length) if dated else None
    hold = Hold(HoldKind.HOLD, scope, start, end, "A" if scope is HoldScope.SUBSCRIPTION else None)
    assert_no_earlier(policy, facts, replace(facts, holds=(*facts.holds, hold)), now)


@given(quiet, st.integers(0, 20))
def test_17_a_promise_makes_nothing_earlier(world: World, ahead: int) -> None:
    policy, facts, now = world
    promise = Promise(Decimal(100), today(facts, now) + timedelta(days=ahead), now)
    assert_no_earlier(policy, facts, replace(facts, promises=(*facts.promises, promise)), now)


@given(quiet, st.integers(0, 40))
def test_18_an_extension_makes_nothing_earlier(world: World, ahead: int) -> None:
    policy, facts, now = world
    start = today(facts, now)
    # A pause that begins under the extension has fewer days left: those before the new due day are none.
    assume(all(begun < start for begun in pauses_begun(facts)))
    extension = Hold(HoldKind.EXTENSION, HoldScope.INVOICE, start, start + timedelta(days=ahead))
    assert_no_earlier(policy, facts, replace(facts, holds=(*facts.holds, extension)), now)


@FEWER
@given(policies(), policies(), st.dates(DUE - timedelta(days=60), DUE), st.integers(1, 100))
def test_28_a_version_told_after_issue_changes_nothing(old: Policy, new: Policy, issued: date, late: int) -> None:
    told = midnight(issued, UTC) + timedelta(days=late)
    versions = [Version(old, DUE - timedelta(days=90)), Version(replace(new, version=2), issued, told)]
    assert governing_version(versions, issued, UTC).number == 1


@FEWER
@given(policies(), st.data())
def test_29_no_policy_is_stricter_than_itself_and_a_lower_minimum_is(policy: Policy, data: st.DataObject) -> None:
    assert not stricter(policy, policy)
    place = data.draw(st.integers(0, len(policy.stages) - 1))
    stage = policy.stages[place]
    least = min(each.min_overdue["CNY"] for each in policy.stages if each.action is stage.action)
    assume(least > 0)
    lower = replace(stage, min_overdue={"CNY": least - 1})
    stages = (*policy.stages[:place], lower, *policy.stages[place + 1 :])
    assert stricter(replace(policy, stages=stages), policy)


@given(st.integers(0, 6), st.integers(0, 30), st.integers(2, 9), st.integers(2, 14), st.integers(0, 3), st.booleans())
def test_32_an_ended_hold_shifts_what_follows_by_its_length(
    wait: int, length: int, gap: int, offset: int, resume: int, exempt: bool
) -> None:
    least = {"CNY": Decimal(1)}
    policy = Policy(
        1,
        (
            Stage("remind", Action.NOTICE, offset=1, min_overdue=least),
            Stage("final", Action.NOTICE, offset=1, gap=gap, min_overdue=least),
            Stage("suspend", Action.SUSPEND, Anchor.DELIVERED, "final", offset, min_overdue=least),
        ),
        resume_days=resume,
    )
    at = midnight(DUE + timedelta(days=1), UTC) + timedelta(hours=10)
    invoice = Invoice("this", DUE, "CNY", (Line("a", Decimal(100), "A"),))
    facts = Facts(invoice, UTC, PLAIN, notices=(Notice("remind", at, at),), bank_at=at)
    start = day(at, UTC) + timedelta(days=1 + wait)
    final = DUE + timedelta(days=1 + gap)
    assume((final - start).days >= resume)
    end = start + timedelta(days=length)
    kind = HoldKind.EXEMPTION if exempt else HoldKind.HOLD
    held = replace(facts, holds=(Hold(kind, HoldScope.INVOICE, start, end - timedelta(days=1)),))
    now = max(midnight(end, UTC), at)
    plain = schedule(policy, facts, midnight(start, UTC)).schedule
    shifted = schedule(policy, held, now).schedule
    assert [entry.stage for entry in shifted] == [entry.stage for entry in plain] == ["final", "suspend"]
    assert [entry.on for entry in shifted] == [entry.on + timedelta(days=length) for entry in plain]


@given(st.one_of(lived_worlds(), taking_worlds(*Action)))
def test_34_after_a_step_is_taken_nothing_else_is_at_that_instant(world: World) -> None:
    policy, facts, now = world
    decision = schedule(policy, facts, now)
    step = decision.next
    assume(step.kind == "take")
    if step.action is not Action.SUSPEND:
        done, _ = carried_out(policy, replace(facts, bank_at=now), now)
        assert schedule(policy, done, now).next.kind != "take"
        return
    proposed = replace(facts, proposal=facts.proposal or Proposal(now))
    after = schedule(policy, proposed, now).next
    assert after.kind == "wait" or (after.stage, after.deed) == (step.stage, "do")
