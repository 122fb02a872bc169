"""Is what lies exactly on a limit still allowed, and the next beyond it not? Of policies and of what is written."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from dunning.casefile import MappingError, policy_from_mapping, policy_to_mapping
from dunning.policy import Action, Anchor, Calendar, Eve, Fault, Policy, Proposal, Stage, Unit, faults, stricter
from dunning.policy.faults import MOST, within_reach
from dunning.policy.reading import Fields, money, text, whole
from dunning.policy.worked import FactsReader, as_date, instant_in

from .test_policies import EARLY, FINAL, LEAST, NOTE, POLICY, STOP, WARN, with_stage

DESK = Stage("desk", Action.HAND_OVER, Anchor.SUSPENDED, offset=70, min_overdue=LEAST)
VIP = frozenset({"vip"})


def of(*stages: Stage) -> Policy:
    return replace(POLICY, stages=stages)


def many(count: int) -> Policy:
    return of(*(replace(NOTE, name=f"n{n}", offset=5 + n) for n in range(count)))


@pytest.mark.parametrize(
    "draft",
    [
        with_stage(0, approvals=0),
        with_stage(0, approvals=2),
        with_stage(3, offset=59),
        with_stage(3, anchor=Anchor.DUE, offset=40),
        with_stage(0, offset=MOST),
        with_stage(0, gap=MOST),
        with_stage(0, letter="x" * 40),
        with_stage(0, channel="x" * 20),
        with_stage(0, roles=("x" * 20,)),
        *(with_stage(0, **{name: frozenset({"x" * 40})}) for name in ("tags_all", "tags_any", "tags_none")),
        with_stage(0, min_overdue={"CNY": Decimal(0)}),
        replace(POLICY, promise_days=MOST),
        replace(POLICY, ignore_below={"CNY": Decimal(0)}),
        replace(POLICY, cover_min={"CNY": Decimal("0.5")}),
        replace(POLICY, cure_share=Decimal("0.1234")),
        of(NOTE),
        of(NOTE, FINAL, STOP, WARN, DESK),
        of(replace(NOTE, tags_all=VIP), EARLY, FINAL, STOP),
        of(NOTE, replace(FINAL, tags_any=VIP), replace(STOP, tags_any=VIP)),
        many(50),
    ],
)
def test_what_lies_on_the_limit_may_be_published(draft: Policy) -> None:
    assert faults(draft) == ()


@pytest.mark.parametrize(
    ("draft", "fault"),
    [
        (with_stage(0, offset=MOST + 1), Fault("stages[0].offset", "is too large")),
        (with_stage(0, gap=MOST + 1), Fault("stages[0].gap", "is too large")),
        (with_stage(0, channel="x" * 21), Fault("stages[0].channel", "is too long")),
        (with_stage(0, roles=("x" * 21,)), Fault("stages[0].roles", "is too long")),
        (with_stage(0, tags_all=frozenset({"x" * 41})), Fault("stages[0].all", "is too long")),
        (with_stage(0, tags_any=frozenset({"x" * 41})), Fault("stages[0].any", "is too long")),
        (with_stage(0, tags_none=frozenset({"x" * 41})), Fault("stages[0].none", "is too long")),
        (many(51), Fault("stages", "is too long")),
        (replace(POLICY, promise_days=3651), Fault("promise_days", "is too large")),
        (replace(POLICY, cure_share=Decimal("1.5")), Fault("cure_share", "is not above 0 and at most 1")),
        (with_stage(0, name=""), Fault("stages[0].name", "is empty")),
        (with_stage(1, name="note"), Fault("stages[1].name", "is used twice")),
        (
            of(NOTE, replace(FINAL, min_overdue={**LEAST, "EUR": Decimal(1)})),
            Fault("stages[1].min_overdue.EUR", "is a currency no other stage names"),
        ),
        (
            of(NOTE, replace(FINAL, anchor=Anchor.DELIVERED, of="final"), STOP),
            Fault("stages[1].of", "names a stage that does not come before"),
        ),
        (
            of(NOTE, replace(WARN, anchor=Anchor.SUSPENDED)),
            Fault("stages[1].anchor", "counts from a suspension no stage before it makes"),
        ),
        (
            with_stage(2, anchor=Anchor.MONTH_END),
            Fault("stages[2].anchor", "is not the delivery of a notice before it"),
        ),
        (with_stage(2, offset=1), Fault("stages[2].offset", "leaves no days for a payment to arrive")),
        (
            with_stage(2, offset=1, unit=Unit.BUSINESS_DAYS),
            Fault("stages[2].offset", "leaves no business days for a payment to arrive"),
        ),
        (
            with_stage(0, tags_any=VIP, tags_none=VIP),
            Fault("stages[0].none", "leaves out every invoice the stage is for"),
        ),
    ],
)
def test_what_lies_beyond_is_a_fault_in_these_words(draft: Policy, fault: Fault) -> None:
    assert fault in faults(draft)


def test_a_draft_out_of_reach_is_brought_within_it_and_others_stay_as_they_are() -> None:
    assert within_reach(POLICY) == POLICY
    assert within_reach(with_stage(0, offset=10**6, gap=10**6)) == with_stage(0, offset=MOST, gap=MOST)
    assert within_reach(with_stage(0, offset=-(10**6))) == with_stage(0, offset=-MOST)
    assert within_reach(replace(POLICY, promise_days=10**6)).promise_days == MOST
    assert len(within_reach(many(60)).stages) == 50


def test_what_the_rulebook_leaves_unwritten() -> None:
    policy = Policy(1, ())
    assert (policy.ignored("CNY"), policy.cover("CNY"), policy.cure_share, policy.cure_level) == (0, 0, 1, "invoice")
    days = (policy.promise_days, policy.promise_count, policy.broken_days, policy.resume_days, policy.settle_days)
    assert days == (14, 1, 1, 3, 1)
    rest = (policy.claim_days, policy.stale_cash_hours, policy.undo_minutes, policy.deletion_days, policy.notice_days)
    assert rest == (3, 24, 0, 60, 30)
    assert Proposal(datetime(2027, 1, 1, tzinfo=UTC)).approvals == 0
    written: Any = policy_to_mapping(of(Stage("a", Action.NOTICE)))["stages"]
    assert written == [{"name": "a", "action": "notice", "min_overdue": {}}]


@pytest.mark.parametrize(
    ("stage", "tags", "fits"),
    [
        (replace(NOTE, tags_any=frozenset({"a", "b"})), {"a"}, True),
        (replace(NOTE, tags_any=frozenset({"a", "b"})), {"c"}, False),
        (replace(NOTE, tags_all=frozenset({"a", "b"})), {"a"}, False),
        (replace(NOTE, tags_none=frozenset({"a"})), {"a"}, False),
    ],
)
def test_a_stage_fits_the_tags_it_asks_for(stage: Stage, tags: set[str], fits: bool) -> None:
    assert stage.fits(frozenset(tags)) is fits


def monthly(offset: int) -> Policy:
    return of(replace(NOTE, anchor=Anchor.MONTH_END, offset=offset))


@pytest.mark.parametrize(
    ("new", "old"),
    [
        (monthly(-25), monthly(-20)),  # in the middle of a month both come on the day after the due day
        (monthly(-29), monthly(-28)),  # only who is due on the first of a long month sees a difference
        (of(replace(EARLY, offset=-60), FINAL), of(replace(EARLY, offset=-50), FINAL)),
    ],
)
def test_a_difference_only_some_due_days_show_is_found(new: Policy, old: Policy) -> None:
    assert stricter(new, old)
    assert not stricter(old, new)


def test_one_currency_of_two_is_enough_to_be_worse_off() -> None:
    both = {"CNY": Decimal(100), "EUR": Decimal(100)}
    stages = tuple(replace(stage, min_overdue=both) for stage in POLICY.stages)
    old = replace(POLICY, stages=stages, ignore_below={"CNY": Decimal(5), "EUR": Decimal(5)}, cover_min=None)
    assert stricter(replace(old, ignore_below={"CNY": Decimal(5), "EUR": Decimal(4)}), old)
    assert not stricter(old, old)


def test_two_working_days_beside_each_other_over_the_turn_of_the_week_are_enough() -> None:
    week = Calendar(UTC, weekend=frozenset({2, 3, 4, 5, 6}), eve=Eve.REST)
    assert (week.opens, week.closes) == (time(9), time(18))


@pytest.mark.parametrize("value", ["999999999999999", "-999999999999999", "0.000000000000001", 5, 1.5])
def test_amounts_within_reach_are_read(value: object) -> None:
    assert money(value) == Decimal(str(value))


@pytest.mark.parametrize("value", [10**15, -(10**15), "0.0000000000000001", "inf", "nan", True, [], "1e999999999"])
def test_amounts_beyond_it_are_not(value: object) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        money(value)


def test_whole_numbers_and_texts() -> None:
    assert (whole(100_000), whole(-100_000), text(7)) == (100_000, -100_000, "7")
    for value in (100_001, -100_001, True, "7"):
        with pytest.raises(ValueError, match="whole number|out of reach"):
            whole(value)
    for wrong in (True, 1.5, None, "a\x00b", "\ud800b"):
        with pytest.raises(ValueError, match="is not a text"):
            text(wrong)


def test_a_field_that_cannot_be_read_takes_its_stand_in_and_leaves_a_fault() -> None:
    found: list[Fault] = []
    assert Fields({"a": "x"}, "top", found).get("a", whole, 7) == 7
    assert found == [Fault("top.a", "is not a whole number")]


@pytest.mark.parametrize("written", ["ab", 7])
def test_stages_that_are_no_list_are_one_fault(written: object) -> None:
    with pytest.raises(MappingError) as caught:
        policy_from_mapping({"stages": written})
    assert caught.value.faults == (Fault("stages", "is not a list"),)


def test_a_bare_date_is_ten_o_clock_and_an_instant_is_no_date() -> None:
    ten = datetime(2027, 3, 1, 10, tzinfo=UTC)
    assert (instant_in(UTC)("2027-03-01"), instant_in(UTC)(date(2027, 3, 1))) == (ten, ten)
    for wrong in (ten, 7):
        with pytest.raises(ValueError, match="is not a date"):
            as_date(wrong)


def test_what_a_worked_case_leaves_unwritten() -> None:
    found: list[Fault] = []
    case = {
        "invoice": {"due": "2027-03-01", "lines": {"A": 60}},
        "promises": [{"by": "2027-03-20", "made": "2027-03-10"}],
        "proposal": {"at": "2027-03-24"},
        "disputes": [
            {"line": "A", "amount": 5, "opened": "2027-03-10", "told": "2027-03-12", "outcome": "rejected"},
            {"line": "A", "amount": 5, "opened": "2027-03-10", "told": "2027-03-12"},
        ],
    }
    now = datetime(2027, 3, 24, 12, tzinfo=UTC)
    facts = FactsReader(Fields(case, "", found), UTC, Calendar(UTC)).read(now)
    assert found == []
    assert facts.promises[0].amount == 0
    assert facts.proposal == Proposal(datetime(2027, 3, 24, 10, tzinfo=UTC), 0)
    assert facts.disputes[0].decided_at == datetime(2027, 3, 12, 10, tzinfo=UTC)
    assert facts.disputes[1].decided_at is None
    assert facts.bank_at == now
