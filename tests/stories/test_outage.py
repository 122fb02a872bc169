"""Nobody ran anything for months, or a letter came back days later: what happens then, and what does not?"""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from django.db.models import Count

from customers.models import Message
from disputes.receiving_mail import receive
from dunning.models import Decision, Proposal
from outbox import clock
from tests import story, witness
from tests.cases.letters import report_of
from tests.stories.conftest import stages
from tests.stories.reaching import reached
from tests.stories.test_letters import write_to
from tests.verifying.damaging import broken, judged

BACK = date(2026, 9, 1)


def test_after_an_outage_of_months_one_step_comes_at_a_time_with_its_gap(small, mail_dir):
    """The reminder is 78 days late, the final notice 69; the letter before the due day has lapsed."""
    for day in story.days(BACK, date(2026, 9, 14)):
        story.run_day(small.partner, day)
    taken = Decision.objects.filter(invoice__customer=small.lanhai).order_by("decided_at")
    days = [row.decided_at.astimezone(story.SHANGHAI).date() for row in taken]
    assert stages(small.lanhai) == ["remind", "final", "suspend"]
    assert days == [BACK, date(2026, 9, 7), date(2026, 9, 14)], "five days after the reminder is a Sunday"
    assert all((later - earlier).days >= 5 for earlier, later in pairwise(days))
    final = taken.get(stage="final")
    assert final.suspend_on == date(2026, 9, 14), "the day it names is counted from now"
    assert witness.letters(mail_dir, small.lanhai.domain) == ["invoice", "notice", "notice"]
    a_day = Message.objects.filter(letter="notice").values("customer", "queued_at__date").annotate(n=Count("pk"))
    assert {row["n"] for row in a_day} == {1}


def test_a_bounce_days_after_the_delivery_takes_it_back_and_the_next_contact_is_written_to(book, mail_dir):
    book.chase(until=story.FINAL)
    write_to(book.mingyue, "chen@mingyue.cn", book.people["owner"], story.at(story.FINAL), role="owner")
    letter = Decision.objects.get(invoice__customer=book.mingyue, stage="final").message
    assert letter.delivered_at == story.at(story.FINAL), "the mail server had taken it"
    came_back = story.at("2026-06-26")
    with clock.standing_at(came_back):
        assert receive(report_of(letter.message_id, letter.to_email), now=came_back).verdict == "bounced"
    story.run_day(book.partner, "2026-06-26")
    reached(book.mingyue, "fallback_contact")
    tries = Decision.objects.filter(invoice__customer=book.mingyue, stage="final").order_by("attempt")
    assert [(one.role, bool(one.message.bounced_at)) for one in tries] == [("billing", True), ("owner", False)]
    assert tries[1].suspend_on == date(2026, 7, 3), "seven days from what really arrived"
    story.run_day(book.partner, story.SUSPEND)
    assert {one.customer for one in Proposal.objects.all()} == {book.lanhai, book.qinghe}
    story.run_day(book.partner, "2026-07-03")
    assert Proposal.objects.filter(customer=book.mingyue).exists()
    assert broken(judged()) == {}


def test_a_later_bounce_with_nobody_left_to_write_to_stops_the_ladder(small, mail_dir):
    for day in (story.COURTESY, story.REMIND, story.FINAL):
        story.run_day(small.partner, day)
    letter = Decision.objects.get(invoice__customer=small.lanhai, stage="final").message
    came_back = story.at("2026-06-26")
    with clock.standing_at(came_back):
        receive(report_of(letter.message_id, letter.to_email), now=came_back)
    for day in ("2026-06-26", "2026-06-29", story.SUSPEND, "2026-07-15"):
        story.run_day(small.partner, day)
    reached(small.lanhai, "bounced")
    assert stages(small.lanhai)[-1] == "final" and not Proposal.objects.filter(customer=small.lanhai).exists()
