"""Which pages does this floor open? Runs, proposals and the policy."""

from .policy import policy
from .proposals import approve, proposal, proposals, refuse
from .runs import dry, run, run_now, runs

__all__ = ["approve", "dry", "policy", "proposal", "proposals", "refuse", "run", "run_now", "runs"]
