"""What does a mail's link open? Its own invoice, to read and to pay, for whoever holds the mail."""

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from billing.models import Invoice
from billing.relinking import send_new_link
from billing.views.papers import reader_language
from customers.channels import channels_of
from customers.entering import anyone, by_link
from customers.exporting import handed
from customers.linking import live_link, note_use
from customers.models import MailLink
from customers.printing import Unprinted
from customers.writing import LANGUAGES, language_of
from dunning.lateness import print_with_policy
from outbox import clock

from . import my_rails, my_sentences
from .my_invoices import bank_of, lines_of, paid_of, row_of, tax_rate
from .my_outlook import outlook_of
from .my_saying import Voice

# Whoever is signed in in this browser has no part in what a link opens.
NOBODY: Final[dict[str, Any]] = {
    "partner": None,
    "support": None,
    "person": None,
    "nav": [],
    "demo_clock": None,
    "may": frozenset(),
}


@require_safe
@by_link
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """The invoice: what to pay by when, what happens otherwise, the document. Whatever changes something asks who
    one is, so it leads to signing in."""
    now = clock.now()
    link = live_link(token, now=now)
    if link is None:
        return _closed(request, token)
    language, invoice = _language(request, link), _invoice(link)
    if request.method == "GET":
        note_use(link, now=now)
    with translation.override(language), timezone.override(link.customer.tz):
        answer = render(request, "my/linked.html", _page(link, invoice, now, language))
    answer.headers["Content-Language"] = language
    return answer


@require_safe
@by_link
def invoice_pdf(request: HttpRequest, token: str) -> HttpResponseBase:
    """The same invoice as a PDF, in the language of the page."""
    now = clock.now()
    link = live_link(token, now=now)
    if link is None:
        return _closed(request, token)
    invoice = _invoice(link)
    if request.method == "GET":
        note_use(link, now=now)
    with translation.override(_language(request, link)):
        try:
            return handed(print_with_policy(invoice, language=reader_language(), now=now))
        except Unprinted:
            return HttpResponseRedirect(reverse("linked", args=[token]))


def _page(link: MailLink, invoice: Invoice, now: datetime, language: str) -> dict[str, Any]:
    customer, partner = link.customer, link.partner
    outlook, voice = outlook_of(invoice, now=now), Voice(now, customer.tz)
    lines = lines_of(invoice)
    void = invoice.status == Invoice.Status.VOID
    return {
        **NOBODY,
        "partner": partner,
        "support": channels_of(partner),
        "now": now,
        "zone": customer.tz,
        "language": language,
        "link": link,
        "invoice": invoice,
        "customer": customer,
        "void": void,
        "voice": voice,
        "outlook": outlook,
        "online": False,
        "access": outlook.quote is not None and (bool(outlook.off) or outlook.due_before(voice.today)),
        "opening": my_sentences.of_invoice(outlook, voice),
        "stops": [] if void else [{**stop, "url": ""} for stop in my_rails.of_invoice(outlook, voice)],
        "row": row_of(invoice, outlook.frozen, voice),
        "lines": lines,
        "period": voice.span(invoice.period_start, invoice.period_end),
        "rates": tax_rate(invoice),
        "paid": paid_of(invoice),
        "bank": bank_of(invoice, partner),
    }


def _invoice(link: MailLink) -> Invoice:
    """The one invoice behind a link; a draft has no number to be linked by."""
    mine = Invoice.objects.of(link.partner).filter(customer=link.customer, number=link.about)
    return get_object_or_404(mine.exclude(status=Invoice.Status.DRAFT).select_related("customer__partner"))


def _language(request: HttpRequest, link: MailLink) -> str:
    """The language asked for, else that of the letters to this contact."""
    return _asked_for(request) or language_of(link.customer, link.contact)


def _asked_for(request: HttpRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in LANGUAGES else ""


def _closed(request: HttpRequest, token: str) -> HttpResponse:
    """The one answer to every token that opens nothing: over, revoked, another's, or never ours."""
    with translation.override(_asked_for(request) or get_language()):
        return render(request, "my/link_closed.html", {"token": token, **NOBODY}, status=404)


@csrf_exempt  # No cookie opens anything here, and a page that sends no referrer can't prove where a form comes from.
@require_POST
@anyone
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a new link: the answer is the same whatever the token was."""
    send_new_link(request.POST.get("token", "")[:100].replace("\x00", ""), now=clock.now())
    return HttpResponseRedirect(reverse("link_asked"))


@require_safe
@anyone
def asked(request: HttpRequest) -> HttpResponse:
    """What happens after one has asked."""
    with translation.override(_asked_for(request) or get_language()):
        return render(request, "my/link_asked.html", NOBODY)
