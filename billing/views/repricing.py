"""What do waiting drafts cost by the price book as it is now? They are priced again when a person asks for it."""

from functools import reduce

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from billing.invoicing import NotADraft
from billing.models import Invoice
from billing.pricing import NoPriceRule
from billing.refusing import NotPossible
from billing.views.filters import Asked
from billing.views.invoices import mine
from customers import formats
from customers.entering import Here, staff
from customers.roles import May
from payables import redrafting


@require_POST
@staff(May.ISSUE)
def reprice(request: Here) -> HttpResponse:
    """Price again all drafts, those of a period, or the chosen ones. What a person wrote stays."""
    chosen = [int(pk) for pk in request.POST.getlist("draft") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    one, period = "all" not in request.POST, Asked.of(request.POST).period
    drafts = mine(request).filter(status=Invoice.Status.DRAFT, source=Invoice.Source.PROVIDER)
    drafts = drafts.filter(pk__in=chosen) if one else drafts.filter(period=period) if period else drafts
    back = f"{reverse('invoices')}?state=draft" + (f"&period={period}" if period else "")
    changed = gone = by_hand = number = 0
    try:
        for draft in drafts.select_related("partner").order_by("customer_id", "pk"):
            number += 1
            done = _one(draft)
            changed, gone, by_hand = changed + done.changed, gone + done.gone, by_hand + done.by_hand
        if not one:
            periods = [period] if period else sorted({draft.period for draft in drafts})
            changed += sum(len(redrafting.take_up(request.partner, each, now=request.now).invoices) for each in periods)
    except (NoPriceRule, NotPossible) as no:
        messages.error(request, gettext("Not all drafts could be priced: %(why)s") % {"why": no})
        return HttpResponseRedirect(back)
    messages.success(request, _said(number, changed, gone, by_hand))
    if one and number == 1 and not gone:
        back = reverse("invoice", args=[chosen[0]])
    return HttpResponseRedirect(back)


def _one(draft: Invoice) -> redrafting.Repriced:
    try:
        return redrafting.reprice(draft)
    except NotADraft:
        return redrafting.Repriced()


def _said(number: int, changed: int, gone: int, by_hand: int) -> str:
    text = ngettext("%(n)s draft priced again", "%(n)s drafts priced again", number)
    said = [text % {"n": number}, ngettext("%(n)s changed", "%(n)s changed", changed) % {"n": changed}]
    if gone:
        said.append(ngettext("%(n)s had nothing left to bill", "%(n)s had nothing left to bill", gone) % {"n": gone})
    if by_hand:
        text = ngettext(
            "%(n)s line written by hand stayed as it was", "%(n)s lines written by hand stayed as they were", by_hand
        )
        said.append(text % {"n": by_hand})
    return reduce(formats.joined, said)
