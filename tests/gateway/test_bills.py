"""When what the provider says about its bills can't be trusted, does none of it get in, and how much can get in?"""

from __future__ import annotations

import itertools
import tracemalloc
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscriptions.gateway.bills import DocumentKind, InvoiceKind, LineKind, Source
from subscriptions.gateway.fields import OtherSubjectError, UnreadableError
from subscriptions.gateway.partner_center import PartnerCenter
from subscriptions.gateway.protocol import ProviderRefused, UnusableAnswer
from subscriptions.gateway.reading import parse_json, write_json
from subscriptions.gateway.reading_bills import balance_from, invoice_from, number_of, statement_from
from subscriptions.gateway.reading_lines import charge_from
from subscriptions.sandbox.loading import load_invoice
from subscriptions.sandbox.shapes import draw

from .conftest import Running

CUSTOMER = "7f3a2b10-1c44-4e0f-9a55-2d6c0e9b1a01"
PERSON = {"refresh_token": "consent-of-a-person"}
ABOUT = {"billed_on": "2026-09-15", "starts_on": "2026-09-15", "ends_on": "2026-10-14", "currency": "CNY"}


def a_line(number: int = 0, **more: Any) -> dict[str, Any]:
    facts = {
        "partnerId": "3b33e682-00c3-41ee-9dd2-a548adf50000",
        "customerId": CUSTOMER,
        "customerName": "Lanhai Trading",
        "orderId": f"{number:018}",
        "syndicationPartnerSubscriptionNumber": str(uuid.UUID(int=number)),
        "durableOfferId": "0d5a1111-2222-4333-8444-555566667777",
        "offerName": "Office 365 E3",
        "chargeStartDate": "2026-09-15T00:00:00",
        "chargeEndDate": "2026-10-14T00:00:00",
        "chargeType": "Cycle fee",
        "unitPrice": Decimal("118.00"),
        "quantity": 1,
        "amount": Decimal("118.00"),
        "totalOtherDiscount": 0,
        "subtotal": Decimal("118.00"),
        "tax": Decimal("7.08"),
        "totalForCustomer": Decimal("125.08"),
        "currency": "CNY",
    }
    return {**facts, **more}


def a_number(**wanted: int) -> str:
    """The number of an invoice that has these oddities."""
    numbers = (f"D0{uuid.uuid4().hex[:8].upper()}" for _ in iter(int, 1))
    return next(number for number in numbers if all(draw(number, name) % 2 == odd for name, odd in wanted.items()))


def billed(running: Running, lines: list[dict[str, Any]], number: str | None = None) -> tuple[PartnerCenter, str]:
    number = number or a_number()
    load_invoice(running.url, {"number": number, **ABOUT}, lines)
    return running.client(**PERSON), number


def office(client: PartnerCenter, number: str) -> Iterator[Any]:
    return client.lines(number, Source.OFFICE, LineKind.BILLING)


@pytest.mark.parametrize("linked", [0, 1], ids=["counted on", "by link with two question marks"])
@pytest.mark.parametrize("style", ["query", "2017"])
def test_no_line_is_lost_between_pages(sandbox: Running, linked: int, style: str) -> None:
    _, number = billed(sandbox, [a_line(n) for n in range(4_321)], a_number(next=linked))
    client = sandbox.client(line_paths=style)
    found = list(office(client, number))
    assert [line.position for line in found] == list(range(1, 4_322))
    assert len({line.subscription_id for line in found}) == 4_321
    assert sum(line.total for line in found) == 4_321 * Decimal("125.08")


def test_five_times_as_many_lines_need_no_more_memory(sandbox: Running) -> None:
    needed = ("customerId", "chargeType", "amount", "subtotal", "totalForCustomer", "currency")
    short = {name: a_line()[name] for name in needed}
    client, number = billed(sandbox, [short] * 20_000)
    lines, peaks = office(client, number), []
    tracemalloc.start()
    try:
        for count in (4_000, 16_000):
            assert sum(1 for _ in itertools.islice(lines, count)) == count
            peaks.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
    assert next(lines, None) is None
    assert peaks[1] < peaks[0] * 1.25


def test_nothing_is_asked_before_the_first_line_is_taken(sandbox: Running) -> None:
    client, number = billed(sandbox, [a_line()])
    before = len(sandbox.log())
    lines = office(client, number)
    assert len(sandbox.log()) == before
    assert next(lines).total == Decimal("125.08")


