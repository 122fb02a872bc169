"""The nouns of this floor."""

from .breaker import Breaker, BreakerLift
from .cases import Approval, Case, Decision, Proposal, Restart, Run, SuspensionDebt
from .deletion import DeletionDecision
from .drafts import PolicyDraft, Simulation
from .minds import DeedMark, SavedView
from .policies import CalendarEdition, PolicyTold, PolicyVersion, Stage

__all__ = [
    "Approval",
    "Breaker",
    "BreakerLift",
    "CalendarEdition",
    "Case",
    "Decision",
    "DeedMark",
    "DeletionDecision",
    "PolicyDraft",
    "PolicyTold",
    "PolicyVersion",
    "Proposal",
    "Restart",
    "Run",
    "SavedView",
    "Simulation",
    "Stage",
    "SuspensionDebt",
]
