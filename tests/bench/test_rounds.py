"""Do rounds come to what the method says: medians of ratios, unsteady rounds dropped, the farthest goal named?"""

from __future__ import annotations

import pytest

from partnerportal.bench.rounds import Goal, Round, distance, figure


def test_a_round_is_the_job_beside_the_mean_of_its_two_limits():
    one = Round(before=1.0, ours=6.0, after=1.2)
    assert one.ratio == pytest.approx(6.0 / 1.1) and one.steady


def test_the_median_of_ratios_is_not_the_ratio_of_medians():
    found = figure([Round(1, 8, 1), Round(2, 10, 2), Round(4, 12, 4)])
    assert (found.ratio, found.min, found.max, found.rounds, found.dropped) == (5, 3, 8, 3, 0)
    assert (found.limit_s, found.ours_s) == (2, 10)


def test_a_round_whose_limits_are_more_than_a_quarter_apart_is_dropped_and_counted():
    found = figure([Round(1, 8, 1), Round(1, 90, 1.26), Round(1, 6, 1.25)])
    assert (found.rounds, found.dropped, found.unsteady, found.max) == (2, 1, False, 8)


def test_where_no_round_is_steady_all_are_shown_and_marked():
    found = figure([Round(1, 8, 2), Round(2, 9, 1)])
    assert (found.rounds, found.dropped, found.unsteady) == (2, 0, True)
    with pytest.raises(ValueError, match="no round"):
        figure([])


def test_the_distance_to_a_goal_grows_the_farther_it_is_missed():
    ten = figure([Round(1, 10, 1)])
    assert distance(ten, Goal(8, 4)) == 1.25
    assert distance(ten, Goal(100, 300, at_least=True)) == 10
    assert distance(ten, Goal(10, 5)) == 1
