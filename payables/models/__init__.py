"""The nouns of this floor."""

from .bills import ProviderBill, ProviderLine
from .findings import Finding
from .imports import ImportRun
from .owing import CashBalance, ProviderBalance, ProviderPayment, ProviderTerms, Standing

__all__ = [
    "CashBalance",
    "Finding",
    "ImportRun",
    "ProviderBalance",
    "ProviderBill",
    "ProviderLine",
    "ProviderPayment",
    "ProviderTerms",
    "Standing",
]
