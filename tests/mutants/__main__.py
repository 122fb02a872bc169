"""How many small mistakes in the rulebook do its tests notice? `python -m tests.mutants --sample 100`.

With each mistake the worked cases, the unit cases and the properties run until one fails. What they do not notice is
printed with its place: it is a gap in the tests, or a mistake that changes nothing (docs/testing.md lists those).
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Sequence

from tests.mutants.making import Mutant, mutants
from tests.mutants.trying import ROOT, load, patience, tried

PACKAGE = "dunning/policy"
# The quickest to notice first; what reads Django's models stays out.
TESTS = (
    "cases",
    "time",
    "knowing",
    "policies",
    "limits",
    "policy_files",
    "story",
    "edges",
    "outlook",
    "decisions",
    "futures",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Try a sample of all mutants and print the score."""
    options = _options(arguments)
    tests = options.tests.split(",")
    known = [one for one in mutants(ROOT, PACKAGE) if f"{one.path}:{one.line}".startswith(options.only)]
    size = min(options.sample or len(known), len(known))
    chosen = sorted(random.Random(options.seed).sample(known, size), key=lambda one: (one.path, one.start))
    began = time.monotonic()
    load()
    survived: list[Mutant] = []
    for place, found in tried(chosen, tests, patience(tests), options.processes):
        sys.stdout.write(f"{'killed  ' if found else 'SURVIVED'}  {chosen[place]}\n")
        sys.stdout.flush()
        survived += [] if found else [chosen[place]]
    took = round(time.monotonic() - began)
    dead = size - len(survived)
    share = f"{100 * dead / size:.1f} %" if size else "nothing"
    sys.stdout.write(f"{dead} of {size} killed ({share}), of {len(known)} mutants, seed {options.seed}, {took} s\n")
    for mutant in sorted(survived, key=lambda one: (one.path, one.start)):
        sys.stdout.write(f"  survived  {mutant}\n")
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.mutants", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sample", type=int, default=100, help="how many mutants are tried (0: all)")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--only", default="", help="only places that begin with this path, or path:line")
    parser.add_argument("--tests", default=",".join(TESTS), help="which of tests/rulebook, in this order")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
