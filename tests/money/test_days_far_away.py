"""What if somebody types a day at the end of the calendar? It is refused, and never stops a run."""

from __future__ import annotations

from datetime import date

import pytest

from billing.fields import DayField
from billing.importing_invoices import import_invoices
from billing.reading_invoices import BadFile
from dunning.running import run
from tests.money.conftest import NOW, a_customer

HEAD = "number,customer,issued_on,due_on,currency,description,quantity,unit_price\n"


@pytest.mark.parametrize("text", ["0001-01-01", "1969-12-31", "2200-01-01", "9999-12-31"])
def test_no_form_takes_it(text):
    with pytest.raises(Exception, match="Not a day"):
        DayField().clean(text)


@pytest.mark.parametrize("text", ["1970-01-01", "2199-12-31"])
def test_the_last_days_that_are_taken_are_days_the_rulebook_can_count_from(hanhai, text):
    assert DayField().clean(text) == date.fromisoformat(text)
    a_customer(hanhai, "Lanhai Trading")
    file = f"{HEAD}Z-1,Lanhai Trading,1970-01-01,{text},CNY,seats,1,100.00\n"
    import_invoices(hanhai, file.encode(), issue=True, now=NOW)
    assert run(hanhai, now=NOW)[1].evaluated == 1


def test_no_file_of_invoices_takes_it(hanhai):
    a_customer(hanhai, "Lanhai Trading")
    file = f"{HEAD}Z-1,Lanhai Trading,2026-06-01,9999-12-31,CNY,seats,1,100.00\n"
    with pytest.raises(BadFile, match="line 2, due_on: “9999-12-31” is not a day"):
        import_invoices(hanhai, file.encode(), issue=True, now=NOW)
