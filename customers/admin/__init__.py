"""What may an admin see and change of partners, people and customers, and of what was said to them?"""

from . import changes, letters, papers, people, places, wishes

__all__ = ["changes", "letters", "papers", "people", "places", "wishes"]
