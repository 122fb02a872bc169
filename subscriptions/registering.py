"""Does the provider ring when something changes? Our address is registered for its events, and tried."""

import time
import uuid
from dataclasses import dataclass
from typing import Final

from customers.models import Partner

from .gateway.events import INVOICE_READY, SUBSCRIPTION_UPDATED, TEST_CREATED
from .provisioning import provider_for

WANTED: Final = (SUBSCRIPTION_UPDATED, INVOICE_READY, TEST_CREATED)
# A test event is sent at once; one that was not answered by then has not reached us.
PATIENCE: Final = 30.0
ENDED: Final = ("completed", "failed")


@dataclass(frozen=True)
class Registered:
    """Where the provider sends its events now. `before`: where it sent them, empty for nowhere; `changed`: the provider
    was asked for something else than it had."""

    url: str
    events: tuple[str, ...]
    before: str
    changed: bool


def register(partner: Partner, url: str) -> Registered:
    """Have the partner's events sent to an address; asked again for the same, the provider is only read. Raises
    ProviderError."""
    provider = provider_for(partner)
    known = provider.registration()
    if known and known.url == url and set(WANTED) <= set(known.events):
        return Registered(url, known.events, known.url, changed=False)
    made = provider.register(url, WANTED, renew=known is not None, request_id=_id(), correlation_id=_id())
    return Registered(made.url, made.events, known.url if known else "", changed=True)


def try_it(partner: Partner) -> str:
    """Have a test event sent and wait for what becomes of it; the provider's word for that. Raises ProviderError."""
    provider = provider_for(partner)
    test = provider.ask_for_test_event(request_id=_id(), correlation_id=_id())
    ends = time.monotonic() + PATIENCE
    while (found := provider.trial(test)).status not in ENDED and time.monotonic() < ends:
        time.sleep(0.5)
    return found.status


def _id() -> str:
    return str(uuid.uuid4())
