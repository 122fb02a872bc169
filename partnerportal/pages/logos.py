"""Which picture is a partner's logo, and where do pages and letters fetch it from?"""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from customers import branding
from customers.branding import BadLogo
from customers.entering import Here, anyone, staff
from customers.models import Logo
from customers.roles import May

WHY: Final[dict[str, str | Promise]] = {
    "kind": _("“%(file)s” is neither a PNG nor a JPEG. Save the logo as one of them"),
    "size": _("“%(file)s” is larger than 256 KB. Save it smaller; 400 pixels wide is enough"),
    "large": _("“%(file)s” is more than 3,000 pixels wide or high. Save it smaller; 400 pixels wide is enough"),
    "shape": _("“%(file)s” is more than 6 times as wide as high, or more than 2 times as high as wide. Cut it closer"),
    "moves": _("“%(file)s” is an animation. Save one picture of it"),
    "broken": _("“%(file)s” is damaged or breaks off. Save it anew"),
    "print": _("“%(file)s” can’t be printed. Save it anew, in RGB colours"),
}


class LogoForm(forms.Form):
    """A picture from one's own computer; an address on the network is never fetched."""

    logo = forms.FileField(
        label=_("Picture"),
        help_text=_("PNG or JPEG, at most 256 KB. It is printed 9 mm high, beside your company’s name"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg"}),
        error_messages={"required": _("Choose a file"), "empty": _("The file is empty")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.POLICY)
def set_logo(request: Here) -> HttpResponse:
    """Show the logo, set another one, or take it away."""
    if "remove" in request.POST:
        gone = branding.take_logo_away(request.partner)
        nothing = gettext("It stood so already. Nothing was changed.")
        messages.success(request, gettext("Papers, letters and pages carry your mark again") if gone else nothing)
        return redirect("letters_logo")
    form = LogoForm(request.POST, request.FILES) if request.method == "POST" else LogoForm()
    if form.is_bound and form.is_valid() and _set(request, form):
        messages.success(request, gettext("Saved. What is printed and mailed from now on carries it"))
        return redirect("letters_logo")
    return render(request, "letters/logo.html", {"form": form}, status=422 if form.is_bound else 200)


def _set(request: Here, form: LogoForm) -> bool:
    file: Any = form.cleaned_data["logo"]
    try:
        branding.set_logo(request.partner, file.read(branding.LARGEST + 1), now=request.now, by=request.user)
    except BadLogo as bad:
        form.add_error("logo", str(WHY[bad.why]) % {"file": (file.name or "")[:80]})
        return False
    return True


@require_safe
@anyone
def logo(request: Here, fingerprint: str) -> HttpResponse:
    """A logo by its fingerprint, for pages that are seen before signing in, too. Its bytes never change."""
    found = Logo.objects.filter(sha256=fingerprint).first()
    if found is None:
        raise Http404
    answer = HttpResponse(bytes(found.content), content_type=found.kind)
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'"
    return answer
