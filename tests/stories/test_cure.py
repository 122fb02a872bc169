"""How much keeps access or brings it back, and does a payment under that reference go exactly there?"""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import Allocation, Invoice
from billing.referring import named_by, named_in_book, restoring_reference
from customers.models import Message
from disputes.questioning import question
from dunning import policy as book_of_rules
from dunning.banking import import_statement
from dunning.facts import load
from dunning.models import PolicyVersion
from dunning.publishing import policy_of, publish
from dunning.quoting import _cures, _first, _lets_go, _off, _paid, quote_for
from dunning.reviewing import judge
from outbox import clock
from subscriptions.models import Suspension
from tests import story, witness
from tests.bank.statements import row, sheet
from tests.stories.test_money_arrives import billed_again

E3, VISIO = Decimal("731.40"), Decimal("482.72")
PAID = story.at("2026-07-03")


def cured_by(partner, **terms) -> None:
    """From now on the partner's policy cures in another way."""
    version = PolicyVersion.objects.get(partner=partner)
    changed = policy_of(version.pk)
    changed = type(changed)(**{name: getattr(changed, name) for name in changed.__dataclass_fields__} | terms)
    publish(partner, changed, effective_on=version.effective_on, now=version.published_at)


def quoted(customer, now):
    return quote_for(customer.invoices.get(), now=now)


def test_the_quote_brings_everything_back_and_a_coin_less_does_not(book):
    book.chase()
    quote = quoted(book.lanhai, PAID)
    assert (quote.amount, quote.restores, quote.by) == (E3 + VISIO, True, None)
    assert set(quote.subscriptions) == set(book.lanhai.subscriptions.values_list("pk", flat=True))
    assert story.pay(book.lanhai, quote.amount - Decimal("1.00"), PAID, reference=quote.reference).reinstated == []
    left = quoted(book.lanhai, PAID)
    assert left.amount == Decimal("1.00"), "nobody is asked for all but a trifle"
    assert len(story.pay(book.lanhai, left.amount, PAID, reference=quote.reference).reinstated) == 2
    assert {one.status for one in book.lanhai.subscriptions.all()} == {"active"}
    assert quoted(book.lanhai, PAID) is None


def test_before_the_day_it_keeps_access_until_the_printed_hour(book):
    book.chase(until=story.FINAL)
    quote = quoted(book.lanhai, story.at("2026-06-26"))
    assert (quote.amount, quote.restores) == (E3 + VISIO, False)
    assert quote.by == story.at("2026-06-30", "18:00")
    story.pay(book.lanhai, quote.amount, story.at("2026-06-26"), reference=quote.reference)
    story.run_day(book.partner, story.SUSPEND)
    assert not book.lanhai.proposals.exists()


def test_a_share_of_the_debt_is_enough_where_the_policy_says_so(hanhai, people, sandbox_url, mail_dir):
    cured_by(hanhai, cure_share=Decimal("0.6"))
    customer = _lanhai(hanhai, people, sandbox_url)
    quote = quoted(customer, PAID)
    assert quote.amount == (Decimal("0.6") * (E3 + VISIO)).quantize(Decimal("0.01"), rounding="ROUND_UP")
    assert len(story.pay(customer, quote.amount, PAID, reference=quote.reference).reinstated) == 2


def _lanhai(hanhai, people, sandbox_url):
    seats = story.Seats(), story.Seats("Visio Plan 2", 4, Decimal("99.00"))
    story.import_book(hanhai, [story.company("Lanhai Trading", *seats)], sandbox_url=sandbox_url)
    story.issue_all(hanhai)
    story.chase(hanhai, people["owner"])
    return story.customer_named(hanhai, "Lanhai Trading")


def test_each_subscription_may_be_cured_by_itself(hanhai, people, sandbox_url, mail_dir):
    cured_by(hanhai, cure_level=book_of_rules.CureLevel.SUBSCRIPTION)
    customer = _lanhai(hanhai, people, sandbox_url)
    done = story.pay(customer, E3, PAID, reference=restoring_reference(customer.invoices.get()))
    assert witness.names(done.reinstated) == ["Office 365 E3"]
    assert quoted(customer, PAID).amount == VISIO


def test_the_reference_pays_what_is_off_before_older_debts(book):
    customer = book.mingyue
    book.chase()
    older = customer.invoices.get()
    (newer,) = billed_again(customer, "31.00", on=story.date(2026, 7, 2))
    second = Invoice.objects.get(pk=newer)
    quote = quoted_of(older, PAID)
    paid = story.pay(customer, quote.amount + 5, PAID, reference=f"access, {quote.reference.lower()}")
    assert [(one.invoice.pk, one.amount) for one in paid.received.placed] == [(older.pk, quote.amount), (newer, 5)]
    assert not Suspension.objects.live().filter(customer=customer).exists()
    assert second.number


def quoted_of(invoice, now):
    return quote_for(invoice, now=now)


