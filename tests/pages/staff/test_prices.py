"""Can staff set prices, see what they bring before anything is issued, and does each price say where it came from?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction

from billing.models import Invoice, InvoiceLine, PassOn, PriceEntry, PriceRule, TaxRule
from billing.refusing import NotPossible
from billing.setting_prices import add, end
from outbox import clock
from partnerportal.verifying.verdict import verify
from payables import rebilling, redrafting
from payables.importing import import_file
from payables.models import ProviderLine
from payables.sampling import Charge, write
from subscriptions.models import Subscription
from tests import story
from tests.pages.staff.conftest import text_of

BILLED, NOW = date(2026, 10, 15), story.at("2026-10-20")
PERIOD = "2026-10"
WHY = {"reason": "Price list of autumn"}


@pytest.fixture
def book(hanhai):
    """One customer with a whole period of seats, some seats more from the tenth day, and a refund."""
    last = date(2026, 11, 14)
    charges = [
        Charge("Lanhai Trading", "E3", 10, Decimal("99.00"), BILLED, last),
        Charge(
            "Lanhai Trading",
            "E3",
            3,
            Decimal("99.00"),
            date(2026, 10, 24),
            last,
            kind="Prorate fees when purchase",
            share=Decimal(22) / 31,
        ),
        Charge("Lanhai Trading", "E3", 1, Decimal("40.00"), BILLED, last, kind="Offset a line item", share=Decimal(-1)),
        Charge("Mingyue Logistics", "Visio", 2, Decimal("60.00"), BILLED, last),
    ]
    import_file(hanhai, write("hanhai", charges), file_name="october.csv", now=NOW)
    return hanhai


@pytest.fixture
def desk(book, people, sit_down):
    return sit_down(people["billing"], "2026-10-20")


@pytest.fixture
def e3(book) -> str:
    return Subscription.objects.filter(partner=book, offer_name="E3").values_list("offer_id", flat=True)[0]


def fixed(partner, offer, price="110.88", **more) -> PriceEntry:
    values = {"from_on": date(2026, 10, 1), "currency": "CNY", **WHY, **more}
    return PriceEntry(partner=partner, offer_id=offer, method="fixed", unit_price=Decimal(price), **values)


def drafted(partner) -> dict[str, InvoiceLine]:
    """The lines of Lanhai's draft by their kind."""
    rebilling.draft(partner, PERIOD, now=NOW)
    lines = InvoiceLine.objects.filter(invoice__customer__name="Lanhai Trading").order_by("position")
    return {line.detail.partition(",")[0]: line for line in lines}


def form(offer="", **more) -> dict[str, str]:
    return {
        "customer": "",
        "offer": offer,
        "method": "fixed",
        "percent": "",
        "unit_price": "110.88",
        "currency": "CNY",
        "from_on": "2026-10-01",
        "until_on": "",
        **WHY,
    } | more


def test_a_fixed_price_is_typed_shown_and_previewed(desk, book, e3):
    bad = desk.post("/settings/prices/new/", form(unit_price="lots"))
    assert bad.status_code == 422 and "lots" in bad.content.decode()
    for _ in range(2):
        assert desk.post("/settings/prices/new/", form(e3)).status_code == 302
    entry = PriceEntry.objects.get()
    assert (entry.unit_price, entry.added_by, entry.reason) == (Decimal("110.88"), desk.user, WHY["reason"])
    seen = text_of(desk.get("/settings/prices/"))
    assert "E3 fixed ¥110.88 a unit End it since 1 Oct" in seen and WHY["reason"] in seen and "cost plus 15" in seen
    shown = text_of(desk.get(f"/settings/prices/?offer={e3}&on=2026-10-20&customer="))
    assert "¥99.00 cost → ¥110.88, margin 10.7 %" in shown
    before = text_of(desk.get(f"/settings/prices/?offer={e3}&on=2026-09-20&customer="))
    assert "¥99.00 cost → ¥113.85, margin 13.0 %" in before
    own = text_of(desk.get(f"/settings/prices/?offer={e3}&on=2026-10-20&customer=Nobody"))
    assert "No customer is called “Nobody”" in own


def test_what_a_price_needs_is_asked_for(desk, e3):
    told = text_of(desk.post("/settings/prices/new/", form("", unit_price="1")))
    assert "A fixed price is for one offer" in told
    told = text_of(desk.post("/settings/prices/new/", form(e3, method="discount")))
    assert "How much is it?" in told
    told = text_of(desk.post("/settings/prices/new/", form(e3, until_on="2026-09-01")))
    assert "This lies before the first day" in told
    assert not PriceEntry.objects.exists()


