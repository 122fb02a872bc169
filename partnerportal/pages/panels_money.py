"""What does the side panel say of a receipt, a draft, a write-off or a charge?"""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers import formats
from customers.roles import May
from payables.terms import AllTerms, late_charge

from .deadlines import Row
from .desk import Desk
from .panels import Panel, invoice_text


def receipt(row: Row, desk: Desk) -> Panel:
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


def taken_back(row: Row, desk: Desk) -> Panel:
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


def bank(row: Row, desk: Desk) -> Panel:
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


def draft(row: Row, desk: Desk) -> Panel:
    return Panel(
        figures=[{"label": gettext("To be billed"), "value": row.amount, "currency": row.currency}],
        strong=_("Until they are issued"),
        text=_("no customer has them, and no due date runs. What you owe 21Vianet runs all the same."),
        link=f"/invoices/?state=draft&period={row.about['period']}",
        link_text=_("Look at the drafts"),
    )


def write_off(row: Row, desk: Desk) -> Panel:
    one = row.about
    return Panel(
        figures=[{"label": gettext("To be given up"), "value": row.amount, "currency": row.currency}],
        strong=_("Until somebody agrees"),
        text=_("the debt stays, and collections go on."),
        facts=[
            (_("Invoice"), invoice_text(one.invoice, desk), f"/invoices/{one.invoice_id}/"),
            (_("Asked by"), formats.joined(str(one.asked_by), formats.spoken(one.asked_at, desk.today, desk.zone)), ""),
            (_("Reason"), one.reason, ""),
        ],
        link=reverse("write_off_decide", args=[one.pk]),
        link_text=_("Decide about it"),
    )


def unmapped(row: Row, desk: Desk) -> Panel:
    return Panel(
        figures=[{"label": gettext("Billed to nobody"), "value": row.amount, "currency": row.currency}],
        strong=_("If nobody looks,"),
        text=_("these charges are paid by you and passed on to no customer."),
        link=f"/provider/bills/{row.pk}/?show=unmapped",
        link_text=_("Look at the lines"),
    )


def finding(row: Row, desk: Desk) -> Panel:
    return Panel(
        figures=[{"label": gettext("Differs by"), "value": row.amount, "currency": row.currency}],
        strong=_("If nobody looks,"),
        text=_("21Vianet is paid for what may be wrong, and customers are billed by it."),
        link=f"/provider/findings/?bill={row.pk}",
        link_text=_("Look at the differences"),
    )


def bill_to_pay(row: Row, desk: Desk) -> Panel:
    one = row.about
    terms = AllTerms(desk.partner).on(one.billed_on)
    after = one.pay_by + timedelta(days=1)
    charge = late_charge(one.said, one.pay_by, max(after, desk.today), terms.monthly_charge, one.currency)
    return Panel(
        figures=[{"label": gettext("To pay"), "value": row.amount, "currency": row.currency}],
        strong=_("If it is paid late,"),
        text=gettext("%(charge)s may be assessed, and 21Vianet may restrict your account.")
        % {"charge": formats.amount(charge, one.currency)},
        facts=[
            (_("Total"), formats.amount(one.said, one.currency), ""),
            (_("Due"), formats.spoken(one.pay_by, desk.today, desk.zone), ""),
        ],
        link=reverse("provider_pay", args=[one.pk]) if desk.membership.may(May.PAY) else f"/provider/bills/{one.pk}/",
        link_text=_("Record a payment") if desk.membership.may(May.PAY) else _("Look at the bill"),
    )
