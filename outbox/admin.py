"""How does an admin see the portal's simulated clock?"""

from django.contrib import admin

from customers.ledgers import Ledger

from .models import Clock


@admin.register(Clock)
class ClockAdmin(Ledger):
    """How far the portal is ahead of the machine; only commands move it, and only forward."""

    list_display = ("id", "offset")
