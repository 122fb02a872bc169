"""How do reasons, stages and timeline entries read? One function for each, used by every page."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, tzinfo
from functools import partial
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from billing.models import DisputedAmount
from customers import formats
from customers.models import ContactRole, Message, TimelineEntry
from customers.wording import sentence, shown
from subscriptions.models import AccessStop, Drift

from .models import Stage
from .reasons import SENTENCES, STAGES

ANCHORS: Final[Mapping[str, str | Promise]] = {
    "due": _("the due date"),
    "month_end": _("the end of the month in which it is due"),
    "delivered": _("the notice was delivered"),
    "suspended": _("the suspension"),
}
ACTIONS: Final[Mapping[str, str | Promise]] = {
    Stage.Action.NOTICE: _("Notice"),
    Stage.Action.CALL_TASK: _("Call"),
    Stage.Action.SUSPEND: _("Suspension"),
    Stage.Action.DELETION_NOTICE: _("Deletion notice"),
    Stage.Action.HAND_OVER: _("Hand-over to an agency"),
}
OUTCOMES: Final[Mapping[str, str | Promise]] = {
    DisputedAmount.Result.UPHELD: _("upheld"),
    DisputedAmount.Result.PARTLY: _("partly upheld"),
    DisputedAmount.Result.REJECTED: _("rejected"),
    DisputedAmount.Result.WITHDRAWN: _("withdrawn"),
}
CAUSES: Final[Mapping[str, str | Promise]] = dict(AccessStop.Cause.choices)
DRIFTS: Final[Mapping[str, str | Promise]] = dict(Drift.Kind.choices)
ENDS: Final[Mapping[str, str | Promise]] = dict(Drift.How.choices)
RESULTS: Final[Mapping[str, str | Promise]] = {
    "accepted": _("accepted"),
    "partly": _("partly accepted"),
    "refused": _("refused"),
    "information": _("information only"),
}
ROLES: Final[Mapping[str, str | Promise]] = {
    ContactRole.BILLING: _("the billing contact"),
    ContactRole.OWNER: _("the owner"),
    ContactRole.TECHNICAL: _("the technical contact"),
}
CODED: Final = ("stage", "anchor", "role", "first", "until")
ICONS: Final[Mapping[str, str]] = {
    "invoice_issued": "document",
    "customer_imported": "people",
    "contact_read": "person",
    "contact_missing": "person",
    "contact_set": "person",
    "call_due": "phone",
    "call_logged": "phone",
    "letter_handed": "mail",
    "letter_seen": "eye",
    "letter_bounced": "zigzag",
    "notice_due": "flag",
    "payment_booked": "yen",
    "credit_issued": "yen",
    "suspended": "bars",
    "stop_asked": "bars",
    "stop_agreed": "bars",
    "stop_refused": "tick",
    "stop_lifted": "turn",
    "stopped_fraud": "bars",
    "stopped_request": "bars",
    "unstopped_fraud": "turn",
    "unstopped_request": "turn",
    "suspension_proposed": "bars",
    "restoring": "clock",
    "restored": "turn",
    "restoring_until": "clock",
    "back_until": "turn",
    "loop_closed": "tick",
    "hold_set": "hold",
    "hold_set_open": "hold",
    "hold_granted": "hold",
    "hold_granted_open": "hold",
    "hold_lifted": "turn",
    "exemption_granted": "hold",
    "exemption_granted_open": "hold",
    "exemption_lifted": "turn",
    "extension_granted": "clock",
    "extension_lifted": "turn",
    "promise_made": "clock",
    "promise_kept": "tick",
    "promise_unkept": "turn",
    "payment_claimed": "yen",
    "claim_dismissed": "yen",
    "warned_again": "turn",
}
BY_KIND: Final[Mapping[str, str]] = {
    TimelineEntry.Kind.DOCUMENT: "document",
    TimelineEntry.Kind.NOTICE: "flag",
    TimelineEntry.Kind.MONEY: "yen",
    TimelineEntry.Kind.DISPUTE: "diamond",
    TimelineEntry.Kind.ACCESS: "lock",
    TimelineEntry.Kind.NOTE: "note",
}
TONES: Final[Mapping[str, str]] = {
    "letter_bounced": "bad",
    "suspended": "bad",
    "stopped_fraud": "bad",
    "stopped_request": "bad",
    "unstopped_fraud": "good",
    "unstopped_request": "good",
    "suspension_proposed": "bad",
    "restored": "good",
    "back_until": "good",
    "question_opened": "dispute",
}


def because(code: str, values: Mapping[str, Any], *, currency: str, today: date, zone: tzinfo) -> str:
    """A reason of the rulebook as one sentence; values as the rulebook gives them or as they were stored."""
    text = SENTENCES.get(code)
    if text is None:
        return code.replace("_", " ").capitalize()
    if code == "stage_due":
        return _stage_due(values)
    said = {name: _said(name, value, currency, today, zone) for name, value in values.items()}
    if code == "resuming":
        return _resuming(int(values["n"]), said["day"])
    if code == "deletion_near":
        return _deletion_near(int(values["n"]), said["date"])
    if code == "stale_cash":
        return _stale_cash(values.get("hours"))
    return str(text).format_map(defaultdict(lambda: "…", said))


def _said(name: str, value: Any, currency: str, today: date, zone: tzinfo) -> str:
    if name == "stage":
        return stage(str(value))
    if name in ("role", "first"):
        return str(ROLES.get(str(value), value))
    if name == "until" and value is None:
        return gettext("further notice")
    return shown(name, value, currency, today, zone)


def _resuming(days: int, ended: str) -> str:
    text = ngettext(
        "The pause ended on %(day)s; %(n)s day remains.", "The pause ended on %(day)s; %(n)s days remain.", days
    )
    return text % {"day": ended, "n": formats.grouped(days)}


def _deletion_near(days: int, on: str) -> str:
    text = ngettext(
        "Data will be deleted on %(date)s, in %(n)s day.", "Data will be deleted on %(date)s, in %(n)s days.", days
    )
    return text % {"date": on, "n": formats.grouped(days)}


def _stale_cash(hours: int | None) -> str:
    """No age is known while a statement was begun and not read to its end."""
    if hours is None:
        return gettext("A bank statement has not been read to its end.")
    text = ngettext("The bank was last read %(n)s hour ago.", "The bank was last read %(n)s hours ago.", hours)
    return text % {"n": formats.grouped(hours)}


def _stage_due(values: Mapping[str, Any]) -> str:
    days = int(values["n"])
    anchor = str(values["anchor"])
    named = {
        "stage": stage(str(values["stage"])),
        "n": formats.grouped(abs(days)),
        "anchor": str(ANCHORS.get(anchor) or stage(anchor)),
    }
    if days == 0:
        return gettext("%(stage)s is due on the day of %(anchor)s.") % named
    if days < 0:
        text = ngettext(
            "%(stage)s is due %(n)s day before %(anchor)s.", "%(stage)s is due %(n)s days before %(anchor)s.", -days
        )
    else:
        text = ngettext(
            "%(stage)s is due %(n)s day after %(anchor)s.", "%(stage)s is due %(n)s days after %(anchor)s.", days
        )
    return text % named


def stage(name: str) -> str:
    """A stage by its name in words; a stage of the partner's own making by its own name."""
    return str(STAGES.get(name) or name.replace("_", " ").capitalize())


