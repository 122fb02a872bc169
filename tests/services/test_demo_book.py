"""Is the demo what its guide says: forty customers each, every part played, the provider's real layout, no promise
broken?"""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from customers.models import Customer, Membership
from dunning.models import Proposal
from outbox import clock
from partnerportal.demo import inviting_in
from partnerportal.demo.book import Book, instant
from partnerportal.demo.cast import BOHAI, EARLY_BILL, HOUSES, PASSWORD, Actor
from partnerportal.demo.charging import BILLS, billed, charges
from partnerportal.demo.crowd import draw_seats
from partnerportal.demo.living import LAST_DAY, Life, ask_of_all
from partnerportal.demo.parts import PARTS
from partnerportal.verifying.verdict import verify
from payables.sampling import write
from subscriptions.models import Suspension


def test_there_are_forty_customers_each_and_every_part_is_played():
    assert [len(house.actors) for house in HOUSES] == [40, 40]
    actors = [actor for house in HOUSES for actor in house.actors]
    assert {actor.part for actor in actors} == set(PARTS)
    assert len({actor.name for actor in actors}) == 80
    domains = [actor.domain for actor in actors if actor.domain]
    assert len(set(domains)) == len(domains) == 79 and all(one.endswith(".example") for one in domains)
    assert {"lanhai.example", "harbourlight.example", "bounce.example"} <= set(domains)
    assert len({actor.zone for actor in actors}) >= 3
    assert {actor.language[0] for actor in actors} == {"en", "zh-CHS", "ru"}


def test_the_same_company_has_the_same_seats_each_time():
    offers = ("a", "b", "c")
    assert draw_seats("lanhai.example", offers, 0) == draw_seats("lanhai.example", offers, 0)
    assert draw_seats("lanhai.example", offers, 3) != draw_seats("other.example", offers, 3)


@pytest.mark.parametrize("house", HOUSES, ids=lambda house: house.slug)
def test_each_bill_is_larger_than_the_first_and_written_once(house):
    sizes = [len(billed(house, bill)) for bill in BILLS]
    assert sizes[1:] == [40, 40, 40] and 0 < sizes[0] < 10
    for bill in BILLS:
        assert write(house.slug, charges(house, bill)) == write(house.slug, charges(house, bill))


@pytest.mark.django_db
def test_a_few_of_them_live_to_the_last_day_and_break_no_promise(sandbox_url, mail_dir):
    few = ("early", "forgotten", "two_people", "told_late", "drifted")
    seen: dict[str, Actor] = {}
    for actor in BOHAI.actors:
        seen.setdefault(actor.part, actor)
    house = replace(BOHAI, actors=tuple(seen[part] for part in few))
    with clock.standing_at(instant(EARLY_BILL)):
        book = Book(house)
        book.found()
    lived = SimpleNamespace(value=0)
    Life(book).through(lived)
    ask_of_all()
    assert lived.value == (LAST_DAY - EARLY_BILL).days + 1
    assert Customer.objects.filter(partner=book.partner).count() == 5
    assert Suspension.objects.filter(customer__name="Old Harbour Antiques").live().exists()
    waits = Proposal.objects.get(customer__name="Tern & Plover Design", state="proposed")
    assert (waits.approvals_needed, waits.approvals.count()) == (2, 1)
    verdict = verify(book.partner, since=None, machine=clock.machine())
    assert verdict.violations == 0, {name: one.violations for name, one in verdict.promises.items() if one.violations}


@pytest.mark.django_db
def test_three_people_can_be_stepped_into_and_only_in_the_demo(client, settings):
    assert "Step in as" not in client.get("/accounts/login/").text
    for house in HOUSES:
        with clock.standing_at(instant(EARLY_BILL)):
            Book(house).found()
    page = client.get("/accounts/login/").text
    assert "Anna Petrova" in page and "Lin Wei" in page and PASSWORD in page
    there = Membership.objects.filter(user__email__in=inviting_in.SHOWN).count()
    assert there == len(inviting_in.accounts()) == 2
    settings.PRODUCTION = True
    assert inviting_in.accounts() == []
