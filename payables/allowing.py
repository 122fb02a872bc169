"""Who may write down what we owe and have paid the provider?"""

from customers.models import Membership, Partner, User
from customers.roles import May


def check_may_pay(by: User, partner: Partner) -> None:
    """Raise PermissionError unless this person works for the partner in a role that keeps its payables."""
    place = Membership.objects.filter(user=by, user__is_active=True, partner=partner, customer=None).first()
    if place is None or not place.may(May.PAY):
        raise PermissionError(f"{by} may not keep what {partner} owes the provider.")
