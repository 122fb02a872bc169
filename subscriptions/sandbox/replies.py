"""What goes down the wire in the end, and how does the connection end?"""

from __future__ import annotations

from dataclasses import dataclass, field

from .exchange import Outcome


@dataclass(frozen=True)
class Reply:
    """What goes down the wire. `cut` names how the connection ends early, `seconds` how long that takes."""

    status: int
    body: bytes = field(repr=False)
    headers: dict[str, str]
    cut: str = ""
    seconds: float = 0.0

    @property
    def answered(self) -> int | None:
        """The status for the operation log; None where the caller never gets a whole answer."""
        return None if self.cut in ("reset", "truncate", "hang") else self.status


def plain(outcome: Outcome) -> Reply:
    """An answer with nothing wrong."""
    kind = {"Content-Type": "application/json; charset=utf-8"}
    return Reply(outcome.status, outcome.body(), kind | outcome.headers)
