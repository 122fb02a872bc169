"""Does a suspended customer read why, how much brings it back, who can still sign in, and how long it lasts?"""

from customers import formats
from subscriptions.models import Suspension
from tests import story

from .conftest import heading_of, invoice_of, text_of


def states(page) -> dict[str, str]:
    return {row["subscription"].name: row["state"] for row in page.context["rows"]}


def test_before_a_suspension_each_subscription_says_when_sign_in_would_stop(warned, sign_in):
    page = sign_in(warned.lanhai, "2026-06-25").get("/my/subscriptions/")
    assert states(page) == {"Office 365 E3": "active", "Visio Plan 2": "active"}
    assert text_of(page).count("sign-in stops Wed 1 Jul, 09:00") == 2


def test_a_suspension_says_what_brings_it_back_and_until_when_it_can(suspended, sign_in):
    page = sign_in(suspended.lanhai, "2026-07-08").get("/my/subscriptions/")
    assert heading_of(page) == "Pay ¥1,214.12 and 14 people can sign in again."
    text = text_of(page)
    assert "53 days until the data is deleted" in text
    assert "Your administrators can sign in" in text
    assert f"Invoice {invoice_of(suspended.lanhai).number} was due on Wed 10 Jun." in text
    assert states(page) == {"Office 365 E3": "suspended", "Visio Plan 2": "suspended"}


def test_the_deletion_day_counts_from_the_confirmation_at_the_provider(suspended, sign_in):
    visitor = sign_in(suspended.lanhai, "2026-07-08")
    off = visitor.get("/my/subscriptions/").context["off"][0]
    confirmed = min(row.confirmed_at for row in Suspension.objects.filter(customer=suspended.lanhai))
    day = confirmed.astimezone(suspended.lanhai.tz).date()
    assert off.outlook.deletes_on == day + story.timedelta(days=60)
    assert formats.day(off.outlook.deletes_on, visitor.now.date()) == "Sun 30 Aug"


def test_after_the_payment_it_is_restoring_until_the_provider_says_active(suspended, sign_in):
    visitor = sign_in(suspended.lanhai, "2026-07-02")
    story.pay(suspended.lanhai, story.owed(suspended.lanhai), visitor.now, settled=False)
    assert set(states(visitor.get("/my/subscriptions/")).values()) == {"restoring"}
    invoice = f"/my/invoices/{invoice_of(suspended.lanhai).pk}/"
    assert "Access is being restored." in text_of(visitor.get(invoice))
    story.settle_all(visitor.now)
    page = visitor.get("/my/subscriptions/")
    assert set(states(page).values()) == {"active"}
    assert "Everybody can sign in." in text_of(page)
    assert "Access is being restored." not in text_of(visitor.get(invoice))


def test_what_a_sibling_uses_is_not_shown(suspended, sign_in):
    page = sign_in(suspended.mingyue, "2026-07-02").get("/my/subscriptions/")
    assert states(page) == {"Office 365 E3": "suspended"}
