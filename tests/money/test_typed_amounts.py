"""Is any field for money fooled by what only a program takes for a number? Every kind of field, and every form."""

from __future__ import annotations

import ast
import importlib
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from billing import draft_forms, fields
from billing.fields import AmountField, PercentageField, check_decimals
from billing.management.commands import record_payment
from customers.views.limit import LimitForm
from dunning.commands import BadInput
from dunning.policy.reading import money

FLOORS = ("outbox", "customers", "subscriptions", "billing", "payables", "dunning", "disputes", "partnerportal")
NO_NUMBER = [
    *("1e3", "1E3", "1_000", "１２", "١٢٣", "٣٠", "NaN", "sNaN", "Infinity", "-Infinity", "inf", "0x10", "1e400", "½"),
    *("1 000", "1\u00a0000", "1,00.00", "1.000,00", "(123.45)", "123.45-", "+5", "--5", "5.", ".5", "1.2.3", "#REF!"),
    *("n/a", "-", "=1+1", "100 CNY", "1\u200b0", "9" * 30),
]


def kinds(of: type) -> set[type]:
    """A kind of field and all that are made from it."""
    return {of}.union(*(kinds(one) for one in of.__subclasses__()))


def sources() -> list[Path]:
    return [
        one for floor in FLOORS for one in Path(settings.BASE_DIR, floor).rglob("*.py") if "migrations" not in str(one)
    ]


def load_all_forms() -> None:
    """Every module that makes a field of its own from one of ours."""
    for path in sources():
        if "Field)" in path.read_text():
            importlib.import_module(".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts))


load_all_forms()
FIELDS = sorted(
    kinds(AmountField) | kinds(PercentageField) | kinds(draft_forms.PriceField) | kinds(draft_forms.PercentField),
    key=lambda kind: kind.__name__,
)


def test_the_fields_for_money_are_known():
    named = {kind.__name__ for kind in FIELDS}
    assert named >= {"AmountField", "BalanceField", "LeastField", "PriceField", "PercentField", "PercentageField"}


@pytest.mark.parametrize("kind", FIELDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("typed", NO_NUMBER)
def test_no_field_takes_what_is_no_number_to_a_person(kind, typed):
    with pytest.raises(ValidationError):
        kind().clean(typed)


@pytest.mark.parametrize("typed", NO_NUMBER)
def test_nor_do_a_command_and_a_policy_file(typed):
    with pytest.raises(BadInput):
        record_payment.amount(typed)
    with pytest.raises(ValueError, match="is not an amount"):
        money(typed)


@pytest.mark.parametrize("kind", FIELDS, ids=lambda kind: kind.__name__)
def test_every_field_takes_what_people_write(kind):
    assert kind().clean("12") in (Decimal(12), Decimal("0.12"))
    assert kind().clean(" 6.5 ") in (Decimal("6.5"), Decimal("0.065"))


@pytest.mark.parametrize("typed", ["0", "0.00", "-1", "-0"])
def test_an_amount_is_more_than_nothing(typed):
    with pytest.raises(ValidationError):
        AmountField().clean(typed)


def test_minus_nothing_is_nothing():
    assert str(fields.BalanceField().clean("-0.00")) == "0"


@pytest.mark.parametrize(
    ("typed", "currency"), [("12.345", "EUR"), ("100.5", "JPY"), ("1.2345", "KWD"), ("0.001", "CNY"), ("0.5", "KRW")]
)
def test_no_amount_has_more_decimals_than_its_currency(typed, currency):
    with pytest.raises(ValidationError, match="more decimals"):
        check_decimals(Decimal(typed), typed, currency)
    assert "more decimals" in str(LimitForm({"limit": typed}, currency=currency).errors)


@pytest.mark.parametrize("typed", ["0", "100.01", "6.555"])
def test_a_percentage_keeps_its_bounds_and_decimals(typed):
    with pytest.raises(ValidationError):
        PercentageField(least=Decimal("0.01")).clean(typed)


def test_no_form_lets_the_framework_read_a_number_with_decimals():
    """Django's own fields take 1e3, 1_000 and digits of any script; so none of ours is one of them."""
    found = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in ("DecimalField", "FloatField"):
                owner = node.value
                if isinstance(owner, ast.Name) and owner.id == "forms":
                    found.append(f"{path}:{node.lineno}")
    assert found == []
