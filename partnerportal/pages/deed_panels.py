"""What stands beside a chosen deed: its figures, what happens if nobody acts, the facts, and the deed itself?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django import forms
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from billing.models import Claim, PromiseToPay
from customers import formats
from customers.forms import address_form
from customers.models import Contact, ContactRole
from customers.roles import May
from dunning.breaking import PEOPLE
from dunning.models import Decision
from dunning.wording import because
from subscriptions.models import Subscription

from .deadlines import Row
from .waiting import Desk


class CallForm(forms.Form):
    """What came of a call."""

    note = forms.CharField(
        label=_("What came of it?"),
        help_text=_("In their words, as far as you can"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@dataclass
class Panel:
    """A deed's panel. `action` is where its form goes; without a form it is a button of its own."""

    figures: list[dict[str, Any]]
    strong: str | Promise
    text: str | Promise
    facts: list[tuple[str | Promise, str, str]] = field(default_factory=list)
    form: forms.Form | None = None
    form_title: str | Promise = ""
    action: str = ""
    do: str | Promise = ""
    link: str = ""
    link_text: str | Promise = ""
    refused: str | Promise = ""


def panel(row: Row, desk: Desk, form: forms.Form | None = None) -> Panel:
    """The panel of a row; `form` is one that was refused, with its input. Without the right there is no deed."""
    made = BUILDERS[row.kind](row, desk)
    if made.action and form is not None:
        made.form = form
    if made.action and not desk.membership.may(May.CHASE):
        made.action, made.form = "", None
        made.refused = _("Your role may look at this, not do it.")
    return made


def _approve(row: Row, desk: Desk) -> Panel:
    one = row.about
    invoice = one.decision.invoice
    seats = Subscription.objects.filter(pk__in=one.covers)
    users = sum(each.quantity for each in seats)
    given = one.approvals.count()
    reason = because(one.decision.because, one.decision.values, currency=row.currency, today=desk.today, zone=desk.zone)
    return Panel(
        figures=[
            {"label": gettext("Undisputed due"), "value": row.amount, "currency": row.currency},
            {"label": gettext("Users"), "value": formats.grouped(users)},
            {"label": gettext("Approvals"), "value": _of(given, one.approvals_needed)},
        ],
        strong=_("Without an approval"),
        text=_("nobody is suspended. The debt stays, and the proposal stands until it is paid or rejected."),
        facts=[
            (_("Because"), reason, ""),
            (_("Invoice"), _invoice_text(invoice, desk), f"/invoices/{invoice.pk}/"),
            (_("Proposed"), formats.spoken(one.proposed_at, desk.today, desk.zone), ""),
            (_("Switches off"), ", ".join(each.name for each in seats), ""),
        ],
        link=f"/collections/proposals/{one.pk}/",
        link_text=_("Look at the evidence"),
    )


def _stop(row: Row, desk: Desk) -> Panel:
    one = row.about
    asked = one.state == "asked"
    seats = Subscription.objects.filter(pk__in=one.scope).order_by("name")
    users = sum(each.quantity for each in seats)
    by, at = (one.opened_by, one.opened_at) if asked else (one.lift_asked_by, one.lift_asked_at)
    return Panel(
        figures=[{"label": gettext("Users"), "value": formats.grouped(users)}],
        strong=_("Until somebody else agrees"),
        text=_("nothing is switched off.") if asked else _("access stays off."),
        facts=[
            (_("Reason"), one.get_cause_display(), ""),
            (_("Asked by"), formats.joined(str(by), formats.spoken(at, desk.today, desk.zone)), ""),
            (_("Subscriptions"), ", ".join(each.name for each in seats), ""),
            (_("What happened"), f"“{one.evidence[:280]}”", ""),
            (_("What came of it"), f"“{one.outcome[:280]}”" if one.outcome else "", ""),
        ],
        link=reverse("stop", args=[one.pk]),
        link_text=_("Look at it and decide"),
    )


def _of(k: int, n: int) -> str:
    return gettext("%(k)s of %(n)s") % {"k": k, "n": n}


def _invoice_text(invoice: Any, desk: Desk) -> str:
    text = gettext("%(invoice)s, due %(day)s") % {
        "invoice": invoice.number,
        "day": formats.day(invoice.due_on, desk.today),
    }
    late = (desk.today - invoice.due_on).days
    return formats.joined(text, formats.over(invoice.due_on, desk.today)) if late > 0 else text


