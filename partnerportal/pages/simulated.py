"""How does the demo's date move on? One press is a day: each partner's run, and every promise of that day."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from customers.entering import Here, staff
from customers.models import Partner
from customers.roles import May
from disputes.resolving import close_silent
from dunning.running import alone, ran_on, run
from outbox import clock
from outbox.keeping import keep_all

MORNING = time(9, 12)
MOST_DAYS = 7


@require_POST
@staff(May.SEE_BOOK)
def forward(request: Here) -> HttpResponse:
    """Move the simulated date forward by `days` (1 to 7); each day is lived before the next begins."""
    if settings.PRODUCTION:
        raise Http404
    asked = request.POST.get("days", "1")
    days = int(asked) if asked in map(str, range(1, MOST_DAYS + 1)) else 1
    for _ in range(days):
        live_a_day()
    messages.success(request, ngettext("%(n)d day later.", "%(n)d days later.", days) % {"n": days})
    back = request.POST.get("next") or request.headers.get("Referer", "")
    allowed = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(back if allowed else "/")


def live_a_day() -> None:
    """Move to the next morning and do what a day does: each partner's run, the promises that follow from it, and
    the cases whose window to disagree has passed."""
    partners = list(Partner.objects.order_by("pk"))
    zone = partners[0].tz if partners else UTC
    tomorrow = clock.now().astimezone(zone).date() + timedelta(days=1)
    clock.move_to(datetime.combine(tomorrow, MORNING, tzinfo=zone))
    now = clock.now()
    for partner in partners:
        with alone(partner) as mine:
            if mine and not ran_on(partner, now.astimezone(partner.tz).date()):
                run(partner, now=now)
    close_silent(now=now)
    keep_all()
