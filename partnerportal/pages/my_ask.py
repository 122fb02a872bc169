"""What does a customer ask us beside a line of an invoice? A bill, a technical problem, or fraud and misuse."""

from typing import Any, Final

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from billing.models import Invoice
from customers.entering import Here, customer, customer_here
from customers.roles import May
from disputes.asking import MOST_TITLE, ask
from disputes.attaching import Refused
from disputes.fields import FilesField
from disputes.models import Dispute
from disputes.refusing import MOST_TEXT, BadQuestion
from subscriptions.models import Subscription

KINDS: Final[tuple[tuple[str, str | Promise], ...]] = (
    (Dispute.Kind.SUPPORT, _("Something does not work")),
    (Dispute.Kind.BILLING, _("A question about an invoice or a payment")),
    (Dispute.Kind.MISUSE, _("Fraud or misuse: somebody uses our accounts who should not")),
)
MOST_CHOICES: Final = 50


class AskForm(forms.Form):
    """Kind, subject, words and files, and what it is about where that is a subscription or an invoice."""

    kind = forms.ChoiceField(label=_("What is it about?"), choices=KINDS, widget=forms.RadioSelect)
    title = forms.CharField(label=_("In a few words"), max_length=MOST_TITLE)
    about = forms.ChoiceField(label=_("Subscription or invoice"), required=False)
    text = forms.CharField(
        label=_("What happened, and since when?"),
        help_text=_("Name the person or the address it concerns. Never send us a password."),
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    attached = FilesField()

    def __init__(self, *args: Any, request: Here, **options: Any) -> None:
        super().__init__(*args, **options)
        here = customer_here(request)
        seen = Subscription.objects.visible_to(request.user).filter(customer=here).order_by("name", "pk")
        self.subscriptions = {f"s{one.pk}": one for one in seen[:MOST_CHOICES]}
        issued = Invoice.objects.visible_to(request.user).filter(customer=here).exclude(number=None)
        self.invoices = {f"i{one.pk}": one for one in issued.order_by("-issued_on", "-pk")[:MOST_CHOICES]}
        self.fields["about"].choices = [  # type: ignore[attr-defined]
            ("", gettext("Neither")),
            (gettext("Subscriptions"), [(key, one.name) for key, one in self.subscriptions.items()]),
            (gettext("Invoices"), [(key, one.number) for key, one in self.invoices.items()]),
        ]
        attached = self.fields["attached"]
        assert isinstance(attached, FilesField)
        attached.for_upload(here, by=request.user, now=request.now)

    @property
    def invoice(self) -> Invoice | None:
        """The invoice it is about."""
        return self.invoices.get(self.cleaned_data["about"])

    @property
    def words(self) -> str:
        """The text, with the subscription it is about said first."""
        one = self.subscriptions.get(self.cleaned_data["about"])
        text: str = self.cleaned_data["text"]
        named = gettext("Subscription")
        return f"{named}: {one.name} ({one.provider_id})\n\n{text}" if one else text


@require_http_methods(["GET", "HEAD", "POST"])
@customer(May.QUESTION)
def ask_us(request: Here) -> HttpResponse:
    """The form of one page; how to reach us at once stands above it."""
    if request.method != "POST":
        given = {"kind": request.GET.get("kind", ""), "about": request.GET.get("about", "")}
        return _page(request, AskForm(initial=given, request=request))
    form = AskForm(request.POST, request.FILES, request=request)
    if not form.is_valid():
        return _page(request, form, status=422)
    said = form.cleaned_data
    try:
        case = ask(
            customer_here(request),
            kind=said["kind"],
            title=said["title"],
            text=form.words,
            by=request.user,
            now=request.now,
            invoice=form.invoice,
            files=said["attached"],
        )
    except BadQuestion as bad:
        form.add_error(bad.field if bad.field in form.fields else None, bad.why)
        return _page(request, form, status=422)
    except Refused as refused:
        form.add_error("attached", str(refused))
        return _page(request, form, status=422)
    return HttpResponseRedirect(reverse("my-case-taken", args=[case.pk]))


def _page(request: Here, form: AskForm, status: int = 200) -> HttpResponse:
    return render(request, "my/ask.html", {"form": form}, status=status)
