"""How is the sandbox started? By `manage.py` or as `python -m subscriptions.sandbox`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from subscriptions.gateway.profiles import PROFILES

from .faults import BadFaultsError, read_faults
from .server import Sandbox


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options both ways of starting it have."""
    parser.add_argument("--bind", required=True, metavar="HOST:PORT", help="port 0 takes a free one")
    parser.add_argument("--state", required=True, type=Path, metavar="DIR")
    parser.add_argument("--profile", choices=sorted(PROFILES), default="21vianet")
    parser.add_argument("--seed", type=int, help="draws faults from this seed")
    parser.add_argument("--faults", type=Path, metavar="FILE", help="a YAML list of scripted faults")
    parser.add_argument("--parent-pid", type=int, help="ends when this process is no longer the parent")


def serve(options: argparse.Namespace) -> int:
    """Serve until INT or TERM; 2 for options that can't be used."""
    host, _, port = str(options.bind).rpartition(":")
    if not port.isdecimal():
        sys.stderr.write(f"--bind: {options.bind!r} is not HOST:PORT\n")
        return 2
    try:
        faults = read_faults(options.faults, options.seed)
        bind = (host.strip("[]") or "127.0.0.1", int(port))
        server = Sandbox(bind, options.state, PROFILES[options.profile], faults)
    except (BadFaultsError, ValueError, OverflowError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    if options.parent_pid:
        threading.Thread(target=_end_with, args=(options.parent_pid,), daemon=True).start()
    sys.stdout.write(f"sandbox http://{host or '127.0.0.1'}:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    return 0


def _end_with(parent: int) -> None:
    """A killed supervisor leaves no process behind; what was being written is finished at the next start."""
    while os.getppid() == parent:
        time.sleep(0.3)
    os._exit(0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="subscriptions.sandbox", description=__doc__)
    add_arguments(parser)
    return serve(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
