"""How is the provider's support followed? On the global cloud only; elsewhere each verb says so before any call.

Sources: get-all-service-requests-for-a-customer, get-service-request-details-by-id, update-a-service-request.
"""

from __future__ import annotations

from typing import Any

from .addresses import path_to
from .http import Way
from .protocol import NotOffered
from .reading import items_of
from .refusals import Ids, trouble
from .support import SupportRequest, check_list, request_from
from .talking import Talker, as_json, correlated, shown

REQUESTS_A_PAGE = 200
MOST_PAGES = 200
LONGEST_NOTE = 10_000
LIST_CAP = 16_000_000


class SupportVerbs(Talker):
    """Requests to the provider's support."""

    def support_requests(
        self, customer_id: str | None = None, *, correlation_id: str | None = None
    ) -> tuple[SupportRequest, ...]:
        """Every request, of the partner or of one customer, all pages, each once; without their notes."""
        correlation = correlated(correlation_id)
        self._has_support(correlation)
        parts = ("customers", customer_id, "servicerequests") if customer_id else ("servicerequests",)
        path = self._placed(correlation, lambda: path_to(*parts))

        def at(offset: int) -> str:
            return f"{path}?size={REQUESTS_A_PAGE}&offset={offset}"

        def read(page: Any, _: int) -> list[SupportRequest]:
            check_list(page, customer_id)
            return [request_from(item) for item in items_of(page)]

        way = Way("support_requests", cap=LIST_CAP, for_person=True)
        found: dict[str, SupportRequest] = {}
        for page in self._pages(at(0), correlation, read, most=MOST_PAGES, by_offset=at, way=way):
            for one in page:
                found.setdefault(one.id, one)
        return tuple(found.values())

    def support_request(self, request: str, *, correlation_id: str | None = None) -> SupportRequest:
        """One request with its notes; ProviderRefused with status 404 if there is none."""
        correlation = correlated(correlation_id)
        self._has_support(correlation)
        address = self._address(correlation, "servicerequests", request)
        reading = as_json(lambda found: request_from(found, request))
        return self._read(address, correlation, reading, way=Way("support_request", for_person=True))

    def add_note(self, request: str, text: str, *, request_id: str, correlation_id: str) -> SupportRequest | None:
        """Write a note on a request: only the note is sent. Answers and errors as of `change_status`."""
        ids = Ids(request_id, correlation_id)
        self._has_support(correlation_id)
        if not text.strip() or len(text) > LONGEST_NOTE:
            raise ValueError(f"a note has between one and {LONGEST_NOTE:,} characters")
        address = self._address(correlation_id, "servicerequests", request)
        way = Way("add_note", for_person=True)
        answer = self._write("PATCH", address, {"NewNote": {"Text": text}}, ids, way=way)
        return shown(answer, lambda found: request_from(found, request), ids)

    def _has_support(self, correlation: str) -> None:
        if not self._settings.facts.has_support:
            why = f"requests to support are no part of the API of {self._settings.profile}; file it in its portal"
            raise trouble(NotOffered, why, Ids("", correlation))
