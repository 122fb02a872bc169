"""Which program may read a partner's book? It gets a secret that is shown once, ends by itself and can be revoked."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from .models import ApiToken, Membership, Partner, Reads, User, acting_for
from .roles import May

LONGEST_DAYS: Final = 366
MOST: Final = 50
# So that a secret found in a file or a log is known for what it is.
BEGINS: Final = "pp_"
NOTED_EVERY: Final = timedelta(hours=1)


class NotAdmitted(Exception):
    """No token is made; `why` is a code: too_many, too_long, nothing."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def admit(
    partner: Partner, name: str, reads: Sequence[str], *, days: int, by: User, now: datetime
) -> tuple[ApiToken, str]:
    """Make a token that reads these kinds of rows for so many days; answers it with its secret, which nobody can read
    again. Raises NotAdmitted, PermissionError."""
    _check_may(by, partner)
    if not reads or not set(reads) <= set(Reads.values):
        raise NotAdmitted("nothing")
    if not 1 <= days <= LONGEST_DAYS:
        raise NotAdmitted("too_long")
    secret = BEGINS + secrets.token_urlsafe(32)
    with acting_for(partner):
        Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        if ApiToken.objects.of(partner).filter(revoked_at=None, expires_at__gt=now).count() >= MOST:
            raise NotAdmitted("too_many")
        made = ApiToken.objects.create(
            partner=partner,
            name=" ".join(name.split())[:100],
            reads=sorted(set(reads)),
            secret_hash=_hash(secret),
            hint=secret[-4:],
            made_at=now,
            made_by=by,
            expires_at=now + timedelta(days=days),
        )
    return made, secret


def revoke(token: ApiToken, *, by: User, now: datetime) -> bool:
    """Its next request is refused. Answers whether it was still in force."""
    _check_may(by, token.partner)
    with acting_for(token.partner):
        mine = ApiToken.objects.filter(pk=token.pk, revoked_at=None)
        return bool(mine.update(revoked_at=now, revoked_by=by))


def admitted(secret: str, *, now: datetime, machine: datetime) -> ApiToken | None:
    """The token with this secret while it is in force. That it was used is noted once an hour."""
    if not secret.startswith(BEGINS):
        return None
    named = ApiToken.objects.filter(secret_hash=_hash(secret), revoked_at=None, expires_at__gt=now)
    token = named.select_related("partner").first()
    if token is not None and (token.used_at is None or token.used_at < machine - NOTED_EVERY):
        with acting_for(token.partner):
            stale = Q(used_at=None) | Q(used_at__lt=machine - NOTED_EVERY)
            ApiToken.objects.filter(stale, pk=token.pk).update(used_at=machine)
    return token


def _hash(secret: str) -> str:
    # 256 random bits: nothing to guess, so nothing that must be slow.
    return hashlib.sha256(secret.encode()).hexdigest()


def _check_may(by: User, partner: Partner) -> None:
    place = Membership.objects.filter(user=by, user__is_active=True, partner=partner, customer=None).first()
    if place is None or not place.may(May.COMPANY):
        raise PermissionError(f"{by} may not make tokens for this partner.")
