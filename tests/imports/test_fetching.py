"""Do the provider's bills come by its API as they come by file, once, and after every stop?"""

from __future__ import annotations

import itertools
import uuid
from decimal import Decimal

import pytest

from payables import fetching, taking_in
from payables.fetching import begin, known
from payables.models import Finding, Intake, IntakePage, ProviderBill, ProviderLine
from payables.reading import read
from subscriptions.gateway.protocol import ProviderUnavailable
from subscriptions.models import ProviderEvent
from subscriptions.provisioning import provider_for
from subscriptions.sandbox.loading import load_invoice
from tests.commanding import manage
from tests.imports.conftest import NOW
from tests.imports.sheets import good

ABOUT = {"billed_on": "2026-09-15", "starts_on": "2026-09-15", "ends_on": "2026-10-14", "currency": "CNY"}
FIELDS = (
    *("row", "customer__provider_id", "subscription__provider_id", "charge_type", "mapped", "offer_name", "order_id"),
    *("charge_starts_on", "charge_ends_on", "unit_price", "quantity", "amount", "discount", "subtotal", "tax"),
    *("total", "currency", "customer__name", "customer__domain", "subscription__offer_id", "subscription__ends_on"),
)


def as_lines(content: bytes) -> list[dict[str, object]]:
    """The lines of a file as the provider's API words them."""
    return [
        {
            "partnerId": row.partner_id,
            "customerId": row.customer_id.upper(),
            "customerName": row.customer_name,
            "domainName": row.domain,
            "orderId": row.order_id,
            "syndicationPartnerSubscriptionNumber": row.subscription_id.upper(),
            "durableOfferId": row.offer_id,
            "offerName": row.offer_name,
            "subscriptionName": row.subscription_name,
            "subscriptionStartDate": f"{row.starts_on}T00:00:00",
            "subscriptionEndDate": f"{row.ends_on}T00:00:00",
            "chargeStartDate": f"{row.charge_starts_on}T00:00:00",
            "chargeEndDate": f"{row.charge_ends_on}T00:00:00",
            "chargeType": row.charge_type,
            "unitPrice": row.unit_price,
            "quantity": row.quantity,
            "amount": row.amount,
            "totalOtherDiscount": row.discount,
            "subtotal": row.subtotal,
            "tax": row.tax,
            "totalForCustomer": row.total,
            "currency": row.currency,
        }
        for row in read(content).rows
    ]


@pytest.fixture
def number(sandbox_url) -> str:
    """An invoice of three lines at the provider."""
    number = f"D0{uuid.uuid4().hex[:8].upper()}"
    load_invoice(sandbox_url, {"number": number, **ABOUT}, as_lines(good()))
    return number


def fetched(partner, number: str) -> Intake:
    """One invoice, brought in as far as it goes."""
    return taking_in.carry_on(begin(partner, number, by=None, now=NOW), provider_for(partner), now=NOW)


def test_an_invoice_by_the_api_is_the_same_bill_as_by_file(imports, hanhai, bohai, number, sandbox_url):
    imports(good())
    by_file = list(ProviderLine.objects.filter(partner=hanhai).values_list(*FIELDS))
    theirs = [{**line, "partnerId": "00000000-0000-4000-8000-000000000000"} for line in as_lines(good())]
    assert known(hanhai, provider_for(hanhai)).here >= {number}, "the file didn't say its number"
    other = f"D0{uuid.uuid4().hex[:8].upper()}"
    load_invoice(sandbox_url, {"number": other, **ABOUT}, theirs)
    one = fetched(bohai, other)
    assert (one.state, one.done, one.faults) == (Intake.State.DONE, 3, [])
    assert list(ProviderLine.objects.filter(partner=bohai).values_list(*FIELDS)) == by_file
    assert one.bill.stated_total == one.bill.total == Decimal("960.36")
    assert not IntakePage.objects.exists()