def _call(row: Row, desk: Desk) -> Panel:
    one: Decision = row.about
    contact = Contact.objects.filter(customer=row.customer, role=one.role or ContactRole.BILLING).first()
    last = one.invoice.decisions.exclude(call_note="").order_by("-called_at").first()
    facts: list[tuple[str | Promise, str, str]] = [
        (_("Call"), f"{contact.name} {contact.email}".strip() if contact else gettext("nobody is known"), ""),
        (_("Invoice"), _invoice_text(one.invoice, desk), f"/invoices/{one.invoice_id}/"),
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


def _promise(row: Row, desk: Desk) -> Panel:
    one: PromiseToPay = row.about
    contact = Contact.objects.filter(customer=row.customer, role=ContactRole.BILLING).first()
    return Panel(
        figures=[{"label": gettext("Promised and open"), "value": row.amount, "currency": row.currency}],
        strong=_("The ladder has gone on."),
        text=_("A call finds out why the promise was not kept; nothing waits for it."),
        facts=[
            (_("Call"), f"{contact.name} {contact.email}".strip() if contact else gettext("nobody is known"), ""),
            (_("Invoice"), _invoice_text(one.invoice, desk), f"/invoices/{one.invoice_id}/"),
            (_("Said by"), formats.joined(str(one.made_by), formats.spoken(one.made_at, desk.today, desk.zone)), ""),
            (_("Note"), f"“{one.note}”" if one.note else "", ""),
        ],
        form=CallForm(),
        action=reverse("promise_call", args=[one.pk]),
        do=_("Log the call"),
    )


def _claim(row: Row, desk: Desk) -> Panel:
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
            (_("Invoice"), _invoice_text(one.invoice, desk), f"/invoices/{one.invoice_id}/")
            if one.invoice
            else (_("Invoice"), "", ""),
            (_("Reported by"), formats.joined(str(one.by), formats.spoken(one.at, desk.today, desk.zone)), ""),
            (_("Their words"), f"“{one.note}”" if one.note else "", ""),
            (_("Not there?"), gettext("Say that it was not found"), reverse("claim_dismiss", args=[one.pk])),
        ],
        link=f"/payments/new/?{named}",
        link_text=_("Record the payment"),
    )


def _letters(row: Row, desk: Desk) -> Panel:
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


def _contact(row: Row, desk: Desk) -> Panel:
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


def _receipt(row: Row, desk: Desk) -> Panel:
    one = row.about
    return Panel(
        figures=[{"label": gettext("Received"), "value": row.amount, "currency": row.currency}],
        strong=_("Until it is placed"),
        text=_("no debt it could cover leads to a notice or a suspension."),
        facts=[
            (_("Booked"), formats.day(one.booked_on, desk.today), ""),
            (_("Payer"), one.payer, ""),
            (_("Text"), f"“{one.text}”" if one.text else "", ""),
            (_("Possibly of"), row.customer.name if row.customer else "", ""),
        ],
        link=f"{reverse('bank')}?entry={one.pk}",
        link_text=_("Place it"),
    )


def _taken_back(row: Row, desk: Desk) -> Panel:
    one = row.about
    return Panel(
        figures=[{"label": gettext("Taken back"), "value": row.amount, "currency": row.currency}],
        strong=_("Until it is taken back here too,"),
        text=_("the debt it paid counts as paid, and nobody is asked for it."),
        facts=[
            (_("Booked"), formats.day(one.booked_on, desk.today), ""),
            (_("Text"), f"“{one.text}”" if one.text else "", ""),
        ],
        link=f"{reverse('bank')}?entry={one.pk}",
        link_text=_("Look at the entry"),
    )


def _bank(row: Row, desk: Desk) -> Panel:
    return Panel(
        figures=[],
        strong=_("Until the bank is read again"),
        text=_("nobody is suspended: whoever has paid may not be in the book yet."),
        facts=[
            (_("Last read"), formats.spoken(row.about.at, desk.today, desk.zone) if row.about else "", ""),
            (_("Holds back"), row.why, ""),
            (_("Nothing new?"), gettext("Say that the cash is complete"), reverse("cash_complete")),
        ],
        link=reverse("bank_import"),
        link_text=_("Import a bank statement"),
    )


def _dispute(row: Row, desk: Desk) -> Panel:
    case = row.about
    late = case.answer_by < desk.now
    return Panel(
        figures=[{"label": gettext("Frozen"), "value": row.amount, "currency": row.currency, "tone": "dispute"}],
        strong=_("The promised hour has passed.") if late else _("Without an answer"),
        text=_("The amount stays frozen, and the customer waits.")
        if late
        else _("the amount stays frozen, and our promise to the customer is broken at the hour beside."),
        facts=[
            (_("Case"), case.number, f"/disputes/{case.pk}/"),
            (_("Invoice"), _invoice_text(case.invoice, desk), f"/invoices/{case.invoice_id}/"),
            (_("They wrote"), f"“{case.text[:280]}”", ""),
        ],
        link=f"/disputes/{case.pk}/",
        link_text=_("Open the case"),
    )


