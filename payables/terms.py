"""When is a bill of the provider due, and what may being late cost?"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.utils.translation import gettext

from billing.money import ZERO, quantise
from billing.refusing import NotPossible
from customers.models import Partner, User, acting_for
from subscriptions.gateway.profiles import PROFILES, Profile

from .allowing import check_may_pay
from .models import ProviderBill, ProviderTerms

# A month of lateness, begun on the first day after the due day.
MONTH: Final = 30


@dataclass(frozen=True)
class Terms:
    """How a partner has to pay: days after the billing date, and the late charge a month as a fraction (the lesser of
    the provider's rate and what the law allows)."""

    net_days: int
    monthly_charge: Decimal
    agreement: str = ""


def profile_of(partner: Partner) -> Profile:
    """The cloud this partner resells; one for the whole installation."""
    return PROFILES[settings.PARTNER_CENTER["profile"]]


class AllTerms:
    """The terms of a partner, read once: as agreed in writing from a day on, else the profile's own (CN:billing: net
    30 days unless agreed otherwise in writing; 1.5 % a month or the legal maximum, whichever is less)."""

    def __init__(self, partner: Partner) -> None:
        self.profile = profile_of(partner)
        self.agreed = list(ProviderTerms.objects.filter(partner=partner).order_by("from_on"))

    def on(self, day: date) -> Terms:
        """Those in force on a day."""
        profile = self.profile
        agreed = next((one for one in reversed(self.agreed) if one.from_on <= day), None)
        if agreed is None:
            return Terms(profile.net_days, profile.finance_charge)
        charge = profile.finance_charge
        if agreed.legal_maximum is not None:
            charge = min(charge, agreed.legal_maximum)
        return Terms(agreed.net_days, charge, agreed.agreement)

    def due_day(self, billed_on: date) -> date:
        """The day a bill of this billing date is due."""
        return billed_on + timedelta(days=self.on(billed_on).net_days)


def late_charge(amount: Decimal, due_on: date, today: date, monthly: Decimal, currency: str) -> Decimal:
    """What may be assessed by today for a bill that is still unpaid: the monthly fraction of the bill's whole amount
    for each month begun after its due day. It is an estimate: the provider may leave it, and whether it compounds is
    not stated (CN:billing), so it doesn't here. Nothing before the due day has passed, never below zero."""
    days = (today - due_on).days
    if days <= 0 or amount <= ZERO:
        return ZERO
    months = (days + MONTH - 1) // MONTH
    return quantise(amount * monthly * months, currency)


def agree(
    partner: Partner,
    *,
    net_days: int,
    from_on: date,
    agreement: str,
    legal_maximum: Decimal | None,
    by: User,
    now: datetime,
) -> ProviderTerms:
    """Record terms agreed in writing with the provider, in force for bills dated from a day on.

    Raises NotPossible naming the field, PermissionError."""
    check_may_pay(by, partner)
    if not 0 < net_days <= 365:
        raise NotPossible(gettext("“%(value)s” is not between 1 and 365 days") % {"value": net_days}, "net_days")
    if not agreement.strip():
        raise NotPossible(gettext("Name the agreement and who at 21Vianet made it"), "agreement")
    if legal_maximum is not None and not ZERO <= legal_maximum < 1:
        raise NotPossible(gettext("“%(value)s” is not a share of a month") % {"value": legal_maximum}, "legal_maximum")
    with acting_for(partner):
        # Two people at once: the second finds what the first wrote.
        Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        if ProviderTerms.objects.filter(partner=partner, from_on=from_on).exists():
            raise NotPossible(gettext("Terms from this day stand already; take another day"), "from_on")
        return ProviderTerms.objects.create(
            partner=partner,
            net_days=net_days,
            from_on=from_on,
            agreement=agreement.strip()[:300],
            legal_maximum=legal_maximum,
            recorded_at=now,
            recorded_by=by,
        )


def agree_bill(bill: ProviderBill, *, due_on: date, why: str, by: User) -> ProviderBill:
    """Record another due day that the provider agreed to in writing for one bill.

    Raises NotPossible naming the field, PermissionError."""
    check_may_pay(by, bill.partner)
    if due_on < bill.billed_on:
        raise NotPossible(gettext("“%(value)s” lies before the bill itself") % {"value": due_on.isoformat()}, "due_on")
    if not why.strip():
        raise NotPossible(gettext("Name the agreement and who at 21Vianet made it"), "why")
    with acting_for(bill.partner):
        bill = ProviderBill.objects.select_for_update().get(pk=bill.pk)
        bill.agreed_due_on, bill.agreed_why, bill.agreed_by = due_on, why.strip()[:300], by
        bill.save(update_fields=["agreed_due_on", "agreed_why", "agreed_by"])
        return bill
