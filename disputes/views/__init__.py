"""Which pages does this floor open for staff? The board, one case with its deeds, causes, and a new case."""

from .board import disputes
from .case import dispute
from .causes import add, answer_all, cause, causes, gather
from .deeds import answer, claim, hand_over, plan, write
from .new_case import new

__all__ = [
    "add",
    "answer",
    "answer_all",
    "cause",
    "causes",
    "claim",
    "dispute",
    "disputes",
    "gather",
    "hand_over",
    "new",
    "plan",
    "write",
]
