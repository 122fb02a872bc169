"""Do customers see who is written to and whether it arrives, and may only their billing people change it?"""

from __future__ import annotations

import pytest
from django.utils import translation

from customers.choosing import CAN_BE_OFF, CAN_GO_ELSEWHERE, FIXED
from customers.models import ContactPreference, ContactRole, Letter, MailLink, Message, TimelineEntry
from customers.wording import sentence
from customers.writing import promise_letter
from tests import story
from tests.pages.my.conftest import text_of

DAY = "2026-05-22"
NEW = {"role": "billing", "name": "Wang Fang", "email": "wang@lanhai.example", "language": "ru"}


def billing(customer):
    return customer.contacts.get(role="billing")


def test_the_page_says_who_gets_letters_and_that_they_arrive(book, sign_in):
    text = text_of(sign_in(book.lanhai, DAY).get("/my/contacts/"))
    assert billing(book.lanhai).email in text
    assert "The last letter arrived on" in text
    assert book.lanhai.invoices.get().number in text
    assert billing(book.mingyue).email not in text


def test_a_letter_that_came_back_is_said(book, sign_in):
    Message.objects.filter(customer=book.lanhai).update(bounced_at=story.at(DAY), outcome="parked", settled_at=None)
    text = text_of(sign_in(book.lanhai, DAY).get("/my/contacts/"))
    assert "Our last letter came back on" in text


def test_billing_people_change_an_address_and_what_waited_leaves(book, sign_in):
    Message.objects.filter(customer=book.lanhai).update(bounced_at=story.at(DAY), outcome="parked", settled_at=None)
    visitor = sign_in(book.lanhai, DAY)
    answer = visitor.post("/my/contacts/edit/", NEW, follow=True)
    assert "Letters go to wang@lanhai.example" in text_of(answer)
    assert (billing(book.lanhai).email, billing(book.lanhai).language) == ("wang@lanhai.example", "ru")
    assert Message.objects.get(customer=book.lanhai).to_email == "wang@lanhai.example"
    assert TimelineEntry.objects.filter(customer=book.lanhai, code="contact_chosen", shared=True).count() == 1
    assert MailLink.objects.get(customer=book.lanhai).revoked_why == "contact"


def test_the_role_of_a_changed_contact_is_said_in_the_readers_language(book, sign_in):
    sign_in(book.lanhai, DAY).post("/my/contacts/edit/", NEW)
    entry = TimelineEntry.objects.get(customer=book.lanhai, code="contact_chosen")
    with translation.override("ru"):
        told = sentence(entry, today=DAY, zone=book.lanhai.zone)
    assert str(ContactRole.BILLING.label) == "billing"
    assert "billing contact" not in told and " billing " not in told


@pytest.mark.parametrize("email", ["", "no address", "a@b\r\nBcc: c@d.example", "x" * 300 + "@b.example"])
def test_a_bad_address_is_refused_and_kept_in_the_form(book, sign_in, email):
    before = billing(book.lanhai).email
    answer = sign_in(book.lanhai, DAY).post("/my/contacts/edit/", {**NEW, "email": email})
    assert answer.status_code == 422
    assert "Wang Fang" in answer.content.decode()
    assert billing(book.lanhai).email == before


def test_the_billing_contact_can_not_be_removed_another_can(book, sign_in):
    visitor = sign_in(book.lanhai, DAY)
    visitor.post("/my/contacts/edit/", {**NEW, "role": "owner"})
    assert book.lanhai.contacts.count() == 2
    visitor.post("/my/contacts/remove/", {"role": "billing"})
    visitor.post("/my/contacts/remove/", {"role": "owner"})
    visitor.post("/my/contacts/remove/", {"role": "owner"})
    assert [one.role for one in book.lanhai.contacts.all()] == ["billing"]


