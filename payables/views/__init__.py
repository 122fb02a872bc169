"""Which pages does this floor open? The provider's bills, and importing one."""

from .pages import bill, bills, bring_in, draft

__all__ = ["bill", "bills", "bring_in", "draft"]
