"""What does the side panel say of a call, a promise, a letter or a question?"""

from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from billing.models import Claim, PromiseToPay
from customers import formats
from customers.forms import address_form
from customers.models import Contact, ContactRole
from disputes.models import Dispute
from dunning.models import Decision

from .deadlines import Row
from .desk import Desk
from .panels import CallForm, Panel, invoice_text


def call(row: Row, desk: Desk) -> Panel:
    one: Decision = row.about
    contact = Contact.objects.filter(customer=row.customer, role=one.role or ContactRole.BILLING).first()
    last = one.invoice.decisions.exclude(call_note="").order_by("-called_at").first()
    facts: list[tuple[str | Promise, str, str]] = [
        (_("Call"), f"{contact.name} {contact.email}".strip() if contact else gettext("nobody is known"), ""),
        (_("Invoice"), invoice_text(one.invoice, desk), f"/invoices/{one.invoice_id}/"),
        (_("Asked for"), formats.spoken(one.decided_at, desk.today, desk.zone), ""),
    ]
    if last:
        facts.append((_("Last word"), f"“{last.call_note}”", ""))
    return Panel(
        figures=[{"label": gettext("Open"), "value": row.amount, "currency": row.currency}],
        strong=_("Until this is logged"),
        text=_("the ladder of this invoice waits: no further notice goes out and nothing is suspended."),
        facts=facts,
        form=CallForm(),
        action=reverse("worklist_call", args=[one.pk]),
        do=_("Log the call") if one.action == "call_task" else _("Log the hand-over"),
    )


def promise(row: Row, desk: Desk) -> Panel:
    one: PromiseToPay = row.about
    contact = Contact.objects.filter(customer=row.customer, role=ContactRole.BILLING).first()
    return Panel(
        figures=[{"label": gettext("Promised and open"), "value": row.amount, "currency": row.currency}],
        strong=_("The ladder has gone on."),
        text=_("A call finds out why the promise was not kept; nothing waits for it."),
        facts=[
            (_("Call"), f"{contact.name} {contact.email}".strip() if contact else gettext("nobody is known"), ""),
            (_("Invoice"), invoice_text(one.invoice, desk), f"/invoices/{one.invoice_id}/"),
            (_("Said by"), formats.joined(str(one.made_by), formats.spoken(one.made_at, desk.today, desk.zone)), ""),
            (_("Note"), f"“{one.note}”" if one.note else "", ""),
        ],
        form=CallForm(),
        action=reverse("promise_call", args=[one.pk]),
        do=_("Log the call"),
    )


def claim(row: Row, desk: Desk) -> Panel:
    one: Claim = row.about
    until = formats.spoken(row.due_at, desk.today, desk.zone) if row.due_at else ""
    named = f"invoice={one.invoice.number}" if one.invoice else f"customer={one.customer_id}"
    return Panel(
        figures=[{"label": gettext("Reported"), "value": row.amount, "currency": row.currency}],
        strong=gettext("Until %(when)s") % {"when": until},
        text=_("the next step may wait for it. After that the dates go on as if nothing had been reported."),
        facts=[
            (_("Paid on"), formats.day(one.paid_on, desk.today), ""),
            (_("Reference"), one.reference, ""),
            (_("Invoice"), invoice_text(one.invoice, desk), f"/invoices/{one.invoice_id}/")
            if one.invoice
            else (_("Invoice"), "", ""),
            (_("Reported by"), formats.joined(str(one.by), formats.spoken(one.at, desk.today, desk.zone)), ""),
            (_("Their words"), f"“{one.note}”" if one.note else "", ""),
            (_("Not there?"), gettext("Say that it was not found"), reverse("claim_dismiss", args=[one.pk])),
        ],
        link=f"/payments/new/?{named}",
        link_text=_("Record the payment"),
    )


def letters(row: Row, desk: Desk) -> Panel:
    mine = row.about
    assert row.customer is not None
    contact = mine[-1].contact
    return Panel(
        figures=_owed_figure(row),
        strong=_("Until somebody can be reached"),
        text=_("the clock of the next step doesn’t start: no notice counts, and nothing is suspended."),
        facts=[
            (_("Address"), mine[-1].to_email, ""),
            (_("It said"), mine[-1].reason or mine[-1].last_error, ""),
            (_("Waiting"), _letter_text(len(mine)), ""),
        ],
        form=address_form(row.customer, contact),
        form_title=_("Where shall it go?"),
        action=reverse("worklist_address", args=[row.pk]),
        do=_("Save and send again"),
    )


def _letter_text(number: int) -> str:
    return ngettext("%(n)s letter", "%(n)s letters", number) % {"n": formats.grouped(number)}


def _owed_figure(row: Row) -> list[dict[str, Any]]:
    if row.amount is None:
        return []
    return [{"label": gettext("Undisputed due"), "value": row.amount, "currency": row.currency}]


def contact(row: Row, desk: Desk) -> Panel:
    assert row.customer is not None
    waiting = row.customer.messages.filter(to_email="", outcome="parked").count()
    return Panel(
        figures=_owed_figure(row),
        strong=_("Without an address"),
        text=_("invoices and notices can’t reach this customer, and the ladder never starts."),
        facts=[(_("Waiting"), _letter_text(waiting), ""), (_("Domain"), row.customer.domain or "–", "")],
        form=address_form(row.customer),
        form_title=_("Who gets the letters?"),
        action=reverse("worklist_address", args=[row.pk]),
        do=_("Save and send"),
    )


def dispute(row: Row, desk: Desk) -> Panel:
    case = row.about
    strong, text = _case_words(case, desk)
    frozen = {"label": gettext("Frozen"), "value": row.amount, "currency": row.currency, "tone": "dispute"}
    facts: list[tuple[str | Promise, str, str]] = [(_("Case"), case.number, f"/disputes/{case.pk}/")]
    if case.invoice:
        facts.append((_("Invoice"), invoice_text(case.invoice, desk), f"/invoices/{case.invoice_id}/"))
    return Panel(
        figures=[frozen] if row.amount else [],
        strong=strong,
        text=text,
        facts=[*facts, *_said(case), (_("Next"), case.next_words, "")],
        link=f"/disputes/{case.pk}/",
        link_text=_("Open the case"),
    )


def _said(case: Any) -> list[tuple[str | Promise, str, str]]:
    """What the customer asked; of a letter that came back nobody wrote."""
    asked = case.source != Dispute.Source.RETURNED
    return [(_("They wrote"), f"“{case.text[:280]}”", "")] if asked else []


def _case_words(case: Any, desk: Desk) -> tuple[str | Promise, str | Promise]:
    """What happens if nobody acts on a case that waits for us."""
    if case.decided_at is not None:
        if case.bounced:
            return _("The answer has not reached the customer."), _("What is decided thaws only when they are told.")
        return _("The customer wrote after the answer."), _("The case stays open until they have a word of ours.")
    if case.source == Dispute.Source.RETURNED:
        return _("The answer has not reached the customer."), _("Find the address, and say it again in this case.")
    if case.answer_by < desk.now:
        return _("The promised hour has passed."), _("What is frozen stays frozen, and the customer waits.")
    if not case.freezes:
        return _("Without an answer"), _("our promise to the customer is broken at the hour beside.")
    return (
        _("Without an answer"),
        _("the amount stays frozen, and our promise to the customer is broken at the hour beside."),
    )