def test_a_viewer_sees_all_of_it_and_changes_nothing(book, sign_in):
    visitor = sign_in(book.lanhai, DAY, "customer_viewer")
    for path in ("/my/contacts/", "/my/notifications/"):
        page = visitor.get(path).content.decode()
        assert "<select" not in page
        assert 'action="/my/contacts' not in page
    assert visitor.get("/my/contacts/edit/").status_code == 403
    for path in ("contacts/edit", "contacts/remove", "contacts/links/revoke", "notifications/set"):
        assert visitor.post(f"/my/{path}/", NEW).status_code == 403
    assert MailLink.objects.filter(customer=book.lanhai, revoked_at=None).count() == 1


def test_a_customer_revokes_its_own_links_alone(book, sign_in):
    mine, theirs = (MailLink.objects.get(customer=one) for one in (book.lanhai, book.mingyue))
    visitor = sign_in(book.lanhai, DAY)
    for pk in (theirs.pk, "x", "9" * 30):
        visitor.post("/my/contacts/links/revoke/", {"link": pk})
    assert MailLink.objects.filter(revoked_at=None).count() == 3
    visitor.post("/my/contacts/links/revoke/", {"link": mine.pk})
    mine.refresh_from_db()
    assert (mine.revoked_why, mine.revoked_by) == ("customer", visitor.user)
    assert "None is open" in text_of(visitor.get("/my/contacts/"))


def test_each_letter_says_whether_it_can_be_switched_off_or_why_not(book, sign_in):
    page = sign_in(book.lanhai, DAY).get("/my/notifications/").content.decode()
    assert page.count('value="off"') == len(CAN_BE_OFF)
    assert page.count("Can’t be switched off.") == len(CAN_GO_ELSEWHERE) - len(CAN_BE_OFF)
    assert "Letters that always come" in page
    assert set(CAN_GO_ELSEWHERE) | set(FIXED) | {Letter.LINK, Letter.CASE_LATE} == set(Letter)


def received(customer, key: str) -> Message:
    values = {"amount": "1.00", "currency": "CNY", "received_on": "2026-05-22", "invoices": [], "link": "/my/invoices/"}
    return promise_letter(customer, Letter.RECEIVED, key=key, now=story.at(DAY), about="", values=values)


def test_a_letter_goes_where_it_was_sent_or_nowhere(book, sign_in):
    visitor = sign_in(book.lanhai, DAY)
    visitor.post("/my/contacts/edit/", {**NEW, "role": "owner"})
    assert visitor.post("/my/notifications/set/", {"received": "owner"}).status_code == 302
    assert received(book.lanhai, "a").to_email == "wang@lanhai.example"
    assert received(book.lanhai, "a").language == "ru"
    visitor.post("/my/notifications/set/", {"received": "off"})
    off = received(book.lanhai, "b")
    assert (off.outcome, off.bounced_at) == ("moot", None)
    assert received(book.mingyue, "c").outcome == "waiting"
    visitor.post("/my/notifications/set/", {"received": "billing"})
    assert received(book.lanhai, "d").to_email == billing(book.lanhai).email
    assert TimelineEntry.objects.filter(customer=book.lanhai, code="letters_chosen").count() == 3


@pytest.mark.parametrize("choice", [{"invoice": "off"}, {"received": "technical"}, {"received": "x"}, {"answer": ""}])
def test_a_choice_that_can_not_be_keeps_nothing(book, sign_in, choice):
    answer = sign_in(book.lanhai, DAY).post("/my/notifications/set/", {"statement": "off", **choice})
    assert answer.status_code == 422
    assert "Nothing was saved" in text_of(answer)
    assert not ContactPreference.objects.exists()


def test_what_always_comes_is_not_chosen_by_asking(book, sign_in):
    visitor = sign_in(book.lanhai, DAY)
    visitor.post("/my/notifications/set/", {"notice": "off", "policy": "owner", "case_late": "owner"})
    assert not ContactPreference.objects.exists()