def test_fetched_twice_is_once(hanhai, number):
    fetched(hanhai, number)
    before = ProviderLine.objects.count()
    again = fetched(hanhai, number)
    assert (again.state, again.already, ProviderLine.objects.count()) == (Intake.State.DONE, True, before)
    assert ProviderBill.objects.get().number == number


class CutOff:
    """A provider that goes away after so many lines of a list."""

    def __init__(self, partner, after: int) -> None:
        self.real, self.after = provider_for(partner), after

    def invoices(self):
        return self.real.invoices()

    def lines(self, *asked, **more):
        yield from itertools.islice(self.real.lines(*asked, **more), self.after)
        raise ProviderUnavailable("gone")


def test_a_stop_in_the_middle_goes_on_behind_the_last_page(hanhai, number, monkeypatch):
    monkeypatch.setattr(fetching, "PAGE", 2)
    one = taking_in.carry_on(begin(hanhai, number, by=None, now=NOW), CutOff(hanhai, 2), now=NOW)
    assert (one.state, one.done, ProviderLine.objects.count()) == (Intake.State.FETCHING, 2, 0)
    one = fetched(hanhai, number)
    assert (one.state, one.done) == (Intake.State.DONE, 3)
    assert list(ProviderLine.objects.values_list("row", flat=True)) == [2, 3, 4]


def test_an_invoice_that_changed_meanwhile_is_begun_again(hanhai, number, monkeypatch):
    monkeypatch.setattr(fetching, "PAGE", 2)
    one = taking_in.carry_on(begin(hanhai, number, by=None, now=NOW), CutOff(hanhai, 2), now=NOW)
    Intake.objects.filter(pk=one.pk).update(found={**one.found, "total": "1.00"})
    IntakePage.objects.filter(intake=one).update(lines="of another time")
    assert fetched(hanhai, number).state == Intake.State.DONE


def test_a_list_with_a_line_that_cannot_be_used_books_nothing(hanhai, sandbox_url):
    number = f"D0{uuid.uuid4().hex[:8].upper()}"
    lines = as_lines(good())
    lines[1]["totalForCustomer"] = Decimal("1.00")
    load_invoice(sandbox_url, {"number": number, **ABOUT}, lines)
    one = fetched(hanhai, number)
    assert one.state == Intake.State.REFUSED
    assert one.faults == ["line 3, TotalForCustomer: 1.00 is not Subtotal 396.00 plus Tax 23.76"]
    assert not ProviderBill.objects.exists() and not IntakePage.objects.exists()


def test_an_invoice_the_provider_does_not_have_is_refused(hanhai):
    one = fetched(hanhai, "D0NOSUCH")
    assert (one.state, one.faults) == (Intake.State.REFUSED, ["line 1: the provider has no invoice D0NOSUCH"])
    assert not Finding.objects.exists()


def test_an_event_that_names_an_invoice_has_it_fetched_once(hanhai, number):
    told = {"name": "invoice-ready", "resource": "invoice", "received_at": NOW, "body": "{}"}
    for digest, ref in enumerate((number, f"Recurring-{number}")):
        ProviderEvent.objects.create(
            partner=hanhai, digest=f"{digest:064}", invoice_ref=ref, taken=ProviderEvent.Taken.KEPT, **told
        )
    (one,) = taking_in.heard_of(hanhai, now=NOW)
    assert taking_in.carry_on(one, provider_for(hanhai), now=NOW).bill.number == number
    assert taking_in.heard_of(hanhai, now=NOW) == []


def test_the_command_brings_one_invoice_and_says_what_was_here(hanhai, number):
    said = manage("fetch_bills", "--invoice", number)
    assert (said.code, said["lines"], said["already_imported"]) == (0, 3, 0)
    assert said["bills"] == [{"bill": number, "lines": 3, "total": "960.36"}]
    again = manage("fetch_bills", "--invoice", f"Recurring-{number}")
    assert (again["bills"], again["already_imported"]) == ([], 1)
    assert manage("fetch_bills", "--invoice", "D0NOSUCH").code == 2
