"""A customer pays online: the money is booked once, access is back in the same commit, whatever the callback does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener, urlopen

import pytest
from django.test import Client

from billing.checking_out import begin, send_on
from billing.checks import payments_online_are_real
from billing.models import Checkout, Payment, TillEvent
from billing.referring import restoring_reference
from billing.refusing import NotPossible
from billing.till.protocol import TillUnavailable
from billing.till.sandbox import TillSandbox
from billing.till.signing import HEADER, is_genuine, signed
from outbox import clock
from outbox.keeping import keep_all
from outbox.models import Outcome
from partnerportal.verifying.asking import Scope
from partnerportal.verifying.bank import CHECKS
from subscriptions.models import AccessChange, Subscription
from tests import story
from tests.pages.my.conftest import Visitor, sign_in  # noqa: F401

NOW = story.at("2026-07-03")
SECRET = "a secret of the till"


@pytest.fixture
def till(tmp_path, settings) -> Iterator[TillSandbox]:
    """A payment provider on a port of its own."""
    server = TillSandbox(("127.0.0.1", 0), tmp_path, SECRET)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.ONLINE_PAYMENT_URL, settings.ONLINE_PAYMENT_SECRET = server.address, SECRET
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def mingyue(book):
    """Owes one invoice and is suspended for it."""
    book.chase()
    return book.mingyue


@pytest.fixture
def begun(till, mingyue) -> Checkout:
    """The whole of it is about to be paid."""
    invoice = mingyue.invoices.get()
    person = story.customer_person(mingyue, "pays@mingyue.example")
    amount, reference = story.owed(mingyue), restoring_reference(invoice)
    return send_on(begin(invoice, amount=amount, reference=reference, by=person, now=NOW))


def press(till: TillSandbox, checkout: Checkout, way: str) -> None:
    """What a person does on the payment provider's page; nothing of ours hears the callback here."""
    till.end(till.book.rows[checkout.till_id], way)


def ring(checkout: Checkout, *, event: str = "ev_1", secret: str = SECRET, at: datetime | None = None, **more):
    body = json.dumps({"id": event, "checkout": checkout.till_id, "state": "paid", **more}).encode()
    header = signed(body, secret, at=at or datetime.now(UTC))
    with clock.standing_at(NOW):
        return Client().post("/hooks/till/", body, content_type="application/json", headers={HEADER: header})


def states(customer) -> set[str]:
    return set(customer.subscriptions.values_list("status", flat=True))


def test_paid_online_the_debt_is_settled_and_access_returns(till, mingyue, begun):
    press(till, begun, "pay-silently")
    answer = ring(begun)

    assert answer.status_code == 204
    payment = Payment.objects.get(source="online")
    assert (payment.external_id, story.owed(mingyue)) == (begun.till_id, Decimal(0))
    change = AccessChange.objects.get(customer=mingyue, wanted="active")
    assert change.queued_at == payment.booked_at, "promised in the transaction that booked the money"
    story.settle_all(NOW)
    assert states(mingyue) == {Subscription.Status.ACTIVE}


def test_a_callback_that_comes_twice_or_late_books_once(till, mingyue, begun):
    press(till, begun, "pay-silently")

    assert [ring(begun).status_code, ring(begun).status_code, ring(begun, event="ev_2").status_code] == [204] * 3
    assert Payment.objects.filter(source="online").count() == 1
    assert TillEvent.objects.count() == 2


def test_the_same_event_with_other_bytes_is_refused(till, mingyue, begun):
    press(till, begun, "pay-silently")
    ring(begun)

    assert ring(begun, amount="9999").status_code == 409
    assert Payment.objects.filter(source="online").count() == 1


def test_a_lost_callback_is_caught_by_asking(till, mingyue, begun):
    press(till, begun, "pay-silently")
    story.settle_all(NOW + timedelta(minutes=2))

    assert story.owed(mingyue) == 0 and states(mingyue) == {Subscription.Status.ACTIVE}
    begun.refresh_from_db()
    assert begun.outcome == Outcome.DONE


