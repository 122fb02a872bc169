"""Is this process alive (`/healthz`), and could it do its work now (`/readyz`)?"""

import logging

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import KombuError

from .celery import app

logger = logging.getLogger(__name__)
BROKER_ANSWERS_WITHIN = 2


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive, whatever else is broken: nothing is asked."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Each part this process cannot do without; 503 when one is out of reach."""
    parts = {"database": database_answers(), "broker": broker_answers()}
    ready = all(parts.values())
    words = {name: "ok" if well else "unreachable" for name, well in parts.items()}
    return JsonResponse({"status": "ok" if ready else "unavailable", "parts": words}, status=200 if ready else 503)


def database_answers() -> bool:
    """Does the database answer a question?"""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except Error as problem:
        logger.warning("database out of reach: %s", problem)
        return False


def broker_answers() -> bool:
    """Does the broker let us in?"""
    options = {**app.conf.broker_transport_options, "socket_timeout": BROKER_ANSWERS_WITHIN}
    options["socket_connect_timeout"] = BROKER_ANSWERS_WITHIN
    try:
        with app.connection_for_write(transport_options=options, connect_timeout=BROKER_ANSWERS_WITHIN) as link:
            link.ensure_connection(max_retries=1, timeout=BROKER_ANSWERS_WITHIN, reraise_as_library_errors=True)
            return bool(link.connected)
    except (OSError, KombuError) as problem:
        logger.warning("broker out of reach: %s", problem)
        return False
