"""Who owes what when the bank's statement arrives, and how is it imported?"""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal

import pytest

from billing.bank.lines import BadStatement
from customers.models import Customer, Partner
from dunning.banking import Booked, import_statement
from tests import story, witness
from tests.money.conftest import a_customer, issued

NOW = story.at("2026-07-01", "15:00")


@pytest.fixture
def lanhai(hanhai) -> Customer:
    """Owes 636.00 and 100.00."""
    customer = a_customer(hanhai, "Lanhai Trading Co., Ltd.")
    issued(customer, [Decimal("636.00")])
    issued(customer, [Decimal("100.00")])
    return customer


@pytest.fixture
def mingyue(hanhai) -> Customer:
    """Owes 500.00."""
    customer = a_customer(hanhai, "上海明月物流有限公司")
    issued(customer, [Decimal("500.00")])
    return customer


@pytest.fixture
def imports(hanhai) -> Callable[..., Booked]:
    """Imports bytes for Hanhai."""
    return lambda content, partner=hanhai, now=NOW: import_statement(
        partner, io.BytesIO(content), file_name="07.xml", now=now
    )


@pytest.fixture
def faults(imports) -> Callable[[bytes], list[str]]:
    """The faults of a file, which must have changed nothing at all."""

    def refused(content: bytes) -> list[str]:
        before = witness.everything()
        with pytest.raises(BadStatement) as bad:
            imports(content)
        assert witness.everything() == before
        return bad.value.faults

    return refused


def first_invoice(customer: Customer):
    """The older of a customer's invoices."""
    return customer.invoices.earliest("pk")


def other_partner(hanhai: Partner) -> Partner:
    """Somebody else's book."""
    return story.found_partner("bohai", "Bohai Software")
