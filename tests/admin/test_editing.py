"""What may be edited in the admin, what follows from it, and what else do the same forms refuse to touch?"""

from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from billing.models import Hold, PriceRule
from customers.models import Contact, Customer, Membership, Message, User
from customers.roles import Role
from outbox.models import Outcome
from tests import story
from tests.admin.test_ledgers import every_value

ADMIN = "/admin/"


def details(partner, **changed):
    """A partner's form as it stands, with some values changed."""
    names = ("name", "mark", "country", "zone", "language", "payment_terms_days", "address", "bank_account")
    more = ("bank_name", "bank_number", "reply_email", "phone", "link_days", "tax_id", "opens", "closes")
    return {name: getattr(partner, name) for name in (*names, *more)} | changed


def test_only_staff_of_the_installation_reach_the_admin(client, people, admin_person):
    assert client.get(ADMIN)["Location"] == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/accounts/login/?next=%2Fadmin%2F"
    assert "password" not in client.get("/admin/login/", follow=False).content.decode()

    client.force_login(people["owner"])
    for url in (
        "/admin/",
        "/admin/billing/payment/",
        "/admin/billing/payment/record/",
        "/admin/customers/user/1/change/",
    ):
        assert client.get(url, follow=True).status_code == 403

    client.force_login(admin_person)
    assert client.get(ADMIN).status_code == 200


def test_a_partner_s_details_change_and_its_name_in_addresses_and_money_never(hanhai, admin_person, signed_in):
    posted = details(
        hanhai, name="Hanhai Cloud Ltd", slug="other", currency="USD", prefix="XX", created_at="2020-01-01"
    )

    signed_in(admin_person).post(f"/admin/customers/partner/{hanhai.pk}/change/", posted)

    hanhai.refresh_from_db()
    assert (hanhai.name, hanhai.slug, hanhai.currency, hanhai.prefix) == ("Hanhai Cloud Ltd", "hanhai", "CNY", "HA")
    assert hanhai.created_at.year == 2026


def test_another_calendar_lets_every_customer_be_looked_at_again(book, bohai, admin_person, signed_in, at_noon):
    Customer.objects.update(review_due_at=None)

    client, page = signed_in(admin_person), f"/admin/customers/partner/{book.partner.pk}/change/"
    client.post(page, details(book.partner, phone="+86 10 5550 0000"))
    assert not Customer.objects.exclude(review_due_at=None).exists()

    signed_in(admin_person).post(
        f"/admin/customers/partner/{book.partner.pk}/change/",
        details(book.partner, zone="Asia/Hong_Kong", country="HK"),
    )
    assert set(Customer.objects.values_list("review_due_at", flat=True)) == {at_noon}


def test_a_zone_or_language_that_is_none_is_refused(hanhai, admin_person, signed_in):
    for wrong in ({"zone": "Asia/Atlantis"}, {"language": "tlh"}, {"payment_terms_days": "-1"}):
        page = signed_in(admin_person).post(f"/admin/customers/partner/{hanhai.pk}/change/", details(hanhai, **wrong))
        assert page.status_code == 200
        assert page.context["adminform"].form.errors


def test_a_customer_s_zone_and_tags_change_and_nothing_else(book, bohai, admin_person, signed_in, at_noon):
    before = every_value(book.lanhai)
    posted = {
        "language": "zh-hans",
        "zone": "Asia/Hong_Kong",
        "tags": "vip, school",
        "partner": bohai.pk,
        "name": "Stolen",
        "provider_id": "x",
        "domain": "evil.example",
        "balance": "0",
        "contacts-TOTAL_FORMS": "1",
        "contacts-INITIAL_FORMS": "0",
        "contacts-0-email": "evil@evil.example",
    }

    answer = signed_in(admin_person).post(f"/admin/customers/customer/{book.lanhai.pk}/change/", posted)

    assert answer.status_code == 302
    changed = {"language": "zh-hans", "zone": "Asia/Hong_Kong", "tags": ["vip", "school"], "review_due_at": at_noon}
    assert every_value(book.lanhai) == before | changed
    assert Contact.objects.filter(customer=book.lanhai).count() == 1


