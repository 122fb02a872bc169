"""How does a person keep a filter of the worklist under a name, and choose the one their day begins with?"""

from datetime import datetime
from typing import Final

from customers.models import Partner, User, acting_for

from .models import SavedView

MOST: Final = 12


class BadView(Exception):
    """It can't be kept; `code` names what is in the way: name or many."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def save_view(partner: Partner, user: User, name: str, query: str, *, first: bool, now: datetime) -> SavedView:
    """Keep a filter under a name; the same name again replaces it. `first` makes it the person's first page.

    Raises BadView."""
    name = " ".join(name.split())[:40]
    if not name:
        raise BadView("name", "a view has a name")
    with acting_for(partner):
        mine = SavedView.objects.filter(partner=partner, user=user)
        if mine.exclude(name=name).count() >= MOST:
            raise BadView("many", f"{MOST} views are kept already")
        if first:
            mine.filter(first=True).update(first=False)
        view, _made = SavedView.objects.update_or_create(
            partner=partner, user=user, name=name, defaults={"query": query[:300], "first": first, "saved_at": now}
        )
        return view


def drop_view(partner: Partner, user: User, name: str) -> bool:
    """Forget a view of one's own; whether there was one."""
    with acting_for(partner):
        gone, _each = SavedView.objects.filter(partner=partner, user=user, name=name).delete()
        return bool(gone)


def views_of(partner: Partner, user: User) -> list[SavedView]:
    """The views a person keeps, the oldest first."""
    return list(SavedView.objects.filter(partner=partner, user=user).order_by("pk"))