DAMAGES = ["html", "other_customer", "wrong_type", "duplicate_keys", "swapped", "lying_dates"]
# The cap is the wire's, whatever is asked.
FLOODS = [(ask, kind) for ask in ("lines", "balance") for kind in ("huge", "gzip_bomb")]
DAMAGED = [(ask, kind) for ask in ("invoices", "invoice", "lines", "balance", "statement") for kind in DAMAGES] + FLOODS


@pytest.mark.parametrize(("ask", "kind"), DAMAGED)
def test_an_answer_that_cannot_be_right_is_unusable(faulty: Callable[..., Running], ask: str, kind: str) -> None:
    running = faulty({"match": {"method": "GET", "path": "/v1/"}, "do": kind})
    client, number = billed(running, [a_line(n) for n in range(3)])
    asks: dict[str, Callable[[], Any]] = {
        "invoices": client.invoices,
        "invoice": lambda: client.invoice(number),
        "lines": lambda: list(office(client, number)),
        "balance": client.balance,
        "statement": lambda: client.statement(number),
    }
    harmless = {("balance", "other_customer"), ("balance", "lying_dates"), ("statement", "lying_dates")}
    harmless |= {("statement", "wrong_type"), ("statement", "duplicate_keys"), ("invoices", "other_customer")}
    if (ask, kind) in harmless:
        asks[ask]()
        return
    with pytest.raises(UnusableAnswer):
        asks[ask]()
    assert len([line for line in running.log("GET") if "/v1/" in line["path"]]) == 1


def test_a_magic_number_calls_for_its_fault(sandbox: Running) -> None:
    client, number = billed(sandbox, [a_line()], "D0FAULT-html")
    with pytest.raises(UnusableAnswer):
        list(office(client, number))
    assert client.balance()


@pytest.mark.parametrize("total", [3, 2_000])
def test_a_list_that_ends_too_early_is_unusable(faulty: Callable[..., Running], total: int) -> None:
    page = {"totalCount": total, "items": [], "links": {}}
    running = faulty({"match": {"path": "lineitems"}, "do": "answer", "body": page})
    client, number = billed(running, [a_line()])
    with pytest.raises(UnusableAnswer, match="missing"):
        list(office(client, number))


def test_pages_in_a_circle_are_left(faulty: Callable[..., Running]) -> None:
    link = {"uri": "/invoices/D0/lineitems?size=2000&offset=0", "method": "GET", "headers": []}
    running = faulty({"match": {"path": "lineitems"}, "do": "answer", "body": {"items": [], "links": {"next": link}}})
    client, number = billed(running, [a_line()])
    with pytest.raises(UnusableAnswer, match="no end"):
        list(office(client, number))


def test_the_wrong_word_in_the_address_is_what_the_provider_refuses(sandbox: Running) -> None:
    client, number = billed(sandbox, [a_line()])
    bad = f"{sandbox.url}/v1/invoices/{number}/lineitems?provider=one_time&invoicelineitemtype=billinglineitems"
    ids = type("Ids", (), {"request": "r", "correlation": "c"})()
    assert client._wire.authorised("GET", bad, ids, {}).status == 400


def test_a_call_for_a_person_is_refused_to_the_application_alone(sandbox: Running) -> None:
    client, number = billed(sandbox, [a_line()])
    ids = type("Ids", (), {"request": "r", "correlation": "c"})()
    answer = client._wire.authorised("GET", f"{sandbox.url}/v1/invoices/{number}", ids, {})
    assert (answer.status, parse_json(answer.body)["code"]) == (403, "900329")
    assert client.invoice(number).number == number


def test_a_foreign_id_never_gets_into_an_address(sandbox: Running) -> None:
    before = len(sandbox.log())
    with pytest.raises(ProviderRefused):
        sandbox.client().lines("../customers", Source.OFFICE, LineKind.BILLING)
    assert len(sandbox.log()) == before


# Reading


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, allow_infinity=False, places=2),
    st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, allow_infinity=False, places=4),
)
def test_money_is_exact_to_the_last_digit(total: Decimal, price: Decimal) -> None:
    document = parse_json(write_json(a_line(totalForCustomer=total, unitPrice=price)))
    line = charge_from(document, 1, "D0", Source.OFFICE, LineKind.BILLING)
    assert (line.total, line.unit_price) == (total, price)


