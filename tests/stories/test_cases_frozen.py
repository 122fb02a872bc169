"""What becomes of a suspension that runs when a part of its debt is questioned?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from disputes.questioning import question
from disputes.reopening import withdraw
from subscriptions.models import Suspension
from tests import story

E3, VISIO = Decimal("731.40"), Decimal("482.72")
NOW = story.at("2026-07-02")


@pytest.fixture
def wang(book):
    """The person at Lanhai who pays the bills; both its subscriptions were switched off yesterday."""
    book.chase()
    return story.customer_person(book.lanhai, "wang@lanhai.cn")


def ask(book, by, **amounts: Decimal):
    invoice = book.lanhai.invoices.get()
    lines = dict(zip(("e3", "visio"), invoice.lines.order_by("position"), strict=True))
    wanted = {lines[name].pk: amount for name, amount in amounts.items()}
    asked = question(invoice, wanted, reason="price", text="Too dear.", by=by, now=NOW)
    story.settle_all(NOW)
    return asked


def off(book) -> int:
    return Suspension.objects.filter(customer=book.lanhai).live().count()


def test_it_stands_while_enough_of_the_debt_is_undisputed(book, wang):
    assert off(book) == 2
    ask(book, wang, visio=Decimal("100.00"))
    assert off(book) == 2


def test_it_ends_when_what_is_undisputed_falls_under_the_cure_amount(book, wang):
    asked = ask(book, wang, e3=E3, visio=VISIO)
    assert off(book) == 0
    assert {one.status for one in book.lanhai.subscriptions.all()} == {"active"}
    withdraw(asked.pk, why="", by=wang, now=story.at("2026-07-03"))
    assert off(book) == 0, "what comes back is chased anew, it is not switched off again at once"
