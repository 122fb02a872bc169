"""Is each of the provider's files known by its header, and does it come to the headings of the bill?"""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.db import connection

from payables import looking_over, reading
from payables.as_it_stands import AsItStands
from payables.importing import Notice
from payables.models import ProviderBill, ProviderLine
from payables.reading import BadFile
from payables.reconciling import reconcile
from payables.staging import fill, staging
from payables.streaming import COLUMNS, TYPED, Stream
from subscriptions.models import Subscription
from tests import story
from tests.imports.sheets import (
    DAILY_COLUMNS,
    ONE_TIME_COLUMNS,
    USAGE_COLUMNS,
    charge,
    day_of_use,
    good,
    other,
    purchase,
    sheet,
    usage,
)


def test_a_usage_file_belongs_to_the_bill_it_names_and_keeps_what_was_consumed(imports):
    assert len(USAGE_COLUMNS) == 40
    discount = usage(ChargeType="Cycle discount", PretaxCharges="-10.00", TaxAmount="-0.60", PostTaxTotal="-10.60")
    refund = usage(ChargeType="Offset a line item", PretaxCharges="-5.00", TaxAmount="-0.30", PostTaxTotal="-5.30")
    imported = imports(other(USAGE_COLUMNS, usage(), discount, refund))
    assert (imported.bill, imported.layout, imported.lines) == ("D020001IVK", "usage", 3)
    bill = ProviderBill.objects.get()
    assert bill.sections == {"usage": "91.88", "credits": "-5.30", "discounts": "-10.00", "taxes": "4.91"}
    assert sum(map(Decimal, bill.sections.values())) == bill.total
    line = ProviderLine.objects.get(row=2)
    assert (line.quantity, line.unit_price, line.mapped) == (0, Decimal("0.1235"), True)
    assert line.extra["consumed"] == "744.25" and line.extra["list_price"] == "0.1234567"
    assert line.extra["resource"] == "Hours"


def test_the_usage_of_a_bill_stands_beside_its_licences_and_changes_no_seats(imports):
    imports(good(charge("Lanhai Trading", "Azure", seats=7)), bill_number="D020001IVK")
    imported = imports(other(USAGE_COLUMNS, usage()))
    assert imported.bill == "D020001IVK usage"
    assert Subscription.objects.get().quantity == 7
    with pytest.raises(BadFile, match="already imported from another file"):
        imports(other(USAGE_COLUMNS, usage(), usage()))


def test_a_one_time_file_is_reconciled_on_what_is_billable(imports):
    credit = purchase(ChargeType="customerCredit", Subtotal="-8.00", TaxTotal="-0.48", Total="-8.48")
    imported = imports(other(ONE_TIME_COLUMNS, purchase(Quantity="13", BillableQuantity="12"), credit))
    assert (imported.layout, imported.sections) == (
        "one_time",
        {"recurring": Decimal("468.00"), "credits": Decimal("-8.48"), "taxes": Decimal("28.08")},
    )
    line = ProviderLine.objects.get(row=2)
    assert (line.quantity, line.subscription.offer_id) == (12, "cfq7ttc0lh18:0001")


def test_a_one_time_charge_of_no_subscription_stands_with_the_bill(imports, hanhai):
    alone = purchase(SubscriptionId="", Subtotal="100.00", TaxTotal="6.00", Total="106.00")
    imported = imports(other(ONE_TIME_COLUMNS, purchase(), alone))
    assert (imported.beside_lines, imported.beside, imported.lines) == (1, Decimal("106.00"), 1)
    assert Notice.BESIDE in imported.notices
    bill = ProviderBill.objects.get()
    assert bill.stated_total == bill.total + 106
    reconcile(bill, now=story.at("2026-10-16"))
    finding = bill.findings.get(kind="adjustment")
    assert finding.difference == 106
    with pytest.raises(BadFile, match="no line of the file is of a subscription"):
        imports(other(ONE_TIME_COLUMNS, {**alone, "InvoiceNumber": "G2"}))


def test_daily_rated_lines_are_usage_and_are_not_charged_beside_their_one_time_file(imports, faults):
    imported = imports(other(DAILY_COLUMNS, day_of_use(), day_of_use(BillingPreTaxTotal="0.87", ChargeType="new")))
    assert (imported.layout, imported.sections, imported.unmapped) == ("daily", {"usage": Decimal("3.00")}, {})
    assert ProviderLine.objects.first().extra["consumed"] == "24.5"
    why = "line 1: the charges of the bill G000024135 were already imported from a daily file"
    assert faults(other(ONE_TIME_COLUMNS, purchase())) == [why]


def test_what_a_layout_needs_is_named_by_its_own_columns(faults):
    missing = [name for name in USAGE_COLUMNS if name not in ("TaxAmount", "CustomerName")]
    assert faults(other(missing, usage())) == [
        "line 1, TaxAmount: the column is missing",
        "line 1, CustomerName: the column is missing",
    ]
    assert faults(other(USAGE_COLUMNS, usage(), usage("D999"))) == [
        "line 3, InvoiceNumber: 'D999' differs from 'D020001IVK' of line 2"
    ]
    assert faults(other(USAGE_COLUMNS, usage()), bill_number="D7")[0].startswith("line 2, InvoiceNumber: ")


