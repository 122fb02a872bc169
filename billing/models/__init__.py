"""The nouns of this floor."""

from .bank import BankEntry, BankReading, BankStatement, Candidate
from .corrections import Refund, Reversal, WriteOff
from .invoices import CreditNote, CreditNoteLine, Invoice, InvoiceLine, PriceRule, Series
from .payments import Allocation, DisputedAmount, Hold, Payment
from .promises import Claim, PromiseToPay

__all__ = [
    "Allocation",
    "BankEntry",
    "BankReading",
    "BankStatement",
    "Candidate",
    "Claim",
    "CreditNote",
    "CreditNoteLine",
    "DisputedAmount",
    "Hold",
    "Invoice",
    "InvoiceLine",
    "Payment",
    "PriceRule",
    "PromiseToPay",
    "Refund",
    "Reversal",
    "Series",
    "WriteOff",
]
