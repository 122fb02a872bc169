"""Who hears of a new version of the policy, and what does it change for them?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from django.utils import translation

from customers.models import Contact, ContactRole, Letter, Message, Partner, TimelineEntry, User, acting_for
from customers.telling import tell
from customers.writing import language_of, message_id
from outbox import clock

from . import policy as book
from .models import PolicyTold, PolicyVersion
from .phrasing import changes
from .policy import Policy
from .policy.faults import within_reach
from .publishing import newest, policy_of, publish

BATCH = 2000


@dataclass(frozen=True)
class Published:
    """A version, how many letters were promised, and whether it is stricter than the one before it."""

    version: PolicyVersion
    told: int
    stricter: bool


@dataclass(frozen=True)
class Effect:
    """What a policy would mean to the customers it follows. `stricter` than the version before it; `waits` so many
    days after a customer is told, for `customers` of whom `agreed` have agreed to the version before."""

    stricter: bool
    waits: int
    customers: int
    agreed: int
    before: int


def effect(partner: Partner, policy: Policy) -> Effect:
    """What publishing this policy would mean, with its customers counted."""
    before = newest(partner)
    told = Contact.objects.filter(partner=partner, role=ContactRole.BILLING).exclude(email="").count()
    if before is None:
        return Effect(False, 0, told, 0, 0)
    harder = book.stricter(within_reach(policy), policy_of(before.pk))
    agreed = PolicyTold.objects.filter(version=before, acknowledged_at__isnull=False).count()
    return Effect(harder, policy_of(before.pk).notice_days if harder else 0, told, agreed, before.number)


def announce(
    partner: Partner,
    policy: Policy,
    *,
    effective_on: date,
    now: datetime,
    by: User | None = None,
    seconded_by: User | None = None,
) -> Published:
    """Publish a policy and promise each customer with a billing contact the letter that tells of it, in one
    transaction and in bulk. Raises publishing's NeedsTwo."""
    with acting_for(partner):
        # Two publications at once would be the same number twice.
        Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        before = newest(partner)
        version = publish(partner, policy, effective_on=effective_on, now=now, by=by, seconded_by=seconded_by)
        harder = before is not None and _harder(version.pk, before.pk)
        return Published(version, _promise_letters(version, now=now), harder)


def _promise_letters(version: PolicyVersion, *, now: datetime) -> int:
    told, some = 0, []
    for message in _letters(version, now):
        some.append(message)
        if len(some) == BATCH:
            told, some = told + len(Message.objects.bulk_create(some)), []
    return told + len(Message.objects.bulk_create(some))


def _letters(version: PolicyVersion, now: datetime) -> Iterator[Message]:
    contacts = Contact.objects.filter(partner_id=version.partner_id, role=ContactRole.BILLING).exclude(email="")
    values = {"version": version.number, "effective_on": str(version.effective_on), "link": "/my/policy/"}
    for contact in contacts.select_related("customer").order_by("customer_id").iterator(chunk_size=BATCH):
        key = f"letter:policy:{version.pk}:{contact.customer_id}"
        yield Message(
            partner_id=version.partner_id,
            customer=contact.customer,
            contact=contact,
            letter=Letter.POLICY,
            language=language_of(contact.customer, contact),
            to_email=contact.email,
            values=values,
            message_id=message_id(key),
            key=key,
            queued_at=now,
            due_at=now,
        )


def say_what_changes(message: Message) -> str:
    """Put into the letter, as it leaves, what the version changes, in the letter's language, and from which day it
    governs new invoices; never overtaken, so the answer is "". Runs under the customer's lock."""
    version = _version(message)
    from_on = governs_from(version, told_at=clock.now(), zone=message.customer.tz)
    with translation.override(message.language):
        said = list(_changes(version.pk, message.language))
    message.values = {**message.values, "changes": said, "from_on": str(from_on)}
    return ""


def told_by_letter(message: Message) -> None:
    """The letter arrived: the customer knows this version from now on."""
    assert message.delivered_at is not None
    version, customer = _version(message), message.customer
    told, first = PolicyTold.objects.get_or_create(
        partner_id=message.partner_id,
        customer=customer,
        version=version,
        defaults={"told_at": message.delivered_at},
    )
    if first:
        from_on = governs_from(version, told_at=told.told_at, zone=customer.tz)
        tell(
            customer,
            TimelineEntry.Kind.DOCUMENT,
            "policy_told",
            now=message.delivered_at,
            values={"version": str(version.number), "from_on": str(from_on)},
            message=message,
        )


def governs_from(version: PolicyVersion, *, told_at: datetime, zone: tzinfo) -> date:
    """The first day of issue a version governs for a customer who is told of it at an instant; the first version
    of all has always counted."""
    before = predecessor(version)
    if before is None:
        return version.effective_on
    told = told_at.astimezone(zone).date()
    if _harder(version.pk, before.pk):
        told += timedelta(days=before.notice_days)
    return max(version.effective_on, told)


def predecessor(version: PolicyVersion) -> PolicyVersion | None:
    """The version before this one."""
    earlier = PolicyVersion.objects.filter(partner_id=version.partner_id, number__lt=version.number)
    return earlier.order_by("-number").first()


def noticeable(version: PolicyVersion) -> list[str]:
    """What a version changes for its customers, each as one sentence in the language that is spoken now."""
    before = predecessor(version)
    if before is None:
        return []
    return [one.text for one in changes(policy_of(version.pk), policy_of(before.pk)) if not one.internal]


@lru_cache(maxsize=256)
def _harder(version_id: int, before_id: int) -> bool:
    """Whether a version is stricter than the one before it; both never change."""
    return book.stricter(policy_of(version_id), policy_of(before_id))


@lru_cache(maxsize=256)
def _changes(version_id: int, language: str) -> tuple[str, ...]:
    """The same for letters, of which thousands say the same in one language; versions never change."""
    return tuple(noticeable(PolicyVersion.objects.get(pk=version_id)))


def _version(message: Message) -> PolicyVersion:
    return PolicyVersion.objects.get(partner_id=message.partner_id, number=message.values["version"])
