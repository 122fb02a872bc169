"""Which pages does this floor open? Invoices and payments."""

from .invoices import invoices, issue
from .one_invoice import invoice
from .payments import payment, payments, receive

__all__ = ["invoice", "invoices", "issue", "payment", "payments", "receive"]