def test_a_price_for_a_time_says_first_that_it_ends_one_without_an_end(desk, e3):
    desk.post("/settings/prices/new/", form(e3))
    for_a_time = form(e3, unit_price="99.00", from_on="2026-11-01", until_on="2026-11-30")
    asked = desk.post("/settings/prices/new/", for_a_time)
    told = text_of(asked)
    assert asked.status_code == 200 and PriceEntry.objects.count() == 1
    assert "It will end on 31 Oct 2026, and not come back after 30 Nov 2026" in told
    assert 'value="99.00"' in asked.content.decode()
    assert desk.post("/settings/prices/new/", for_a_time | {"sure": "1"}).status_code == 302
    assert list(PriceEntry.objects.order_by("from_on").values_list("until_on", flat=True)) == [
        date(2026, 10, 31),
        date(2026, 11, 30),
    ]


def test_a_later_price_ends_the_one_before_and_no_two_apply_at_once(book, people, e3):
    by = people["billing"]
    first = add(fixed(book, e3), by=by, now=NOW).rule
    done = add(fixed(book, e3, "120.00", from_on=date(2026, 11, 1)), by=by, now=NOW)
    first.refresh_from_db()
    assert (first.until_on, first.ended_by, done.ended) == (date(2026, 10, 31), by, [first])
    with pytest.raises(NotPossible, match="another rule of the same kind applies"):
        add(fixed(book, e3, "1.00", from_on=date(2026, 10, 5)), by=by, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        fixed(book, e3, "1.00", from_on=date(2026, 10, 5), added_at=NOW).save()
    with pytest.raises(PermissionError):
        add(fixed(book, e3, "1.00"), by=people["collections"], now=NOW)
    end(done.rule, until=date(2026, 10, 1), why="a slip", by=by, now=NOW)
    done.rule.refresh_from_db()
    assert done.rule.withdrawn
    add(fixed(book, e3, "121.00", from_on=date(2026, 11, 1)), by=by, now=NOW)


def test_a_rule_that_priced_an_issued_invoice_stays(book, people, e3):
    entry = add(fixed(book, e3), by=people["billing"], now=NOW).rule
    line = drafted(book)[""]
    rebilling.issue(line.invoice_id, on=date(2026, 10, 20), now=NOW)
    entry.refresh_from_db()
    assert entry.last_used_on == BILLED
    with pytest.raises(NotPossible, match="Invoices were priced by it up to 15 October 2026|up to 15 Oct 2026"):
        end(entry, until=date(2026, 10, 14), why="too dear", by=people["billing"], now=NOW)
    for damage in (lambda: PriceEntry.objects.update(unit_price=1), PriceEntry.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            damage()
    rebilling.issue(Invoice.objects.get(customer__name="Mingyue Logistics").pk, on=date(2026, 10, 20), now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        PriceRule.objects.update(markup_percent=1)


def test_drafts_carry_their_because_and_verify_reckons_them_again(desk, book, people, e3):
    add(fixed(book, e3), by=people["billing"], now=NOW)
    lines = drafted(book)
    assert {kind: line.net for kind, line in lines.items()} == {
        "": Decimal("1108.80"),
        "Prorate fees when purchase": Decimal("236.07"),
        "Offset a line item": Decimal("-40.00"),
    }
    invoice = lines[""].invoice
    page = text_of(desk.get(f"/invoices/{invoice.pk}/"))
    assert "price of this offer: fixed ¥110.88 a unit since 1 Oct 2026, for 22 of 31 days" in page
    assert "Seats added within the period, 24 Oct to 14 Nov 2026" in page
    assert "margin ¥118.80, 10.7 %" in page
    for draft in Invoice.objects.filter(partner=book):
        rebilling.issue(draft.pk, on=date(2026, 10, 20), now=NOW)
    found = verify(book, since=None, machine=clock.machine()).promises["I27"]
    assert found.violations == [] and found.checked >= 4


def test_the_drafts_show_cost_price_and_margin_to_those_who_may_see_bills(desk, book, people, e3, sit_down):
    add(fixed(book, e3, "90.00"), by=people["billing"], now=NOW)
    drafted(book)
    seen = text_of(desk.get("/invoices/?state=draft"))
    assert "below cost" in seen and "¥120.00 ¥138.00 ¥18.00 13.0 %" in seen
    viewer = text_of(sit_down(people["viewer"], "2026-10-20").get("/invoices/?state=draft"))
    assert "Margin" not in viewer and "¥120.00" not in viewer
    assert desk.queries("/invoices/?state=draft") <= 24


def test_drafts_are_priced_again_and_what_a_person_wrote_stays(desk, book, people, e3):
    lines = drafted(book)
    invoice, kept = lines[""].invoice, lines["Prorate fees when purchase"]
    assert lines[""].net == Decimal("1138.50")
    wanted = [
        redrafting.drafting.Wanted(
            line.description,
            line.quantity,
            Decimal("50") if line.pk == kept.pk else line.unit_price,
            line.tax_rate,
            line=line.pk,
        )
        for line in invoice.lines.all()
    ]
    redrafting.change(invoice, wanted, due_on=None, seen=[line.pk for line in invoice.lines.all()])
    add(fixed(book, e3), by=people["billing"], now=NOW)
    add(
        PassOn(partner=book, credits="absorbed", rounding="half_even", from_on=date(2026, 10, 1), **WHY),
        by=people["billing"],
        now=NOW,
    )
    page = text_of(desk.post("/invoices/reprice/", {"all": "1", "period": PERIOD}, follow=True))
    assert "2 drafts priced again, 1 changed, 1 line written by hand stayed as it was" in page
    assert "1 charge of 21Vianet stays with us by rule: −¥40.00" in page
    invoice.refresh_from_db()
    assert sorted(invoice.lines.values_list("net", flat=True)) == [Decimal("150.00"), Decimal("1108.80")]
    assert (invoice.net, invoice.total, invoice.rounding) == (
        Decimal("1258.80"),
        sum(line.total for line in invoice.lines.all()),
        "half_even",
    )
    assert not ProviderLine.objects.unbilled().exists() and ProviderLine.objects.get(absorbed="credits")
    assert ProviderLine.objects.filter(invoice_line__invoice=invoice).count() == 2
    ways = PassOn.objects.get()
    end(ways, until=date(2026, 10, 1), why="give it back", by=people["billing"], now=NOW)
    desk.post("/invoices/reprice/", {"draft": invoice.pk})
    assert not ProviderLine.objects.exclude(absorbed="").exists()
    assert invoice.lines.count() == 3


def test_a_draft_of_which_nothing_is_left_goes_and_comes_back(desk, book, people):
    charge = ProviderLine.objects.filter(charge_type="Offset a line item")
    drafted(book)
    ways = add(
        PassOn(partner=book, credits="absorbed", prorations="absorbed", from_on=BILLED, **WHY),
        by=people["billing"],
        now=NOW,
    ).rule
    desk.post("/invoices/reprice/", {"all": "1"})
    assert charge.get().absorbed == "credits"
    assert InvoiceLine.objects.filter(invoice__customer__name="Lanhai Trading").count() == 1
    end(ways, until=date(2026, 10, 1), why="no", by=people["billing"], now=NOW)
    desk.post("/invoices/reprice/", {"all": "1"})
    assert charge.get().absorbed == "" and charge.get().invoice_line is not None


def test_tax_by_rule_stands_on_the_draft(desk, book, people, e3):
    told = {"customer": "", "offer": e3, "rate": "13", "inclusive": "yes", "from_on": "2026-10-01", "until_on": ""}
    assert desk.post("/settings/prices/tax/new/", told | WHY).status_code == 302
    add(fixed(book, e3), by=people["billing"], now=NOW)
    line = drafted(book)[""]
    assert (line.total, line.net, line.tax) == (Decimal("1108.80"), Decimal("981.24"), Decimal("127.56"))
    assert "13 % tax, held by the price already" in text_of(desk.get("/settings/prices/?tab=tax"))
    rule = TaxRule.objects.get()
    ended = desk.post(f"/settings/prices/tax/{rule.pk}/end/", {"until_on": "2026-12-31"} | WHY, follow=True)
    assert "1 Oct to 31 Dec" in text_of(ended)


def sent(text: str) -> dict[str, object]:
    return {"file": SimpleUploadedFile("prices.csv", text.encode(), "text/csv"), **WHY}


def test_a_list_of_prices_comes_in_whole_or_not_at_all(desk, e3):
    head = "offer,customer,unit_price,currency,from\n"
    bad = desk.post("/settings/prices/import/", sent(head + "E3,,110.88,CNY,2026-10-01\nE9,Nobody,x,CNY,2026-10-01\n"))
    told = text_of(bad)
    assert bad.status_code == 422 and not PriceEntry.objects.exists()
    assert "line 3, unit_price: “x” is not an amount" in told
    assert "line 3, offer: no offer is called “E9”" in told and "line 3, customer: no customer is called" in told
    good = head + f"E3,,110.88,CNY,2026-10-01\n{e3},Lanhai Trading,105,CNY,2026-10-01\n"
    done = text_of(desk.post("/settings/prices/import/", sent(good), follow=True))
    assert "2 prices added" in done and "Lanhai Trading, E3 fixed ¥105.00 a unit" in done
    again = text_of(desk.post("/settings/prices/import/", sent(good), follow=True))
    assert "0 prices added, 2 were in the book already" in again and PriceEntry.objects.count() == 2
    clash = desk.post("/settings/prices/import/", sent(head + "E3,,1,CNY,2026-09-01\n"))
    assert "line 2, from: From 1 Oct 2026 another rule" in text_of(clash)


def test_settings_lead_to_the_prices_for_those_who_may(desk, people, sit_down):
    assert "/settings/prices/" in desk.get("/settings/").content.decode()
    viewer = sit_down(people["viewer"], "2026-10-20")
    assert "/settings/prices/" not in viewer.get("/settings/").content.decode()
    assert viewer.get("/settings/prices/").status_code == 403


def test_many_prices_take_no_more_questions(desk, book, people, e3):
    add(fixed(book, e3), by=people["billing"], now=NOW)
    few = desk.queries("/settings/prices/?over=1")
    for number in range(30):
        add(fixed(book, f"{number:08d}-0000-0000-0000-000000000000"), by=people["billing"], now=NOW)
    assert desk.queries("/settings/prices/?over=1") <= few
