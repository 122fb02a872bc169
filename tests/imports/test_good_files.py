"""Is the same file the same in every dress it comes in?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.models import Invoice
from customers.models import Customer
from payables import rebilling
from payables.importing import import_file
from payables.models import ProviderBill, ProviderLine
from subscriptions.models import Subscription
from tests import witness
from tests.imports.conftest import NOW
from tests.imports.sheets import ALL, charge, good, sheet

PLAIN = [
    ("Office 365 E3", 10, Decimal("600.00"), Decimal("36.00")),
    ("Visio Plan 2", 4, Decimal("396.00"), Decimal("23.76")),
    ("Office 365 E3", 3, Decimal("-90.00"), Decimal("-5.40")),
]

DRESSES = {
    "as the provider writes it": good,
    "small letters": lambda: sheet().header(str.lower).bytes(),
    "capitals": lambda: sheet().header(str.upper).bytes(),
    "spaces around and between": lambda: sheet().header(lambda name: f"  {name[:4]} {name[4:]} ").bytes(),
    "underscores": lambda: sheet().header(lambda name: f"{name[:3]}_{name[3:]}").bytes(),
    "another order": lambda: sheet().ordered(sorted(ALL)).bytes(),
    "without what we don't need": lambda: sheet().ordered([one for one in ALL if "MPN" not in one]).bytes(),
    "byte order mark": lambda: sheet().bytes(encoding="utf-8-sig"),
    "line feeds": lambda: sheet().bytes(ends="\n"),
    "carriage returns only": lambda: sheet().bytes(ends="\r"),
    "blank lines between": lambda: sheet().bytes(ends="\r\n\r\n"),
    "UTF-16": lambda: sheet().bytes(encoding="utf-16"),
    "ids in capitals": lambda: sheet().everywhere("CustomerID", str.upper).bytes(),
    "ids in braces": lambda: sheet().everywhere("CustomerID", "{{{}}}".format).bytes(),
    "subscriptions in capitals": lambda: (
        sheet().everywhere("SyndicationPartnerSubscriptionNumber", str.upper).everywhere("PartnerId", str.upper).bytes()
    ),
    "currency in small letters": lambda: sheet().everywhere("Currency", str.lower).bytes(),
    "ISO dates": lambda: sheet().everywhere("ChargeStartDate", lambda _: "2026-09-15T00:00:00Z").bytes(),
    "thousands separated": lambda: sheet().put("UnitPrice", "1,060.00").bytes(),
    "spaces that don't break around": lambda: sheet().everywhere("Amount", "\u00a0{}\u202f".format).bytes(),
}


@pytest.mark.parametrize("dress", DRESSES)
def test_a_file_says_the_same_in_every_dress(imports, dress):
    imported = imports(DRESSES[dress]())
    assert (imported.lines, imported.customers, imported.subscriptions, imported.credits) == (3, 2, 3, 1)
    assert (imported.amount, imported.tax, imported.total) == (Decimal("906.00"), Decimal("54.36"), Decimal("960.36"))
    assert imported.period == "2026-09"
    lines = ProviderLine.objects.order_by("row")
    assert list(lines.values_list("offer_name", "quantity", "amount", "tax")) == PLAIN
    assert {line.customer.provider_id for line in lines} == {one.lower() for one in ids("CustomerID")}
    assert {line.subscription.provider_id for line in lines} == ids("SyndicationPartnerSubscriptionNumber")


def ids(column: str) -> set[str]:
    """A column of the good file."""
    cells = sheet().rows
    return {row[cells[0].index(column)] for row in cells[1:]}


def test_a_column_we_do_not_know_is_named_and_left_alone(imports):
    imported = imports(sheet().with_column("Reseller Rebate", "12.00").bytes())
    assert (imported.ignored, imported.lines) == (["Reseller Rebate"], 3)


def test_a_blank_domain_is_no_domain_and_takes_none_away(imports):
    imports(good())
    assert Customer.objects.get(name="Qinghe Foods").domain == ""
    october = [charge("Lanhai Trading", domain=""), charge("Qinghe Foods", seats=3, domain="Qinghe.CN")]
    imports(good(*october))
    assert Customer.objects.get(name="Lanhai Trading").domain == "lanhai.partner.onmschina.cn"
    assert Customer.objects.get(name="Qinghe Foods").domain == "qinghe.cn"


def test_a_charge_type_we_do_not_know_is_kept_and_waits_unbilled(imports, hanhai):
    imported = imports(good(charge("Lanhai Trading"), charge("Lanhai Trading", "Visio Plan 2", kind="Gift wrapping")))
    assert (imported.unmapped, imported.total) == ({"Gift wrapping": 1}, Decimal("1272.00"))
    drafted = rebilling.draft(hanhai, "2026-09", now=NOW)
    assert (drafted.lines, drafted.total) == (1, Decimal("731.40"))
    waiting = ProviderLine.objects.get(mapped=False)
    assert (waiting.charge_type, waiting.invoice_line, waiting.amount) == ("Gift wrapping", None, Decimal("600.00"))


def test_the_same_bytes_again_change_nothing(imports):
    first = imports(good())
    before = witness.everything()
    again = imports(good())
    assert (first.already_imported, again.already_imported) == (False, True)
    assert (again.bill, again.lines, again.total) == (first.bill, first.lines, first.total)
    assert witness.everything() == before


def test_equal_lines_are_both_kept_and_both_billed(imports, hanhai):
    imports(good(charge("Lanhai Trading"), charge("Lanhai Trading")))
    assert list(ProviderLine.objects.values_list("row", "amount")) == [(2, Decimal("600.00")), (3, Decimal("600.00"))]
    assert Subscription.objects.count() == 1
    assert rebilling.draft(hanhai, "2026-09", now=NOW).total == Decimal("1462.80")


@pytest.mark.parametrize(
    "name",
    [
        '=HYPERLINK("http://x.example","y")',
        "+1+1",
        "@SUM(1)",
        "＝1+1",
        "<script>alert(1)</script>",
        "{{7*7}} ${7*7} %(x)s",
        "null",
        "Ρayments Ltd",
        "澜海贸易 (上海)",
    ],
)
def test_a_name_is_text_whatever_it_looks_like(imports, name):
    imports(good(charge(name)))
    assert Customer.objects.get().name == name


def test_minus_nothing_is_nothing(imports):
    imports(sheet().put("TotalOtherDiscount", "-0.00").bytes())
    assert str(ProviderLine.objects.get(row=2).discount) == "0.00"


def test_the_same_customer_at_two_partners_is_two_customers(imports, hanhai, bohai):
    imports(good())
    before = witness.book_of(hanhai)
    theirs = sheet().everywhere("PartnerId", lambda _: "00000000-0000-4000-8000-000000000000")
    import_file(bohai, theirs.bytes(), file_name="09.csv", now=NOW)
    assert Customer.objects.filter(name="Lanhai Trading").count() == 2
    assert witness.book_of(hanhai) == before


def test_a_second_bill_of_the_same_month_is_drafted_by_itself(imports, hanhai):
    imports(good())
    rebilling.draft(hanhai, "2026-09", now=NOW)
    imports(good(charge("Lanhai Trading", "Power BI Pro", 5, "58.00")))
    assert ProviderBill.objects.count() == 2
    more = rebilling.draft(hanhai, "2026-09", now=NOW)
    assert (more.lines, Invoice.objects.filter(customer__name="Lanhai Trading").count()) == (1, 2)