def told(entry: TimelineEntry, *, today: date, zone: tzinfo) -> str:
    """A timeline entry of any floor as one sentence."""
    own = {}
    if "because" in entry.values:
        currency = str(entry.values.get("currency", ""))
        code = str(entry.values["because"])
        own["reason"] = partial(because, code, entry.values, currency=currency, today=today, zone=zone)
    words = {"stage": STAGES, "outcome": OUTCOMES, "cause": CAUSES, "result": RESULTS, "drift": DRIFTS, "how": ENDS}
    return sentence(entry, today=today, zone=zone, words=words, own=own)


def timeline(
    entries: Iterable[TimelineEntry], *, today: date, zone: tzinfo, staff: bool = True, base: str = ""
) -> list[dict[str, Any]]:
    """Entries as the timeline component takes them; `staff` names who did it and what is not shared.

    Fetch them with `select_related("message", "actor")`."""
    lines = []
    for entry in entries:
        line: dict[str, Any] = {
            "icon": ICONS.get(entry.code) or BY_KIND.get(entry.kind, "note"),
            "tone": TONES.get(entry.code, ""),
            "text": told(entry, today=today, zone=zone),
            "at": entry.at,
            "detail": entry.message.subject if entry.message and entry.code == "letter_handed" else "",
            "proof": proof(entry.message, today=today, zone=zone) if entry.message else "",
        }
        if staff:
            line |= {"who": str(entry.actor or ""), "shared": entry.shared}
        lines.append(line)
    return lines


