"""Which links in our mails open a customer's invoices just now, and who ends them?"""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from customers.entering import Here, staff
from customers.linking import open_links, revoke
from customers.models import Customer
from customers.roles import May

ROWS = 50


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.CHASE)
def mail_links(request: Here, customer_id: int) -> HttpResponse:
    """The links that are open, the newest first; revoke one or all of them."""
    mine = Customer.objects.visible_to(request.user).of(request.partner)
    whose = get_object_or_404(mine.select_related("partner"), pk=customer_id)
    if request.method == "POST":
        asked = request.POST.get("link", "")
        ids = [int(asked)] if asked.isascii() and asked.isdigit() and len(asked) < 19 else []
        count = revoke(whose, ids if asked else None, by=request.user, staff=True, now=request.now)
        text = ngettext("%(n)s link opens nothing any more", "%(n)s links open nothing any more", count)
        messages.success(request, text % {"n": count})
        return HttpResponseRedirect(reverse("customer_links", args=[whose.pk]))
    page = Paginator(open_links(whose, now=request.now), ROWS).get_page(request.GET.get("page"))
    return render(request, "customers/links.html", {"customer": whose, "page": page})
