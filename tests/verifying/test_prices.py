"""Are prices seen that don't follow from the rules beside them, or rules that the book never held? (I27)"""

from __future__ import annotations

from decimal import Decimal

from billing.models import InvoiceLine
from payables.models import ProviderLine
from tests.verifying.damaging import broken, damage, judged


def priced(customer) -> InvoiceLine:
    """A line that a rule of the book priced."""
    return InvoiceLine.objects.filter(invoice__customer=customer, priced_by__has_key="on").earliest("pk")


def rows() -> list[dict]:
    return broken(judged())["I27"]


def test_a_price_that_does_not_follow_from_its_rule_breaks_i27(lived):
    assert judged().promises["I27"].checked > 0
    line = priced(lived.lanhai)
    damage(
        "UPDATE billing_invoiceline SET net = net + 1, tax = tax - 1 WHERE id = %s",
        line.pk,
        table="billing_invoiceline",
    )
    (row,) = rows()
    assert row["line"] == line.pk
    assert Decimal(row["net"]["stored"]) == Decimal(row["net"]["again"]) + 1


def test_a_rule_that_was_rewritten_beside_its_line_breaks_i27_twice(lived):
    """The line comes out otherwise, and the book holds another percentage."""
    line = priced(lived.lanhai)
    damage(
        "UPDATE billing_invoiceline SET priced_by = jsonb_set(priced_by, '{percent}', '\"99\"') WHERE id = %s",
        line.pk,
        table="billing_invoiceline",
    )
    assert [row["line"] for row in rows()] == [line.pk, line.pk]


def test_a_rule_that_began_after_it_was_used_breaks_i27(lived):
    line = priced(lived.lanhai)
    damage(
        "UPDATE billing_pricerule SET effective_from = last_used_on + 1 WHERE id = %s",
        line.priced_by["pk"],
        table="billing_pricerule",
    )
    assert line.pk in {row["line"] for row in rows()}


def test_an_invoice_that_is_not_the_sum_of_its_lines_breaks_i27(lived):
    line = priced(lived.mingyue)
    damage("UPDATE billing_invoice SET total = total + 1 WHERE id = %s", line.invoice_id, table="billing_invoice")
    (row,) = rows()
    assert row["invoice"] == line.invoice.number and Decimal(row["total"]) == Decimal(row["lines"]) + 1


def test_a_charge_kept_back_without_a_rule_breaks_i27(lived):
    charge = ProviderLine.objects.filter(partner=lived.partner).earliest("pk")
    damage(
        "UPDATE payables_providerline SET absorbed = 'credits', invoice_line_id = NULL WHERE id = %s",
        charge.pk,
        table="payables_providerline",
    )
    assert charge.pk in {row.get("provider_line") for row in rows()}
