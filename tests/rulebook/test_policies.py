"""Is a policy read back as written, are its faults named, and is a stricter one known as such?"""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given

from dunning.casefile import MappingError, policy_from_mapping, policy_to_mapping
from dunning.policy import (
    Action,
    Anchor,
    Policy,
    Stage,
    Unit,
    Version,
    counts_from,
    faults,
    governing_version,
    stricter,
)

from .worlds import policies

LEAST = {"CNY": Decimal(100)}
NOTE = Stage("note", Action.NOTICE, offset=5, min_overdue=LEAST)
EARLY = Stage("early", Action.NOTICE, offset=-5, min_overdue=LEAST)
FINAL = Stage("final", Action.NOTICE, offset=14, min_overdue=LEAST)
STOP = Stage("stop", Action.SUSPEND, Anchor.DELIVERED, "final", 7, min_overdue=LEAST)
WARN = Stage("warn", Action.DELETION_NOTICE, Anchor.SUSPENDED, offset=30, min_overdue=LEAST)
POLICY = Policy(1, (NOTE, FINAL, STOP, WARN), ignore_below={"CNY": Decimal(5)}, cover_min={"CNY": Decimal(50)})


def with_stage(place: int, **changes: object) -> Policy:
    stages = list(POLICY.stages)
    stages[place] = replace(stages[place], **changes)
    return replace(POLICY, stages=tuple(stages))


@given(policies())
def test_writing_a_policy_down_and_reading_it_gives_the_same(policy: Policy) -> None:
    written = policy_to_mapping(policy)
    assert policy_from_mapping(written) == policy
    assert policy_to_mapping(policy_from_mapping(written)) == written


def test_what_is_not_written_takes_the_usual_value() -> None:
    written = {"stages": [{"name": "note", "action": "notice"}]}
    policy = policy_from_mapping(written, min_overdue=LEAST)
    assert policy == Policy(1, (Stage("note", Action.NOTICE, min_overdue=LEAST),))
    assert (policy.promise_days, policy.claim_days, policy.deletion_days, policy.notice_days) == (14, 3, 60, 30)
    assert Action.DELETION_NOTICE not in policy.promise_pauses


def test_every_fault_of_the_writing_is_named_by_its_path() -> None:
    written = {
        "undo_minutes": "many",
        "colour": "red",
        "stages": [{"name": "a", "action": "notice", "offset": 1.5}, {"action": "run"}, 7],
    }
    with pytest.raises(MappingError) as caught:
        policy_from_mapping(written)
    paths = {fault.path for fault in caught.value.faults}
    assert {"undo_minutes", "colour", "stages[0].offset", "stages[1].name", "stages[1].action", "stages[2]"} <= paths


def test_a_sound_draft_has_no_faults() -> None:
    assert faults(POLICY) == ()


@pytest.mark.parametrize(
    ("draft", "path"),
    [
        (replace(POLICY, stages=()), "stages"),
        (replace(POLICY, stages=(NOTE, NOTE)), "stages[1].name"),
        (replace(POLICY, stages=(*POLICY.stages, replace(STOP, name="again"))), "stages[4].action"),
        (with_stage(2, anchor=Anchor.DUE, of=None), "stages[2].anchor"),
        (with_stage(2, of="warn"), "stages[2].of"),
        (with_stage(2, of="nobody"), "stages[2].of"),
        (with_stage(2, offset=1), "stages[2].offset"),
        (with_stage(2, offset=1, unit=Unit.BUSINESS_DAYS), "stages[2].offset"),
        (with_stage(1, offset=-1), "stages[2].of"),
        (with_stage(1, tags_none=frozenset({"vip"})), "stages[2].of"),
        (with_stage(1, tags_all=frozenset({"vip"})), "stages[2].of"),
        (with_stage(1, tags_any=frozenset({"vip", "old"})), "stages[2].of"),
        (with_stage(1, action=Action.CALL_TASK), "stages[2].of"),
        (with_stage(0, gap=0), "stages[0].gap"),
        (with_stage(0, approvals=3), "stages[0].approvals"),
        (with_stage(0, roles=()), "stages[0].roles"),
        (with_stage(0, of="final"), "stages[0].of"),
        (with_stage(0, anchor=Anchor.SUSPENDED), "stages[0].anchor"),
        (with_stage(0, min_overdue={**LEAST, "EUR": Decimal(10)}), "stages[0].min_overdue.EUR"),
        (with_stage(0, min_overdue={"CNY": Decimal(-1)}), "stages[0].min_overdue.CNY"),
        (with_stage(3, offset=60), "stages[3].offset"),
        (replace(POLICY, stages=(EARLY, NOTE, replace(EARLY, name="late"), FINAL, STOP)), "stages[2].offset"),
        (replace(POLICY, stages=(NOTE, replace(WARN, anchor=Anchor.DUE))), "stages[1]"),
        (replace(POLICY, promise_days=-1), "promise_days"),
        (replace(POLICY, cure_share=Decimal(0)), "cure_share"),
        (replace(POLICY, ignore_below={"CNY": Decimal(-1)}), "ignore_below.CNY"),
        (replace(POLICY, ignore_below={"EURO": Decimal(1)}), "ignore_below.EURO"),
        (replace(POLICY, ignore_below={"eur": Decimal(1)}), "ignore_below.eur"),
    ],
)
def test_a_fault_is_named_by_its_path(draft: Policy, path: str) -> None:
    assert path in [fault.path for fault in faults(draft)]


