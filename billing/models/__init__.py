"""The nouns of this floor."""

from .bank import BankEntry, BankReading, BankStatement, Candidate
from .checkouts import Checkout, TillEvent
from .corrections import Refund, Reversal, WriteOff
from .credit_notes import CreditNote, CreditNoteLine
from .invoices import Invoice, InvoiceLine, PriceRule, Series
from .payments import Allocation, DisputedAmount, Hold, Payment
from .prices import PassOn, PriceEntry, Rounding, TaxRule
from .promises import Claim, PromiseToPay
from .settings import ReceivablesSetting

__all__ = [
    "Allocation",
    "BankEntry",
    "BankReading",
    "BankStatement",
    "Candidate",
    "Checkout",
    "Claim",
    "CreditNote",
    "CreditNoteLine",
    "DisputedAmount",
    "Hold",
    "Invoice",
    "InvoiceLine",
    "PassOn",
    "Payment",
    "PriceEntry",
    "PriceRule",
    "PromiseToPay",
    "ReceivablesSetting",
    "Refund",
    "Reversal",
    "Rounding",
    "Series",
    "TaxRule",
    "TillEvent",
    "WriteOff",
]