def proof(message: Message, *, today: date, zone: tzinfo) -> str:
    """What is known of a letter's way: seen, delivered, bounced, not sent, or still queued."""
    for word, at in (
        (_("Seen %(when)s"), message.seen_at),
        (_("Bounced %(when)s"), message.bounced_at),
        (_("Delivered %(when)s"), message.delivered_at),
    ):
        if at:
            return str(word) % {"when": formats.spoken(at, today, zone)}
    return gettext("Not sent, it was overtaken") if message.outcome == "moot" else gettext("Queued")


WAITS: Final[Mapping[str, str | Promise]] = {
    "settled": _("Settled"),
    "trifle": _("Too little to pursue"),
    "cured": _("Paid down far enough"),
    "exempt": _("Exempt"),
    "on_hold": _("On hold"),
    "disputed": _("All of it is questioned"),
    "untold": _("The answer has yet to reach the customer"),
    "promised": _("A promise is running"),
    "resuming": _("The days left after a pause are running"),
    "ladder_done": _("All steps are taken"),
    "awaiting_delivery": _("A notice is on its way"),
    "bounced": _("The last notice bounced"),
    "call_open": _("A call is not logged yet"),
    "awaiting_confirmation": _("21Vianet has not confirmed yet"),
    "not_yet": _("Its next day has not come"),
    "extended": _("The due date was extended"),
    "not_announced": _("No delivered notice has named a day"),
    "printed_date": _("The day our notice named has not come"),
    "below_minimum": _("Under the amount at which we act"),
    "currency_not_covered": _("The policy names no minimum in this currency"),
    "nothing_to_suspend": _("No announced subscription carries enough debt"),
    "money_unmatched": _("A receipt may cover it"),
    "claimed_paid": _("The customer says it is paid"),
    "stale_cash": _("The bank was not read lately"),
    "letter_today": _("Another letter went out today"),
    "rest_day": _("Not a working day"),
    "holiday_eve": _("Eve of a holiday"),
    "out_of_hours": _("Nobody is on duty"),
    "awaiting_approval": _("Waits for approval"),
    "stage_due": _("A step is due"),
    "renewed": _("A notice is repeated"),
    "fallback_contact": _("The next contact is written to"),
    "suspension_due": _("A suspension is due"),
    "approved": _("Approved, about to be carried out"),
    "deletion_near": _("The data is about to be deleted"),
    "undo_window": _("Approved, it can still be undone"),
    "scope_changed": _("What would be suspended has changed since"),
    "provider_state": _("21Vianet reports a state in which nothing can be suspended"),
    "warned_again": _("Somebody chose to warn again"),
}


def waits(code: str) -> str:
    """Why an invoice was left alone, as a heading: without its values."""
    return str(WAITS.get(code) or code.replace("_", " ").capitalize())
