"""Which pages does this floor open? Runs, proposals, the policy, and what is agreed with a customer."""

from .breaker import breaker, breaker_limits, lift_breaker
from .claims import claim_dismiss
from .deciding import decide
from .deletion import deletion, deletion_bring_back, deletion_confirm, deletion_let_go
from .holds import hold_lift, hold_new, warn_again
from .policy import policy
from .promises import promise_call, promise_new
from .proposals import approve, proposal, proposals, refuse
from .runs import dry, run, run_now, runs

__all__ = [
    "approve",
    "breaker",
    "breaker_limits",
    "claim_dismiss",
    "decide",
    "deletion",
    "deletion_bring_back",
    "deletion_confirm",
    "deletion_let_go",
    "dry",
    "hold_lift",
    "hold_new",
    "lift_breaker",
    "policy",
    "promise_call",
    "promise_new",
    "proposal",
    "proposals",
    "refuse",
    "run",
    "run_now",
    "runs",
    "warn_again",
]
