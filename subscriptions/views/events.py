"""How does the provider ring the bell? A signed event about something of a partner's; anything else is absent."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from customers.entering import machine
from customers.models import Partner
from outbox import clock
from subscriptions.gateway.events import event_from
from subscriptions.gateway.fields import UnreadableError
from subscriptions.gateway.http import fetched
from subscriptions.gateway.signing import BadSignature, check
from subscriptions.listening import hear, log, trust

LARGEST = 64_000


@csrf_exempt
@require_POST
@machine
def partner_center(request: HttpRequest, slug: str) -> HttpResponse:
    """Something changed at the provider, it says. Told twice, late or out of order, it is one reading at most."""
    partner = Partner.objects.filter(slug=slug).first()
    believed = trust()
    body = request.read(LARGEST + 1)
    if partner is None or believed is None or len(body) > LARGEST:
        raise Http404
    try:
        check(body, request.headers, trust=believed, fetch=fetched, now=clock.machine())
    except BadSignature as bad:
        log.warning("an event for %s is not believed: %s", partner, bad)
        raise Http404 from bad
    try:
        event = event_from(body)
    except UnreadableError:
        return HttpResponse(status=400)
    hear(partner, event, body, machine=clock.machine(), now=clock.now())
    return HttpResponse(status=200)