def test_disputed_money_is_not_asked_for_and_not_paid_by_it(book):
    book.chase()
    invoice = book.lanhai.invoices.get()
    person = story.customer_person(book.lanhai, "finance@lanhai.example")
    visio = invoice.lines.get(description__contains="Visio")
    asked = Decimal("100.00")
    question(invoice, {visio.pk: asked}, reason="price", text="Too dear", by=person, now=PAID)
    quote = quoted(book.lanhai, PAID)
    assert quote.amount == E3 + VISIO - asked
    story.pay(book.lanhai, quote.amount, PAID, reference=quote.reference)
    visio.refresh_from_db()
    assert visio.open == asked
    assert {one.status for one in book.lanhai.subscriptions.all()} == {"active"}


def test_before_the_day_it_finds_the_lines_that_would_be_suspended(book):
    book.chase(until=story.FINAL)
    invoice, now = book.lanhai.invoices.get(), story.at("2026-06-26")
    person = story.customer_person(book.lanhai, "finance@lanhai.example")
    first, visio = invoice.lines.order_by("position")
    question(invoice, {first.pk: E3}, reason="price", text="All of it", by=person, now=now)
    quote = quoted(book.lanhai, now)
    assert (quote.amount, quote.restores) == (VISIO, False)
    story.pay(book.lanhai, quote.amount - 100, now, reference=quote.reference)
    first.refresh_from_db()
    visio.refresh_from_db()
    assert (first.open, visio.open) == (E3, 100)


def test_the_letters_carry_the_reference(book, mail_dir):
    book.chase()
    reference = restoring_reference(book.lanhai.invoices.get())
    letters = Message.objects.filter(customer=book.lanhai, letter__in=["notice", "suspended"]).order_by("pk")
    said = [reference in one.body_text for one in letters]
    assert said[-2:] == [True, True]


def test_a_statement_that_carries_it_brings_access_back(book):
    """Half is in dispute, so the lines, and not the invoice, are what the money has to find."""
    book.chase()
    invoice = book.lanhai.invoices.get()
    person = story.customer_person(book.lanhai, "finance@lanhai.example")
    first = invoice.lines.order_by("position")[0]
    question(invoice, {first.pk: E3}, reason="price", text="All of it", by=person, now=PAID)
    quote = quoted(book.lanhai, PAID)
    assert quote.amount == VISIO
    content = sheet(row(str(quote.amount), f"transfer {quote.reference.replace('-', ' ')}", on="2026-07-03"))
    with clock.standing_at(PAID):
        import_statement(book.partner, io.BytesIO(content), file_name="july.csv", now=PAID)
    story.settle_all(PAID)
    first.refresh_from_db()
    assert first.open == E3, "what is questioned is not paid by it"
    assert {one.status for one in book.lanhai.subscriptions.all()} == {"active"}


def test_a_reference_never_reaches_into_another_customers_book(book):
    book.chase()
    theirs = restoring_reference(book.lanhai.invoices.get())
    assert named_by(book.mingyue, theirs) == []
    story.pay(book.mingyue, "10.00", PAID, reference=theirs)
    assert not Allocation.objects.filter(line__invoice__customer=book.lanhai).exists()
    found = named_in_book(book.partner, f"Bill {theirs} thanks")
    assert [(one.invoice.customer, one.restores) for one in found] == [(book.lanhai, True)]


@pytest.mark.parametrize(
    ("written", "restores"),
    [
        ("{r}", False),
        ("{r}-R", True),
        ("pay {r}-R.", True),
        ("{bare}R", True),
        ("{spaced} R", True),
        ("{r}–R", True),
        ("({number})", False),
        ("{joined}", False),
        ("{number}1", None),
        ("X{r}", None),
        ("{number}-R", True),
        ("\x00{r}-R\x00", True),
    ],
)
def test_references_are_read_as_people_type_them(book, written, restores):
    invoice = book.lanhai.invoices.get()
    r, number = invoice.reference, invoice.number
    text = written.format(
        r=r, number=number, bare=r.replace("-", ""), spaced=r.replace("-", " "), joined=number.replace("-", " ")
    )
    for typed in (text, text.lower()):
        assert [one.restores for one in named_by(book.lanhai, typed)] == ([] if restores is None else [restores])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paid=st.integers(0, 121_412), share=st.integers(1, 100))
def test_the_quote_is_the_smallest_amount_the_rulebook_accepts(book_off, paid, share):
    """Whatever was paid before and whatever share cures: the quote cures, and a coin less does not, unless all but
    a trifle would."""
    loaded = book_off
    policy = type(loaded.policy)(
        **{name: getattr(loaded.policy, name) for name in loaded.policy.__dataclass_fields__}
        | {"cure_share": Decimal(share) / 100}
    )
    order = _first(loaded, PAID)
    facts = _paid(loaded.facts, order, Decimal(paid) / 100)
    less = type(loaded)(loaded.case, loaded.invoice, loaded.customer, policy, facts)
    order, amount = _first(less, PAID), _cures(less, PAID)
    whole = sum(order.values())
    assert _off(less) and _lets_go(less, order, amount, PAID)
    assert amount in (0, whole) or not _lets_go(less, order, amount - Decimal("0.01"), PAID)
    assert amount != whole or whole <= 1 or not _lets_go(less, order, whole - 1, PAID)


@pytest.fixture
def book_off(book):
    """Lanhai's case with everything off."""
    book.chase()
    assert judge([book.lanhai], now=PAID)
    return load([book.lanhai], now=PAID)[0]
