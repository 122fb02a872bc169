"""Who may come through a door of the API? Whoever brings a token that is in force and reads these rows."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase, JsonResponse

from customers.admitting import admitted
from customers.entering import Door
from customers.models import ApiToken, Reads, acting_for
from outbox import clock

LONGEST: Final = 200
Page = Callable[[HttpRequest, ApiToken], HttpResponseBase]


def refused(status: int, code: str, text: str) -> JsonResponse:
    """An answer that says what is wrong, in the form all of them have."""
    answer = JsonResponse({"errors": [{"code": code, "text": text}]}, status=status)
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="partner-portal"'
    return answer


def by_token(what: Reads) -> Callable[[Page], Callable[[HttpRequest], HttpResponseBase]]:
    """For programs with a token that reads `what`; cookies open nothing here. Without a token 401, with one that reads
    something else 403. The rows are those of the token's partner."""

    def wrap(page: Page) -> Callable[[HttpRequest], HttpResponseBase]:
        @wraps(page)
        def guarded(request: HttpRequest) -> HttpResponseBase:
            if request.method not in ("GET", "HEAD"):
                answer: HttpResponseBase = refused(405, "read_only", "The API only reads: use GET.")
                answer.headers["Allow"] = "GET, HEAD"
                return answer
            kind, _space, secret = request.headers.get("Authorization", "")[:LONGEST].partition(" ")
            known = admitted(secret.strip(), now=clock.now(), machine=clock.machine()) if _is_bearer(kind) else None
            if known is None:
                return refused(401, "no_token", "Send a token in force: Authorization: Bearer pp_…")
            if what not in known.reads:
                return refused(403, "not_of_this_token", f"This token doesn’t read {what.value}.")
            with acting_for(known.partner):
                return page(request, known)

        marked: Any = guarded
        marked.door = Door("token", what.value)
        return marked  # type: ignore[no-any-return]

    return wrap


def _is_bearer(kind: str) -> bool:
    return kind.lower() == "bearer"
