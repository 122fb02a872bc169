"""The nouns of this floor."""

from .bills import ProviderBill, ProviderLine
from .findings import Finding
from .intakes import Intake, IntakePage
from .owing import CashBalance, ProviderBalance, ProviderPayment, ProviderTerms, Standing

__all__ = [
    "CashBalance",
    "Finding",
    "Intake",
    "IntakePage",
    "ProviderBalance",
    "ProviderBill",
    "ProviderLine",
    "ProviderPayment",
    "ProviderTerms",
    "Standing",
]
