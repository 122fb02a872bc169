"""Does verify see a paper that was changed after it was printed?"""

from __future__ import annotations

from decimal import Decimal

from dunning.lateness import print_with_policy
from tests import story
from tests.verifying.damaging import broken, damage, judged

from .conftest import a_customer, issued


def test_a_changed_paper_breaks_i28(named):
    document = print_with_policy(
        issued(a_customer(named), [Decimal("9.00")]), language="en", now=story.at("2026-06-02")
    )
    before = judged(named)
    assert before.promises["I28"].checked >= 1
    assert "I28" not in broken(before)
    damage(
        "UPDATE customers_document SET content = %s WHERE id = %s", b"other", document.pk, table="customers_document"
    )
    [row] = broken(judged(named))["I28"]
    assert row["document"] == document.pk
