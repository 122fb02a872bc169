"""Which bills does Hanhai owe in these tests?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from customers.models import Partner
from payables.models import ProviderBill
from tests import story

BILLED = date(2026, 5, 15)
DUE = BILLED + timedelta(days=30)
NOW = story.at("2026-05-20")


@pytest.fixture
def a_bill(hanhai: Partner) -> Callable[..., ProviderBill]:
    """Makes bills of the provider, 1,000.00 in all unless told."""

    def make(number: str = "D0501", total: str = "1000.00", **more: Any) -> ProviderBill:
        whole = Decimal(total)
        told = {"billed_on": BILLED, "period": "2026-05", "due_on": DUE, "currency": "CNY", **more}
        return ProviderBill.objects.create(
            partner=hanhai,
            number=number,
            amount=whole,
            subtotal=whole,
            tax=0,
            total=whole,
            file_name=f"{number}.csv",
            file_sha256=number.ljust(64, "0"),
            imported_at=NOW,
            **told,
        )

    return make
