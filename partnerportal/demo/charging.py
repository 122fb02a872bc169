"""What does the provider bill a house of the demo for, and what does it know of its customers?"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from payables.sampling import Charge, guid

from .cast import EARLY_BILL, FIRST_BILL, OPEN_BILL, PRICES, SECOND_BILL, Actor, House

BILLS = (EARLY_BILL, FIRST_BILL, SECOND_BILL, OPEN_BILL)
# Who buys and cancels within a month.
MOVES = ("questions", "pays", "keeps", "early")


def billed(house: House, day: date) -> list[Actor]:
    """The customers on the bill of a day."""
    return [actor for actor in house.actors if actor.since <= day]


def charges(house: House, day: date) -> Iterator[Charge]:
    """The lines of the bill of a day."""
    ends = (day.replace(day=1) + timedelta(days=32)).replace(day=14)
    for actor in billed(house, day):
        for offer, seats in actor.seats.items():
            yield Charge(actor.name, offer, seats, PRICES[offer], day, ends, domain=actor.domain)
        yield from _besides(actor, day, ends)


def _besides(actor: Actor, day: date, ends: date) -> Iterator[Charge]:
    """What stands on a bill beside the cycle: seats bought and given back, corrections, a charge nobody knows."""
    first, seats = next(iter(actor.seats.items()))
    more: list[tuple[int, date, str, Decimal]] = []
    if day == SECOND_BILL and actor.part in MOVES:
        more.append((4, day + timedelta(days=7), "Prorate fees when purchase", Decimal("0.7742")))
        more.append((1, day, "Prorate fees when cancel", Decimal(-1)))
    if day == SECOND_BILL and actor.part == "reports":
        more.append((seats, day, "Seat adjustment fee", Decimal("0.1")))
    if day == OPEN_BILL and actor.part == "overpaid":
        more.append((1, day, "Tenant relocation fee", Decimal("3.5")))
    for number, starts, kind, share in more:
        yield Charge(actor.name, first, number, PRICES[first], starts, ends, kind, actor.domain, share)


def known(house: House, actor: Actor) -> dict[str, Any]:
    """A customer as the provider knows it."""
    return {
        "id": str(guid(house.slug, actor.name)),
        "name": actor.name,
        "domain": actor.domain,
        "email": f"billing@{actor.domain}" if actor.contact else None,
        "first_name": actor.contact,
        "last_name": "",
        "language": actor.language[0],
        "culture": actor.language[1],
        "subscriptions": [
            {
                "id": str(guid(house.slug, actor.name, offer)),
                "offer_id": str(guid("durable", offer)),
                "offer_name": offer,
                "name": offer,
                "quantity": seats,
                "parent": None,
                "starts": "2026-03-16",
                "ends": "2027-03-15",
            }
            for offer, seats in actor.seats.items()
        ],
    }
