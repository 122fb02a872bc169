"""What may an admin see of invoices and money, issue, record and hold?"""

from . import bank, checkouts, corrections, holds, invoices, payments, prices, promises, settings

__all__ = ["bank", "checkouts", "corrections", "holds", "invoices", "payments", "prices", "promises", "settings"]
