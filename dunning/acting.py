"""How is one promised change of access kept? The provider's "later" is later, its "no" goes to a person."""

from datetime import timedelta

from django.db.models import Q

from customers.locking import alone
from outbox.keeping import Later, Lease, Park, Result
from subscriptions import provisioning
from subscriptions.gateway.protocol import OutcomeUnknown, Provider, ProviderRefused, ProviderUnavailable
from subscriptions.mending_there import mend
from subscriptions.models import AccessChange, AccessStop, Drift
from subscriptions.switching import READ_BACK_AGAIN, goes_after_another
from subscriptions.withholding import let_go, withhold

from .restoring import restore
from .suspending import suspend

# Longer than the provider's slowest late commit; a read-back that comes sooner proves nothing.
SETTLE = timedelta(seconds=20)


def keep_access_change(change: AccessChange, lease: Lease) -> Result:
    """Carry out one promised change of access; safe to begin again at any point.

    One at a time for each customer: what another change is asking of the provider meanwhile would be read as the
    last word and then be overtaken. Whoever finds another at it comes back, which is no failed attempt."""
    with alone("access", change.customer_id) as mine:
        if not mine or goes_after_another(change):
            return Later(READ_BACK_AGAIN, "another change of this customer's access goes first", counts=False)
        return _kept(change, lease)


def _kept(change: AccessChange, lease: Lease) -> Result:
    try:
        provider = provisioning.provider_for(change.partner)
        return _carry_out(change, provider, lease)
    except ProviderUnavailable as error:
        return provisioning.later(error, change.attempts)
    except OutcomeUnknown as error:
        return Later(SETTLE, str(error))
    except ProviderRefused as error:
        return Park(str(error))


def _carry_out(change: AccessChange, provider: Provider, lease: Lease) -> Result:
    """What people decided about a difference or a stop goes its own way; the rest follows the debt."""
    drift = Drift.objects.filter(change=change).select_related("customer").first()
    if drift is not None:
        return mend(drift, change, provider, lease)
    stop = AccessStop.objects.filter(Q(change=change) | Q(lift=change)).select_related("customer").first()
    if change.wanted == AccessChange.Wanted.ACTIVE:
        return let_go(stop, change, provider, lease) if stop else restore(change, provider, lease)
    return withhold(stop, change, provider, lease) if stop else suspend(change, provider, lease)
