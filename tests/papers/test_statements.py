"""Does a statement add up, whatever happened? Opening and movements come to what is owed, in each currency."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import F, Q
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.allocating import allocate
from billing.figures import figures, waiting_money
from billing.invoicing import issue
from billing.mailing_statements import mail_statements
from billing.models import CreditNote, Invoice, Payment, Refund
from billing.money import ZERO
from billing.stating import balances, currencies, state
from customers.locking import lock_customer
from customers.models import Document, Message, acting_for
from outbox import clock
from tests import story
from tests.money.conftest import draft

from .conftest import a_customer, pdf_text, squeezed

START = date(2026, 3, 1)
STEP = st.tuples(
    st.sampled_from(["bill", "pay", "credit", "refund", "void"]),
    st.integers(min_value=0, max_value=9),
    st.decimals(min_value="0.01", max_value="9999.99", places=2),
    st.sampled_from(["CNY", "USD"]),
)


def live(customer, people, steps) -> date:
    """A history: each step some days after the one before."""
    day = START
    for number, (what, later, amount, currency) in enumerate(steps):
        day += timedelta(days=later)
        now = story.at(day)
        with acting_for(customer.partner):
            one = lock_customer(customer.pk)
            if what == "pay":
                paid = Payment.objects.create(
                    partner=one.partner, customer=one, amount=amount, currency=currency, reference=f"p{number}",
                    received_on=day, booked_at=now, external_id=f"p{customer.pk}-{number}",
                )  # fmt: skip
                allocate(paid, now=now)
            elif what == "credit":
                note = CreditNote.objects.create(
                    partner=one.partner, customer=one, number=f"C{customer.pk}-{number}", why="goodwill",
                    currency=currency, total=amount, issued_on=day, issued_at=now,
                )  # fmt: skip
                allocate(note, now=now)
            elif what == "refund":
                left = Payment.objects.filter(customer=one).with_left().filter(left__gt=0).first()
                if left:
                    Refund.objects.create(
                        partner=one.partner, customer=one, payment=left, amount=left.left, currency=left.currency,
                        refunded_on=day, reference=f"r{number}", reason="x", at=now, by=people["owner"],
                    )  # fmt: skip
            elif what == "void":
                found = Invoice.objects.filter(customer=one, status="issued", balance=F("total")).first()
                if found:
                    Invoice.objects.filter(pk=found.pk).update(status="void", balance=0, voided_at=now, void_reason="x")
        if what == "bill":
            bill(customer, amount, currency, day)
    return day


def bill(customer, amount, currency, day) -> Invoice:
    made = draft(customer, [amount])
    Invoice.objects.filter(pk=made.pk).update(currency=currency)
    return issue(made.pk, on=day, now=story.at(day))


@pytest.mark.django_db
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=st.lists(STEP, min_size=1, max_size=10), cut=st.integers(min_value=0, max_value=60))
def test_opening_and_movements_come_to_what_is_owed(hanhai, people, steps, cut):
    customer = a_customer(hanhai)
    end = live(customer, people, steps)
    for currency in currencies(customer):
        whole = state(customer, currency, first=START, last=end, today=end)
        scope = Q(customer=customer)
        it = figures(scope, today=end).get(currency)
        waiting = waiting_money(scope).get(currency, ZERO)
        assert whole.opening == ZERO
        assert whole.closing == whole.opening + sum(one.amount for one in whole.movements)
        assert whole.closing == (it.outstanding if it else ZERO) - waiting == whole.owed
        assert sum(whole.aged) == whole.open
        middle = START + timedelta(days=cut)
        one = state(customer, currency, first=START, last=middle, today=end)
        two = state(customer, currency, first=middle + timedelta(days=1), last=end + timedelta(days=90), today=end)
        assert two.opening == one.closing == balances(customer, before=middle + timedelta(days=1)).get(currency, ZERO)
        assert two.closing == whole.closing


@pytest.fixture
def moved(named):
    customer = a_customer(named, '=HYPERLINK("http://x")')
    bill(customer, Decimal("1000.00"), "CNY", date(2026, 5, 5))
    bill(customer, Decimal("70.00"), "USD", date(2026, 5, 6))
    with acting_for(named):
        paid = Payment.objects.create(
            partner=named, customer=customer, amount="250.00", currency="CNY", reference="=1+1",
            received_on=date(2026, 5, 20), booked_at=story.at("2026-05-21"), external_id="x",
        )  # fmt: skip
        allocate(paid, now=story.at("2026-05-21"))
    return customer


def test_page_pdf_and_file_say_the_same(moved, sign_in, sit_down, people):
    visitor = sign_in(moved, "2026-07-01")
    page = visitor.get("/my/statement/?from=2026-05-01&to=2026-06-30&currency=CNY")
    pdf = visitor.get("/my/statement/pdf/?from=2026-05-01&to=2026-06-30")
    file = visitor.get("/my/statement/?from=2026-05-01&to=2026-06-30&currency=CNY&export=csv")
    text = pdf_text(pdf.content)
    rows = list(csv.reader(io.StringIO(b"".join(file.streaming_content).decode("utf-8-sig"))))
    assert "¥750.00" in page.content.decode()
    assert squeezed("¥750.00") in squeezed(text)
    assert rows[-1][-1] == "750.00"
    assert rows[2][4] == "1000.00"
    assert rows[3][2] == "'=1+1"
    assert "$70.00" in text
    assert "attachment" in pdf["Content-Disposition"]
    staff = sit_down(people["viewer"], "2026-07-01").get(f"/customers/{moved.pk}/statement/?currency=USD")
    assert "$70.00" in staff.content.decode()
    assert "¥750.00" not in staff.content.decode()


@pytest.mark.parametrize(
    "query",
    ["from=2026-07-02&to=2026-07-01", "from=x", "currency=XXX", "from=1900-01-01", "to=0001-01-01", "to=9999-12-31"],
)
def test_days_that_cannot_be_say_why_and_the_usual_ones_are_shown(moved, sign_in, query):
    answer = sign_in(moved, "2026-07-01").get(f"/my/statement/?{query}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_a_page_asks_as_much_for_many_movements_as_for_few(moved, sit_down, people):
    desk = sit_down(people["viewer"], "2026-07-01")
    few = desk.queries(f"/customers/{moved.pk}/statement/")
    for day in range(1, 20):
        bill(moved, Decimal(day), "CNY", date(2026, 6, day))
    assert desk.queries(f"/customers/{moved.pk}/statement/") == few <= 20


def test_a_statement_is_promised_once_a_month_to_whom_it_concerns_with_its_paper(moved, mail_dir, named):
    idle = a_customer(named, "Idle Ltd")
    assert mail_statements(named, now=story.at("2026-06-01")) == 0
    named.monthly_statement = True
    named.save()
    assert mail_statements(named, now=story.at("2026-06-01", "07:00")) == 0
    assert mail_statements(named, now=story.at("2026-06-01", "09:00")) == 1
    assert mail_statements(named, now=story.at("2026-06-02")) == 0
    assert mail_statements(named, now=story.at("2026-06-17")) == 0
    assert not Message.objects.filter(customer=idle).exists()
    with clock.standing_at(story.at("2026-06-01", "09:00")):
        story.settle_all(story.at("2026-06-01", "09:00"))
    message = Message.objects.get(customer=moved, letter="statement")
    assert message.delivered_at
    document = Document.objects.get(kind="statement")
    assert document.sha256
    text = squeezed(pdf_text(bytes(document.content)))
    assert squeezed("¥750.00") in text
    assert "$70.00" in text
    assert "¥750.00" in message.body_text


def test_a_long_account_is_listed_in_part_and_summed_whole(moved):
    for day in range(1, 6):
        bill(moved, Decimal(day), "CNY", date(2026, 6, day))
    span = {"first": START, "last": date(2026, 7, 1), "today": date(2026, 7, 1)}
    whole, part = state(moved, "CNY", **span), state(moved, "CNY", **span, most=2)
    assert (whole.cut, part.cut) == (False, True)
    assert (len(whole.movements), len(part.movements), len(part.items)) == (7, 2, 2)
    assert (part.closing, part.open, part.aged) == (whole.closing, whole.open, whole.aged)


def test_many_movements_are_one_query(moved):
    with CaptureQueriesContext(connection) as asked:
        state(moved, "CNY", first=START, last=date(2026, 7, 1), today=date(2026, 7, 1))
    assert len(asked) <= 7
