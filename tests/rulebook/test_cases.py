"""Do the worked cases come out as written, and does a wrong or badly written one say so?"""

from pathlib import Path
from typing import Any

import pytest

from dunning.casefile import MappingError, read_yaml, run, run_file
from dunning.policy import Code

FILES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
HEAD = """
policies:
  std:
    stages:
      - {name: note, action: notice, offset: 3}
      - {name: stop, action: suspend, anchor: delivered, of: note, offset: 7}
calendars: {CN: {zone: Asia/Shanghai}}
defaults: {min_overdue: {CNY: 10}}
cases:
"""
GOOD = (
    "- {id: T1, now: 2026-06-01, invoice: {due: 2026-06-10, lines: {A: 600}}, expect: {kind: wait, because: not_yet}}"
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_worked_cases_come_out_as_written(path: Path) -> None:
    report = run_file(path)
    assert report.failed == []
    assert report.passed == len(read_yaml(path.read_text())["cases"])


def test_every_reason_has_a_worked_case() -> None:
    cases: list[dict[str, Any]] = [case for path in FILES for case in read_yaml(path.read_text())["cases"]]
    reasons = {case["expect"].get("because") for case in cases}
    assert reasons >= {str(code) for code in Code}


@pytest.mark.parametrize(
    ("expect", "wrong"),
    [
        ("{kind: take, because: not_yet}", "kind"),
        ("{kind: wait, because: extended}", "because"),
        ("{kind: wait, because: not_yet, until: 2026-06-16T00:00}", "until"),
        ("{kind: wait, because: not_yet, due: 599.99}", "due"),
        ("{kind: wait, because: not_yet, ripe: 0}", "ripe"),
        ("{kind: wait, because: not_yet, release: [A]}", "release"),
        ("{kind: wait, because: not_yet, schedule: []}", "schedule"),
        ("{kind: wait, because: not_yet, ends: bounced}", "ends"),
    ],
)
def test_a_wrong_expectation_is_reported_beside_what_came_out(expect: str, wrong: str) -> None:
    case = GOOD.replace("{kind: wait, because: not_yet}", expect)
    report = run(HEAD + case)
    assert report.passed == 0
    (failed,) = report.as_mapping()["failed"]
    assert failed["case"] == "T1"
    assert failed["expected"].get(wrong) != failed["got"].get(wrong)
    assert run(HEAD + GOOD).passed == 1


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("cases: [", "file"),
        ("[1, 2]", "file"),
        (HEAD + GOOD.replace("id: T1", "id: T1, id: T2"), "file"),
        (HEAD + GOOD.replace("due: 2026-06-10", "due: 2026-06-31"), "cases[0].invoice.due"),
        (HEAD + GOOD.replace("now: 2026-06-01", "now: soon"), "cases[0].now"),
        (HEAD + GOOD.replace("now: 2026-06-01, ", ""), "cases[0].now"),
        (HEAD + GOOD.replace("{A: 600}", "{A: lots}"), "cases[0].invoice.lines.A.open"),
        (HEAD + GOOD.replace("{A: 600}", "{A: .nan}"), "cases[0].invoice.lines.A.open"),
        (HEAD + GOOD.replace("id: T1", "id: T1, promise: []"), "cases[0].promise"),
        (HEAD + GOOD.replace("id: T1", "id: T1, policy: none"), "cases[0].policy"),
        (HEAD + GOOD.replace("id: T1", "id: T1, calendar: FR"), "cases[0].calendar"),
        (HEAD + GOOD.replace("id: T1", "id: T1, zone: Mars/Olympus"), "cases[0].zone"),
        (HEAD + GOOD.replace("id: T1", "id: T1, patch: {undo: 3}"), "policies.std.undo"),
        (HEAD + GOOD.replace("id: T1", "id: T1, stage_patch: {nope: {gap: 2}}"), "cases[0].stage_patch.nope"),
        (HEAD + GOOD.replace("id: T1", "id: T1, holds: [{kind: pause, from: 2026-06-01}]"), "cases[0].holds[0].kind"),
        (HEAD + GOOD.replace("id: T1", "id: T1, notices: [{stage: note}]"), "cases[0].notices[0].at"),
        (HEAD + GOOD.replace("because", "why"), "cases[0].expect.why"),
        (HEAD + GOOD.replace("kind: wait, ", ""), "cases[0].expect.kind"),
        (HEAD.replace("offset: 3", "offset: three") + GOOD, "policies.std.stages[0].offset"),
        (HEAD.replace("action: notice", "action: shout") + GOOD, "policies.std.stages[0].action"),
        (HEAD.replace("{zone: Asia/Shanghai}", "{zone: UTC, weekend: [1, 2, 3, 4, 5, 6, 7]}") + GOOD, "calendars.CN"),
    ],
)
def test_a_badly_written_file_names_the_place(written: str, path: str) -> None:
    with pytest.raises(MappingError) as caught:
        run(written)
    assert path in [fault.path for fault in caught.value.faults]
