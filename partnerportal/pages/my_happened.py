"""What has happened, as the customer and their partner both see it?"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext

from billing.models import Allocation, Invoice
from customers.entering import Here, customer_here
from customers.models import TimelineEntry
from customers.models.messages import TimelineQuerySet
from disputes.models import Dispute
from dunning import wording

from .my_saying import Voice, money, voice_of

MOST = 60
# What the letter itself already says beside the entry that caused it.
ABOUT_LETTERS = frozenset({"letter_handed", "letter_seen"})
OF_MONEY = frozenset({"payment_booked", "credit_issued"})


def shared(request: Here) -> TimelineQuerySet:
    """What this customer may read of the timeline, newest first."""
    mine = TimelineEntry.objects.visible_to(request.user).filter(customer=customer_here(request)).shared()
    return mine.select_related("message", "actor").order_by("-at", "-pk")


def of_invoice(request: Here, invoice: Invoice) -> list[dict[str, Any]]:
    """The shared history of one invoice: its documents, notices, questions and access, and the money put
    against it, whichever document the money came with."""
    number = invoice.number or ""
    rows = shared(request).filter(Q(about=number) | Q(about__contains=number) | Q(message__about__contains=number))
    mine = [row for row in rows[: MOST * 2] if _names(row, number) and row.code not in OF_MONEY]
    lines = [*lines_of(mine, voice_of(request)), *_money(invoice)]
    return sorted(lines, key=lambda line: line["at"], reverse=True)[:MOST]


def of_case(request: Here, dispute: Dispute) -> list[dict[str, Any]]:
    """The shared history of one case."""
    rows = shared(request).filter(Q(values__case=dispute.number) | Q(message__about__contains=dispute.number))
    mine = [row for row in rows[:MOST] if _of_case(row, dispute.number)]
    return [{**line, "url": "", "detail": ""} for line in lines_of(mine, voice_of(request))]


def latest(request: Here, count: int) -> list[dict[str, Any]]:
    """The newest few entries of everything."""
    return lines_of(shared(request)[: count * 3], voice_of(request))[:count]


def lines_of(rows: Iterable[TimelineEntry], voice: Voice) -> list[dict[str, Any]]:
    """Entries as the timeline component takes them. A letter's way stands beside the entry it belongs to, so
    its own entries are left out where that one is among them."""
    kept = _without_echoes(list(rows))
    lines = wording.timeline(kept, today=voice.today, zone=voice.zone, staff=False)
    for row, line in zip(kept, lines, strict=True):
        line["url"] = row.values.get("link", "") if row.code.startswith("question_") else ""
        if row.code == "question_answered":
            line["detail"] = row.values.get("answer", "")
    return lines


def _without_echoes(rows: Sequence[TimelineEntry]) -> list[TimelineEntry]:
    caused = {row.message_id for row in rows if row.message_id and row.code not in ABOUT_LETTERS}
    return [row for row in rows if row.code not in ABOUT_LETTERS or row.message_id not in caused]


def _names(row: TimelineEntry, number: str) -> bool:
    about = row.message.about if row.message else ""
    return row.about == number or number in about.split(", ")


def _of_case(row: TimelineEntry, number: str) -> bool:
    return row.values.get("case") == number or (row.message is not None and number in row.message.about.split(", "))


def _money(invoice: Invoice) -> list[dict[str, Any]]:
    """Each payment and credit note with the part of it that was put against this invoice."""
    # What was taken back says so in an entry of its own; what was given up is between our own people.
    put = Allocation.objects.filter(line__invoice=invoice, offset=None, write_off=None, undoes=None)
    parts = put.values(
        "payment__amount",
        "payment__booked_at",
        "payment_id",
        "credit_note__number",
        "credit_note__total",
        "credit_note__issued_at",
        "credit_note_id",
    )
    return [_part(row, invoice.currency) for row in parts.annotate(sum=Sum("amount")).order_by()]


def _part(row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    if row["payment_id"]:
        whole: Decimal = row["payment__amount"]
        at: datetime = row["payment__booked_at"]
        text = gettext("Payment of %(amount)s received") % {"amount": money(whole, currency)}
    else:
        whole, at = row["credit_note__total"], row["credit_note__issued_at"]
        text = gettext("Credit note %(number)s over %(amount)s") % {
            "number": row["credit_note__number"],
            "amount": money(whole, currency),
        }
    part = gettext("%(part)s of it for this invoice") % {"part": money(row["sum"], currency)}
    return {"icon": "yen", "text": text, "at": at, "detail": part if row["sum"] != whole else ""}
