"""How many small mistakes in the rulebook do its quick tests notice? `python -m tests.mutants --sample 100`.

Each mistake is made in a copy, on which the worked cases and the properties run until one fails. What they do not
notice is printed with its place: it is a gap in the tests, or a mistake that changes nothing.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.making import Mutant, mutants

ROOT = Path(__file__).parents[2]
PACKAGE = "dunning/policy"
COPIED = (
    "dunning/__init__.py",
    "dunning/casefile.py",
    "dunning/policyfile.py",
    "tests/__init__.py",
    PACKAGE,
    "tests/rulebook",
)
# The quickest to notice first; what reads Django's models or walks whole futures stays out.
TESTS = ("cases", "time", "policies", "policy_files", "story", "outlook", "decisions")
EXAMPLES = "15"
PATIENCE = 120.0


def copy_to(folder: Path) -> None:
    """The rulebook and its tests, and nothing of the portal around them."""
    for name in COPIED:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, target)
    (folder / "pytest.ini").write_text("[pytest]\n")


def notice(folder: Path) -> bool:
    """Whether the tests fail in a copy. A copy that never comes to an end is noticed, too."""
    tests = [f"tests/rulebook/test_{name}.py" for name in TESTS]
    quiet = ["-q", "-x", "--no-header", "-p", "no:django", "-p", "no:cacheprovider", "-p", "no:xdist"]
    usual = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "DJANGO_", "RULEBOOK_"))
    }
    environment = usual | {"RULEBOOK_EXAMPLES": EXAMPLES, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(folder)}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *quiet, *tests],
            cwd=folder,
            env=environment,
            capture_output=True,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return True
    if done.returncode not in (0, 1, 2):
        raise SystemExit(f"pytest ended with {done.returncode}: {done.stdout.decode()[-2000:]}")
    return done.returncode != 0


def killed(mutant: Mutant, folders: SimpleQueue[Path]) -> bool:
    """Make the mistake in a free copy, run the tests there and take it back."""
    folder = folders.get()
    path = folder / mutant.path
    source = path.read_bytes()
    try:
        path.write_bytes(mutant.applied(source))
        found = notice(folder)
    finally:
        path.write_bytes(source)
        folders.put(folder)
    sys.stdout.write(f"{'killed  ' if found else 'SURVIVED'}  {mutant}\n")
    sys.stdout.flush()
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Try a sample of all mutants and print the score."""
    parser = argparse.ArgumentParser(prog="tests.mutants", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sample", type=int, default=100, help="how many mutants are tried (0: all)")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--only", default="", help="only places that begin with this path, or path:line")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    known = [one for one in mutants(ROOT, PACKAGE) if f"{one.path}:{one.line}".startswith(options.only)]
    size = min(options.sample or len(known), len(known))
    chosen = sorted(random.Random(options.seed).sample(known, size), key=lambda one: (one.path, one.start))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        folders: SimpleQueue[Path] = SimpleQueue()
        for number in range(options.processes):
            copy_to(Path(scratch, str(number)))
            folders.put(Path(scratch, str(number)))
        if notice(Path(scratch, "0")):
            raise SystemExit("the tests fail before any mistake is made")
        with ThreadPoolExecutor(options.processes) as pool:
            results = list(pool.map(lambda one: killed(one, folders), chosen))
    took, found = round(time.monotonic() - began), sum(results)
    share = f"{100 * found / size:.0f} %" if size else "nothing"
    sys.stdout.write(f"{found} of {size} killed ({share}), of {len(known)} mutants, seed {options.seed}, {took} s\n")
    for mutant in (one for one, dead in zip(chosen, results, strict=True) if not dead):
        sys.stdout.write(f"  survived  {mutant}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
