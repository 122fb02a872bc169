"""Does the history read as sentences, is it searched and taken along, and who sees what of it?"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.models import Hold, PriceRule
from customers.models import Change, Contact
from tests import story
from tests.money.conftest import a_customer

URL = "/settings/history/"


@pytest.fixture
def lanhai(hanhai, people):
    """One customer of Hanhai."""
    return a_customer(hanhai, "Lanhai Trading")


@pytest.fixture
def as_role(client, people):
    """A browser in which somebody of this role has signed in."""

    def sign_in(role):
        client.force_login(people[role], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def page(client, **query) -> str:
    answer = client.get(URL, query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_limit_that_somebody_set_reads_as_a_sentence_with_its_reason(as_role, lanhai):
    client = as_role("billing")
    limit = reverse("customer_limit", args=[lanhai.pk])
    client.post(limit, {"limit": "50000"})
    client.post(limit, {"limit": "80000", "why": "They pay <early>"})

    said = page(client)
    assert "Billing changed the credit limit of Lanhai Trading from ¥50,000.00 to ¥80,000.00" in said
    assert "Because: They pay &lt;early&gt;" in said
    assert "Billing set the credit limit of Lanhai Trading to ¥50,000.00" in said
    assert "a page" in said and "customer_limit " in said


def test_settings_of_the_book_read_column_by_column(as_role, hanhai):
    hanhai.answer_days, hanhai.support_phone = 5, "+86 10 5555"
    hanhai.save()
    said = page(as_role("owner"), subject="settings")

    assert "changed the settings of the book" in said
    assert "days until an answer: from 3 to 5" in said
    assert "support phone: +86 10 5555" in said


def test_a_lifted_hold_is_marked_as_lifted_by_whom_the_row_says(as_role, lanhai, people):
    days = {"from_on": story.IMPORTED, "until_on": story.ISSUED, "recorded_at": story.at(story.IMPORTED)}
    hold = Hold.objects.create(partner=lanhai.partner, customer=lanhai, kind="hold", reason="They move", **days)
    Hold.objects.filter(pk=hold.pk).update(lifted_at=story.at(story.ISSUED), lifted_by=people["collections"])
    said = page(as_role("viewer"), subject="collections")

    assert "Collections marked the hold of Lanhai Trading as lifted" in said
    assert "added the hold of Lanhai Trading" in said and "Because: They move" in said


def test_it_is_searched_by_who_what_and_when(as_role, lanhai, hanhai):
    client = as_role("owner")
    client.post(reverse("customer_limit", args=[lanhai.pk]), {"limit": "1", "why": "a merger"})

    assert "a merger" in page(client, q="merger") and "a merger" in page(client, q="Owner")
    assert "a merger" in page(client, customer=lanhai.pk)
    assert "a merger" not in page(client, subject="people")
    assert "No change matches" in page(client, q="nobody at all")
    assert "No change matches" in page(client, until="2001-01-01")
    assert "a merger" in page(client, since="2001-01-01")
    for odd in ("tomorrow", "20260101", "9999-99-99", "0001-01-01", "٣"):
        assert "a merger" in page(client, since=odd, until=odd, customer=f"x{odd}", subject=odd)


def test_whoever_sets_no_prices_reads_none(as_role, hanhai):
    PriceRule.objects.filter(partner=hanhai).update(markup_percent="17.5")

    assert "markup, per cent" in page(as_role("billing"))
    assert "markup" not in page(as_role("sales"))


def test_nothing_of_another_partners_history(as_role, bohai):
    theirs = a_customer(bohai, "Donghai Steel")
    Contact.objects.filter(customer=theirs).update(name="Secret Person")

    said = page(as_role("owner")) + page(as_role("owner"), q="Donghai") + page(as_role("owner"), customer=theirs.pk)
    assert "Secret Person" not in said and "Donghai Steel" not in said


def test_it_is_taken_along_safe_for_a_spreadsheet(as_role, lanhai):
    client = as_role("billing")
    client.post(reverse("customer_limit", args=[lanhai.pk]), {"limit": "1", "why": '=HYPERLINK("http://x","y")'})
    answer = client.get(URL, {"export": "csv"})
    text = b"".join(answer.streaming_content).decode()

    assert "Billing set the credit limit of Lanhai Trading to ¥1.00" in text
    assert "\"'=HYPERLINK(" in text
    assert client.get(URL, {"export": "xlsx"}).status_code == 200


def test_it_turns_its_pages_with_as_many_queries_for_many_rows_as_for_few(as_role, lanhai):
    client = as_role("owner")
    page(client)
    with CaptureQueriesContext(connection) as few:
        page(client)
    for number in range(60):
        Contact.objects.filter(customer=lanhai).update(name=f"Name {number}")
    with CaptureQueriesContext(connection) as many:
        first = client.get(URL)
    assert len(many) <= len(few) <= 12
    assert len(first.context["lines"]) == 50
    second = client.get(URL, {"page": first.context["page"].next_page_number()})
    shown = [one.change.pk for answer in (first, second) for one in answer.context["lines"]]
    assert (
        shown == list(Change.objects.filter(partner=lanhai.partner).order_by("-pk").values_list("pk", flat=True))[:100]
    )
