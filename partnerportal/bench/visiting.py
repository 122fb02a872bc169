"""How does a page answer a browser? Through the whole WSGI application, its middleware included, without a network."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any
from urllib.parse import quote
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import User

from .checking import Wrong

BACKEND = "django.contrib.auth.backends.ModelBackend"


@contextmanager
def with_bare_view() -> Iterator[None]:
    """The portal's addresses with the bare one among them."""
    before, settings.ROOT_URLCONF = settings.ROOT_URLCONF, "partnerportal.bench.bare"
    try:
        yield
    finally:
        settings.ROOT_URLCONF = before


class Browser:
    """A person's browser, signed in, or nobody's."""

    def __init__(self, user: User | None = None) -> None:
        self.application = WSGIHandler()
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={_session(user)}" if user else ""

    def get(self, address: str) -> bytes:
        """The page at an address, whole. Raises Wrong for anything but a page."""
        status, body = self.ask(address)
        if not status.startswith("200"):
            raise Wrong(f"{address} answers {status}")
        return body

    def ask(self, address: str) -> tuple[str, bytes]:
        """The state and the body of the answer."""
        path, _, query = address.partition("?")
        environ: dict[str, Any] = {"PATH_INFO": quote(path), "QUERY_STRING": query, "HTTP_HOST": "localhost:8000"}
        environ |= {"REMOTE_ADDR": "127.0.0.1"} | ({"HTTP_COOKIE": self.cookie} if self.cookie else {})
        setup_testing_defaults(environ)
        told: list[str] = []

        def start(status: str, headers: list[tuple[str, str]], fault: Any = None, /) -> Callable[[bytes], object]:
            told.append(status)
            return len

        answer = self.application(environ, start)
        try:
            return told[0], b"".join(answer)
        finally:
            answer.close()

    def queries(self, address: str) -> int:
        """How many questions a page asks the database, once it is warm."""
        self.get(address)
        with CaptureQueriesContext(connection) as asked:
            self.get(address)
        return len(asked)


def _session(user: User) -> str:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)
