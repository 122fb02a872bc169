"""How does the payment provider ring the bell? A signed callback about a checkout of ours; anything else is absent."""

import re
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing.models import Checkout
from billing.till.signing import HEADER, is_genuine
from customers.entering import machine
from dunning.cashing import OddCallback, look_now, rang
from outbox import clock
from subscriptions.gateway.fields import UnreadableError
from subscriptions.gateway.reading import parse_json

LARGEST = 20_000
PLAIN: Final = re.compile(r"[!-~]{1,200}", re.ASCII)


@csrf_exempt
@require_POST
@machine
def callback(request: HttpRequest) -> HttpResponse:
    """Somebody's payment has ended: look what came of it. Told twice, late or out of order, it is one deed."""
    body = request.read(LARGEST + 1)
    genuine = is_genuine(request.headers.get(HEADER, ""), body, settings.ONLINE_PAYMENT_SECRET, now=clock.machine())
    if not genuine or len(body) > LARGEST:
        raise Http404
    event, till_id = _told(body)
    if not event or not till_id:
        return HttpResponse(status=400)
    checkout = Checkout.objects.filter(till_id=till_id).exclude(till_id="").select_related("partner").first()
    if checkout is None:
        raise Http404
    try:
        rang(checkout, event_id=event, body=body, now=clock.now())
    except OddCallback:
        return HttpResponse(status=409)
    look_now(checkout, now=clock.now())
    return HttpResponse(status=204)


def _told(body: bytes) -> tuple[str, str]:
    """Which event it is, about which checkout of theirs: two words of plain signs, else it says nothing."""
    try:
        told = parse_json(body)
    except UnreadableError:
        return "", ""
    said = [told.get(name) for name in ("id", "checkout")] if isinstance(told, dict) else []
    words = [word for word in said if isinstance(word, str) and PLAIN.fullmatch(word)]
    return (words[0], words[1]) if len(words) == 2 else ("", "")
