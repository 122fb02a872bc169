"""Does docs/deployment.md name every setting, and nothing that isn't one?"""

from __future__ import annotations

import re

from tests.deployment.documents import ROOT, missing, quoted, rows

READ = re.compile(r'env\.\w+\(\s*"(\w+)"')
NAME = re.compile(r"`([A-Z][A-Z_]+)`")


def settings_named() -> list[str]:
    """The first cell of each row that is a setting's."""
    return [found[1] for cells in rows("deployment.md", 3) if (found := NAME.fullmatch(cells[0]))]


def test_every_setting_stands_in_the_table_once():
    read = set(READ.findall((ROOT / "partnerportal" / "settings.py").read_text(encoding="utf-8")))
    assert len(read) > 30
    assert sorted(settings_named()) == sorted(read)


def test_each_says_what_holds_without_it_and_what_it_means():
    assert [cells[0] for cells in rows("deployment.md", 3) if not (cells[1] and len(cells[2]) > 5)] == []


def test_the_files_it_names_are_there():
    assert missing(quoted("deployment.md")) == []
