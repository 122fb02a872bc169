"""Which pages does this floor open? Invoices and payments."""

from .bringing_in import bring_in
from .corrections import refund_credit, refund_payment, reverse_payment
from .drafts import delete, edit, new
from .invoice_corrections import credit, decide_write_off, tax_invoice, void, write_off
from .invoices import invoices, issue
from .one_invoice import invoice
from .payments import payment, payments, receive, use_rest

__all__ = [
    "bring_in",
    "credit",
    "decide_write_off",
    "delete",
    "edit",
    "invoice",
    "invoices",
    "issue",
    "new",
    "payment",
    "payments",
    "receive",
    "refund_credit",
    "refund_payment",
    "reverse_payment",
    "tax_invoice",
    "use_rest",
    "void",
    "write_off",
]
