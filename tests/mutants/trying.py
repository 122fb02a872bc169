"""Do the rulebook's tests notice one mistake? They run in a child of this process, which reads the mistaken module.

The parent has loaded all that the tests need but the rulebook itself, so that a child is at work within a moment; it
ends at the first test that fails, and nothing on the disk is touched."""

import contextlib
import importlib
import io
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from tests.mutants.making import Mutant

ROOT = Path(__file__).parents[2]
# What every child would load anew: nothing of it knows the rulebook.
LOADED = ("hypothesis", "hypothesis.strategies", "hypothesis.extra.pytestplugin", "yaml", "zoneinfo", "decimal")
QUIET = ("-q", "-x", "--no-header", "--assert=plain", "--noconftest", "-p", "no:cacheprovider")
OTHERS_PLUGINS = ("django", "xdist", "playwright", "base_url", "randomly")
EXAMPLES = "15"
# So many times as long as without a mistake, and at least so many seconds, before a child counts as never ending.
PATIENCE, LEAST_PATIENCE = 5, 10
NOTHING_FAILED, SOMETHING_FAILED, INTERRUPTED = 0, 1, 2


@dataclass(frozen=True)
class Mistaken(MetaPathFinder, Loader):
    """Reads one module of the rulebook from memory instead of its file."""

    name: str
    path: str
    source: bytes

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """The module, if it is the one."""
        return spec_from_loader(fullname, self, origin=self.path) if fullname == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        """Run it."""
        exec(compile(self.source, self.path, "exec"), module.__dict__)  # noqa: S102 - it is our own, but for the mistake


def load() -> None:
    """Load in the parent what all children need. The rulebook must not be among it."""
    for name in LOADED:
        importlib.import_module(name)
    assert not any(name.startswith("dunning") for name in sys.modules)


def patience(tests: list[str]) -> int:
    """How many seconds a child gets, measured on the rulebook as it is. Raises SystemExit where its tests fail."""
    began = time.monotonic()
    _, found = _ended({_child(None, tests, 600): 0})
    if found:
        raise SystemExit("the tests fail before any mistake is made")
    return max(LEAST_PATIENCE, round(PATIENCE * (time.monotonic() - began)))


def tried(mutants: list[Mutant], tests: list[str], seconds: int, processes: int) -> Iterator[tuple[int, bool]]:
    """Each mutant's place in the list and whether the tests noticed it, as they end."""
    running: dict[int, int] = {}
    for place, mutant in enumerate(mutants):
        if len(running) >= processes:
            yield _ended(running)
        running[_child(mutant, tests, seconds)] = place
    while running:
        yield _ended(running)


def _ended(running: dict[int, int]) -> tuple[int, bool]:
    pid, status = os.wait()
    place = running.pop(pid)
    if os.WIFSIGNALED(status):
        # It came to no end within our patience.
        return place, True
    code = os.WEXITSTATUS(status)
    if code not in (NOTHING_FAILED, SOMETHING_FAILED, INTERRUPTED):
        raise SystemExit(f"pytest ended with {code}")
    return place, code != NOTHING_FAILED


def _child(mutant: Mutant | None, tests: list[str], seconds: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = INTERRUPTED
    try:
        signal.alarm(seconds)
        code = _run(mutant, tests)
    finally:
        os._exit(code)


def _run(mutant: Mutant | None, tests: list[str]) -> int:
    if mutant is not None:
        path = ROOT / mutant.path
        name = mutant.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        sys.meta_path.insert(0, Mistaken(name, str(path), mutant.applied(path.read_bytes())))
    for name in [each for each in os.environ if each.startswith(("PYTEST_", "DJANGO_", "RULEBOOK_"))]:
        del os.environ[name]
    os.environ["RULEBOOK_EXAMPLES"] = EXAMPLES
    plugins = [word for name in OTHERS_PLUGINS for word in ("-p", f"no:{name}")]
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder, contextlib.redirect_stdout(io.StringIO()):
        (Path(folder) / "pytest.ini").write_text("[pytest]\n")
        where = ["-c", f"{folder}/pytest.ini", f"--rootdir={ROOT}", "--import-mode=importlib"]
        os.chdir(ROOT)
        return int(pytest.main([*QUIET, *plugins, *where, *(f"tests/rulebook/test_{name}.py" for name in tests)]))