def test_a_new_address_lets_waiting_letters_leave(drafts, hanhai, admin_person, signed_in, at_noon):
    customer = story.customer_named(hanhai, "Lanhai Trading")
    Contact.objects.filter(customer=customer).delete()
    story.issue_all(hanhai)
    letter = customer.messages.get()
    assert (letter.outcome, letter.to_email) == (Outcome.PARKED, "")
    client = signed_in(admin_person)

    posted = {"customer": customer.pk, "role": "billing", "email": "new@lanhai.example", "name": "", "language": ""}
    first = client.post("/admin/customers/contact/add/", posted)
    second = client.post("/admin/customers/contact/add/", posted)

    assert (first.status_code, second.status_code) == (302, 302)
    contact = Contact.objects.get(customer=customer)
    letter.refresh_from_db()
    assert (letter.outcome, letter.to_email, contact.partner) == (Outcome.WAITING, "new@lanhai.example", hanhai)
    customer.refresh_from_db()
    assert customer.review_due_at == at_noon


def test_changing_an_address_sends_what_came_back_to_the_new_one(book, admin_person, signed_in, at_noon):
    contact = Contact.objects.get(customer=book.lanhai)
    letter = book.lanhai.messages.first()
    Message.objects.filter(pk=letter.pk).update(outcome=Outcome.PARKED, settled_at=None, delivered_at=None)
    posted = {
        "email": "other@lanhai.example",
        "name": "Li",
        "language": "ru",
        "role": "owner",
        "customer": book.qinghe.pk,
    }

    signed_in(admin_person).post(f"/admin/customers/contact/{contact.pk}/change/", posted)

    contact.refresh_from_db()
    letter.refresh_from_db()
    assert (contact.customer, contact.role, contact.email) == (book.lanhai, "billing", "other@lanhai.example")
    assert (letter.outcome, letter.to_email, letter.language) == (Outcome.WAITING, "other@lanhai.example", "ru")


def test_a_hold_is_recorded_with_its_person_and_calls_for_a_review(book, bohai, admin_person, signed_in, at_noon):
    Customer.objects.update(review_due_at=None)
    posted = {
        "customer": book.lanhai.pk,
        "kind": "hold",
        "from_on": "2026-07-01",
        "reason": "They pay on Friday",
        "recorded_by": book.people["owner"].pk,
        "recorded_at": "2020-01-01",
        "partner": bohai.pk,
    }

    signed_in(admin_person).post("/admin/billing/hold/add/", posted)

    hold = Hold.objects.get()
    assert (hold.recorded_by, hold.recorded_at, hold.partner) == (admin_person, at_noon, book.partner)
    assert Customer.objects.get(pk=book.lanhai.pk).review_due_at == at_noon

    page = f"/admin/billing/hold/{hold.pk}/change/"
    Customer.objects.update(review_due_at=None)
    signed_in(admin_person).post(
        page, {"until_on": "2026-07-03", "reason": "Paid on Friday", "kind": "exemption", "customer": book.qinghe.pk}
    )
    hold.refresh_from_db()
    assert (hold.until_on, hold.reason) == (date(2026, 7, 3), "They pay on Friday"), "only its end may be changed"
    assert (hold.kind, hold.customer) == ("hold", book.lanhai)
    assert Customer.objects.get(pk=book.lanhai.pk).review_due_at == at_noon


@pytest.mark.parametrize("wrong", ["invoice", "subscription", "until_on", "both"])
def test_a_hold_on_what_belongs_to_somebody_else_is_refused(book, admin_person, signed_in, at_noon, wrong):
    other, own = book.qinghe, book.lanhai
    values = {
        "invoice": {"invoice": other.invoices.get().pk},
        "subscription": {"subscription": other.subscriptions.get().pk},
        "until_on": {"until_on": "2026-06-30"},
        "both": {"invoice": own.invoices.get().pk, "subscription": own.subscriptions.first().pk},
    }[wrong]
    posted = {"customer": own.pk, "kind": "hold", "from_on": "2026-07-01", "reason": "x", **values}

    page = signed_in(admin_person).post("/admin/billing/hold/add/", posted)

    assert page.status_code == 200
    assert page.context["adminform"].form.errors
    assert not Hold.objects.exists()


def test_a_person_is_made_with_a_password_that_is_checked_and_a_lower_case_address(hanhai, admin_person, signed_in):
    client = signed_in(admin_person)
    person = {"email": "New.Person@Hanhai.example", "name": "New Person", "language": "en", "usable_password": "true"}
    places = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}

    weak = client.post("/admin/customers/user/add/", {**person, **places, "password1": "short", "password2": "short"})
    assert weak.context["adminform"].form.errors
    strong = {"password1": story.PASSWORD, "password2": story.PASSWORD}
    made = client.post(
        "/admin/customers/user/add/", {**person, **places, **strong, "is_superuser": "on", "is_staff": "on"}
    )

    assert made.status_code == 302
    user = User.objects.get(email="new.person@hanhai.example")
    assert user.check_password(story.PASSWORD)
    assert (user.is_staff, user.is_superuser, user.memberships.count()) == (False, False, 0)
    twice = client.post(
        "/admin/customers/user/add/", {**person, **places, **strong, "email": "NEW.person@hanhai.example"}
    )
    assert "email" in twice.context["adminform"].form.errors