@pytest.mark.parametrize("wrong", ["forged", "stale", "unsigned", "unknown"])
def test_a_callback_that_is_not_theirs_is_as_absent_as_a_page_that_is_not_there(till, mingyue, begun, wrong):
    press(till, begun, "pay-silently")
    if wrong == "forged":
        answer = ring(begun, secret="another secret")
    elif wrong == "stale":
        answer = ring(begun, at=datetime.now(UTC) - timedelta(minutes=6))
    elif wrong == "unsigned":
        answer = Client().post("/hooks/till/", b"{}", content_type="application/json")
    else:
        answer = ring(Checkout(till_id="co_nobody"))

    assert answer.status_code == 404
    assert not Payment.objects.filter(source="online").exists() and not TillEvent.objects.exists()


def test_what_the_callback_says_is_never_believed(till, mingyue, begun):
    assert ring(begun, state="paid", amount="731.40").status_code == 204
    assert not Payment.objects.filter(source="online").exists(), "the payment provider says it is still open"


def test_declined_nothing_is_booked_and_the_customer_is_told(till, mingyue, begun, sign_in):  # noqa: F811
    press(till, begun, "decline")
    visitor = sign_in(mingyue, NOW.date())

    answer = visitor.get(f"/my/online/{begun.pk}/", follow=True)

    assert "The payment was declined. Nothing was charged." in answer.content.decode()
    assert not Payment.objects.filter(source="online").exists()
    begun.refresh_from_db()
    assert begun.declined_why == "declined by the bank"


def test_nothing_is_paid_in_time_and_the_promise_to_look_ends(till, mingyue, begun):
    till.book.rows[begun.till_id]["expires_at"] = "2020-01-01T00:00:00+00:00"
    story.settle_all(NOW + timedelta(minutes=2))

    begun.refresh_from_db()
    assert (begun.outcome, begun.reason) == (Outcome.MOOT, "not paid in time")


def test_in_the_browsers_way_from_the_invoice_and_back(till, mingyue, sign_in):  # noqa: F811
    invoice, visitor = mingyue.invoices.get(), sign_in(mingyue, NOW.date())
    page = visitor.get(f"/my/invoices/{invoice.pk}/").content.decode()
    owed = f"{story.owed(mingyue):.2f}"
    assert f'action="/my/invoices/{invoice.pk}/pay/"' in page

    away = visitor.post(f"/my/invoices/{invoice.pk}/pay/", {"amount": owed, "access": "1"})
    assert away.status_code == 302 and away["Location"].startswith(till.address)
    assert f"{owed} CNY" in urlopen(away["Location"]).read().decode()
    press(till, Checkout.objects.get(), "pay-silently")
    back = visitor.get(f"/my/online/{Checkout.objects.get().pk}/", follow=True)

    assert "received. Thank you" in back.content.decode()
    assert story.owed(mingyue) == 0


class StayHere(HTTPRedirectHandler):
    """Looks at where a page leads instead of going there."""

    def http_error_303(self, req, fp, code, msg, headers):
        return fp


def test_the_button_on_the_providers_page_leads_back(till, mingyue, begun):
    request = Request(begun.url, urlencode({"way": "pay-silently"}).encode(), method="POST")
    answer = build_opener(StayHere()).open(request)
    assert (answer.status, answer.headers["Location"]) == (303, f"http://localhost:8000/my/online/{begun.pk}/")


def test_two_clicks_are_one_checkout(till, mingyue):
    invoice, person = mingyue.invoices.get(), story.customer_person(mingyue, "pays@mingyue.example")
    told = {"amount": Decimal("10.00"), "reference": invoice.reference, "by": person, "now": NOW}

    first, second = send_on(begin(invoice, **told)), send_on(begin(invoice, **told))

    assert first == second and len(till.book.rows) == 1


def test_one_that_is_paid_is_not_gone_on_with(till, mingyue):
    invoice, person = mingyue.invoices.get(), story.customer_person(mingyue, "pays@mingyue.example")
    told = {"amount": Decimal("10.00"), "reference": invoice.reference, "by": person, "now": NOW}
    first = send_on(begin(invoice, **told))
    press(till, first, "pay-silently")
    ring(first)

    second = send_on(begin(invoice, **told))
    assert second != first and second.url != first.url, "the first page takes no money any more"


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "999999"])
def test_an_odd_amount_is_refused_before_anybody_is_asked(till, mingyue, amount):
    invoice, person = mingyue.invoices.get(), story.customer_person(mingyue, "pays@mingyue.example")
    with pytest.raises(NotPossible):
        begin(invoice, amount=Decimal(amount), reference="x", by=person, now=NOW)
    assert not till.book.rows


