"""How much have we in the bank? Written down by a person, in the partner's own currency."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext

from billing.money import quantise
from billing.refusing import NotPossible
from customers.models import Partner, User, acting_for

from .allowing import check_may_pay
from .models import CashBalance


def keep_balance(partner: Partner, *, balance: Decimal, on: date, by: User, now: datetime) -> CashBalance:
    """Keep what the account held when a day ended; below zero where it is overdrawn. The newest row of the newest day
    counts. Raises NotPossible naming the field, PermissionError."""
    check_may_pay(by, partner)
    if on > now.astimezone(partner.tz).date():
        raise NotPossible(gettext("“%(value)s” lies in the future") % {"value": on.isoformat()}, "on")
    if not balance.is_finite() or quantise(balance, partner.currency) != balance:
        raise NotPossible(gettext("“%(value)s” is not a balance") % {"value": balance}, "balance")
    with acting_for(partner):
        known = CashBalance.objects.filter(partner=partner, currency=partner.currency, on=on).order_by("-pk").first()
        if known is not None and known.balance == balance:
            return known
        return CashBalance.objects.create(
            partner=partner, currency=partner.currency, balance=balance, on=on, recorded_at=now, recorded_by=by
        )
