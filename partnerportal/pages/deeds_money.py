"""Which money, invoices and charges wait for a person?"""

from django.db.models import (
    Count,
    Min,
    Sum,
)
from django.db.models.functions import Abs
from django.utils.translation import gettext, ngettext

from billing.bank.standing import last_reading
from billing.models import Candidate
from customers import formats

from .deadlines import Row
from .desk import Desk
from .waiting import (
    bills_to_pay,
    drafts,
    held_by_the_bank,
    open_findings,
    receipts,
    returns,
    unknown_charges,
    write_offs,
)


def receipt_rows(desk: Desk) -> list[Row]:
    found = list(receipts(desk).order_by("booked_on", "pk")[: desk.most])
    best: dict[int, Candidate] = {}
    guesses = Candidate.objects.filter(entry__in=found).select_related("customer")
    for one in guesses.order_by("entry_id", "-confidence", "pk"):
        best.setdefault(one.entry_id, one)
    return [
        Row(
            kind="receipt",
            pk=one.pk,
            title=gettext("Place a receipt"),
            who=one.payer or gettext("no name"),
            why=gettext("possibly of %(customer)s") % {"customer": best[one.pk].customer.name}
            if one.pk in best
            else gettext("nothing points to a customer"),
            due_at=desk.tonight(),
            about=one,
            amount=one.amount,
            currency=one.currency,
            customer=best[one.pk].customer if one.pk in best else None,
        )
        for one in found
    ]


def taken_back_rows(desk: Desk) -> list[Row]:
    found = returns(desk).prefetch_related("candidates__customer").order_by("booked_on", "pk")[: desk.most]
    return [
        Row(
            kind="taken_back",
            pk=one.pk,
            title=gettext("Take a payment back"),
            who=one.candidates.all()[0].customer.name,
            why=gettext("the bank took it back, here it still counts"),
            due_at=desk.tonight(),
            about=one,
            amount=one.amount,
            currency=one.currency,
            customer=one.candidates.all()[0].customer,
        )
        for one in found
    ]


def bank_rows(desk: Desk) -> list[Row]:
    read, held = last_reading(desk.partner), held_by_the_bank(desk).count()
    hours = int((desk.now - read.at).total_seconds() // 3600) if read else 0
    said = ngettext("It holds %(n)s step back", "It holds %(n)s steps back", held) % {"n": formats.grouped(held)}
    ago = ngettext("last read %(n)s hour ago", "last read %(n)s hours ago", hours) % {"n": formats.grouped(hours)}
    return [
        Row(
            kind="bank",
            pk=desk.partner.pk,
            title=gettext("Import a bank statement"),
            who=ago,
            why=said,
            due_at=desk.tonight(),
            about=read,
        )
    ]


def draft_rows(desk: Desk) -> list[Row]:
    found = drafts(desk).values("period", "currency").annotate(n=Count("pk"), sum=Sum("total"), first=Min("pk"))
    return [
        Row(
            kind="draft",
            pk=one["first"],
            title=ngettext("Issue %(n)s draft", "Issue %(n)s drafts", one["n"]) % {"n": formats.grouped(one["n"])},
            who=gettext("period %(period)s") % {"period": one["period"]},
            why=gettext("Nobody is billed before they are issued"),
            due_at=None,
            about=one,
            amount=one["sum"],
            currency=one["currency"],
        )
        for one in found.order_by("period", "currency")[: desk.most]
    ]


def write_off_rows(desk: Desk) -> list[Row]:
    found = write_offs(desk).select_related("customer", "invoice", "asked_by").order_by("asked_at", "pk")
    return [
        Row(
            kind="write_off",
            pk=one.pk,
            title=gettext("Agree to a write-off"),
            who=one.customer.name,
            why=gettext("%(who)s asks: %(reason)s") % {"who": one.asked_by, "reason": one.reason},
            due_at=None,
            about=one,
            amount=one.amount,
            currency=one.currency,
            customer=one.customer,
        )
        for one in found[: desk.most]
    ]


def bill_rows(desk: Desk) -> list[Row]:
    found = bills_to_pay(desk).order_by("due_on", "pk")[: desk.most]
    return [
        Row(
            kind="to_pay",
            pk=one.pk,
            title=gettext("Pay 21Vianet"),
            who=one.number,
            why=formats.over(one.pay_by, desk.today)
            if one.pay_by < desk.today
            else gettext("due %(day)s") % {"day": formats.day(one.pay_by, desk.today)},
            due_at=desk.tonight(one.pay_by),
            about=one,
            amount=one.said - one.paid,
            currency=one.currency,
        )
        for one in found
    ]


def finding_rows(desk: Desk) -> list[Row]:
    found = open_findings(desk).values("bill_id", "bill__number", "bill__due_on", "bill__currency")
    return [
        Row(
            kind="finding",
            pk=one["bill_id"],
            title=gettext("Look at what differs on a bill"),
            who=one["bill__number"],
            why=ngettext("%(n)s difference to our invoices", "%(n)s differences to our invoices", one["n"])
            % {"n": formats.grouped(one["n"])},
            due_at=desk.tonight(one["bill__due_on"]),
            about=one,
            amount=one["sum"],
            currency=one["bill__currency"],
        )
        for one in found.annotate(n=Count("pk"), sum=Sum(Abs("difference"))).order_by("bill_id")[: desk.most]
    ]


def unknown_charge_rows(desk: Desk) -> list[Row]:
    found = unknown_charges(desk).values("bill_id", "bill__number", "bill__due_on", "currency")
    return [
        Row(
            kind="unmapped",
            pk=one["bill_id"],
            title=gettext("Look at charges we don’t know"),
            who=one["bill__number"],
            why=ngettext("%(n)s line is billed to nobody", "%(n)s lines are billed to nobody", one["n"])
            % {"n": formats.grouped(one["n"])},
            due_at=desk.tonight(one["bill__due_on"]),
            about=one,
            amount=one["sum"],
            currency=one["currency"],
        )
        for one in found.annotate(n=Count("pk"), sum=Sum("subtotal")).order_by("bill_id")[: desk.most]
    ]
