"""How does the provider come to tell us of changes? Registering an address for its events, and trying it.

Source: partner-center-webhooks.
"""

from __future__ import annotations

from .addresses import path_to
from .events import REGISTRATION, TEST_EVENTS, Registration, Trial, registration_from, tried_from
from .fields import required
from .http import Way
from .protocol import OutcomeUnknown, ProviderRefused
from .reading import an_object
from .refusals import Ids, trouble
from .talking import Talker, as_json, correlated, shown


class EventVerbs(Talker):
    """The registration for events."""

    def registration(self, *, correlation_id: str | None = None) -> Registration | None:
        """Where the provider sends its events; None if nowhere."""
        correlation = correlated(correlation_id)
        address = self._settings.base_url + REGISTRATION
        try:
            return self._read(address, correlation, as_json(registration_from), way=Way("registration"))
        except ProviderRefused as refused:
            if refused.status == 404:
                return None
            raise

    def register(
        self, url: str, events: tuple[str, ...], *, renew: bool, request_id: str, correlation_id: str
    ) -> Registration:
        """Ask for these events at this address: a first registration, or `renew` for one that is changed."""
        ids = Ids(request_id, correlation_id)
        asked = {"WebhookUrl": url, "WebhookEvents": list(events)}
        address, method = self._settings.base_url + REGISTRATION, "PUT" if renew else "POST"
        answer = self._write(method, address, asked, ids, way=Way("register"))
        registered = shown(answer, registration_from, ids)
        if registered is None or registered.url != url or not set(events) <= set(registered.events):
            raise trouble(OutcomeUnknown, "the answer shows another registration", ids, answer.status)
        return registered

    def ask_for_test_event(self, *, request_id: str, correlation_id: str) -> str:
        """Have a test event sent to the registered address; the id under which `trial` tells what became of it."""
        ids = Ids(request_id, correlation_id)
        address = self._settings.base_url + TEST_EVENTS
        answer = self._write("POST", address, None, ids, way=Way("ask_for_test_event"))
        found = shown(answer, lambda document: required(an_object(document), "correlationId"), ids)
        if found is None:
            raise trouble(OutcomeUnknown, "the answer does not name the test", ids, answer.status)
        return found

    def trial(self, test: str, *, correlation_id: str | None = None) -> Trial:
        """What became of a test event."""
        correlation = correlated(correlation_id)
        checked = self._placed(correlation, lambda: f"{TEST_EVENTS}/{path_to(test).rpartition('/')[2]}")
        return self._read(checked, correlation, as_json(tried_from), way=Way("trial"))
