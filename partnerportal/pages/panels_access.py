"""What does the side panel say of a suspension, a stop, an end of data or a stuck change?"""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers import formats
from dunning.breaking import PEOPLE
from dunning.wording import because
from subscriptions.drifting import subject
from subscriptions.models import Subscription

from .deadlines import Row
from .desk import Desk
from .panels import Panel, invoice_text


def approve(row: Row, desk: Desk) -> Panel:
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
        text=_("nobody is suspended. The debt stays, and the proposal stands until it is settled or rejected."),
        facts=[
            (_("Because"), reason, ""),
            (_("Invoice"), invoice_text(invoice, desk), f"/invoices/{invoice.pk}/"),
            (_("Proposed"), formats.spoken(one.proposed_at, desk.today, desk.zone), ""),
            (_("Switches off"), ", ".join(each.name for each in seats), ""),
        ],
        link=f"/collections/proposals/{one.pk}/",
        link_text=_("Look at the evidence"),
    )


def stop(row: Row, desk: Desk) -> Panel:
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


def deletion(row: Row, desk: Desk) -> Panel:
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
            (_("Invoice"), invoice_text(invoice, desk), f"/invoices/{invoice.pk}/"),
            (_("Suspended"), formats.spoken(first.confirmed_at, desk.today, desk.zone), ""),
            (_("Off"), ", ".join(one.subscription.name for one in row.about), ""),
        ],
        link=reverse("deletion", args=[invoice.pk]),
        link_text=_("Decide about the data"),
    )


def breaker(row: Row, desk: Desk) -> Panel:
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


def drift(row: Row, desk: Desk) -> Panel:
    mine = row.about
    first = mine[0]
    names = ", ".join(subject(one) for one in mine[:5])
    return Panel(
        figures=[{"label": gettext("Differences"), "value": formats.grouped(len(mine))}],
        strong=_("Until somebody decides"),
        text=_("both sides stay as they are. The portal changes neither by itself."),
        facts=[
            (_("What differs"), first.get_kind_display(), ""),
            (_("Of"), names if len(mine) <= 5 else f"{names} …", ""),
            (_("Found"), formats.spoken(first.found_at, desk.today, desk.zone), ""),
        ],
        link=reverse("drift", args=[first.pk]) if len(mine) == 1 else f"{reverse('drifts')}?kind={first.kind}",
        link_text=_("Look at it and decide"),
    )


def stuck(row: Row, desk: Desk) -> Panel:
    one = row.about
    suspends = row.kind == "access" and one.wanted == "suspended"
    text = {
        True: _("the subscriptions stay as they are, and the customer is told nothing."),
        False: _("the portal knows nobody to write to, or access stays off although the debt is settled."),
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
