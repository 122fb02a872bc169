"""Can a newcomer begin with nothing? The first person, the first file, the first invoice, the first colleague."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Membership, Partner, User
from outbox import clock
from partnerportal.pages.beginning import secret
from tests import story
from tests.pages.staff.conftest import text_of

FORM = {
    "company": "Xinhai  Cloud",
    "slug": "xinhai-cloud",
    "currency": "CNY",
    "zone": "Asia/Shanghai",
    "name": "Anna Petrova",
    "email": "Anna@Xinhai.example",
    "password1": "a long walk",
    "password2": "a long walk",
}
EMPTY = (
    *("/customers/", "/invoices/", "/payments/", "/payments/bank/", "/collections/", "/collections/proposals/"),
    *("/provider/", "/provider/bills/", "/provider/findings/", "/disputes/", "/disputes/?view=table", "/credit-notes/"),
    *("/insights/receivables/", "/disputes/escalations/", "/subscriptions/drift/", "/collections/policy/simulations/"),
)


@pytest.fixture
def address(db) -> str:
    return reverse("begin", args=[secret()])


@pytest.fixture
def anna(address) -> Client:
    """Anna, who has begun."""
    client = Client()
    with clock.standing_at(story.at("2026-05-20")):
        assert client.post(address, FORM, follow=True).status_code == 200
    return client


def test_the_address_to_begin_at_opens_once_and_for_nobody_who_guesses(address):
    assert "Nobody can sign in here yet" in text_of(Client().get("/accounts/login/"))
    assert Client().get(reverse("begin", args=["0" * 64])).status_code == 404
    assert Client().get(address).status_code == 200
    client = Client()
    first = client.post(address, FORM, follow=True)
    assert "Nothing to do yet, because nothing is billed yet" in text_of(first)
    place = Membership.objects.select_related("user", "partner").get()
    assert (place.role, place.user.email, place.partner.name) == ("owner", "anna@xinhai.example", "Xinhai Cloud")
    assert place.partner.support_email == "anna@xinhai.example"
    for again in (client.get(address), client.post(address, FORM | {"slug": "other"})):
        assert again.status_code == 404
    assert Partner.objects.count() == User.objects.count() == 1
    assert "Nobody can sign in here yet" not in text_of(Client().get("/accounts/login/"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("slug", "Xinhai Cloud"), ("slug", ""), ("company", " "), ("currency", "XXX"), ("zone", "Mars/Olympus")),
        *(("email", "anna"), ("password1", "short"), ("password2", "another one"), ("name", "")),
    ],
)
def test_what_makes_no_sense_is_said_beside_it_and_nothing_is_kept(address, field, value):
    answer = Client().post(address, FORM | {field: value})
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.content.decode()
    assert not User.objects.exists() and not Partner.objects.exists()


def test_the_steps_are_ticked_by_facts_until_the_first_invoice_is_issued(anna):
    partner = Partner.objects.get()
    with clock.standing_at(story.at("2026-05-20")):
        steps = lambda: text_of(anna.get("/settings/first-steps/"))  # noqa: E731
        assert "0 of 4 done" in steps() and "Write it down" in steps()
        company = {"name": partner.name, "address": "1 Xinhai Road", "language": "en", "zone": partner.zone}
        anna.post("/settings/company/", company)
        anna.post("/settings/account/", {"bank_number": "1109", "sure": "yes"})
        assert "1 of 4 done" in steps() and "Choose a file" in steps()
        story.import_book(partner, [story.company("Lanhai Trading")])
        assert "2 of 4 done" in steps() and "Draft invoices" in steps()
        story.issue_all(partner)
        assert "4 of 4 done" in steps()
        assert "A second person is needed" in steps()
        anna.post("/settings/people/invite/", {"email": "li@xinhai.example", "role": "collections", "language": "en"})
        assert "A second person is needed" not in steps()


def test_a_sample_month_can_be_tried_where_the_provider_is_a_sandbox(anna, sandbox_url, settings, mail_dir):
    settings.PARTNER_CENTER = {**settings.PARTNER_CENTER, "base_url": sandbox_url}
    Partner.objects.update(address="1 Xinhai Road", bank_number="1109")
    with clock.standing_at(story.at("2026-05-20")):
        assert "Try with a sample month" in text_of(anna.get("/worklist/"))
        read = anna.post("/settings/first-steps/sample/", follow=True)
        assert "4 lines" in text_of(read), text_of(read)[300:]
        applied = anna.post(re.sub(r"$", "apply/", read.redirect_chain[-1][0]), follow=True)
        assert "青禾食品" in text_of(applied)


@pytest.mark.parametrize("path", EMPTY)
def test_an_empty_page_says_what_will_be_there(anna, path):
    with clock.standing_at(story.at("2026-05-20")):
        answer = anna.get(path)
    assert answer.status_code == 200
    assert 'class="empty-title"' in answer.content.decode(), text_of(answer)[-400:]
