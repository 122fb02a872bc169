"""What do a few rounds come to? Each job beside its limit in the same round; only ratios count."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

# Two runs of the limit further apart than this say that the machine did something else meanwhile.
APART: Final = 1.25


@dataclass(frozen=True)
class Round:
    """Seconds of one round: the limit before and after the job, and the job."""

    before: float
    ours: float
    after: float

    @property
    def limit(self) -> float:
        """The limit of this round, between its two runs."""
        return (self.before + self.after) / 2

    @property
    def ratio(self) -> float:
        """How many times its limit the job took."""
        return self.ours / self.limit

    @property
    def steady(self) -> bool:
        """Whether both runs of the limit agree."""
        return max(self.before, self.after) <= APART * min(self.before, self.after)


@dataclass(frozen=True)
class Goal:
    """What a row should reach: at most so much, or at least so much."""

    value: float
    moonshot: float
    at_least: bool = False


@dataclass(frozen=True)
class Figure:
    """A row of the table: the median of its rounds' ratios, the least and the greatest, and median seconds."""

    ratio: float
    min: float
    max: float
    limit_s: float
    ours_s: float
    rounds: int
    dropped: int
    # Every round was unsteady, so that all of them are shown; to be read with care.
    unsteady: bool = False


def figure(rounds: Sequence[Round]) -> Figure:
    """The rounds summed up without the unsteady ones; where none is steady all of them, marked so. Raises
    ValueError without any round."""
    if not rounds:
        raise ValueError("There is no round to sum up.")
    steady = [one for one in rounds if one.steady]
    used = steady or list(rounds)
    ratios = [one.ratio for one in used]
    return Figure(
        ratio=median(ratios),
        min=min(ratios),
        max=max(ratios),
        limit_s=median(one.limit for one in used),
        ours_s=median(one.ours for one in used),
        rounds=len(used),
        dropped=len(rounds) - len(used),
        unsteady=not steady,
    )


def distance(found: Figure, goal: Goal) -> float:
    """How many times the goal is missed; 1 or less is reached."""
    return goal.value / found.ratio if goal.at_least else found.ratio / goal.value
