"""How is one promised change of access kept? The provider's "later" is later, its "no" goes to a person."""

from datetime import timedelta

from django.db.models import Q

from outbox.keeping import Later, Lease, Park, Result
from subscriptions import provisioning
from subscriptions.gateway.protocol import OutcomeUnknown, Provider, ProviderRefused, ProviderUnavailable
from subscriptions.models import AccessChange, AccessStop
from subscriptions.withholding import let_go, withhold

from .restoring import restore
from .suspending import suspend

# Longer than the provider's slowest late commit; a read-back that comes sooner proves nothing.
SETTLE = timedelta(seconds=20)


def keep_access_change(change: AccessChange, lease: Lease) -> Result:
    """Carry out one promised change of access; safe to begin again at any point."""
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
    """A stop that people decided goes its own way; the rest follows the debt."""
    stop = AccessStop.objects.filter(Q(change=change) | Q(lift=change)).select_related("customer").first()
    if change.wanted == AccessChange.Wanted.ACTIVE:
        return let_go(stop, change, provider, lease) if stop else restore(change, provider, lease)
    return withhold(stop, change, provider, lease) if stop else suspend(change, provider, lease)
