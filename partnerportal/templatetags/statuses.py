"""Which word, shape and tone does a state have? One table for chip, filter, export, mail and page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import ngettext, pgettext_lazy


@dataclass(frozen=True)
class Look:
    """How one state looks: `shape` names an icon, `tone` a colour role, `word` is translated."""

    shape: str
    tone: str
    word: str | Promise


GREY, GOOD, WARN, BAD, DISPUTE, ACCENT = "grey", "good", "warn", "bad", "dispute", "accent"

INVOICE: Final[Mapping[str, Look]] = {
    "draft": Look("circle", GREY, pgettext_lazy("invoice", "Draft")),
    "not_due": Look("circle", GREY, pgettext_lazy("invoice", "Not due")),
    "overdue": Look("triangle", WARN, pgettext_lazy("invoice", "Overdue")),
    "partly_paid": Look("circle-half", GREY, pgettext_lazy("invoice", "Partly paid")),
    "paid": Look("circle-full", GOOD, pgettext_lazy("invoice", "Paid")),
    "in_dispute": Look("diamond", DISPUTE, pgettext_lazy("invoice", "In dispute")),
    "written_off": Look("circle", GREY, pgettext_lazy("invoice", "Written off")),
    "void": Look("circle", GREY, pgettext_lazy("invoice", "Void")),
}

SUBSCRIPTION: Final[Mapping[str, Look]] = {
    "active": Look("tick", GREY, pgettext_lazy("subscription", "Active")),
    "suspension_proposed": Look("bars", BAD, pgettext_lazy("subscription", "Suspension proposed")),
    "suspending": Look("clock", ACCENT, pgettext_lazy("subscription", "Suspending")),
    "suspended": Look("bars", BAD, pgettext_lazy("subscription", "Suspended")),
    "restoring": Look("clock", ACCENT, pgettext_lazy("subscription", "Restoring")),
    "restored": Look("turn", GOOD, pgettext_lazy("subscription", "Restored")),
    "ended": Look("circle", GREY, pgettext_lazy("subscription", "Ended")),
}

NOTICE: Final[Mapping[str, Look]] = {
    "queued": Look("circle", GREY, pgettext_lazy("notice", "Queued")),
    "sent": Look("eye", ACCENT, pgettext_lazy("notice", "Sent")),
    "delivered": Look("tick", GREY, pgettext_lazy("notice", "Delivered")),
    "seen": Look("eye", ACCENT, pgettext_lazy("notice", "Seen")),
    "bounced": Look("zigzag", BAD, pgettext_lazy("notice", "Bounced")),
    "moot": Look("circle", GREY, pgettext_lazy("notice", "Not sent")),
}

CASE: Final[Mapping[str, Look]] = {
    "new": Look("diamond", DISPUTE, pgettext_lazy("case", "New")),
    "investigating": Look("diamond", DISPUTE, pgettext_lazy("case", "Investigating")),
    "waiting_for_customer": Look("clock", ACCENT, pgettext_lazy("case", "Waiting for customer")),
    "waiting_customer": Look("clock", ACCENT, pgettext_lazy("case", "Waiting for customer")),
    "waiting_provider": Look("clock", ACCENT, pgettext_lazy("case", "Waiting for 21Vianet")),
    "waiting_for_21vianet": Look("clock", ACCENT, pgettext_lazy("case", "Waiting for 21Vianet")),
    "waiting_for_provider": Look("clock", ACCENT, pgettext_lazy("case", "Waiting for 21Vianet")),
    "decided": Look("eye", ACCENT, pgettext_lazy("case", "Decided")),
    "awaiting_confirmation": Look("clock", ACCENT, pgettext_lazy("case", "Awaiting confirmation")),
    "closed": Look("tick", GREY, pgettext_lazy("case", "Closed")),
    "reopened": Look("diamond", DISPUTE, pgettext_lazy("case", "Reopened")),
}

BILL: Final[Mapping[str, Look]] = {
    "expected": Look("circle-dashed", GREY, pgettext_lazy("provider bill", "Expected")),
    "not_due": INVOICE["not_due"],
    "overdue": INVOICE["overdue"],
    "partly_paid": INVOICE["partly_paid"],
    "paid": INVOICE["paid"],
}

STATUSES: Final[Mapping[str, Mapping[str, Look]]] = {
    "invoice": INVOICE,
    "subscription": SUBSCRIPTION,
    "notice": NOTICE,
    "case": CASE,
    "bill": BILL,
}


def look(kind: str, code: object) -> Look:
    """The look of a state; a code the table doesn't know stands as a grey circle with its own word."""
    key = str(code).lower().replace("-", "_").replace(" ", "_")
    known = STATUSES.get(kind, {}).get(key)
    return known or Look("circle", GREY, str(code).replace("_", " ").capitalize())


def word(kind: str, code: object, days: int | None = None) -> str:
    """The status word as plain text; overdue names its days where they are known."""
    if days is not None and kind in ("invoice", "bill") and str(code).lower() == "overdue":
        return ngettext("Overdue %(days)s day", "Overdue %(days)s days", days) % {"days": days}
    return str(look(kind, code).word)


def choices(kind: str) -> list[tuple[str, str | Promise]]:
    """The table as choices for a filter."""
    return [(code, entry.word) for code, entry in STATUSES[kind].items()]
