"""How is one promised change of access kept? The provider's "later" is later, its "no" goes to a person."""

from datetime import timedelta

from outbox.keeping import Later, Lease, Park, Result
from subscriptions import provisioning
from subscriptions.gateway.protocol import OutcomeUnknown, ProviderRefused, ProviderUnavailable
from subscriptions.models import AccessChange

from .restoring import restore
from .suspending import suspend

# Longer than the provider's slowest late commit; a read-back that comes sooner proves nothing.
SETTLE = timedelta(seconds=20)


def keep_access_change(change: AccessChange, lease: Lease) -> Result:
    """Carry out one promised change of access; safe to begin again at any point."""
    try:
        provider = provisioning.provider_for(change.partner)
        if change.wanted == AccessChange.Wanted.ACTIVE:
            return restore(change, provider, lease)
        return suspend(change, provider, lease)
    except ProviderUnavailable as error:
        return provisioning.later(error, change.attempts)
    except OutcomeUnknown as error:
        return Later(SETTLE, str(error))
    except ProviderRefused as error:
        return Park(str(error))