def _draft(row: Row, desk: Desk) -> Panel:
    return Panel(
        figures=[{"label": gettext("To be billed"), "value": row.amount, "currency": row.currency}],
        strong=_("Until they are issued"),
        text=_("no customer has them, and no due date runs. What you owe 21Vianet runs all the same."),
        link=f"/invoices/?state=draft&period={row.about['period']}",
        link_text=_("Look at the drafts"),
    )


def _write_off(row: Row, desk: Desk) -> Panel:
    one = row.about
    return Panel(
        figures=[{"label": gettext("To be given up"), "value": row.amount, "currency": row.currency}],
        strong=_("Until somebody agrees"),
        text=_("the debt stays, and collections go on."),
        facts=[
            (_("Invoice"), _invoice_text(one.invoice, desk), f"/invoices/{one.invoice_id}/"),
            (_("Asked by"), formats.joined(str(one.asked_by), formats.spoken(one.asked_at, desk.today, desk.zone)), ""),
            (_("Reason"), one.reason, ""),
        ],
        link=reverse("write_off_decide", args=[one.pk]),
        link_text=_("Decide about it"),
    )


def _unmapped(row: Row, desk: Desk) -> Panel:
    return Panel(
        figures=[{"label": gettext("Billed to nobody"), "value": row.amount, "currency": row.currency}],
        strong=_("If nobody looks,"),
        text=_("these charges are paid by you and passed on to no customer."),
        link=f"/provider/bills/{row.pk}/?show=unmapped",
        link_text=_("Look at the lines"),
    )


def _deletion(row: Row, desk: Desk) -> Panel:
    first = row.about[0]
    invoice = first.debt.invoice
    when = formats.spoken(first.deletes_at, desk.today, desk.zone)
    return Panel(
        figures=[
            {"label": gettext("Brings it back"), "value": row.amount, "currency": row.currency},
            {"label": gettext("Data deleted"), "value": formats.distance(_local(first.deletes_at, desk), desk.today)},
        ],
        strong=gettext("On %(when)s") % {"when": when},
        text=_("21Vianet deletes the data of these subscriptions. Nothing brings it back after that."),
        facts=[
            (_("Invoice"), _invoice_text(invoice, desk), f"/invoices/{invoice.pk}/"),
            (_("Suspended"), formats.spoken(first.confirmed_at, desk.today, desk.zone), ""),
            (_("Off"), ", ".join(one.subscription.name for one in row.about), ""),
        ],
        link=reverse("deletion", args=[invoice.pk]),
        link_text=_("Decide about the data"),
    )


def _breaker(row: Row, desk: Desk) -> Panel:
    one = row.about
    return Panel(
        figures=[
            {"label": gettext("Customers"), "value": formats.grouped(len(one.customers))},
            {"label": gettext("Limit in 24 hours"), "value": formats.grouped(one.limit)},
            {"label": gettext("Agreed"), "value": _of(one.given, PEOPLE)},
        ],
        strong=_("Until two people lift it,"),
        text=_("none of these suspensions is carried out. Payments count and end them as always."),
        facts=[(_("Tripped"), formats.spoken(one.tripped_at, desk.today, desk.zone), "")],
        link=reverse("breaker", args=[one.pk]),
        link_text=_("Look at the customers"),
    )


def _local(moment: Any, desk: Desk) -> Any:
    return moment.astimezone(desk.zone).date()


def _stuck(row: Row, desk: Desk) -> Panel:
    one = row.about
    suspends = row.kind == "access" and one.wanted == "suspended"
    text = {
        True: _("the subscriptions stay as they are, and the customer is told nothing."),
        False: _("the portal knows nobody to write to, or access stays off although the debt is paid."),
    }[suspends]
    return Panel(
        figures=[],
        strong=_("Until it is tried again"),
        text=text,
        facts=[
            (_("Reason"), one.reason, ""),
            (_("Last answer"), one.last_error[:300], ""),
            (_("Promised"), formats.spoken(one.queued_at, desk.today, desk.zone), ""),
        ],
        action=reverse("worklist_retry", args=[row.kind, row.pk]),
        do=_("Try again now"),
    )


BUILDERS: Final[Mapping[str, Callable[[Row, Desk], Panel]]] = {
    "approve": _approve,
    "stop": _stop,
    "breaker": _breaker,
    "deletion": _deletion,
    "call": _call,
    "promise": _promise,
    "claim": _claim,
    "bounced": _letters,
    "contact": _contact,
    "receipt": _receipt,
    "taken_back": _taken_back,
    "bank": _bank,
    "dispute": _dispute,
    "draft": _draft,
    "write_off": _write_off,
    "unmapped": _unmapped,
    "access": _stuck,
    "reading": _stuck,
}