def test_a_tag_both_stages_ask_for_leaves_nobody_out() -> None:
    vip = frozenset({"vip"})
    draft = replace(with_stage(1, tags_any=frozenset({"vip", "old"})), version=2)
    stages = (*draft.stages[:2], replace(STOP, tags_any=vip), WARN)
    assert faults(replace(draft, stages=stages)) == ()


@pytest.mark.parametrize(
    ("changed", "worse"),
    [
        (with_stage(1, offset=10), True),
        (with_stage(1, offset=20), False),
        (with_stage(2, offset=5), True),
        (with_stage(0, min_overdue={"CNY": Decimal(99)}), True),
        (with_stage(0, min_overdue={"CNY": Decimal(101)}), False),
        (with_stage(3, tags_all=frozenset({"vip"})), False),
        (with_stage(0, tags_none=frozenset({"vip"})), False),
        (
            replace(
                POLICY,
                stages=(
                    *POLICY.stages,
                    Stage("desk", Action.HAND_OVER, Anchor.SUSPENDED, offset=40, min_overdue=LEAST),
                ),
            ),
            True,
        ),
        (replace(POLICY, stages=POLICY.stages[:3]), False),
        (replace(POLICY, ignore_below={"CNY": Decimal(4)}), True),
        (replace(POLICY, ignore_below={}), True),
        (replace(POLICY, cover_min={"CNY": Decimal(40)}), True),
        (replace(POLICY, promise_days=13), True),
        (replace(POLICY, promise_count=0), True),
        (replace(POLICY, broken_days=0), True),
        (replace(POLICY, resume_days=2), True),
        (replace(POLICY, settle_days=0), True),
        (replace(POLICY, claim_days=2), True),
        (replace(POLICY, deletion_days=59), True),
        (replace(POLICY, cure_share=Decimal("0.5")), False),
        (replace(POLICY, stale_cash_hours=25), True),
        (replace(POLICY, stale_cash_hours=23), False),
        (replace(POLICY, notice_days=1), False),
        (replace(POLICY, undo_minutes=10), False),
    ],
)
def test_stricter_means_some_customer_is_worse_off(changed: Policy, worse: bool) -> None:
    assert stricter(changed, POLICY) is worse


def test_a_month_end_is_compared_on_every_day_of_the_month() -> None:
    by_month = with_stage(1, anchor=Anchor.MONTH_END, offset=0)
    assert stricter(by_month, POLICY)
    assert stricter(POLICY, by_month)


def test_a_stage_for_one_tag_is_stricter_for_those_who_carry_it() -> None:
    early = Stage("early", Action.CALL_TASK, offset=1, min_overdue=LEAST, tags_all=frozenset({"vip"}))
    assert stricter(replace(POLICY, stages=(early, *POLICY.stages)), POLICY)


def test_versions_count_from_the_day_they_were_told_or_took_effect() -> None:
    told = datetime(2026, 5, 1, 20, tzinfo=UTC)
    first = Version(POLICY, date(2026, 1, 1))
    milder = Version(replace(POLICY, version=2, promise_days=20), date(2026, 4, 1), told)
    stricter_one = Version(replace(POLICY, version=3), date(2026, 4, 1), told)
    assert counts_from(milder, first, UTC) == date(2026, 5, 1)
    assert counts_from(stricter_one, milder, UTC) == date(2026, 5, 31)
    assert counts_from(replace(milder, told_at=None), first, UTC) is None
    assert counts_from(replace(milder, effective_on=date(2026, 7, 1)), first, UTC) == date(2026, 7, 1)
    versions = [stricter_one, first, milder]
    issued = (date(2026, 4, 30), date(2026, 5, 1), date(2026, 5, 30), date(2026, 5, 31))
    assert [governing_version(versions, on, UTC).number for on in issued] == [1, 2, 2, 3]
    with pytest.raises(ValueError, match="no version"):
        governing_version([], date(2026, 5, 1), UTC)
