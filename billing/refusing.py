"""Why can't this correction be made? Said in words, beside the value they are about."""

from customers.models import Customer, Membership, Partner, User
from customers.roles import May


class NotPossible(Exception):
    """The correction can't be made; nothing was changed. `field` names the value that is the matter, if one is."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


def check_may(user: User, customer: Customer, what: May) -> None:
    """Raise PermissionError unless this person works for the customer's partner in a role that may."""
    check_may_of(user, customer.partner, what)


def check_may_of(user: User, partner: Partner, what: May) -> None:
    """Raise PermissionError unless this person works for the partner in a role that may."""
    place = Membership.objects.filter(user=user, user__is_active=True, partner=partner, customer=None).first()
    if place is None or not place.may(what):
        raise PermissionError(f"{user} may not {what.label} for this partner.")
