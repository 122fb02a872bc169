"""Who minds a deed of the worklist, and how may it rest for a while and come back by itself?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from customers.models import Membership, Partner, User, acting_for
from customers.roles import May

from .approving import NotAllowed
from .models import DeedMark

# Nobody puts a deed away for longer; what rests for months is a hold, and holds are agreed.
LONGEST: Final = timedelta(days=92)
# At most so many deeds at once.
MOST: Final = 200
LONGEST_WHY: Final = 200


class BadMark(Exception):
    """It can't be marked so; `code` names what is in the way: keys, until, why or owner."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Matter:
    """A deed as it stood when somebody put it away: over how much, and by when."""

    key: str
    amount: Decimal | None = None
    due_at: datetime | None = None


@dataclass(frozen=True)
class Marked:
    """Which deeds were marked, and which somebody else has."""

    done: list[DeedMark]
    theirs: list[DeedMark]


def claim_deeds(partner: Partner, keys: Sequence[str], *, by: User, now: datetime) -> Marked:
    """Take deeds on. One that somebody else has stays theirs: whoever was first has it.

    Claiming twice is claiming once. Raises BadMark and NotAllowed."""
    return _own(partner, keys, by, by=by, now=now, only_free=True)


def hand_over(partner: Partner, keys: Sequence[str], to: User, *, by: User, now: datetime) -> Marked:
    """Give deeds to a colleague who may do them, whoever had them. Raises BadMark (owner) and NotAllowed."""
    if not _may_work(to, partner):
        raise BadMark("owner", f"{to} does no work in this book")
    return _own(partner, keys, to, by=by, now=now, only_free=False)


def release(partner: Partner, keys: Sequence[str], *, by: User, now: datetime) -> Marked:
    """Put one's own deeds back for everybody; what others have stays theirs. Raises BadMark and NotAllowed."""
    with acting_for(partner):
        marks = _marks(partner, keys, by, make=False)
        mine = [mark for mark in marks if mark.owner_id == by.pk]
        for mark in mine:
            mark.owner = mark.owned_by = mark.owned_at = None
        _save(mine, "owner", "owned_by", "owned_at")
        return Marked(mine, [mark for mark in marks if mark.owner_id])


def snooze(
    partner: Partner, matters: Sequence[Matter], *, until: datetime, why: str, by: User, now: datetime
) -> Marked:
    """Let deeds rest until an instant. No date of a customer moves; each comes back by itself, and at once when it
    is about more money or an earlier day than now.

    Raises BadMark (until: not ahead or too far; why: empty) and NotAllowed."""
    if not now < until <= now + LONGEST:
        raise BadMark("until", f"{until:%Y-%m-%d} is not between tomorrow and {now + LONGEST:%Y-%m-%d}")
    why = why.strip()[:LONGEST_WHY]
    if not why:
        raise BadMark("why", "say why it may rest")
    about = {matter.key: matter for matter in matters}
    with acting_for(partner):
        marks = _marks(partner, list(about), by)
        for mark in marks:
            mark.snoozed_until, mark.snoozed_at, mark.snoozed_by, mark.why = until, now, by, why
            mark.amount, mark.due_at = about[mark.key].amount, about[mark.key].due_at
        _save(marks, "snoozed_until", "snoozed_at", "snoozed_by", "why", "amount", "due_at")
        return Marked(marks, [])


def wake(partner: Partner, keys: Sequence[str], *, by: User) -> Marked:
    """Bring deeds back before their time. Raises BadMark and NotAllowed."""
    with acting_for(partner):
        marks = _marks(partner, keys, by, make=False)
        for mark in marks:
            mark.snoozed_until = mark.snoozed_at = mark.snoozed_by = None
            mark.why, mark.amount, mark.due_at = "", None, None
        _save(marks, "snoozed_until", "snoozed_at", "snoozed_by", "why", "amount", "due_at")
        return Marked(marks, [])


def rests(mark: DeedMark | None, matter: Matter, *, now: datetime) -> bool:
    """Whether a deed is snoozed: its hour has not come, and it is about no more money and no earlier day."""
    if mark is None or mark.snoozed_until is None or mark.snoozed_until <= now:
        return False
    more = (matter.amount or 0) > (mark.amount or 0)
    earlier = matter.due_at is not None and (mark.due_at is None or matter.due_at < mark.due_at)
    return not more and not earlier


def colleagues(partner: Partner) -> list[User]:
    """Who may be given a deed: people of the partner whose role does something, by name."""
    found = Membership.objects.filter(partner=partner, customer=None, user__is_active=True).select_related("user")
    return sorted((one.user for one in found if one.may(May.WORK)), key=lambda user: (str(user).casefold(), user.pk))


def marks_of(partner: Partner) -> Mapping[str, DeedMark]:
    """All marks of a book by the key of their deed, with the people on them; one query."""
    found = DeedMark.objects.filter(partner=partner).select_related("owner", "snoozed_by")
    return {mark.key: mark for mark in found}


def _own(partner: Partner, keys: Sequence[str], owner: User, *, by: User, now: datetime, only_free: bool) -> Marked:
    with acting_for(partner):
        marks = _marks(partner, keys, by)
        theirs = [mark for mark in marks if only_free and mark.owner_id not in (None, owner.pk)]
        done = [mark for mark in marks if mark not in theirs]
        fresh = [mark for mark in done if mark.owner_id != owner.pk]
        for mark in fresh:
            mark.owner, mark.owned_by, mark.owned_at = owner, by, now
        _save(fresh, "owner", "owned_by", "owned_at")
        return Marked(done, theirs)


def _marks(partner: Partner, keys: Sequence[str], by: User, *, make: bool = True) -> list[DeedMark]:
    """The marks of these deeds, locked; in one order, so that two people never wait for each other."""
    if not _may_work(by, partner):
        raise NotAllowed("role", f"{by} may not {May.WORK.label}.")
    wanted = sorted(set(keys))
    if not 0 < len(wanted) <= MOST or any(not 0 < len(key) <= 40 for key in wanted):
        raise BadMark("keys", f"{len(wanted)} deeds can't be marked at once")
    if make:
        DeedMark.objects.bulk_create([DeedMark(partner=partner, key=key) for key in wanted], ignore_conflicts=True)
    rows = DeedMark.objects.filter(partner=partner, key__in=wanted).order_by("key").select_for_update(of=("self",))
    return list(rows.select_related("owner"))


def _save(marks: Iterable[DeedMark], *fields: str) -> None:
    DeedMark.objects.bulk_update(list(marks), fields)


def _may_work(user: User, partner: Partner) -> bool:
    place = Membership.objects.filter(user=user, partner=partner, customer=None).first()
    return place is not None and place.may(May.WORK)
