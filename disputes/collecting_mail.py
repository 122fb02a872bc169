"""Where does mail for cases lie, and how is each file of it taken once?

A mail server delivers into a Maildir; in the demo the mail sink keeps everybody's mail, of which only what is for a
case is read."""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.cache import cache

from customers.locking import alone

from .reading_mail import MOST_BYTES
from .receiving_mail import Received, receive

AT_ONCE: Final = 100
# The sink writes its trace into the first lines of a file.
TRACE: Final = 4096
SEEN: Final = "case-mail:newest-in-the-sink"

logger = logging.getLogger(__name__)


def collect(*, now: datetime) -> Counter[str]:
    """Take what has come in; answers how often each verdict was given."""
    with alone("mail for cases", 0) as mine:
        if not mine:
            return Counter()
        said = Counter(one.verdict for one in _from_maildir(now))
        if settings.USES_MAIL_SINK:
            said += Counter(one.verdict for one in _from_sink(Path(settings.MAIL_SINK_DIR), now))
        return said


def content_of(path: Path) -> bytes:
    """A file's bytes, no more than it takes to see that they are too many."""
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _from_maildir(now: datetime) -> Iterator[Received]:
    if not settings.CASES_MAILDIR:
        return
    box = Path(settings.CASES_MAILDIR)
    (box / "cur").mkdir(parents=True, exist_ok=True)
    (box / "new").mkdir(exist_ok=True)
    for path in sorted((box / "new").iterdir())[:AT_ONCE]:
        try:
            yield receive(content_of(path), now=now)
            flags = "S"
        except Exception:
            # One mail that breaks us must not keep the next from being read; it lies flagged for a person.
            logger.exception("The mail %s could not be taken", path.name)
            flags = "F"
        path.rename(box / "cur" / f"{path.name.partition(':')[0]}:2,{flags}")


def _from_sink(directory: Path, now: datetime) -> Iterator[Received]:
    """Names begin with the time. A slower neighbour may come late, so the last few are looked at again: what was
    taken is known."""
    names = sorted(path.name for path in directory.glob("*.eml"))
    newest = cache.get(SEEN, "")
    new = [name for name in names if name > newest]
    before = [name for name in names if name <= newest][-AT_ONCE:]
    for name in [*before, *new]:
        path = directory / name
        if _is_for_a_case(path):
            try:
                yield receive(content_of(path), now=now)
            except Exception:
                logger.exception("The mail %s could not be taken", name)
    if new:
        cache.set(SEEN, new[-1], None)


def _is_for_a_case(path: Path) -> bool:
    local = str(settings.CASES_ADDRESS).rpartition("@")[0].lower()
    with path.open("rb") as file:
        trace = file.read(TRACE).decode("ascii", "replace").lower().splitlines()
    return any(line.startswith("x-rcptto:") and f"{local}+" in line for line in trace[:5])
