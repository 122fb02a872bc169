"""How does a line of the log look, and can what somebody typed pass for another line?"""

import logging
import re
import time
from typing import Final

# Everything that ends a line somewhere, moves a terminal's cursor or turns the writing round.
UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Entry(logging.Formatter):
    """`2026-11-20T01:12:00.000Z WARNING name message`, in UTC. What can't be seen is written as its escape; what an
    error adds stands below, each line behind a bar, so that only an entry's first line begins with a time."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self.converter = time.gmtime

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """The entry's first line."""
        return escaped(super().formatMessage(record))

    def formatException(self, ei: object) -> str:  # noqa: N802
        """The way to an error, behind bars."""
        return barred(super().formatException(ei))  # type: ignore[arg-type]

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        """The way to a place, behind bars."""
        return barred(super().formatStack(stack_info))


def escaped(text: str) -> str:
    """The text on one line, with nothing in it that can't be seen."""
    return UNSEEN.sub(lambda sign: sign[0].encode("unicode_escape").decode("ascii"), text)


def barred(text: str) -> str:
    """Each line behind a bar."""
    return "\n".join(f"  | {escaped(line)}" for line in text.split("\n"))
