"""The nouns of this floor."""

from .invoices import CreditNote, CreditNoteLine, Invoice, InvoiceLine, PriceRule, Series
from .payments import Allocation, DisputedAmount, Hold, Payment

__all__ = [
    "Allocation",
    "CreditNote",
    "CreditNoteLine",
    "DisputedAmount",
    "Hold",
    "Invoice",
    "InvoiceLine",
    "Payment",
    "PriceRule",
    "Series",
]
