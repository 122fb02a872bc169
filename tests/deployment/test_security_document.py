"""Does docs/security.md answer every requirement of its levels, and does everything it names exist?"""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.deployment.documents import QUOTED, TEST, missing, quoted, rows

# How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has; in each they are the first ones.
SECTIONS = """
    1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2
    4.1:3 4.2:1 4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4
    7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4
    10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4
    13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7
    16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2
"""
# Of level 3, because money and access move.
MORE = ["1.2.10", "2.3.5", "5.2.4", "8.3.2", "15.4.1", "15.4.2", "15.4.3", "15.4.4", "16.5.4"]
NUMBER = re.compile(r"(\d+\.\d+\.\d+)( \(level 3\))?")
STATES = ("met", "n/a", "not yet")


def answers() -> list[list[str]]:
    """The rows of the tables of requirements."""
    return [cells for cells in rows("security.md", 4) if NUMBER.fullmatch(cells[0])]


def test_every_requirement_has_its_row_in_order():
    counted = [pair.split(":") for pair in SECTIONS.split()]
    wanted = [f"{section}.{n + 1}" for section, many in counted for n in range(int(many))]
    assert len(wanted) == 253, "as many as the standard has on levels 1 and 2"
    found = [NUMBER.fullmatch(cells[0])[1] for cells in answers()]
    ordered = sorted(wanted + MORE, key=lambda number: [int(part) for part in number.split(".")])
    assert found == ordered
    assert [one for one, times in Counter(found).items() if times > 1] == []


def test_level_3_is_said_where_it_is():
    assert [NUMBER.fullmatch(cells[0])[1] for cells in answers() if "level 3" in cells[0]] == MORE


@pytest.mark.parametrize("state", STATES)
def test_each_state_is_used_and_no_other(state):
    states = [cells[2] for cells in answers()]
    assert state in states
    assert set(states) <= set(STATES)


def test_what_is_met_names_what_shows_it_and_the_rest_says_why():
    for number, means, state, shown in answers():
        assert len(means) > 4, number
        assert len(shown) > 7, number
        if state == "met":
            named = QUOTED.findall(shown) or re.findall(r"\*[^*]+\* above|mypy|Django", shown)
            assert named, f"{number} is met by nothing that can be looked at"


def test_every_test_and_file_that_is_named_exists():
    assert missing(quoted("security.md")) == []
    assert sum(bool(TEST.fullmatch(text)) for text in quoted("security.md")) > 100
