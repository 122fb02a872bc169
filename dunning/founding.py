"""How does a partner begin? With staff of each role, a policy, a price rule and payment terms, all in force."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import yaml
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from billing.models import PriceRule
from customers.models import Membership, Partner, User
from customers.roles import STAFF_ROLES, Role
from payables.cells import CURRENCIES

from .calendars import country_of
from .policy import Policy
from .policy.mapping import policy_from_mapping
from .publishing import publish

STANDARD = Path(__file__).with_name("standard_policy.yaml")
THE_BEGINNING = date(2000, 1, 1)
MARKUP_PERCENT = Decimal(15)
# What the provider asks of every reseller.
SUPPORT_HOURS = "24 hours a day, 365 days a year"

# The advisory lock of the first person.
BEGINNING = 0x6265_6769


class Begun(Exception):  # noqa: N818
    """This installation has somebody already."""


class BadPartner(Exception):
    """The partner can't be founded; `faults` say which value and why."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Login:
    """How one person signs in; the password is shown this once."""

    email: str
    password: str
    who: str
    partner: str
    roles: list[str]


def found(
    slug: str,
    *,
    name: str,
    currency: str,
    zone: str,
    now: datetime,
    password: str | None = None,
    staff: dict[str, str] | None = None,
    policy: Policy | None = None,
    **details: Any,
) -> tuple[Partner, list[Login]]:
    """Found a partner with the standard policy (or `policy`), cost plus 15 %, payment terms of 20 days and one
    person for each staff role (the owner first). `staff` may name them by role; without `password` each gets a
    random one. Raises BadPartner."""
    details.setdefault("support_email", f"support@{slug}.example")
    with transaction.atomic():
        partner = _establish(slug, name, currency, zone, now, policy, details)
        # Hashing is slow on purpose; a password that everybody shares is hashed once.
        shared = make_password(password) if password else ""
        logins = [_person(partner, role, (staff or {}).get(role, ""), password, shared) for role in STAFF_ROLES]
    return partner, logins


def begin(
    slug: str, *, name: str, currency: str, zone: str, owner: User, password: str, now: datetime
) -> tuple[Partner, Membership]:
    """Found the first partner of an empty installation with its first person, the owner (unsaved, with e-mail, name
    and language). Raises Begun where somebody is here already, BadPartner, and then keeps nothing."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Whoever comes second waits here, and then finds somebody.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [BEGINNING])
        if User.objects.exists():
            raise Begun
        partner = _establish(slug, name, currency, zone, now, None, {"support_email": owner.email})
        owner.set_password(password)
        owner.save()
        return partner, Membership.objects.create(partner=partner, user=owner, role=Role.OWNER)


def _establish(
    slug: str, name: str, currency: str, zone: str, now: datetime, policy: Policy | None, details: dict[str, Any]
) -> Partner:
    faults = _faults(slug, name, currency, zone)
    if faults:
        raise BadPartner(faults)
    details.setdefault("support_hours", SUPPORT_HOURS)
    partner = Partner.objects.create(
        slug=slug,
        name=name,
        currency=currency,
        zone=zone,
        country=country_of(zone),
        prefix=details.pop("prefix", "") or _prefix(slug),
        created_at=now,
        **details,
    )
    publish(partner, policy or standard_policy(currency), effective_on=THE_BEGINNING, now=now)
    PriceRule.objects.create(partner=partner, markup_percent=MARKUP_PERCENT, effective_from=THE_BEGINNING)
    return partner


def standard_policy(currency: str) -> Policy:
    """The policy a new partner begins with, in its own currency."""
    text = STANDARD.read_text(encoding="utf-8").replace("OWN:", f"{currency}:")
    mapping = yaml.safe_load(text)
    minimum = {code: Decimal(amount) for code, amount in mapping.pop("min_overdue").items()}
    return policy_from_mapping(mapping, min_overdue=minimum)


def _faults(slug: str, name: str, currency: str, zone: str) -> list[str]:
    faults = []
    if not slug or slug != slug.lower() or not slug.replace("-", "").isalnum() or not slug.isascii():
        faults.append(f"slug: '{slug}' is not made of small letters, digits and hyphens")
    if Partner.objects.filter(slug=slug).exists():
        faults.append(f"slug: '{slug}' is taken")
    if not name.strip():
        faults.append("name: is blank")
    if currency not in CURRENCIES:
        faults.append(f"currency: '{currency}' is not a currency we know")
    if zone not in available_timezones() or not ZoneInfo(zone):
        faults.append(f"zone: '{zone}' is not a time zone")
    return faults


def _prefix(slug: str) -> str:
    letters = "".join(part[0] for part in slug.split("-") if part).upper()
    return letters if len(letters) > 1 else slug.replace("-", "")[:2].upper()


def _person(partner: Partner, role: str, name: str, password: str | None, hashed: str) -> Login:
    email = f"{role.replace('_', '-')}@{partner.slug}.example"
    secret = password or secrets.token_urlsafe(16)
    user = User.objects.create(
        email=email,
        name=name or role.replace("_", " ").capitalize(),
        password=hashed or make_password(secret),
    )
    Membership.objects.create(partner=partner, user=user, role=role)
    return Login(email, secret, user.name, partner.slug, [role])
