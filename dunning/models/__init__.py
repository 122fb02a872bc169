"""The nouns of this floor."""

from .breaker import Breaker, BreakerLift
from .cases import Approval, Case, Decision, Proposal, Restart, Run, SuspensionDebt
from .deletion import DeletionDecision
from .drafts import PolicyDraft, Simulation
from .policies import CalendarEdition, PolicyTold, PolicyVersion, Stage

__all__ = [
    "Approval",
    "Breaker",
    "BreakerLift",
    "CalendarEdition",
    "Case",
    "Decision",
    "DeletionDecision",
    "PolicyDraft",
    "PolicyTold",
    "PolicyVersion",
    "Proposal",
    "Restart",
    "Run",
    "Simulation",
    "Stage",
    "SuspensionDebt",
]