@pytest.mark.parametrize(
    "change",
    [
        {"totalForCustomer": None},
        {"totalForCustomer": "many"},
        {"amount": True},
        {"subtotal": [1]},
        {"tax": Decimal("1e999999")},
        {"unitPrice": Decimal("1e-300")},
        {"currency": "yuan"},
        {"currency": ""},
        {"customerId": ""},
        {"chargeEndDate": "2026-09-01T00:00:00"},
        {"chargeStartDate": "1601-01-01T00:00:00"},
        {"CustomerID": "twice"},
    ],
)
def test_a_line_that_makes_no_sense_is_unreadable(change: dict[str, Any]) -> None:
    with pytest.raises(UnreadableError):
        charge_from(a_line(**change), 1, "D0", Source.OFFICE, LineKind.BILLING)


@pytest.mark.parametrize(
    "change",
    [{"invoiceNumber": "D0OTHER"}, {"billingProvider": "azure"}, {"invoiceLineItemType": "usage_line_items"}],
)
def test_a_line_of_something_else_is_not_taken(change: dict[str, Any]) -> None:
    with pytest.raises(OtherSubjectError):
        charge_from(a_line(**change), 1, "D0", Source.OFFICE, LineKind.BILLING)


def test_what_we_do_not_know_of_a_line_is_kept() -> None:
    line = charge_from(
        a_line(newThing=Decimal("0.10"), chargeType="Surprise fee"), 1, "", Source.OFFICE, LineKind.BILLING
    )
    assert (line.charge_type, line.raw["newThing"]) == ("Surprise fee", Decimal("0.10"))


INVOICE = {
    "id": "D0",
    "invoiceDate": "2026-09-15T00:00:00Z",
    "totalCharges": 5,
    "paidAmount": -5,
    "currencyCode": "cny",
}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("invoice", DocumentKind.INVOICE),
        (2, DocumentKind.VOID_NOTE),
        ("adjustment_note", DocumentKind.ADJUSTMENT_NOTE),
        ("Credit Note", DocumentKind.UNKNOWN),
        (None, DocumentKind.UNKNOWN),
        (9, DocumentKind.UNKNOWN),
        (-1, DocumentKind.UNKNOWN),
    ],
)
def test_a_document_is_what_it_says_or_unknown(said: object, meant: DocumentKind) -> None:
    assert invoice_from({**INVOICE, "documentType": said}).document is meant


@pytest.mark.parametrize(
    ("said", "meant"), [("Recurring", "recurring"), ("one_time", "one_time"), ("OneTime", "one_time")]
)
def test_both_spellings_of_a_kind_are_one(said: str, meant: str) -> None:
    assert invoice_from({**INVOICE, "invoiceType": said}).kind is InvoiceKind(meant)


def test_an_invoice_of_2017_has_what_it_needs() -> None:
    bill = invoice_from(INVOICE, "Recurring-D0")
    assert (bill.paid, bill.currency, bill.kind, bill.parts) == (5, "CNY", InvoiceKind.UNKNOWN, ())


def test_a_note_amends_and_hangs_on_its_invoice() -> None:
    note = {**INVOICE, "id": "D1", "documentType": "adjustment_note", "amendsOf": "Recurring-D0"}
    bill = invoice_from({**INVOICE, "amendments": [note]})
    assert (bill.amendments[0].number, bill.amendments[0].amends) == ("D1", "D0")


@pytest.mark.parametrize(
    "change",
    [{"id": ""}, {"invoiceDate": "0001-01-01T00:00:00"}, {"totalCharges": None}, {"totalCharges": "1e5"}]
    + [{"currencyCode": 7}, {"billingPeriodStartDate": "2026-02-01", "billingPeriodEndDate": "2026-01-01"}],
)
def test_an_invoice_that_makes_no_sense_is_unreadable(change: dict[str, Any]) -> None:
    with pytest.raises(UnreadableError):
        invoice_from({**INVOICE, **change})


def test_another_invoice_is_not_taken() -> None:
    with pytest.raises(OtherSubjectError):
        invoice_from(INVOICE, "D1")


def test_a_link_may_prefix_the_number() -> None:
    assert [number_of(one) for one in ("Recurring-D0", "OneTime-G1", "D0-Recurring-1")] == [
        "D0",
        "G1",
        "D0-Recurring-1",
    ]


def test_a_balance_without_an_amount_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        balance_from({"currencyCode": "CNY"})


def test_a_statement_of_another_invoice_is_not_taken() -> None:
    assert statement_from(b"\xef\xbb\xbf%PDF-1.7 x", "", "D0") == b"%PDF-1.7 x"
    with pytest.raises(OtherSubjectError):
        statement_from(b"%PDF-1.7", "attachment; filename=Invoice_D1.pdf", "D0")
