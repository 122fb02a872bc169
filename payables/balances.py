"""What does the provider itself say we owe, and does it still serve us? Read from its answers."""

from datetime import datetime

from customers.models import Partner, acting_for
from subscriptions.gateway.bills import ProviderBalance as Seen
from subscriptions.gateway.codes import ACCOUNT_RESTRICTED
from subscriptions.gateway.protocol import NeedsPerson, Provider
from subscriptions.models import ProviderCall

from .models import ProviderBalance, Standing
from .standing import restrict


def read_balances(partner: Partner, provider: Provider, *, now: datetime) -> list[ProviderBalance]:
    """Ask the provider what we owe in each currency and keep its answer as rows; outside any transaction. Without a
    person's consent it is asked for the account's own currency alone. Raises what the gateway raises."""
    try:
        seen = provider.balances()
    except NeedsPerson:
        seen = (provider.balance(),)
    with acting_for(partner):
        return [_keep(partner, one, now) for one in seen]


def _keep(partner: Partner, seen: Seen, now: datetime) -> ProviderBalance:
    zone = partner.tz
    return ProviderBalance.objects.create(
        partner=partner,
        currency=seen.currency,
        balance=seen.owed,
        accounting_on=seen.as_of.date() if seen.as_of else None,
        last_payment_on=seen.last_paid_at.astimezone(zone).date() if seen.last_paid_at else None,
        last_payment=seen.last_paid,
        read_at=now,
    )


def heed_refusals(partner: Partner, *, now: datetime) -> Standing | None:
    """Keep that the provider restricts our account where one of its refusals said so after the last restriction was
    over (SDK:error-codes, 800039 and 900149); None where none did."""
    refusals = ProviderCall.objects.filter(partner=partner, code__in=ACCOUNT_RESTRICTED)
    last = Standing.objects.filter(partner=partner).order_by("-began_at", "-pk").first()
    if last is not None:
        if last.ended_at is None:
            return None
        refusals = refusals.filter(began_at__gt=last.ended_at)
    refusal = refusals.order_by("-began_at").first()
    if refusal is None:
        return None
    return restrict(partner, why=f"{refusal.code}: {refusal.answer}", by=None, now=now)
