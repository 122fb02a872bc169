"""What may an admin see of cases? They are worked on at the staff's pages, with their consequences."""

from . import access, cases, escalations, papers

__all__ = ["access", "cases", "escalations", "papers"]
