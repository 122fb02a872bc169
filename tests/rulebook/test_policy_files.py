"""Is a policy file read as it was written, and are its faults named by their path?"""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.casefile import MappingError
from dunning.policy import Policy, faults
from dunning.policyfile import read_policy, write_policy

from .worlds import policies

# No control characters and no halves of characters, which a file may not name.
NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)


@given(policies(), NAMES, st.decimals("0", "99999", places=2))
def test_reading_what_was_written_gives_the_same_policy(policy: Policy, name: str, amount: Decimal) -> None:
    """Whatever its stages are called: yes, 010, 1e3, null, 2026-01-01, a colon, another script."""
    first = replace(policy.stages[0], letter=name, tags_any=frozenset({name}), min_overdue={"CNY": amount})
    wide = replace(policy, stages=(first, *policy.stages[1:]))
    assert read_policy(write_policy(wide)) == wide


@pytest.mark.parametrize(
    "name", ["yes", "no", "null", "~", "010", "1e3", "1_000", "2026-01-01", "12:30", "<<", "=", "- a"]
)
def test_names_that_look_like_something_else_stay_names(name: str) -> None:
    policy = read_policy("min_overdue: {CNY: 100}\nstages: [{name: a, action: notice, offset: 3}]")
    named = replace(policy, stages=(replace(policy.stages[0], name=name),))
    assert read_policy(write_policy(named)) == named


def test_an_amount_at_the_top_serves_the_stages_that_write_none() -> None:
    policy = read_policy(
        "min_overdue: {CNY: 100}\nstages:\n - {name: a, action: notice, offset: 3}\n"
        " - {name: b, action: notice, offset: 9, min_overdue: {CNY: 0.5}}"
    )
    assert [one.min_overdue["CNY"] for one in policy.stages] == [Decimal(100), Decimal("0.5")]
    assert faults(policy) == ()


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("min_overdue: 100\nstages: []", "min_overdue"),
        ("stages: [{name: a}]", "stages[0].action"),
        ("stages: [{name: a, action: notice, colour: red}]", "stages[0].colour"),
        ("[]", "file"),
        ("stages: {", "file"),
        ("a: 1\na: 2", "file"),
        ("x" * 300_000, "file"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(written: str, path: str) -> None:
    with pytest.raises(MappingError) as caught:
        read_policy(written)
    assert path in [fault.path for fault in caught.value.faults]


LADDER = """
min_overdue: {CNY: 100}
stages:
  - {name: note, action: notice, offset: 5}
  - {name: final, action: notice, offset: 14}
  - {name: stop, action: suspend, anchor: delivered, of: final, offset: 7}
  - {name: warn, action: deletion_notice, anchor: suspended, offset: 30}
"""


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        (
            "note, action: notice, offset: 5",
            "note, action: notice, offset: 5, min_overdue: {}",
            "stages[0].min_overdue",
        ),
        ("note, action: notice, offset: 5", "note, action: deletion_notice, offset: 5", "stages[0]"),
        ("final, action: notice, offset: 14", "final, action: notice, offset: -3", "stages[1].offset"),
        ("offset: 5}", "offset: 5, all: [vip], none: [vip]}", "stages[0].none"),
        ("offset: 5}", "offset: 5, min_overdue: {USD: 5}}", "stages[1].min_overdue.CNY"),
        ("offset: 5}", "offset: 99999}", "stages[0].offset"),
        ("offset: 5}", f"offset: 5, letter: {'x' * 41}}}", "stages[0].letter"),
        ("name: note", f"name: {'x' * 41}", "stages[0].name"),
        ("offset: 5}", "offset: 5, min_overdue: {cny: 5, CNY: 5}}", "stages[0].min_overdue.cny"),
        ("stages:", "promise_days: 99999\nstages:", "promise_days"),
        ("stages:", "cure_share: 0.12345\nstages:", "cure_share"),
    ],
)
def test_a_stage_nobody_reaches_and_a_value_nobody_can_keep_are_faults(before: str, after: str, path: str) -> None:
    assert faults(read_policy(LADDER)) == ()
    assert before in LADDER
    assert path in [fault.path for fault in faults(read_policy(LADDER.replace(before, after)))]
