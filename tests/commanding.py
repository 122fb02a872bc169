"""How does a test speak to manage.py? In this process, or as a process of its own on the test's database."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.core.management import get_commands, load_command_class
from django.db import connection

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Said:
    """What a command answered: its exit code, its one JSON object, and the lines on standard error."""

    code: int
    answer: dict[str, Any]
    errors: list[str]

    def __getitem__(self, name: str) -> Any:
        return self.answer[name]


def manage(*words: object, as_json: bool = True) -> Said:
    """Run a command in this process, inside the test's transaction, from its words to its exit code."""
    name, *rest = map(str, words)
    argv = ["manage.py", name, *rest, *(["--json"] if as_json else [])]
    out, err, code = io.StringIO(), io.StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err), patch.object(sys, "argv", argv):
        try:
            command = load_command_class(get_commands()[name], name)
            options = vars(command.create_parser("manage.py", name).parse_args(argv[2:]))
            command.execute(*options.pop("args", ()), **options)
        except SystemExit as end:
            code = int(end.code or 0)
    return _said(code, out.getvalue(), err.getvalue(), as_json)


def environment(**more: str) -> dict[str, str]:
    """What a process needs to work on this test's database, with this run's broker, sandbox and mail sink."""
    name = connection.settings_dict["NAME"]
    theirs = {"PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER"}
    kept = {key: value for key, value in os.environ.items() if key not in theirs}
    for key in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        before, _, query = kept[key].partition("?")
        kept[key] = f"{before.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    return kept | more


def start(*words: object, **more: str) -> subprocess.Popen[str]:
    """Start manage.py as a process of its own; the caller sees to its end."""
    return subprocess.Popen(
        [sys.executable, "manage.py", *map(str, words)],
        cwd=PROJECT,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def process(*words: object, **more: str) -> Said:
    """Run manage.py as a process of its own, to its end."""
    running = start(*words, "--json", **more)
    out, err = running.communicate(timeout=120)
    return _said(running.returncode, out, err, True)


def _said(code: int, out: str, err: str, as_json: bool) -> Said:
    if not as_json:
        return Said(code, {"lines": out.splitlines()}, err.splitlines())
    assert out.count("\n") == 1, f"exactly one JSON object was expected: {out!r}\n{err}"
    return Said(code, json.loads(out), err.splitlines())
