"""What may an admin see of invoices and credit notes, and how are drafts issued?"""

from datetime import date
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.invoicing import NotADraft
from billing.models import (
    CreditNote,
    CreditNoteLine,
    Invoice,
    InvoiceLine,
    PriceRule,
    Series,
)
from customers import formats
from customers.consequences import (
    By,
    Deed,
    Refused,
    action,
    acts,
    rehearsal,
)
from customers.ledgers import Ledger, LedgerLines, Shown, amount, linked
from customers.models import Message
from payables import rebilling

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)


def _issue(invoice: Invoice, by: By) -> Any:
    try:
        return rebilling.issue(invoice.pk, on=by.now.astimezone(invoice.partner.tz).date(), now=by.now)
    except (NotADraft, Invoice.DoesNotExist):
        raise Refused(gettext("Nothing to do: it was issued already.")) from None


def _foresee_issue(invoice: Invoice, by: By) -> str:
    with rehearsal():
        document = _issue(invoice, by)
        key = f"letter:{'invoice' if isinstance(document, Invoice) else 'credit_note'}:{document.pk}"
        to = Message.objects.get(key=key).to_email
    values = {
        "customer": invoice.customer.name,
        "amount": formats.amount(document.total, document.currency),
        "email": to or gettext("nobody yet, an address is missing"),
    }
    if isinstance(document, CreditNote):
        return gettext("%(customer)s gets a credit note over %(amount)s, mailed to %(email)s") % values
    values["due"] = formats.day(document.due_on or date.min, document.issued_on or date.min)
    return gettext("%(customer)s owes %(amount)s until %(due)s, mailed to %(email)s") % values


def _do_issue(invoice: Invoice, by: By) -> str:
    document = _issue(invoice, by)
    values = {"number": document.number, "amount": formats.amount(document.total, document.currency)}
    if isinstance(document, CreditNote):
        return gettext("Credit note %(number)s over %(amount)s issued") % values
    return gettext("Invoice %(number)s over %(amount)s issued") % values


ISSUE = Deed(
    name="issue",
    title=_("Issue selected drafts"),
    says=_(
        "Each draft takes the next number, is frozen and mailed. An issued invoice is never changed or taken back;"
        " it is corrected by a credit note."
    ),
    button=_("Issue"),
    foresee=_foresee_issue,
    do=_do_issue,
    sums=lambda invoice: (invoice.currency, invoice.total),
    names=lambda invoice: f"{invoice.customer.name}, {invoice}",
    select_related=("partner", "customer"),
)


class InvoiceLines(LedgerLines):
    """What it is for."""

    model = InvoiceLine
    columns = (
        "position",
        "description",
        linked("subscription"),
        "quantity",
        "unit_price",
        amount("net", "invoice__currency"),
        amount("tax", "invoice__currency"),
        amount("total", "invoice__currency"),
        amount("open", "invoice__currency"),
    )
    lines_select_related = ("invoice", "subscription")


@admin.register(Invoice)
class InvoiceAdmin(Ledger):
    """What a customer owes. Lines and amounts come from the provider's bill; credit notes correct them."""

    list_display = (
        "__str__",
        linked("customer"),
        "period",
        "issued_on",
        "due_on",
        amount("total"),
        amount("balance"),
    )
    list_select_related = ("customer", "partner")
    list_filter = ("status", BY_PARTNER, "period", "currency")
    search_fields = ("number", "reference", "customer__name")
    date_hierarchy = "issued_on"
    ordering = ("-id",)
    currency = "currency"
    page_select_related = ("customer", "partner")
    inlines = (InvoiceLines,)
    actions = (action(ISSUE),)
    staff_page = "/invoices/{pk}/"

    def get_list_display(self, request: HttpRequest) -> Any:
        """With its state as of today."""
        now = acts(request).now

        @admin.display(description=_("State"), ordering="status")
        def state(row: Invoice) -> str:
            return row.state_on(now.astimezone(row.partner.tz).date()).replace("_", " ")

        return (*self.list_display[:2], state, *self.list_display[2:])


@admin.register(InvoiceLine)
class InvoiceLineAdmin(Ledger):
    """One charge on an invoice."""

    list_display = (
        "id",
        linked("invoice"),
        "position",
        "description",
        "quantity",
        amount("total", "invoice__currency"),
        amount("open", "invoice__currency"),
    )
    list_select_related = ("invoice",)
    list_filter = (BY_PARTNER,)
    search_fields = ("invoice__number", "description", "subscription__provider_id")
    ordering = ("-invoice_id", "position")
    currency = "invoice__currency"
    page_select_related = ("invoice", "partner", "subscription")


class CreditLines(LedgerLines):
    """What the credit is for."""

    model = CreditNoteLine
    columns = (
        "position",
        "description",
        linked("invoice_line"),
        amount("net", "credit_note__currency"),
        amount("tax", "credit_note__currency"),
        amount("total", "credit_note__currency"),
    )
    lines_select_related = ("credit_note", "invoice_line")


@admin.register(CreditNote)
class CreditNoteAdmin(Ledger):
    """Money given back on paper."""

    list_display = ("number", linked("customer"), "why", "reason", "issued_on", amount("total"))
    list_select_related = ("customer",)
    list_filter = ("why", BY_PARTNER, "currency")
    search_fields = ("number", "reason", "customer__name")
    date_hierarchy = "issued_on"
    ordering = ("-id",)
    currency = "currency"
    page_select_related = ("customer", "partner")
    inlines = (CreditLines,)


@admin.register(CreditNoteLine)
class CreditNoteLineAdmin(Ledger):
    """One line of a credit note."""

    list_display = ("id", linked("credit_note"), "position", "description", amount("total", "credit_note__currency"))
    list_select_related = ("credit_note",)
    list_filter = (BY_PARTNER,)
    search_fields = ("credit_note__number", "description")
    ordering = ("-credit_note_id", "position")
    currency = "credit_note__currency"
    page_select_related = ("credit_note", "partner", "invoice_line")


@admin.register(Series)
class SeriesAdmin(Ledger):
    """The next number of a kind of document."""

    list_display = ("id", linked("partner"), "kind", "year", "next_number")
    list_select_related = ("partner",)
    list_filter = (BY_PARTNER, "kind", "year")


@admin.register(PriceRule)
class PriceRuleAdmin(Shown):
    """How a provider line becomes a price. A rule prices what is drafted from then on, never what was issued."""

    list_display = ("id", linked("partner"), "markup_percent", "effective_from")
    list_select_related = ("partner",)
    list_filter = (BY_PARTNER,)
    autocomplete_fields = ("partner",)
    ordering = ("partner", "-effective_from")
    fields = ("partner", "markup_percent", "effective_from")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A rule stays the same partner's, and as it was once an issued invoice was priced by it."""
        if obj is not None and obj.last_used_on is not None:
            return self.fields
        return ("partner",) if obj else ()
