"""Is the provider reachable, as whom, and what did it say last? The settings page of the connection, and its test."""

import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from customers import formats
from customers.entering import Here, staff
from customers.models import ProviderIdentity
from customers.roles import May
from subscriptions.gateway.protocol import CredentialsRefused, ProviderError
from subscriptions.gateway.settings import ProviderSettings
from subscriptions.models import ProviderCall
from subscriptions.provisioning import provider_for

LAST = 10


@require_safe
@staff(May.SEE_BILLS)
def connection(request: Here) -> HttpResponse:
    """Which cloud, which addresses, as which application, and the last exchanges."""
    known, fault = _settings()
    calls = ProviderCall.objects.visible_to(request.user).of(request.partner)
    context = {
        "known": known,
        "fault": fault,
        "client": f"…{known.client_id[-4:]}" if known else "",
        "consent": bool(known and (known.refresh_token or known.refresh_token_file)),
        "identities": ProviderIdentity.objects.filter(partner=request.partner).order_by("pk"),
        "calls": calls.order_by("-pk")[:LAST],
        "hook": f"{settings.PORTAL_URL.rstrip('/')}{reverse('partner_center', args=[request.partner.slug])}",
    }
    return render(request, "settings/provider.html", context)


@require_POST
@staff(May.SEE_BILLS)
def connection_test(request: Here) -> HttpResponse:
    """Ask the provider for the list of customers, which changes nothing there; each exchange is on record."""
    began = time.monotonic()
    try:
        seen = provider_for(request.partner).customers()
    except CredentialsRefused as error:
        messages.error(request, gettext("21Vianet doesn’t take these credentials: %(why)s") % _why(error))
    except ProviderError as error:
        messages.error(request, gettext("21Vianet did not answer as it should: %(why)s") % _why(error))
    else:
        text = ngettext(
            "21Vianet answered in %(ms)s ms and knows %(n)s customer",
            "21Vianet answered in %(ms)s ms and knows %(n)s customers",
            len(seen),
        )
        took = round((time.monotonic() - began) * 1000)
        messages.success(request, text % {"ms": formats.grouped(took), "n": formats.grouped(len(seen))})
    return HttpResponseRedirect(reverse("provider_connection"))


def _why(error: ProviderError) -> dict[str, Any]:
    return {"why": error.description or error.code or error}


def _settings() -> tuple[ProviderSettings | None, str]:
    try:
        return ProviderSettings(**settings.PARTNER_CENTER), ""
    except ValueError as fault:
        return None, str(fault)
