"""Is the loop closed with those who were told that access is off, or on again? By their word, silence, or a case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from customers.models import Customer, TimelineEntry, User
from disputes.agreeing import close_silent, confirm, disagree, open_news
from disputes.loop_figures import Share, access_loop
from disputes.models import AccessNews, Dispute
from disputes.refusing import BadQuestion, NotOpen
from disputes.resolving import answer
from disputes.resolving import confirm as confirm_case
from tests import story
from tests.stories.test_case_ends import clean, come_back

PAID, LATER = story.at("2026-07-03"), story.at("2026-07-06")


@pytest.fixture
def back(book) -> Customer:
    """Everybody was suspended on 1 July; Lanhai has paid and its access is back."""
    book.chase()
    story.pay(book.lanhai, story.owed(book.lanhai), PAID)
    return book.lanhai


@pytest.fixture
def wang(book) -> User:
    """The person at Lanhai who pays the bills."""
    return story.customer_person(book.lanhai, "wang@lanhai.cn")


def news_of(customer: Customer) -> dict[str, AccessNews]:
    return {one.kind: one for one in AccessNews.objects.filter(customer=customer)}


def test_both_are_asked_about_and_a_yes_or_silence_closes_them(book, back, wang):
    news = news_of(back)
    assert set(news) == {"suspended", "restored"}
    assert [one.kind for one in open_news(back)] == ["restored", "suspended"], "the newest first"
    assert news["restored"].window_ends_at == story.at("2026-07-09", "18:00"), "four business days"
    closed = [confirm(news["restored"].pk, by=wang, now=LATER) for _ in range(2)]
    assert [one.closed_at for one in closed] == [LATER, LATER], "twice is once"
    assert TimelineEntry.objects.filter(code="access_confirmed").count() == 1
    ends = news["suspended"].window_ends_at
    assert close_silent(now=ends - timedelta(minutes=1)) == 0
    assert (close_silent(now=ends), close_silent(now=ends)) == (3, 0), "the other two customers were told too"
    found = access_loop(book.partner)
    assert (found.closed, found.confirmed, found.objected) == (Share(4, 4), 1, 0)
    with pytest.raises(NotOpen):
        disagree(news["restored"].pk, why="After all not.", by=wang, now=LATER)
    assert clean()


def test_a_no_opens_a_case_and_the_loop_ends_with_it(book, back, wang):
    one = news_of(back)["restored"]
    with pytest.raises(BadQuestion, match="text"):
        disagree(one.pk, why=" ", by=wang, now=LATER)
    case = disagree(one.pk, why="Two people can't sign in.", by=wang, now=LATER)
    assert disagree(one.pk, why="Two people can't sign in.", by=wang, now=LATER) == case, "twice is once"
    assert (case.kind, case.status, case.invoice) == ("support", "new", back.invoices.get())
    assert case.owner and case.next_action and case.answer_by
    assert "Office 365 E3" in case.title
    assert close_silent(now=one.window_ends_at + timedelta(days=9)) == 3, "theirs is not closed in silence"
    answer(case.pk, text="They are back.", by=book.people["owner"], now=LATER)
    story.settle_all(LATER)
    confirm_case(case.pk, by=wang, now=LATER)
    assert news_of(back)["restored"].closed_at == LATER
    assert access_loop(book.partner).objected == 1
    assert clean()


def test_a_no_after_silence_opens_the_loop_again(book, back, wang):
    one = news_of(back)["restored"]
    close_silent(now=one.window_ends_at)
    late = one.window_ends_at + timedelta(days=1)
    case = disagree(one.pk, why="It has never worked.", by=wang, now=late)
    one.refresh_from_db()
    assert (one.closed_at, one.case) == (None, case)


def test_a_letter_that_comes_back_in_the_window_waits_for_another_address(book, back, wang):
    news = news_of(back)["restored"]
    come_back(news, LATER)
    assert (news.told_at, news.window_ends_at) == (None, None)
    close_silent(now=story.at("2026-08-10"))
    news.refresh_from_db()
    assert news.closed_at is None and not open_news(back).exists()
    assert not Dispute.objects.exists()


def test_a_letter_that_comes_back_after_silence_is_followed_by_a_case(book, back, wang):
    news = news_of(back)["restored"]
    close_silent(now=news.window_ends_at)
    news.refresh_from_db()
    ended = news.closed_at
    for _ in range(2):
        come_back(news, story.at("2026-07-10"))
    assert news.closed_at == ended and news.told_at
    case = Dispute.objects.get()
    assert (case.kind, case.source, case.next_action) == ("support", "returned", Dispute.Next.ARRIVAL)
    assert "Office 365 E3" in case.title and case.owner
    assert clean()


def test_only_the_customers_own_people_say_so_and_the_database_refuses_a_close_untold(book, back, wang):
    one = news_of(back)["restored"]
    li = story.customer_person(book.mingyue, "li@mingyue.cn")
    for deed in (confirm, lambda pk, **by: disagree(pk, why="No", **by)):
        with pytest.raises(PermissionError):
            deed(one.pk, by=li, now=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessNews.objects.filter(pk=one.pk).update(told_at=None, closed_at=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessNews.objects.filter(pk=one.pk).update(closed_at=one.told_at - timedelta(minutes=1))
    assert not Dispute.objects.exists()
