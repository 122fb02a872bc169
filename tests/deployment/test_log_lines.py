"""Does a line of the log say when, and can what somebody typed pass for another line?"""

from __future__ import annotations

import logging
import re
import sys

import pytest

from partnerportal.log_lines import Entry


def written(message: str, *values: object, error: bool = False) -> str:
    """The entry of a warning."""
    facts = sys.exc_info() if error else None
    return Entry().format(logging.LogRecord("billing.views", logging.WARNING, __file__, 1, message, values, facts))


def test_an_entry_begins_with_its_instant_in_utc():
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARNING billing\.views paid 5", written("paid %s", 5))


@pytest.mark.parametrize("sign", ["\n", "\r\n", "\x00", "\x1b[31m", "\u2028", "\x85", "\u202e"])
def test_what_cannot_be_seen_is_written_as_its_escape(sign):
    line = written("no partner %s", f"a{sign}2026-01-01T00:00:00.000Z INFO portal all is well")
    assert len(line.splitlines()) == 1
    assert line.isprintable()


def test_an_error_stands_below_its_entry_behind_bars():
    try:
        raise ValueError("first\n2026-01-01T00:00:00.000Z INFO portal all is well\x1b[2J")
    except ValueError:
        entry = written("failed", error=True)
    first, *rest = entry.split("\n")
    assert first.endswith("failed")
    assert rest
    assert all(line.startswith("  | ") and line.isprintable() for line in rest)


def test_every_script_stays_readable():
    assert written("%s", "蓝海贸易 «Вектор»").endswith("蓝海贸易 «Вектор»")
