"""How does the provider treat us: in good standing, behind with a bill, or restricted?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.refusing import NotPossible
from customers.models import Partner, User, acting_for

from .allowing import check_may_pay
from .models import Standing
from .owing import Owed, owed

# What a restricted partner can't do (CN:billing); suspending and restoring customers is not among it.
REFUSED: tuple[str | Promise, ...] = (
    _("create a customer"),
    _("place an order"),
    _("ask a customer for a reseller relationship"),
    _("add or take away seats"),
    _("order add-ons"),
    _("convert a subscription"),
    _("move a subscription to another offer"),
)


class How(StrEnum):
    """The three states of a partner's own account."""

    GOOD = "good"
    BEHIND = "behind"
    RESTRICTED = "restricted"


@dataclass(frozen=True)
class Stands:
    """How the partner's own account stands on a day, with the restriction in force, if any."""

    how: How
    restriction: Standing | None = None


def stands(partner: Partner, *, today: date, bills: Sequence[Owed] | None = None) -> Stands:
    """Restricted while the provider says so; behind while a bill is past its day; else good. `bills` is what is owed
    on that day, where it is known already."""
    restriction = Standing.objects.filter(partner=partner, ended_at=None).first()
    if restriction is not None:
        return Stands(How.RESTRICTED, restriction)
    return Stands(how(False, owed(partner, today=today) if bills is None else bills))


def how(restricted: bool, bills: Sequence[Owed]) -> How:
    """How an account stands of which it is known whether the provider restricts it, and what is owed today."""
    if restricted:
        return How.RESTRICTED
    return How.BEHIND if any(one.overdue for one in bills) else How.GOOD


def restrict(partner: Partner, *, why: str, by: User | None, now: datetime) -> Standing:
    """Keep that the provider restricts us, as a person says or as a refused call said (`by` None). One at a time:
    said again it is the same row. Raises NotPossible, PermissionError."""
    if by is not None:
        check_may_pay(by, partner)
    if not why.strip():
        raise NotPossible(gettext("Say how you know"), "why")
    with acting_for(partner):
        Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        standing = Standing.objects.filter(partner=partner, ended_at=None).first()
        if standing is not None:
            return standing
        source = Standing.Source.PERSON if by else Standing.Source.ANSWER
        return Standing.objects.create(
            partner=partner, source=source, why=why.strip()[:300], began_at=now, recorded_by=by
        )


def lift(partner: Partner, *, by: User | None, now: datetime) -> Standing | None:
    """Keep that the restriction is over; None where there was none. Raises PermissionError."""
    if by is not None:
        check_may_pay(by, partner)
    with acting_for(partner):
        standing = Standing.objects.select_for_update().filter(partner=partner, ended_at=None).first()
        if standing is not None:
            standing.ended_at, standing.ended_by = max(now, standing.began_at), by
            standing.save(update_fields=["ended_at", "ended_by"])
        return standing
