"""Which addresses has a portal whose only page fails? For the test of the last handler."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def fail(request: HttpRequest) -> HttpResponse:
    """Fail with a text that nobody outside may read."""
    raise RuntimeError("the secret is hush")


urlpatterns = [path("fails/", fail)]
