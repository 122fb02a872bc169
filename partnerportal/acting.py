"""For whom does a request act? The database is told before the view runs, and keeps it beside each change."""

from collections.abc import Callable
from secrets import token_hex
from typing import Any

from django.http import HttpRequest, HttpResponse

from customers.history.acting import Acting, told
from customers.models import Change

Answer = Callable[[HttpRequest], HttpResponse]


class WhoActs:
    """Tells the database who is signed in and which page it is, and takes that back with the answer. A page is named by
    its name: an address may hold a secret."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        finally:
            told(None)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Known only here: which page it is."""
        page = request.resolver_match.view_name if request.resolver_match else ""
        user: Any = request.user
        person, name = (user.pk, str(user)) if user.is_authenticated else (None, "")
        told(Acting(Change.Through.REQUEST, f"{page} {token_hex(4)}", person, name))
