"""How does a partner present itself, where is it paid, by when, and when are its staff there? Its own say."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time
from typing import Final, Self
from zoneinfo import available_timezones

from django.utils.translation import gettext

from billing.refusing import NotPossible, check_may_of
from customers.locking import lock_customers
from customers.models import Customer, Partner, User, acting_for
from customers.placeholders import UNSEEN
from customers.roles import May

from .calendars import country_of

LONGEST_TERMS: Final = 180
MOST_DAYS_OFF: Final = 120
# What a calendar of working days is made of: where it changes, every customer is looked at again.
OF_CALENDAR: Final = frozenset({"zone", "opens", "closes", "days_off"})


@dataclass(frozen=True)
class Part:
    """One part of what a partner says of itself; its fields are columns of Partner."""

    @classmethod
    def of(cls, partner: Partner) -> Self:
        """What holds now."""
        return cls(**{one.name: _known(getattr(partner, one.name)) for one in fields(cls)})

    def check(self) -> None:
        """Raises NotPossible, which names the field."""
        for name, value in asdict(self).items():
            if isinstance(value, str) and (UNSEEN.search(value) or "\n" in value):
                raise NotPossible(gettext("A sign in it can’t be printed"), name)


@dataclass(frozen=True)
class Company(Part):
    """The name and address that stand on papers, the number it pays tax under, its mark of one or two signs, its
    phone, the language new customers are written to in, and the zone its days are read in."""

    name: str
    address: str
    tax_id: str
    mark: str
    phone: str
    language: str
    zone: str

    def check(self) -> None:
        """A name there must be, and a zone that exists."""
        super().check()
        if not self.name.strip():
            raise NotPossible(gettext("A company has a name"), "name")
        if self.zone not in available_timezones():
            raise NotPossible(gettext("“%(value)s” is not a time zone") % {"value": self.zone}, "zone")


@dataclass(frozen=True)
class Account(Part):
    """Where customers transfer to: whose account, at which bank, under which number."""

    bank_account: str
    bank_name: str
    bank_number: str


@dataclass(frozen=True)
class PaymentTerms(Part):
    """Days from the day of issue until an invoice is due, where nothing else was agreed."""

    payment_terms_days: int

    def check(self) -> None:
        """Not before it is issued, nor after half a year."""
        if not 0 <= self.payment_terms_days <= LONGEST_TERMS:
            text = gettext("Write a number from 0 to %(most)s.") % {"most": LONGEST_TERMS}
            raise NotPossible(text, "payment_terms_days")


@dataclass(frozen=True)
class Presence(Part):
    """The hours of the wall clock between which staff are there, and days off besides the public ones."""

    opens: time
    closes: time
    days_off: tuple[date, ...]

    def check(self) -> None:
        """A day begins before it ends, and not every day is off."""
        if self.opens >= self.closes:
            raise NotPossible(gettext("The day must end after it begins"), "closes")
        if len(self.days_off) > MOST_DAYS_OFF:
            text = gettext("At most %(most)s days. Take days that are over out.") % {"most": MOST_DAYS_OFF}
            raise NotPossible(text, "days_off")


def present(partner: Partner, wanted: Part, *, by: User, now: datetime) -> bool:
    """Let it hold from now on: papers that were issued keep what they say. Answers whether that is a change. Where it
    moves the working days, every customer is looked at again. Raises NotPossible, PermissionError."""
    check_may_of(by, partner, May.COMPANY)
    wanted.check()
    said = asdict(wanted)
    moves = bool(OF_CALENDAR & said.keys())
    with acting_for(partner):
        mine = Customer.objects.filter(partner=partner)
        if moves:
            lock_customers(mine.values_list("pk", flat=True))
        held = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        changed = [name for name in said if _known(getattr(held, name)) != said[name]]
        for name in changed:
            setattr(held, name, said[name])
        if "zone" in changed:
            held.country = country_of(held.zone)
        held.save(update_fields=[*changed, *(["country"] if "zone" in changed else [])])
        if OF_CALENDAR & set(changed):
            mine.update(review_due_at=now)
    return bool(changed)


def _known(value: object) -> object:
    return tuple(sorted(value)) if isinstance(value, Sequence) and not isinstance(value, str) else value
