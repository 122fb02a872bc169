"""What may an admin see of invoices and money, issue, record and hold?"""

from . import bank, corrections, holds, invoices, payments, promises

__all__ = ["bank", "corrections", "holds", "invoices", "payments", "promises"]
