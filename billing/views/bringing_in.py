"""Which invoices were made elsewhere? A file with them, all of it or nothing."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from billing.draft_forms import InvoicesFileForm
from billing.importing_invoices import Imported, import_invoices
from billing.reading_invoices import KNOWN, LARGEST, NEEDED, BadFile
from customers.entering import Here, staff
from customers.roles import May

SHOWN_FAULTS: Final = 200


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.ISSUE)
def bring_in(request: Here) -> HttpResponse:
    """Import invoices; the same file again changes nothing."""
    form = InvoicesFileForm(request.POST, request.FILES) if request.method == "POST" else InvoicesFileForm()
    if not form.is_valid():
        return _page(request, form, [], 422 if form.is_bound else 200)
    file: Any = form.cleaned_data["file"]
    if (file.size or 0) > LARGEST:
        return _page(request, form, [gettext("A file may hold at most 20 MB")], 422)
    try:
        done = import_invoices(request.partner, file.read(), issue=form.cleaned_data["issue"], now=request.now)
    except BadFile as bad:
        return _page(request, form, bad.faults, 422)
    _announce(request, done)
    return redirect("/invoices/" if form.cleaned_data["issue"] else "/invoices/?state=draft")


def _page(request: Here, form: InvoicesFileForm, faults: list[str], status: int) -> HttpResponse:
    context = {
        "form": form,
        "faults": faults[:SHOWN_FAULTS],
        "more_faults": max(len(faults) - SHOWN_FAULTS, 0),
        "needed": NEEDED,
        "optional": [name for name in KNOWN if name not in NEEDED],
    }
    return render(request, "billing/invoices_import.html", context, status=status)


def _announce(request: Here, done: Imported) -> None:
    if not done.invoices and not done.issued:
        messages.info(request, gettext("All of this file was imported before. Nothing was changed"))
        return
    n = len(done.invoices)
    said = [ngettext("%(n)s invoice imported", "%(n)s invoices imported", n) % {"n": n}]
    if done.issued:
        said.append(ngettext("%(n)s issued", "%(n)s issued", done.issued) % {"n": done.issued})
    if done.known:
        said.append(gettext("%(n)s had been imported before") % {"n": done.known})
    messages.success(request, ", ".join(said))
