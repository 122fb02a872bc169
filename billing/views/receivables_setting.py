"""What does a partner choose about its receivables: the rest of credit notes, and paying online?"""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from billing.choosing import choose
from billing.models.settings import choices_of
from billing.till.wire import is_open_for_business
from customers.entering import Here, staff
from customers.roles import May

ON, OFF = "on", "off"


class ReceivablesForm(forms.Form):
    """One answer to each question."""

    credits = forms.ChoiceField(
        label=_("What a credit note’s own lines don’t need"),
        choices=[
            (ON, _("Meets the customer’s other debts at once, the oldest first")),
            (OFF, _("Waits as an unused credit until the next invoice")),
        ],
        widget=forms.RadioSelect,
    )
    online = forms.ChoiceField(
        label=_("Paying online"),
        choices=[(ON, _("Customers are offered it on each invoice")), (OFF, _("Customers pay by transfer only"))],
        widget=forms.RadioSelect,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.POLICY)
def receivables_setting(request: Here) -> HttpResponse:
    """Show the choices and change them; the same answers again change nothing."""
    known = choices_of(request.partner)
    start = {"credits": ON if known.credits_meet_others else OFF, "online": ON if known.online_payment else OFF}
    form = ReceivablesForm(request.POST if request.method == "POST" else None, initial=start)
    if not form.is_valid():
        context = {"form": form, "open_for_business": is_open_for_business()}
        return render(request, "billing/receivables_setting.html", context, status=422 if form.is_bound else 200)
    if choose(
        request.partner,
        credits_meet_others=form.cleaned_data["credits"] == ON,
        online_payment=form.cleaned_data["online"] == ON,
        by=request.user,
        now=request.now,
    ):
        messages.success(request, gettext("Saved"))
    else:
        messages.info(request, gettext("It stood so already. Nothing was changed."))
    return redirect("receivables_setting")
