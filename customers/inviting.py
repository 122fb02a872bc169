"""How does somebody come to belong here? Through a mail to their address, which gives a place and nothing else."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db.models import Q

from .account_mail import promise_mail
from .belonging import record, roles_of, settled
from .models import AccountMail, Customer, Invitation, Membership, Partner, PlaceChange, User, acting_for

LASTS: Final = timedelta(days=7)
# As many as a partner sends within an hour; more looks like somebody else at an owner's desk.
MOST_IN_AN_HOUR: Final = 50


class CantInvite(Exception):
    """Nobody is invited; `why` is a code: belongs, not_a_role, too_many."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class CantJoin(Exception):
    """Nobody joins; `why` is a code: over, has_account, other_person."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Guest:
    """Who is asked, to do what."""

    email: str
    role: str
    name: str = ""
    language: str = "en"


def invite(partner: Partner, guest: Guest, *, by: User, now: datetime, customer: Customer | None = None) -> Invitation:
    """Offer a place with the partner, or with one of its customers, to whoever reads the mail of an address.

    Whether the address has an account changes nothing here. A second invitation takes the place of the first.
    Raises CantInvite."""
    email = guest.email.strip().lower()
    if guest.role not in roles_of(customer):
        raise CantInvite("not_a_role")
    with settled(partner, customer):
        here = Membership.objects.filter(partner=partner, customer=customer)
        if here.filter(user__email__iexact=email).exists():
            raise CantInvite("belongs")
        mine = Invitation.objects.of(partner)
        if mine.filter(invited_at__gt=now - timedelta(hours=1)).count() >= MOST_IN_AN_HOUR:
            raise CantInvite("too_many")
        mine.open().filter(customer=customer, email=email).update(revoked_at=now, revoked_by=by)
        made = Invitation.objects.create(
            partner=partner,
            customer=customer,
            email=email,
            name=guest.name.strip(),
            role=guest.role,
            language=guest.language,
            invited_by=by,
            invited_at=now,
            expires_at=now + LASTS,
        )
        _keep(made, PlaceChange.What.INVITED, by, now)
        promise_mail(AccountMail.Kind.INVITATION, email, now=now, invitation=made)
        return made


def revoke(invitation: Invitation, *, by: User, now: datetime) -> bool:
    """Take an invitation back; its link is worth nothing from then on. Answers whether it was still open."""
    with acting_for(invitation.partner):
        locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if locked.accepted_at or locked.revoked_at:
            return False
        locked.revoked_at, locked.revoked_by = now, by
        locked.save(update_fields=["revoked_at", "revoked_by"])
        _keep(locked, PlaceChange.What.REVOKED, by, now)
        return True


def invitation_of(secret: str) -> Invitation | None:
    """The invitation whose mail carried this secret."""
    named = Invitation.objects.filter(secret_hash=hashlib.sha256(secret.encode()).hexdigest())
    return named.select_related("partner", "customer", "customer__partner", "invited_by").first()


def account_of(email: str) -> User | None:
    """Who has this address, in any case of its letters."""
    return User.objects.filter(email__iexact=email).first()


def join(invitation: Invitation, user: User, *, now: datetime) -> Membership:
    """The person who has the address, signed in, takes the place. Nothing of the account changes: password, name
    and other places stay. Taken up twice by the same person it is one place. Raises CantJoin."""
    if user.email.lower() != invitation.email:
        raise CantJoin("other_person")
    with settled(invitation.partner, invitation.customer):
        return _take(invitation, user, now)


def join_anew(invitation: Invitation, name: str, password: str, *, now: datetime) -> Membership:
    """A person without an account gets one with this password, and the place. Raises CantJoin: where the address
    has an account by now, its owner signs in instead."""
    hashed = make_password(password)
    with settled(invitation.partner, invitation.customer):
        if account_of(invitation.email):
            raise CantJoin("has_account")
        if not _locked(invitation).counts(now):
            raise CantJoin("over")
        user = User.objects.create(
            email=invitation.email, name=name.strip(), language=invitation.language, password=hashed
        )
        return _take(invitation, user, now)


def _locked(invitation: Invitation) -> Invitation:
    return Invitation.objects.select_for_update().get(pk=invitation.pk)


def _take(invitation: Invitation, user: User, now: datetime) -> Membership:
    locked = _locked(invitation)
    mine = Q(partner=locked.partner, customer=locked.customer, user=user)
    if locked.accepted_by_id == user.pk:
        place = Membership.objects.filter(mine).first()
        if place is not None:
            return place
    if not locked.counts(now):
        raise CantJoin("over")
    place, made = Membership.objects.get_or_create(
        partner=locked.partner, customer=locked.customer, user=user, defaults={"role": locked.role}
    )
    locked.accepted_at, locked.accepted_by = now, user
    locked.save(update_fields=["accepted_at", "accepted_by"])
    if made:
        record(place, PlaceChange.What.JOINED, by=user, now=now)
    return place


def _keep(invitation: Invitation, what: PlaceChange.What, by: User, now: datetime) -> None:
    PlaceChange.objects.create(
        partner=invitation.partner,
        customer=invitation.customer,
        at=now,
        what=what,
        email=invitation.email,
        role_after=invitation.role,
        by=by,
    )
