"""Which programs read this book? Tokens of the API, made here, shown once, revoked here."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from customers.admitting import LONGEST_DAYS, NotAdmitted, admit, revoke
from customers.entering import Here, staff
from customers.models import ApiToken, Reads
from customers.roles import May

SHOWN: Final = 100
WHY_NOT: Final[dict[str, str | Promise]] = {
    "too_many": _("There are 50 tokens in force. Revoke one that isn’t needed first."),
    "too_long": _("A token lasts from 1 to 366 days."),
    "nothing": _("Choose what it may read."),
}


class TokenForm(forms.Form):
    """For which program, to read what, for how long."""

    name = forms.CharField(label=_("Which program"), max_length=100, help_text=_("So that you know it when you see it"))
    reads = forms.MultipleChoiceField(
        label=_("What it may read"), choices=Reads.choices, widget=forms.CheckboxSelectMultiple
    )
    days = forms.IntegerField(label=_("Days it lasts"), min_value=1, max_value=LONGEST_DAYS, initial=90)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.COMPANY)
def tokens(request: Here) -> HttpResponse:
    """Those there are, newest first; a new one's secret stands on the answer that makes it, and nowhere else."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        told = form.cleaned_data
        try:
            made, secret = admit(
                request.partner, told["name"], told["reads"], days=told["days"], by=request.user, now=request.now
            )
        except NotAdmitted as no:
            form.add_error(None, str(WHY_NOT[no.why]))
        else:
            return _page(request, TokenForm(), made=made, secret=secret)
    return _page(request, form, status=422 if form.is_bound else 200)


@require_POST
@staff(May.COMPANY)
def token_revoke(request: Here, token_id: int) -> HttpResponse:
    """End a token; its next request is refused."""
    mine = ApiToken.objects.visible_to(request.user).of(request.partner).select_related("partner")
    one = get_object_or_404(mine, pk=token_id)
    if revoke(one, by=request.user, now=request.now):
        messages.success(request, gettext("%(name)s is revoked: its next request is refused") % {"name": one.name})
    else:
        messages.info(request, gettext("It was revoked already; nothing was changed."))
    return HttpResponseRedirect(reverse("api_tokens"))


def _page(request: Here, form: TokenForm, status: int = 200, **more: Any) -> HttpResponse:
    mine = ApiToken.objects.visible_to(request.user).of(request.partner).select_related("made_by", "revoked_by")
    context = {"form": form, "tokens": mine.order_by("-pk")[:SHOWN], **more}
    return render(request, "settings/tokens.html", context, status=status)
