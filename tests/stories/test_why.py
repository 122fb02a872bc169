"""Why, why not and when, on any day: is the past told as it was, and does the dated future come true?"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from billing.models import Invoice
from dunning.rebuilding import as_of
from dunning.recalling import recall_day
from outbox import clock
from tests import story
from tests.stories.test_money_arrives import billed_again

PAID = story.at("2026-07-03", "10:00")
E3, VISIO = Decimal("731.40"), Decimal("482.72")


def asked(subscription, day, now):
    return recall_day(subscription, story.date.fromisoformat(str(day)), now=now)


def opened(customer, at):
    """What was open of each line at an instant."""
    [one] = as_of(Invoice.objects.filter(customer=customer), at)
    return [line.open for line in one.facts.invoice.lines]


@pytest.fixture
def over(book):
    """Lanhai part paid on 26 June, suspended, paid and restored in July; asked about in August."""
    book.chase(until=story.FINAL)
    story.pay(book.lanhai, "31.40", story.at("2026-06-26"))
    story.run_day(book.partner, story.SUSPEND)
    story.approve_all(book.partner, book.people["owner"], story.at(story.SUSPEND))
    story.pay(book.lanhai, story.owed(book.lanhai), PAID)
    return book


def test_open_amounts_are_turned_back_by_their_dates(over):
    assert opened(over.lanhai, story.at("2026-06-25")) == [E3, VISIO]
    assert opened(over.lanhai, story.at("2026-06-27")) == [Decimal("700.00"), VISIO]
    assert opened(over.lanhai, story.at("2026-07-04")) == [0, 0]


def test_a_past_day_says_what_was_decided_and_what_was_known(over):
    seat, now = over.lanhai.subscriptions.earliest("pk"), story.at("2026-08-10")
    final = asked(seat, story.FINAL, now)
    [told] = final.told
    assert (final.when, [row.stage for row in told.taken], told.same) == ("past", ["final"], True)
    assert told.decision.undisputed == E3 + VISIO
    assert final.off == []

    between = asked(seat, "2026-06-26", now).told[0]
    assert (between.taken, between.last.stage) == ((), "final")
    assert (between.decision.next.because.code, between.decision.undisputed) == (
        "not_yet",
        E3 + VISIO - Decimal("31.40"),
    )
    assert between.decision.schedule[0].on == story.SUSPEND, "as it was foreseen that day"

    after = asked(seat, "2026-07-02", now)
    assert [row.cause for row in after.off] == ["non_payment"]
    assert asked(seat, "2026-07-20", now).told == [], "nothing was open any more"


def test_the_past_is_told_as_it_was_then_and_not_as_it_is_now(over):
    """What was foreseen on a day is what that day itself foresaw."""
    seat = over.qinghe.subscriptions.get()
    day = story.date(2026, 7, 8)
    before = recall_day(seat, day, now=story.at(day, "23:59")).told[0]
    story.pay(over.qinghe, "100.00", story.at("2026-07-09"))
    later = recall_day(seat, day, now=story.at("2026-08-10")).told[0]
    assert later.decision.undisputed == before.decision.undisputed
    assert [entry.stage for entry in later.decision.schedule] == [entry.stage for entry in before.decision.schedule]


def test_a_future_day_is_the_dated_future(book):
    seat, now = book.mingyue.subscriptions.get(), story.at("2026-06-16")
    book.chase(until=story.REMIND)
    assert asked(seat, story.FINAL, now).told[0].decision.schedule[0].on == story.FINAL
    story.run_day(book.partner, story.FINAL)
    assert asked(seat, story.FINAL, story.at("2026-07-01")).told[0].taken[0].stage == "final", "it came true"


def test_what_was_done_that_day_is_the_answer_whatever_comes_next_for_another_invoice(book):
    book.chase(until=story.FINAL)
    billed_again(book.mingyue, "60.00", on=story.date(2026, 6, 30))
    story.run_day(book.partner, story.SUSPEND)
    story.approve_all(book.partner, book.people["owner"], story.at(story.SUSPEND))
    first, second = asked(book.mingyue.subscriptions.get(), story.SUSPEND, story.at("2026-07-10")).told
    assert ([row.stage for row in first.taken], second.taken) == (["suspend"], ())
    assert second.decision.schedule[0].at < first.decision.schedule[0].at


def test_the_page_answers_without_scripts(over, client):
    client.force_login(over.people["viewer"])
    customer = over.lanhai
    seat = customer.subscriptions.earliest("pk")
    with clock.standing_at(story.at("2026-08-10")):
        page = client.get(f"/customers/{customer.pk}/why/", {"subscription": seat.pk, "on": str(story.FINAL)})
        assert page.status_code == 200
        text = page.content.decode()
        assert "Final notice" in text and "comes out the same" in text and 'type="date"' in text
        assert f"on={story.FINAL - timedelta(days=1)}" in text
        ahead = client.get(f"/customers/{over.qinghe.pk}/why/", {"on": "2027-01-04"}).content.decode()
        assert "every dated step comes before it" in ahead or "Nothing on" in ahead
        wrong = client.get(f"/customers/{customer.pk}/why/", {"on": "soon"})
        assert (wrong.status_code, "Not a day" in wrong.content.decode()) == (422, True)
        other = over.mingyue.subscriptions.get()
        foreign = client.get(f"/customers/{customer.pk}/why/", {"subscription": other.pk})
        assert foreign.status_code == 422
