"""Which pages does this floor open? The provider's bills, and one of them."""

from .pages import bill, bills, draft

__all__ = ["bill", "bills", "draft"]
