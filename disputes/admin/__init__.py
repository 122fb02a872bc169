"""What may an admin see of cases? They are worked on at the staff's pages, with their consequences."""

from . import cases, escalations, papers

__all__ = ["cases", "escalations", "papers"]
