"""What does a request cost that asks for nothing? The portal's addresses and one more, for measuring only."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from partnerportal import urls

ADDRESS = "/bench/bare/"


def bare(request: HttpRequest) -> HttpResponse:
    """Two bytes."""
    return HttpResponse("ok")


urlpatterns = [path(ADDRESS.strip("/") + "/", bare), *urls.urlpatterns]
