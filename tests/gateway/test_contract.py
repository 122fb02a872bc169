"""Does the gateway mean the same by its verbs, whether the sandbox answers or the provider's documentation?

Each test runs against both: a sandbox that holds what the records tell of, and a server that replays the records.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from subscriptions.gateway.bills import (
    BalancePart,
    DocumentKind,
    InvoiceKind,
    InvoicePart,
    LineKind,
    ProviderCharge,
    Source,
)
from subscriptions.gateway.events import SUBSCRIPTION_UPDATED, TEST_CREATED, Registration
from subscriptions.gateway.partner_center import PartnerCenter
from subscriptions.gateway.protocol import NeedsPerson, NotOffered, ProviderRefused, ProviderStatus, SubscriptionSeen
from subscriptions.gateway.settings import ProviderSettings
from subscriptions.gateway.support import RequestStatus, Severity
from subscriptions.sandbox.loading import answer_request, change, load_invoice, open_request

from .conftest import SECRET, Running, a_customer, a_subscription
from .replaying import exchanges, replayed

LANHAI = "7f3a2b10-1c44-4e0f-9a55-2d6c0e9b1a01"
HARBOUR = "8a4b3c21-2d55-4f10-8b66-3e7d1f0c2b12"
STRANGER = "11111111-2d55-4f10-8b66-3e7d1f0c2b12"
SEATS = "b6b0c9de-3a71-4d0e-9f65-8d1f1a2b3c4d"
BILL, ONE_TIME_BILL, RATED_BILL = "D0900A1B2C", "G000024135", "G000024136"
URL = "https://portal.example/events"


@dataclass
class World:
    """A provider that knows the customers and bills of the records."""

    url: str

    def client(self, **more: Any) -> PartnerCenter:
        facts = {"base_url": self.url, "authority": self.url, "tenant": "partner.onmschina.cn", "client_id": "portal"}
        consent = {"refresh_token": "consent-of-a-person"}
        return PartnerCenter(ProviderSettings(**{**facts, **consent, "client_secret": SECRET, **more}))


def recorded_lines(invoice: str, set_: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for one in exchanges():
        path = one["request"]["path"]
        if f"/{invoice}/lineitems" in path and set_ in path:
            found += one["answers"][0]["body"]["items"]
    return found


def fill(running: Running) -> None:
    seats = a_subscription(SEATS, offer_name="Office 365 Enterprise E3", ends="2027-03-14")
    running.holds(
        a_customer(seats, id=LANHAI, email="billing@lanhai.example"),
        a_customer(id=HARBOUR, name="Harbour Light", domain="harbourlight.partner.onmschina.cn", email=None),
    )
    change(running.url, LANHAI, SEATS, status="active", quantity=25)
    bill = {"number": BILL, "billed_on": "2024-05-15", "starts_on": "2024-05-15", "ends_on": "2024-06-14"}
    for provider, kind, set_ in (
        ("office", "billing", "/Office/Billing"),
        ("azure", "billing", "/Azure/Billing"),
        ("azure", "usage", "/Azure/Usage"),
    ):
        about = {**bill, "currency": "CNY", "paid": "1000"}
        load_invoice(running.url, about, recorded_lines(BILL, set_), provider=provider, kind=kind)
    june = {"billed_on": "2024-06-06", "starts_on": "2024-05-01", "ends_on": "2024-05-31", "currency": "CNY"}
    given = recorded_lines(ONE_TIME_BILL, "/OneTime/")
    load_invoice(running.url, {"number": ONE_TIME_BILL, **june}, given, provider="one_time")


@pytest.fixture(params=["sandbox", "recorded"])
def world(request: pytest.FixtureRequest, sandbox: Running) -> Iterator[World]:
    if request.param == "sandbox":
        fill(sandbox)
        yield World(sandbox.url)
        return
    with replayed() as (url, _):
        yield World(url)


@pytest.fixture(scope="module")
def global_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("global"), ["--profile", "global"]).start()
    running.holds(a_customer(id=LANHAI))
    about = {"title": "Disputed proration on invoice D0900A1B2C", "description": "Customer disputes 5 seats"}
    answer_request(running.url, open_request(running.url, customer=LANHAI, **about), note="Recon rows attached")
    open_request(running.url, customer=HARBOUR, title="Another customer's")
    june = {"billed_on": "2024-06-07", "starts_on": "2024-05-01", "ends_on": "2024-05-31", "currency": "EUR"}
    given = recorded_lines(RATED_BILL, "usagelineitems")
    load_invoice(running.url, {"number": RATED_BILL, **june}, given, provider="one_time", kind="usage")
    yield running
    running.stop()


@pytest.fixture(params=["sandbox", "recorded"])
def global_world(request: pytest.FixtureRequest, global_sandbox: Running) -> Iterator[World]:
    if request.param == "sandbox":
        yield World(global_sandbox.url)
        return
    with replayed() as (url, _):
        yield World(url)


def ids() -> dict[str, str]:
    return {"request_id": str(uuid.uuid4()), "correlation_id": str(uuid.uuid4())}


# Customers and subscriptions


def test_every_customer_is_listed_over_all_pages(world: World) -> None:
    found = {one.id: one for one in world.client().customers()}
    assert (found[LANHAI].name, found[LANHAI].domain) == ("Lanhai Trading", "lanhai.partner.onmschina.cn")
    assert (found[HARBOUR].name, found[HARBOUR].relationship) == ("Harbour Light", "reseller")


def test_the_billing_contact_is_known_or_missing(world: World) -> None:
    contact = world.client().billing_contact(LANHAI)
    assert contact is not None and (contact.email, contact.culture) == ("billing@lanhai.example", "zh-CN")
    assert world.client().billing_contact(HARBOUR) is None


def test_a_stranger_is_refused(world: World) -> None:
    with pytest.raises(ProviderRefused) as refused:
        world.client().subscriptions(STRANGER)
    assert (refused.value.status, refused.value.code) == (403, "20002")


def seen_by(client: PartnerCenter) -> SubscriptionSeen:
    return client.subscription(LANHAI, SEATS)


def test_a_subscription_is_the_same_listed_or_fetched(world: World) -> None:
    client = world.client()
    (listed,), fetched = client.subscriptions(LANHAI), seen_by(client)
    for one in (listed, fetched):
        assert (one.id, one.customer_id, one.status, one.quantity) == (SEATS, LANHAI, ProviderStatus.ACTIVE, 25)
        assert (one.offer_name, one.friendly_name) == ("Office 365 Enterprise E3", "HQ seats")
        assert one.commitment_ends_at == datetime(2027, 3, 14, tzinfo=UTC) and one.etag


def test_a_suspension_is_read_back(world: World) -> None:
    client = world.client()
    after = client.change_status(seen_by(client), ProviderStatus.SUSPENDED, **ids())
    assert after is not None and after.status is ProviderStatus.SUSPENDED
    assert seen_by(client).status is ProviderStatus.SUSPENDED
    assert seen_by(client).auto_renew is True


def test_seats_are_changed_at_once_or_later(world: World) -> None:
    client = world.client()
    after = client.change_quantity(seen_by(client), 30, **ids())
    assert after is not None and (after.quantity, after.status) == (30, ProviderStatus.ACTIVE)


def test_seats_outside_what_the_offer_allows_are_refused(world: World) -> None:
    client = world.client()
    with pytest.raises(ProviderRefused) as refused:
        client.change_quantity(seen_by(client), 10_000_000, **ids())
    assert (refused.value.status, refused.value.code) == (400, "2002")


def test_seats_of_a_suspended_subscription_stay(world: World) -> None:
    client = world.client()
    client.change_status(seen_by(client), ProviderStatus.SUSPENDED, **ids())
    with pytest.raises(ProviderRefused) as refused:
        client.change_quantity(seen_by(client), 30, **ids())
    assert (refused.value.status, refused.value.code) == (400, "2001")


@pytest.mark.parametrize("seats", [0, -1, 10_000_001])
def test_a_number_of_seats_nobody_can_have_is_not_asked_for(world: World, seats: int) -> None:
    client = world.client()
    with pytest.raises(ValueError, match="not a number of seats"):
        client.change_quantity(seen_by(client), seats, **ids())


# Invoices


def test_invoices_are_listed_over_all_pages(world: World) -> None:
    found = {one.number: one for one in world.client().invoices()}
    assert {BILL, ONE_TIME_BILL} <= found.keys()
    bill = found[BILL]
    assert (bill.kind, bill.document) == (InvoiceKind.RECURRING, DocumentKind.INVOICE)
    assert (bill.billed_on, bill.period_ends_on) == (date(2024, 5, 15), date(2024, 6, 14))
    assert (bill.total, bill.paid, bill.currency) == (Decimal("3034.25"), Decimal(1000), "CNY")
    assert set(bill.parts) == {
        InvoicePart(Source.OFFICE, LineKind.BILLING),
        InvoicePart(Source.AZURE, LineKind.BILLING),
        InvoicePart(Source.AZURE, LineKind.USAGE),
    }
    assert found[ONE_TIME_BILL].kind is InvoiceKind.ONE_TIME


def test_one_invoice_is_found_by_its_number(world: World) -> None:
    bill = world.client().invoice(BILL)
    assert (bill.number, bill.total, bill.paid) == (BILL, Decimal("3034.25"), Decimal(1000))
    assert bill.amendments == () and bill.amends == ""


def test_an_invoice_that_is_not_there_is_a_404(world: World) -> None:
    with pytest.raises(ProviderRefused) as refused:
        world.client().invoice("D0000NONE0")
    assert refused.value.status == 404


@pytest.mark.parametrize("ask", ["invoice", "balances", "statement"])
def test_what_needs_a_person_is_not_asked_without_one(world: World, ask: str) -> None:
    client = world.client(refresh_token="")
    with pytest.raises(NeedsPerson):
        client.balances() if ask == "balances" else getattr(client, ask)(BILL)


def lines(world: World, invoice: str, provider: Source, kind: LineKind, **more: Any) -> list[ProviderCharge]:
    return list(world.client(**more).lines(invoice, provider, kind))


def test_licence_lines_are_read_to_the_last_page(world: World) -> None:
    first, second = lines(world, "Recurring-" + BILL, Source.OFFICE, LineKind.BILLING)
    assert (first.position, second.position) == (1, 2)
    assert (first.partner_id, first.customer_id) == ("3b33e682-00c3-41ee-9dd2-a548adf50000", LANHAI)
    assert (first.subscription_id, first.billing_subscription_id.upper()) == (SEATS, "4KIKAWEAAAAAAAEA")
    assert (first.offer_id, first.billing_offer_id[:8]) == ("0d5a1111-2222-4333-8444-555566667777", "aaa5b3f0")
    assert (first.charge_type, first.billing_cycle) == ("Cycle fee", "MONTHLY")
    assert (first.charge_starts_on, first.charge_ends_on) == (date(2024, 5, 15), date(2024, 6, 14))
    assert (first.starts_on, first.ends_on) == (date(2024, 3, 3), date(2025, 3, 14))
    assert (first.unit_price, first.quantity, first.amount) == (Decimal(118), Decimal(25), Decimal(2950))
    assert (first.discount, first.subtotal, first.tax, first.total) == (0, 2950, 177, 3127)
    assert (first.partner_mpn_id, first.reseller_mpn_id, second.reseller_mpn_id) == ("5011223", "", "5099887")
    assert (second.quantity, second.total, second.domain) == (-1, Decimal("-104.91"), "")
    assert second.ends_on is None and second.charge_ends_on == date(2024, 6, 14)


def test_usage_lines_carry_money_under_other_names(world: World) -> None:
    (line,) = lines(world, BILL, Source.AZURE, LineKind.BILLING)
    assert (line.unit_price, line.quantity) == (Decimal("0.7654321"), Decimal("15.5"))
    assert (line.subtotal, line.tax, line.total) == (Decimal("11.86"), Decimal("0.30"), Decimal("12.16"))
    assert (line.customer_name, line.invoice_number, line.tier) == ("Lanhai Trading", BILL, "1")
    assert (line.service, line.region, line.unit) == ("Storage", "China East", "1 GB")
    assert line.subscription_id == "c7c1d0ef-4b82-4e1f-8a76-9e2a2b3c4d5e" and line.reseller_mpn_id == ""


@pytest.mark.parametrize("style", ["2017", "query"])
def test_daily_usage_has_no_money_at_all(world: World, style: str) -> None:
    (line,) = lines(world, BILL, Source.AZURE, LineKind.USAGE, line_paths=style)
    assert (line.consumed, line.used_on) == (Decimal("0.000123"), date(2024, 4, 20))
    assert (line.total, line.amount, line.tax, line.currency) == (None, None, None, "")


def test_one_time_lines_follow_their_token(world: World) -> None:
    first, second = lines(world, ONE_TIME_BILL, Source.ONE_TIME, LineKind.BILLING)
    assert (first.offer_id, first.offer_name, first.sku_id) == ("cfq7ttc0lh18", "Business Basic", "0001")
    assert (first.subtotal, first.tax, first.total) == (300, 18, 318)
    assert (first.ordered_on, first.exchange_rate) == (date(2024, 5, 3), Decimal("7.1234567890123456"))
    assert (first.term[:9], first.promotion_id[:6]) == ("One-Month", "39NFJQ")
    assert (second.charge_type, second.charge_starts_on, second.credit_reason) == ("customerCredit", None, "SLA")


def test_daily_rated_lines_are_billed_in_one_currency_and_priced_in_another(global_world: World) -> None:
    (line,) = lines(global_world, RATED_BILL, Source.ONE_TIME, LineKind.USAGE, profile="global")
    assert (line.total, line.currency) == (Decimal("0.28"), "EUR")
    assert (line.priced_total, line.pricing_currency) == (Decimal("0.288"), "USD")
    assert (line.used_on, line.meter, line.earned_credit_percent) == (date(2024, 5, 9), "B1s", Decimal("0.15"))


@pytest.mark.parametrize(
    ("provider", "kind"),
    [(Source.OFFICE, LineKind.USAGE), (Source.MARKETPLACE, LineKind.BILLING), (Source.ONE_TIME, LineKind.USAGE)],
)
def test_lines_nobody_documents_are_refused_before_any_call(world: World, provider: Source, kind: LineKind) -> None:
    with pytest.raises(NotOffered):
        world.client().lines(BILL, provider, kind)


def test_what_is_owed_is_told_in_parts(world: World) -> None:
    client = world.client()
    for balance in (client.balance(), *client.balances()):
        assert (balance.owed, balance.currency) == (Decimal("2352.25"), "CNY")
        assert balance.as_of == datetime(2024, 6, 7, tzinfo=UTC)
        assert (balance.last_paid, balance.last_paid_at) == (Decimal(1000), None)
        assert set(balance.parts) == {
            BalancePart(InvoiceKind.ONE_TIME, Decimal(318)),
            BalancePart(InvoiceKind.RECURRING, Decimal("2034.25")),
        }


def test_a_statement_is_a_pdf_whatever_it_is_called(world: World) -> None:
    assert world.client().statement(BILL).startswith(b"%PDF-1.4")


# Support


def test_support_is_the_global_clouds_alone(world: World) -> None:
    client = world.client()
    for ask in (
        client.support_requests,
        lambda: client.support_request("1"),
        lambda: client.add_note("1", "x", **ids()),
    ):
        with pytest.raises(NotOffered):
            ask()


def test_support_requests_are_listed_and_shown(global_world: World) -> None:
    client = global_world.client(profile="global")
    (listed,) = client.support_requests(LANHAI)
    assert (listed.status, listed.severity, listed.notes) == (RequestStatus.OPEN, Severity.MODERATE, ())
    shown = client.support_request(listed.id)
    assert (shown.id, shown.title, shown.closed_at) == (listed.id, listed.title, None)
    assert (shown.notes[0].text, shown.notes[0].written_by) == ("Recon rows attached", "Support Agent")


def test_a_note_is_written_once(global_world: World) -> None:
    client = global_world.client(profile="global")
    (listed,) = client.support_requests(LANHAI)
    same = ids()
    for _ in range(2):
        after = client.add_note(listed.id, "The customer agrees.", **same)
        assert after is not None
        assert [note.text for note in after.notes] == ["Recon rows attached", "The customer agrees."]


def test_support_needs_a_person(global_world: World) -> None:
    with pytest.raises(NeedsPerson):
        global_world.client(profile="global", refresh_token="").support_requests()


# Events


def test_a_registration_is_made_and_changed(world: World) -> None:
    client = world.client()
    before = client.registration()
    made = client.register(URL, (SUBSCRIPTION_UPDATED, TEST_CREATED), renew=before is not None, **ids())
    assert made == Registration(URL, (SUBSCRIPTION_UPDATED, TEST_CREATED)) == client.registration()
    assert client.register(URL, (SUBSCRIPTION_UPDATED,), renew=True, **ids()).events == (SUBSCRIPTION_UPDATED,)
