"""Are customers mailed a statement of each month that is over? The switch."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from billing.mailing_statements import switch_statements
from customers.entering import Here, staff
from customers.roles import May


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.ISSUE)
def statement_setting(request: Here) -> HttpResponse:
    """Show it and turn it; the same answer again changes nothing."""
    if request.method != "POST":
        return render(request, "billing/statement_setting.html", {"on": request.partner.monthly_statement})
    asked = request.POST.get("monthly")
    if asked not in ("on", "off"):
        context = {"on": request.partner.monthly_statement, "fault": gettext("Choose one of the two")}
        return render(request, "billing/statement_setting.html", context, status=422)
    if switch_statements(request.partner, on=asked == "on"):
        messages.success(request, gettext("Saved"))
    else:
        messages.info(request, gettext("It stood so already. Nothing was changed."))
    return redirect("statement_setting")
