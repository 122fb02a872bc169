"""Which version of the policy comes next for a customer, from when, and what does it change for them?"""

from dataclasses import dataclass
from datetime import date

from customers.models import Customer
from dunning.announcing import governs_from
from dunning.models import PolicyTold, PolicyVersion
from dunning.phrasing import changes
from dunning.policy import Calendar
from dunning.publishing import policy_of, version_for

from .my_policy_rows import Reader, Row, rows
from .my_saying import Voice


@dataclass(frozen=True)
class Coming:
    """A version that governs none of this customer's invoices yet: the first day of issue it will govern, what is
    different from the one that governs an invoice issued today, its whole table, and what they were told of it."""

    version: PolicyVersion
    from_on: date
    changes: list[str]
    rows: list[Row]
    told: PolicyTold | None


def coming(mine: Customer, calendar: Calendar, voice: Voice) -> Coming | None:
    """The newest version that is published and doesn't govern yet, if there is one."""
    versions = list(PolicyVersion.objects.filter(partner_id=mine.partner_id).order_by("number"))
    if len(versions) < 2:
        return None
    told = {row.version_id: row for row in PolicyTold.objects.filter(customer=mine)}
    shown = {pk: row.told_at for pk, row in told.items()}
    now, newest = version_for(mine, voice.today, versions, shown), versions[-1]
    if now == newest.pk:
        return None
    policy = policy_of(newest.pk)
    return Coming(
        version=newest,
        from_on=governs_from(newest, told_at=shown.get(newest.pk, voice.now), zone=mine.tz),
        changes=[one.text for one in changes(policy, policy_of(now)) if not one.internal],
        rows=rows(Reader(policy, calendar, mine.partner.currency, voice)),
        told=told.get(newest.pk),
    )
