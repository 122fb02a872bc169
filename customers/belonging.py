"""Who belongs here, and what may they do? Places are given, changed and ended here, each with who said so."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from .locking import lock_customer
from .models import Customer, Membership, Partner, PlaceChange, TimelineEntry, User, acting_for
from .roles import CUSTOMER_ROLES, STAFF_ROLES, Role
from .telling import tell

What = PlaceChange.What


class CantChange(Exception):
    """The place stays as it is; `why` is a code: last_owner, last_of_customer, not_a_role, gone."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def roles_of(customer: Customer | None) -> tuple[Role, ...]:
    """The roles that a place with a customer can have, or one with the partner itself."""
    return STAFF_ROLES if customer is None else CUSTOMER_ROLES


@contextmanager
def settled(partner: Partner, customer: Customer | None) -> Iterator[None]:
    """One transaction in which nobody else changes who belongs here."""
    with acting_for(partner):
        if customer is not None:
            lock_customer(customer.pk)
        else:
            Partner.objects.select_for_update().get(pk=partner.pk)
        yield


def change_role(place: Membership, role: str, *, by: User, now: datetime) -> Membership:
    """Give a place another role; it counts from the person's next request on. The same role again changes nothing.

    Raises CantChange: the last owner stays owner, and a role fits its place."""
    with settled(place.partner, place.customer):
        locked = _locked(place)
        if role not in roles_of(locked.customer):
            raise CantChange("not_a_role")
        if locked.role == role:
            return locked
        _not_the_last(locked)
        before, locked.role = locked.role, role
        locked.save(update_fields=["role"])
        record(locked, What.ROLE, by=by, now=now, before=before)
        return locked


def end_place(place: Membership, *, by: User, now: datetime) -> None:
    """Take a place away; the person's next request finds nothing here. What they did stays on record under their
    name. Raises CantChange: the last owner can't go."""
    with settled(place.partner, place.customer):
        locked = _locked(place)
        _not_the_last(locked)
        record(locked, What.ENDED, by=by, now=now, before=locked.role, after="")
        locked.delete()


def record(
    place: Membership, what: PlaceChange.What, *, by: User, now: datetime, before: str = "", after: str | None = None
) -> None:
    """Keep one change of a place; a customer's people read theirs on the timeline too."""
    role = place.role if after is None else after
    PlaceChange.objects.create(
        partner=place.partner,
        customer=place.customer,
        at=now,
        what=what,
        email=place.user.email,
        person=place.user,
        role_before=before,
        role_after=role,
        by=by,
    )
    if place.customer is None:
        return
    values = {"name": str(place.user), "role": role or before, "person": str(by)}
    code = f"person_{what.value}"
    tell(place.customer, TimelineEntry.Kind.NOTE, code, now=now, values=values, actor=by)


def _locked(place: Membership) -> Membership:
    """The place as it is now; somebody may have ended it meanwhile."""
    rows = Membership.objects.select_related("partner", "customer", "user").select_for_update(of=("self",))
    found = rows.filter(pk=place.pk).first()
    if found is None:
        raise CantChange("gone")
    return found


def _not_the_last(place: Membership) -> None:
    if place.role == Role.OWNER:
        owners = Membership.objects.filter(partner=place.partner, customer=None, role=Role.OWNER, user__is_active=True)
        if not owners.exclude(pk=place.pk).exists():
            raise CantChange("last_owner")
