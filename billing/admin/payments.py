"""What may an admin see of money, and how is a payment recorded with its consequences first?"""

from typing import Final

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from billing.fields import AmountField
from billing.models import (
    Allocation,
    Payment,
)
from billing.receiving import BadPayment
from customers import formats
from customers.consequences import (
    CONFIRMED,
    By,
    Line,
    Outlook,
    Question,
    acts,
    ask,
    consequences,
    rehearsal,
)
from customers.ledgers import Chooser, Ledger, amount, link, linked, zone_here
from customers.models import Customer
from dunning.settling import Settled, settle
from payables.cells import CURRENCIES

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)
# What names a payment once for all holds customer, day and amount beside these words.
LONGEST_REFERENCE: Final = 90


class PaymentForm(forms.Form):
    """A payment that came in."""

    customer = forms.ModelChoiceField(
        Customer.objects.all(),
        label=_("Customer"),
        widget=Chooser(Payment._meta.get_field("customer"), admin.site),
    )
    amount = AmountField(label=_("Amount"))
    currency = forms.ChoiceField(
        label=_("Currency"),
        required=False,
        choices=[("", _("The partner’s own")), *((code, code) for code in sorted(CURRENCIES))],
    )
    reference = forms.CharField(
        label=_("Reference"),
        max_length=LONGEST_REFERENCE,
        help_text=_("As the bank gives it; an invoice number or payment reference in it is paid first"),
    )
    received_on = forms.DateField(label=_("Received on"), widget=AdminDateWidget())

    def settle(self, by: By) -> Settled | None:
        """Book it; what can't be booked is said beside its field."""
        told = self.cleaned_data
        customer: Customer = told["customer"]
        try:
            return settle(
                customer,
                amount=told["amount"],
                currency=told["currency"] or customer.partner.currency,
                reference=told["reference"],
                received_on=told["received_on"],
                now=by.now,
                by=by.user,
            )
        except BadPayment as bad:
            name, _colon, text = str(bad).partition(": ")
            name = name.replace("-", "_")
            self.add_error(name if name in self.fields else None, text or str(bad))
        return None


def _placed(settled: Settled) -> list[Line]:
    payment = settled.received.payment
    lines = [
        Line(
            link(one.invoice),
            gettext("%(amount)s is paid, %(left)s stays open")
            % {
                "amount": formats.amount(one.amount, payment.currency),
                "left": formats.amount(one.invoice.balance, payment.currency),
            },
        )
        for one in settled.received.placed
    ]
    if settled.received.unapplied:
        left = formats.amount(settled.received.unapplied, payment.currency)
        lines.append(Line(gettext("Unapplied"), gettext("%(amount)s waits for the next invoice") % {"amount": left}))
    lines += [Line(link(one), gettext("Access is given back")) for one in settled.reinstated]
    return lines


def _summed(settled: Settled) -> str:
    payment = settled.received.payment
    values = {"amount": formats.amount(payment.amount, payment.currency), "customer": payment.customer.name}
    if not settled.received.booked_now:
        return gettext("Nothing to do: %(amount)s of %(customer)s was booked already.") % values
    text = gettext("%(amount)s of %(customer)s booked") % values
    back = len(settled.reinstated)
    if back:
        text += ngettext(", %(n)s subscription comes back", ", %(n)s subscriptions come back", back) % {"n": back}
    return text


@admin.register(Payment)
class PaymentAdmin(Ledger):
    """Money received. It is recorded by its own page, which shows first where it goes."""

    list_display = ("id", linked("customer"), amount("amount"), "reference", "received_on", "source", "recorded_by")
    list_select_related = ("customer", "recorded_by")
    list_filter = ("source", BY_PARTNER, "currency")
    search_fields = ("reference", "external_id", "customer__name")
    date_hierarchy = "received_on"
    ordering = ("-id",)
    currency = "currency"
    page_select_related = ("customer", "partner", "recorded_by")
    change_list_template = "admin/payments.html"
    staff_page = "/payments/{pk}/"

    def get_urls(self) -> list[URLPattern]:
        """The page that records one."""
        own = path("record/", self.admin_site.admin_view(self.record), name="billing_payment_record")
        return [own, *super().get_urls()]

    def record(self, request: HttpRequest) -> HttpResponse:
        """Ask for the payment, show where it would go, book it."""
        if not request.user.has_perm("billing.add_payment"):
            raise PermissionDenied
        today = acts(request).now.astimezone(zone_here(request)).date()
        known = {"received_on": today, "customer": request.GET.get("customer")}
        form = PaymentForm(request.POST or None, initial=known)
        if form.is_valid() and CONFIRMED in request.POST:
            settled = form.settle(acts(request))
            if settled is not None:
                return self._booked(request, settled)
        elif form.is_valid():
            with rehearsal():
                settled = form.settle(acts(request))
                if settled is not None:
                    return self._foreseen(request, form, settled)
        title, says = _("Record a payment"), _("Nothing is booked yet: the next page shows where the money goes.")
        return ask(request, self, Question(title, says, _("Show where it goes"), form))

    def _foreseen(self, request: HttpRequest, form: PaymentForm, settled: Settled) -> HttpResponse:
        known = not settled.received.booked_now
        lines = [Line(link(settled.received.payment), _summed(settled), refused=True)] if known else _placed(settled)
        outlook = Outlook(
            title=gettext("Record a payment of %(customer)s") % {"customer": settled.received.payment.customer.name},
            says=_("A payment is never changed or deleted. What it settles and gives back is one step with it."),
            button=_("Record the payment"),
            lines=lines,
            totals=[formats.amount(settled.received.payment.amount, settled.received.payment.currency)],
            hidden=[(name, form.data.get(name, "")) for name in form.fields],
            row_label=_("Where it goes"),
            back=reverse("admin:billing_payment_changelist"),
        )
        return consequences(request, self, outlook).render()

    def _booked(self, request: HttpRequest, settled: Settled) -> HttpResponse:
        payment = settled.received.payment
        level = messages.SUCCESS if settled.received.booked_now else messages.INFO
        self.message_user(request, _summed(settled), level)
        if settled.received.booked_now:
            self.log_addition(request, payment, _summed(settled))
        return HttpResponseRedirect(reverse("admin:billing_payment_change", args=[payment.pk]))


@admin.register(Allocation)
class AllocationAdmin(Ledger):
    """A part of money put against one invoice line."""

    list_display = (
        "id",
        linked("payment"),
        linked("credit_note"),
        linked("write_off"),
        linked("line__invoice", _("Invoice")),
        linked("line"),
        amount("amount", "line__invoice__currency"),
        "at",
    )
    list_select_related = ("payment", "credit_note", "write_off", "line__invoice")
    list_filter = (BY_PARTNER,)
    search_fields = ("payment__reference", "credit_note__number", "line__invoice__number")
    date_hierarchy = "at"
    ordering = ("-id",)
    currency = "line__invoice__currency"
    page_select_related = ("partner", "payment", "credit_note", "write_off", "undoes", "offset", "line__invoice")
