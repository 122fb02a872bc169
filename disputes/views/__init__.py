"""Which pages does this floor open for staff? The cases, and one case with its answer."""

from .pages import answer, dispute, disputes

__all__ = ["answer", "dispute", "disputes"]
