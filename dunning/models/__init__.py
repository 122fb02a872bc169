"""The nouns of this floor."""

from .cases import Approval, Case, Decision, Proposal, Restart, Run, SuspensionDebt
from .policies import CalendarEdition, PolicyTold, PolicyVersion, Stage

__all__ = [
    "Approval",
    "CalendarEdition",
    "Case",
    "Decision",
    "PolicyTold",
    "PolicyVersion",
    "Proposal",
    "Restart",
    "Run",
    "Stage",
    "SuspensionDebt",
]