def test_a_lesser_admin_gains_no_power(looker, admin_person, signed_in):
    looker.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user", "add_user"]))
    client = signed_in(User.objects.get(pk=looker.pk))
    other = User.objects.create_user("other@portal.example", story.PASSWORD, name="Other")
    everything = {"email": other.email, "name": "Renamed", "language": "en", "is_active": "on", "is_staff": "on"}
    posted = {**everything, "is_superuser": "on", "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}

    client.post(f"/admin/customers/user/{other.pk}/change/", posted)
    other.refresh_from_db()
    assert (other.name, other.is_staff, other.is_superuser) == ("Renamed", False, False)

    new = {"password1": "another good one", "password2": "another good one", "usable_password": "true"}
    assert client.post(f"/admin/customers/user/{admin_person.pk}/password/", new).status_code == 403
    assert client.post(f"/admin/customers/user/{looker.pk}/change/", posted).status_code == 403
    looker.refresh_from_db()
    assert not looker.is_superuser


def test_making_a_person_inactive_ends_the_session(hanhai, people, admin_person, signed_in):
    theirs, person = Client(), people["viewer"]
    theirs.force_login(person)
    assert theirs.get("/worklist/").status_code == 200
    posted = {"email": person.email, "name": person.name, "language": "en"}
    places = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}

    signed_in(admin_person).post(f"/admin/customers/user/{person.pk}/change/", {**posted, **places})

    assert theirs.get("/worklist/").status_code == 302


def test_a_membership_fits_its_partner_and_only_its_role_changes(book, bohai, people, admin_person, signed_in):
    client = signed_in(admin_person)
    user = User.objects.create_user("third@hanhai.example", story.PASSWORD, name="Third")
    wrong = {"user": user.pk, "partner": bohai.pk, "customer": book.lanhai.pk, "role": Role.CUSTOMER_BILLING}
    misfit = {"user": user.pk, "partner": book.partner.pk, "customer": book.lanhai.pk, "role": Role.OWNER}
    for posted in (wrong, misfit):
        page = client.post("/admin/customers/membership/add/", posted)
        assert page.status_code == 200
        assert page.context["adminform"].form.errors
    client.post("/admin/customers/membership/add/", {"user": user.pk, "partner": book.partner.pk, "role": Role.SALES})
    place = Membership.objects.get(user=user)

    posted = {"role": Role.VIEWER, "user": people["owner"].pk, "partner": bohai.pk}
    client.post(f"/admin/customers/membership/{place.pk}/change/", posted)

    place.refresh_from_db()
    assert (place.role, place.user, place.partner) == (Role.VIEWER, user, book.partner)
    client.post(f"/admin/customers/membership/{place.pk}/delete/", {"post": "yes"})
    assert not Membership.objects.filter(user=user).exists()


def test_a_price_rule_is_added_once_a_day_and_stays_its_partner_s(hanhai, bohai, admin_person, signed_in):
    client = signed_in(admin_person)
    posted = {"partner": hanhai.pk, "markup_percent": "12.5", "effective_from": "2026-08-01"}

    client.post("/admin/billing/pricerule/add/", posted)
    again = client.post("/admin/billing/pricerule/add/", posted)

    assert again.status_code == 200
    rule = PriceRule.objects.get(partner=hanhai, effective_from="2026-08-01")
    client.post(
        f"/admin/billing/pricerule/{rule.pk}/change/",
        {"partner": bohai.pk, "markup_percent": "13", "effective_from": "2026-08-01"},
    )
    rule.refresh_from_db()
    assert (rule.partner, int(rule.markup_percent)) == (hanhai, 13)


def test_a_form_with_a_key_that_is_none_comes_back_with_its_faults(book, admin_person, signed_in):
    client = signed_in(admin_person)
    forms = {
        "billing/hold/add/": {"customer": "abc", "invoice": "-1", "subscription": "9" * 40},
        "customers/contact/add/": {"customer": "1 OR 1=1"},
        "customers/membership/add/": {"user": "abc", "partner": "\x00", "customer": "½"},
        "billing/pricerule/add/": {"partner": "abc"},
    }
    for page, posted in forms.items():
        answer = client.post(ADMIN + page, posted)
        assert answer.status_code == 200
        assert set(posted) <= set(answer.context["adminform"].form.errors)
