"""Which pages does this floor open? The list of customers and everything about one."""

from .pages import address, customer, customers

__all__ = ["address", "customer", "customers"]
