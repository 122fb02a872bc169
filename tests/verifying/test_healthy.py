"""Does a healthy book pass, and was it really looked at?"""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.management import call_command

from dunning.models import Decision
from subscriptions.models import Suspension
from tests.verifying.damaging import broken, damage, judged

NUMBERS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 21, 23, 24, 25, 26, 28, 29, 30, 35, 49)
LOOKED_AT = {f"I{number}" for number in NUMBERS} | {"R"}


def test_a_healthy_book_keeps_every_promise_and_every_promise_was_looked_at(lived):
    verdict = judged()
    assert broken(verdict) == {}
    assert {name for name in LOOKED_AT if verdict.promises[name].checked == 0} == set()


def test_what_was_checked_is_what_there_is(lived):
    verdict = judged()
    assert verdict.decisions == Decision.objects.count() == verdict.promises["R"].checked
    assert verdict.promises["I3"].checked == Decision.objects.count()
    assert verdict.suspensions == Suspension.objects.count() == verdict.promises["I4"].checked == 3


def test_one_partners_book_is_a_part_of_the_whole(lived, bohai):
    both, hanhai, other = judged(), judged(lived.partner), judged(bohai)
    assert hanhai.decisions + other.decisions == both.decisions
    assert hanhai.effects + other.effects == both.effects
    assert other.suspensions == 0
    assert other.decisions == 3
    assert other.promises["I35"].checked > 0


def test_since_a_day_only_what_happened_from_then_on_is_looked_at(lived):
    late = judged(since=date(2026, 7, 1))
    assert late.suspensions == 3
    assert late.decisions == late.promises["R"].checked == 2
    assert judged(since=date(2026, 8, 1)).decisions == 0


def test_another_partners_damage_is_not_this_partners(lived, bohai):
    damage("UPDATE dunning_decision SET because = 'renewed' WHERE partner_id = %s", bohai.pk, table="dunning_decision")
    assert broken(judged(lived.partner)) == {}
    assert "R" in broken(judged(bohai))


def test_the_command_answers_one_object_and_ends_well(lived, capsys):
    call_command("verify", "--json")
    said = json.loads(capsys.readouterr().out)
    assert set(said) == {"promises", "suspensions", "decisions", "effects"}
    assert said["suspensions"] == 3
    assert said["promises"]["I4"] == {"checked": 3, "violations": []}


def test_a_person_reads_the_sum_in_the_last_line(lived, capsys):
    call_command("verify", "--partner", "hanhai")
    assert capsys.readouterr().out.splitlines()[-1] == "3 suspensions, 0 violations"


def test_a_violation_ends_with_one_and_shows_its_row(lived, capsys):
    line = lived.lanhai.invoices.get().lines.first()
    damage("UPDATE billing_invoiceline SET open = open - 1 WHERE id = %s", line.pk, table="billing_invoiceline")
    with pytest.raises(SystemExit) as ended:
        call_command("verify", "--json")
    assert ended.value.code == 1
    said = json.loads(capsys.readouterr().out)
    (row,) = [one for one in said["promises"]["I25"]["violations"] if "line" in one]
    assert row["line"] == line.pk
    assert row["computed"] == str(line.open)
    with pytest.raises(SystemExit):
        call_command("verify")
    assert capsys.readouterr().out.splitlines()[-1].startswith("3 suspensions, ")


def test_looking_changes_nothing_and_leaves_nothing_behind(lived):
    first, second = judged(), judged()
    assert first == second
