"""What may an admin see of cases, decisions and policies, decide about proposals, and run?"""

from . import cases, decisions, minds, policies, proposals, runs, simulations

__all__ = ["cases", "decisions", "minds", "policies", "proposals", "runs", "simulations"]
