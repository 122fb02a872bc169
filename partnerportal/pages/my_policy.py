"""What happens if an invoice is late? The policy that governs, with the customer's own dates."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from billing.money import ZERO
from customers.entering import Here, customer, customer_here
from customers.models import Customer
from customers.roles import May
from dunning.calendars import calendar_for
from dunning.models import PolicyTold, PolicyVersion
from dunning.publishing import acknowledge, policy_of, version_for

from .my_outlook import Outlook, outlooks
from .my_policy_coming import coming
from .my_policy_rows import Reader, rows
from .my_saying import Voice, voice_of
from .my_sentences import most_urgent


@customer()
def policy(request: Here) -> HttpResponse:
    """The table of the version that governs the invoice asked about (`?invoice=`), else the most urgent one;
    with nothing open, of the version that would govern an invoice issued today."""
    mine, voice = customer_here(request), voice_of(request)
    found = [one for one in outlooks(mine, now=request.now) if one.invoice.balance > ZERO or one.off]
    chosen = _chosen(request, found, voice)
    version = _version(mine, chosen, voice)
    if version is None:
        return render(request, "my/policy.html", {"voice": voice, "version": None})
    partner = mine.partner
    currency = chosen.invoice.currency if chosen else partner.currency
    calendar = calendar_for(partner)
    reader = Reader(policy_of(version.pk), calendar, currency, voice, chosen)
    return render(
        request,
        "my/policy.html",
        {
            "voice": voice,
            "version": version,
            "policy": reader.policy,
            "rows": rows(reader),
            "chosen": chosen,
            "coming": coming(mine, calendar, voice),
            "open": found,
            "told": PolicyTold.objects.filter(customer=mine, version=version).first(),
            "may_agree": request.membership.may(May.QUESTION),
        },
    )


@require_POST
@customer(May.QUESTION)
def agree(request: Here, number: int) -> HttpResponse:
    """Say that a version of the policy was read and is agreed to."""
    mine = customer_here(request)
    version = get_object_or_404(PolicyVersion, partner=mine.partner, number=number)
    acknowledge(mine, version, by=request.user, now=request.now)
    messages.success(request, gettext("You agreed to version %(number)s.") % {"number": version.number})
    return HttpResponseRedirect(reverse("my-policy"))


def _chosen(request: Here, found: list[Outlook], voice: Voice) -> Outlook | None:
    """The invoice whose dates the last column shows; another customer's is as absent as none."""
    asked = request.GET.get("invoice", "")
    if not asked:
        return most_urgent(found, voice)
    match = [one for one in found if str(one.invoice.pk) == asked]
    if match:
        return match[0]
    if asked.isascii() and asked.isdecimal() and len(asked) < 19 and _settled(request, int(asked)):
        return most_urgent(found, voice)
    raise Http404


def _settled(request: Here, pk: int) -> bool:
    """An invoice of this customer that has no dates any more."""
    return customer_here(request).invoices.issued().filter(pk=pk).exists()


def _version(mine: Customer, chosen: Outlook | None, voice: Voice) -> PolicyVersion | None:
    versions = list(PolicyVersion.objects.filter(partner_id=mine.partner_id).order_by("number"))
    if chosen and chosen.policy:
        return next((one for one in versions if one.number == chosen.policy.version), None)
    if not versions:
        return None
    told = dict(PolicyTold.objects.filter(customer=mine).values_list("version_id", "told_at"))
    pk = version_for(mine, voice.today, versions, told)
    return next(one for one in versions if one.pk == pk)