def test_the_headings_of_a_licence_bill_come_to_its_total(imports):
    lines = [
        charge("Lanhai Trading"),
        charge("Lanhai Trading", kind="Prorate fees when activate"),
        charge("Lanhai Trading", kind="Offset a line item", share=Decimal("-0.1")),
        charge("Lanhai Trading", kind="Gift wrapping"),
    ]
    imports(good(*lines))
    bill = ProviderBill.objects.get()
    assert set(bill.sections) == {"recurring", "other", "credits", "taxes", "unmapped"}
    assert bill.sections["credits"] == "-63.60"
    assert sum(map(Decimal, bill.sections.values())) == bill.total


def test_a_file_of_a_known_name_and_lines_that_say_the_same_are_told_of(imports):
    assert imports(good()).notices == ()
    again = imports(good(charge("Lanhai Trading"), charge("Lanhai Trading")))
    assert (set(again.notices), again.equal_lines) == ({Notice.SAME_NAME, Notice.EQUAL_LINES}, 1)


def test_a_file_whose_dates_could_be_read_otherwise_says_so(imports, monkeypatch):
    monkeypatch.setattr(looking_over, "PART", 1)
    early = sheet(charge("Lanhai Trading"), charge("Qinghe Foods"))
    early.everywhere("ChargeStartDate", lambda _: "9/1/2026").everywhere("ChargeEndDate", lambda _: "9/12/2026")
    assert Notice.MONTH_FIRST in imports(early.bytes()).notices


ODD = [
    ("Amount", "600.00"),
    ("Amount", "1,060.00"),
    ("Quantity", "4.0"),
    ("TotalOtherDiscount", ""),
    ("CustomerID", "14449B01-3CA0-5433-AF51-2DDB9BBEF0D3"),
    ("CustomerID", "{14449B01-3CA0-5433-AF51-2DDB9BBEF0D3}"),
    ("OfferName", "a\\b\tc"),
    ("OfferName", "蓝海, 有限"),
    ("OfferName", 'Say "E3"'),
    ("OfferName", "two\nlines"),
    ("Subtotal", "0600.00"),
    ("DomainName", "\u00a0Qinghe.CN "),
    ("DomainName", "Qinghe.CN"),
    ("DurableOfferID", "ABC-1"),
    ("ChargeType", "CYCLE  fee"),
    ("SubscriptionEndDate", ""),
    ("ChargeEndDate", "10/14/2026 11:59:59 PM"),
    ("ChargeEndDate", "2026-10-14T23:59:59"),
    ("ChargeEndDate", "10/14/2026 0:00"),
    ("SubscriptionStartDate", "2/29/2024"),
    ("OrderID", "+1\\."),
    ("UnitPrice", "60.0000"),
]
AS_STAGED = f"""
SELECT {", ".join(one for one in COLUMNS if one not in ("offer_id", "domain"))}, lower(offer_id), lower(domain)
FROM staged_line ORDER BY line
"""


def staged(content: bytes) -> tuple[list, set[str]]:
    """What a file's lines are typed as, and by which COPY they came."""
    stream = Stream(io.BytesIO(content))
    ways = set()

    def noted(parts):
        for part in parts:
            if part.text:
                ways.add(part.statement)
            yield part

    with staging(stream.skipped), connection.cursor() as cursor:
        fill(noted(stream.parts()))
        assert not stream.faults.kept
        cursor.execute(AS_STAGED)
        return cursor.fetchall(), ways


@pytest.mark.django_db
def test_lines_taken_as_they_stand_say_what_the_careful_reader_says(monkeypatch):
    contents = []
    for column, value in ODD:
        cells = sheet(*[charge("Lanhai Trading")] * 3, *[charge("Qinghe Foods", seats=n) for n in range(1, 6)])
        contents.append(cells.put(column, value, 4).bytes())
    contents.append(contents[0].replace(b"\r\n", b"\n").removesuffix(b"\n"))
    contents.append(contents[0].replace(b"\r\n", b"\r"))
    contents.append(contents[0].replace(b"\r\n", b"\r\n\r\n"))
    contents.append(contents[0].decode().encode("utf-16"))
    monkeypatch.setattr(looking_over, "PART", 400)
    seen = [staged(content) for content in contents]
    monkeypatch.setattr(AsItStands, "takes", lambda self, part: False)
    for content, (rows, _) in zip(contents, seen, strict=True):
        assert (rows, {TYPED}) == staged(content)
        assert len(rows) == 8
    assert sum(len(ways) == 2 for _, ways in seen) > len(seen) - 4


def test_a_fault_in_a_late_part_is_found_by_line(faults, monkeypatch):
    monkeypatch.setattr(looking_over, "PART", 400)
    cells = sheet(*[charge("Lanhai Trading")] * 7).put("TotalForCustomer", "636.01", 8).put("Currency", "EUR", 6)
    assert faults(cells.bytes()) == [
        "line 6, Currency: 'EUR' differs from 'CNY' of line 2",
        "line 8, TotalForCustomer: 636.01 is not Subtotal 600.00 plus Tax 36.00",
    ]
    monkeypatch.setattr(reading, "MOST_ROWS", 5)
    assert faults(good(*[charge("Lanhai Trading")] * 7)) == ["line 7: a file may hold at most 5 lines"]
