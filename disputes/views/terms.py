"""By when are customers answered, how often may they ask, and how do they reach the partner? The partner's say."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from customers.entering import Here, staff
from customers.roles import May
from disputes.forms import TermsForm
from disputes.promising import Terms, set_terms
from disputes.refusing import BadQuestion

from .case import answerers


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.POLICY)
def case_terms(request: Here) -> HttpResponse:
    """Show the terms and keep what is changed; the same again changes nothing."""
    people = answerers(request)
    if request.method != "POST":
        held = Terms.of(request.partner)
        initial = {name: getattr(held, name) for name in Terms.__match_args__}
        return render(request, "disputes/terms.html", {"form": TermsForm(initial=initial, people=people)})
    form = TermsForm(request.POST, people=people)
    if form.is_valid():
        try:
            changed = set_terms(request.partner, form.terms(), by=request.user)
        except BadQuestion as bad:
            form.add_error(bad.field, bad.why)
        else:
            told = gettext("Saved") if changed else gettext("It stood so already. Nothing was changed.")
            messages.success(request, told)
            return redirect("case_terms")
    return render(request, "disputes/terms.html", {"form": form}, status=422)
