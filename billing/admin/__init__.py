"""What may an admin see of invoices and money, issue, record and hold?"""

from . import holds, invoices, payments

__all__ = ["holds", "invoices", "payments"]
