"""Can a partner say who it is, where it is paid, when its staff are there, and which programs read its book?"""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.test import Client

from billing.invoicing import parties
from customers.admitting import MOST, NotAdmitted, admit
from customers.models import ApiToken, Customer
from dunning.calendars import calendar_for
from dunning.models import Proposal
from dunning.presenting import Presence, present
from outbox import clock
from subscriptions.models import ProviderCall
from tests import story
from tests.pages.staff.conftest import lanhai, text_of

COMPANY = {
    "name": "Hanhai Cloud Ltd.",
    "address": "1  Jianguomen, Beijing",
    "tax_id": "91110105MA01",
    "mark": "H",
    "phone": "+86 10 1",
    "language": "ru",
    "zone": "Asia/Shanghai",
}
ACCOUNT = {"bank_account": "Hanhai", "bank_name": "CMB", "bank_number": "1109 0428"}
PAGES = ("company", "account", "numbering", "calendar", "provider", "tokens", "first-steps")


def test_every_page_of_the_hub_opens_for_whoever_is_shown_its_link(small_book, people, sit_down):
    for role, number in (("owner", 15), ("viewer", 4)):
        desk = sit_down(people[role])
        html = desk.get("/settings/").content.decode()
        links = {part.split('"')[0] for part in html.split('<dt><a href="')[1:]}
        assert len(links) == number
        assert {link: desk.get(link).status_code for link in links} == dict.fromkeys(links, 200)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_the_database_few_questions(small_book, people, sit_down, page):
    assert sit_down(people["owner"]).queries(f"/settings/{page}/") <= 14


def test_the_company_stands_on_papers_from_now_on(small_book, people, sit_down):
    desk, invoice = sit_down(people["owner"], "2026-06-02"), lanhai(small_book).invoices.get()
    assert "Saved" in text_of(desk.post("/settings/company/", COMPANY, follow=True))
    assert "Nothing was changed" in text_of(desk.post("/settings/company/", COMPANY, follow=True))
    small_book.refresh_from_db()
    seller = parties(small_book, lanhai(small_book))["seller"]
    assert (seller["address"], seller["tax_id"]) == ("1 Jianguomen, Beijing", "91110105MA01")
    assert invoice.party["seller"]["address"] == "" and small_book.language == "ru"
    assert not Customer.objects.filter(review_due_at=desk.now).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("zone", "Mars/Olympus"), ("mark", "abc"), ("address", "\x00"), ("language", "xx")],
)
def test_a_company_that_makes_no_sense_is_refused_beside_its_field(hanhai, people, sit_down, field, value):
    answer = sit_down(people["owner"]).post("/settings/company/", COMPANY | {field: value})
    assert answer.status_code == 422
    hanhai.refresh_from_db()
    assert hanhai.tax_id == ""


def test_the_zone_moves_the_calendar_and_everybody_is_looked_at_again(small_book, people, sit_down):
    desk = sit_down(people["owner"], "2026-06-02")
    desk.post("/settings/company/", COMPANY | {"zone": "Europe/Berlin"})
    small_book.refresh_from_db()
    assert small_book.country == "DE"
    assert set(Customer.objects.values_list("review_due_at", flat=True)) == {desk.now}


def test_the_account_is_changed_once_its_consequences_were_read(small_book, people, sit_down):
    desk = sit_down(people["owner"])
    asked = desk.post("/settings/account/", ACCOUNT)
    assert "2 open invoices name the account of before" in text_of(asked)
    small_book.refresh_from_db()
    assert small_book.bank_number == ""
    assert "Saved" in text_of(desk.post("/settings/account/", ACCOUNT | {"sure": "yes"}, follow=True))
    small_book.refresh_from_db()
    assert small_book.bank_number == "1109 0428"


def test_the_terms_hold_for_what_is_issued_next_and_the_next_number_is_shown(small_book, people, sit_down):
    desk = sit_down(people["owner"])
    shown = text_of(desk.get("/settings/numbering/"))
    assert "HA-2026-00003" in shown and "HA-2026-C00001" in shown
    desk.post("/settings/numbering/", {"payment_terms_days": "30"})
    small_book.refresh_from_db()
    assert small_book.payment_terms_days == 30
    assert lanhai(small_book).invoices.get().due_on == story.DUE
    for wrong in ("-1", "181", "1e3", ""):
        assert desk.post("/settings/numbering/", {"payment_terms_days": wrong}).status_code == 422


