"""What may an admin see of cases, decisions and policies, decide about proposals, and run?"""

from . import cases, policies, proposals, runs

__all__ = ["cases", "policies", "proposals", "runs"]