@pytest.mark.parametrize("words", ["1e3x", "1e1", "1_0", "１０", "-1", "\x00", "9" * 5000, "", "NaN", "Infinity"])
def test_what_is_no_amount_says_so_and_charges_nothing(till, mingyue, sign_in, words):  # noqa: F811
    visitor, invoice = sign_in(mingyue, NOW.date()), mingyue.invoices.get()

    answer = visitor.post(f"/my/invoices/{invoice.pk}/pay/", {"amount": words}, follow=True)

    assert "That is not an amount. Nothing was charged." in answer.content.decode()
    assert not Checkout.objects.exists()


def test_an_answer_that_was_lost_is_found_again_under_its_key(till, mingyue, settings):
    invoice, person = mingyue.invoices.get(), story.customer_person(mingyue, "pays@mingyue.example")
    checkout = begin(invoice, amount=Decimal("10.00"), reference="x", by=person, now=NOW)
    address, settings.ONLINE_PAYMENT_URL = settings.ONLINE_PAYMENT_URL, "http://127.0.0.1:9"
    with pytest.raises(TillUnavailable):
        send_on(checkout)

    settings.ONLINE_PAYMENT_URL = address
    with clock.standing_at(NOW + timedelta(minutes=2)):
        keep_all()
    checkout.refresh_from_db()
    assert checkout.till_id in till.book.rows


def test_without_a_payment_provider_nobody_is_offered_to_pay_online(mingyue, sign_in, settings):  # noqa: F811
    settings.ONLINE_PAYMENT_URL = ""
    visitor, invoice = sign_in(mingyue, NOW.date()), mingyue.invoices.get()
    assert "/pay/" not in visitor.get(f"/my/invoices/{invoice.pk}/").content.decode()
    visitor.post(f"/my/invoices/{invoice.pk}/pay/", {"amount": "1.00"})
    assert not Checkout.objects.exists()


def test_the_verifier_finds_money_that_came_online_without_a_checkout(till, mingyue, begun):
    press(till, begun, "pay-silently")
    ring(begun)
    (question,) = (one for one in CHECKS if "online" in one.wrong)
    scope = Scope([mingyue.partner_id], None, clock.machine())
    sound = question.look(scope)
    Checkout.objects.filter(pk=begun.pk).update(payment=None)
    broken = question.look(scope)

    assert (sound.checked, sound.violations, len(broken.violations)) == (1, [], 1)


def test_only_a_fresh_header_of_our_secret_is_genuine():
    at = datetime(2026, 7, 3, tzinfo=UTC)
    header = signed(b"body", SECRET, at=at)

    assert is_genuine(header, b"body", SECRET, now=at + timedelta(minutes=5))
    assert not is_genuine(header, b"body!", SECRET, now=at)
    assert not is_genuine(header, b"body", SECRET, now=at + timedelta(minutes=5, seconds=1))
    assert not is_genuine(header.replace("t=", "t=1"), b"body", SECRET, now=at)
    assert not is_genuine("", b"body", "", now=at)
    assert not is_genuine("t=²,v1=" + "0" * 64, b"body", SECRET, now=at)


@pytest.mark.parametrize(
    ("address", "secret", "fault"),
    [
        ("", "", []),
        ("https://till.example", "s", []),
        ("https://till.example", "", ["billing.E001"]),
        ("http://till.example", "s", ["billing.E002"]),
        ("http://127.0.0.1:9", "s", ["billing.E002"]),
    ],
)
def test_production_refuses_the_stand_in_and_half_a_configuration(settings, address, secret, fault):
    settings.PRODUCTION, settings.ONLINE_PAYMENT_URL, settings.ONLINE_PAYMENT_SECRET = True, address, secret

    assert [one.id for one in payments_online_are_real()] == fault