def test_days_off_and_hours_are_part_of_the_calendar_that_decides(small_book, people, sit_down):
    desk = sit_down(people["owner"])
    form = {"opens": "08:30", "closes": "17:00", "days_off": f"{story.SUSPEND}\n\n2026-12-31"}
    assert "Saved" in text_of(desk.post("/settings/calendar/", form, follow=True))
    small_book.refresh_from_db()
    calendar = calendar_for(small_book)
    assert {story.SUSPEND, date(2026, 12, 31)} <= calendar.holidays
    assert (calendar.opens, calendar.closes) == (time(8, 30), time(17))
    assert set(Customer.objects.values_list("review_due_at", flat=True)) == {desk.now}
    assert "Day off of your own" in text_of(desk.get("/settings/calendar/"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"days_off": "31.12.2026"},
        {"days_off": "2026-02-30"},
        {"days_off": "٢٠٢٦-01-01"},
        {"opens": "18:00"},
        {"closes": ""},
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(hanhai, people, sit_down, wrong):
    form = {"opens": "09:00", "closes": "18:00", "days_off": ""} | wrong
    assert sit_down(people["owner"]).post("/settings/calendar/", form).status_code == 422
    hanhai.refresh_from_db()
    assert hanhai.days_off == []


def test_nobody_is_suspended_on_a_day_off_of_our_own(small_book, people):
    present(small_book, Presence(time(9), time(18), (story.SUSPEND,)), by=people["owner"], now=story.at(story.ISSUED))
    for day in (story.COURTESY, story.REMIND, story.FINAL, story.SUSPEND):
        story.run_day(small_book, day)
    assert not Proposal.objects.exists()
    story.run_day(small_book, story.SUSPEND + timedelta(days=1))
    assert Proposal.objects.exists()


def test_the_connection_is_tested_and_leaves_its_row(hanhai, people, sit_down, sandbox_url):
    story.import_book(hanhai, [story.company("Lanhai Trading")], sandbox_url=sandbox_url)
    before = ProviderCall.objects.filter(verb="customers").count()
    desk = sit_down(people["viewer"])
    assert desk.post("/settings/provider/test/").status_code == 403
    said = text_of(sit_down(people["billing"]).post("/settings/provider/test/", follow=True))
    assert "21Vianet answered in" in said and "customers" in said
    assert ProviderCall.objects.filter(verb="customers").count() > before


def test_without_a_provider_the_page_says_so(hanhai, people, sit_down, settings):
    settings.PARTNER_CENTER = {**settings.PARTNER_CENTER, "tenant": ""}
    desk = sit_down(people["owner"])
    assert "No provider is set up" in text_of(desk.get("/settings/provider/"))
    assert "did not answer as it should" in text_of(desk.post("/settings/provider/test/", follow=True))


# Programs


def ask(path: str, secret: str = "", method: str = "get"):
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    with clock.standing_at(story.at(story.SUSPEND)):
        return getattr(Client(), method)(f"/api/v1/{path}", headers=headers)


@pytest.fixture
def secret(small_book, people) -> str:
    return admit(small_book, "ledger", ["invoices", "runs"], days=90, by=people["owner"], now=story.at("2026-06-01"))[1]


def test_a_secret_is_shown_once_and_kept_as_a_hash(small_book, people, sit_down):
    desk = sit_down(people["owner"], "2026-06-01")
    made = text_of(desk.post("/settings/tokens/", {"name": "ledger", "reads": ["payments"], "days": "60"}))
    secret = next(word for word in made.split() if word.startswith("pp_"))
    token = ApiToken.objects.get()
    assert secret not in text_of(desk.get("/settings/tokens/")) and secret not in str(ApiToken.objects.values().get())
    assert ask("payments/", secret).json()["rows"] == []
    token.refresh_from_db()
    assert token.used_at is not None
    desk.post(f"/settings/tokens/{token.pk}/revoke/")
    assert ask("payments/", secret).status_code == 401


def test_a_token_reads_what_it_says_of_its_own_partner_alone(small_book, bohai, secret):
    story.import_book(bohai, [story.company("Bohai Buyer")])
    story.issue_all(bohai)
    told = ask("invoices/", secret).json()
    assert [row["number"] for row in told["rows"]] == ["HA-2026-00002", "HA-2026-00001"]
    assert {row["customer"]["name"] for row in told["rows"]} == {"Lanhai Trading", "Mingyue Logistics"}
    assert all(row["total"].count(".") == 1 for row in told["rows"]) and told["next"] is None
    assert ask("payments/", secret).status_code == 403
    assert ask("invoices/").status_code == 401 and ask("invoices/", secret + "x").status_code == 401
    assert ask("invoices/", secret, "post").status_code == 405


def test_pages_go_on_where_the_last_one_ended(small_book, secret):
    first = ask("invoices/?limit=1", secret).json()
    second = ask(first["next"].removeprefix("/api/v1/"), secret).json()
    assert [row["number"] for row in (*first["rows"], *second["rows"])] == ["HA-2026-00002", "HA-2026-00001"]
    assert second["next"] is None
    for wrong in ("limit=0", "limit=501", "limit=x", "before=-1", f"before={'9' * 40}", "limit=٣"):
        assert ask(f"invoices/?{wrong}", secret).status_code == 400


def test_a_token_ends_by_itself_and_there_are_not_too_many(small_book, people, secret):
    owner, now = people["owner"], story.at("2026-06-01")
    ApiToken.objects.update(expires_at=story.at(story.SUSPEND))
    assert ask("runs/", secret).status_code == 401
    for days, reads in ((0, ["runs"]), (367, ["runs"]), (1, []), (1, ["everything"])):
        with pytest.raises(NotAdmitted):
            admit(small_book, "x", reads, days=days, by=owner, now=now)
    with pytest.raises(PermissionError):
        admit(small_book, "x", ["runs"], days=1, by=people["billing"], now=now)
    for _one in range(MOST - 1):
        admit(small_book, "x", ["runs"], days=1, by=owner, now=now)
    with pytest.raises(NotAdmitted, match="too_many"):
        admit(small_book, "x", ["runs"], days=1, by=owner, now=now)


def test_the_document_names_every_list_and_every_value(small_book, people):
    now = story.at("2026-06-01")
    story.pay(lanhai(small_book), "5.00", now, settled=False)
    story.run_day(small_book, story.COURTESY)
    _token, secret = admit(small_book, "all", ["invoices", "payments", "runs"], days=90, by=people["owner"], now=now)
    document = ask("openapi.json").json()
    for path, said in document["paths"].items():
        schema = said["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        rows = ask(path.removeprefix("/api/v1/"), secret).json()["rows"]
        assert rows and set(rows[0]) == set(schema["properties"]["rows"]["items"]["properties"]), path
