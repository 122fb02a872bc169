"""How does the proof of a suspension read, on a page and on paper? The bundle in words, section by section."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import reduce
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from billing.papers import on, sheet
from customers import formats
from customers.filing import Paper, file_paper
from customers.models import Document, User
from customers.printing import print_paper
from subscriptions.models import Suspension

from .wording import because, stage

NOTHING: Final = "–"
CHECKS: Final[Mapping[str, str | Promise]] = {
    "not_before_the_printed_day": _("It did not happen before the earliest permitted instant"),
    "a_dated_notice_had_reached_them": _("A notice that named the day had reached the customer"),
    "enough_people_approved": _("Enough people had approved it"),
    "the_rule_asked_again_for_then_says_suspend": _(
        "The rule, asked again on what was known at the last look, says the same"
    ),
}
RECEIPTS: Final[Mapping[str, str | Promise]] = {
    "unapplied": _("a payment not yet put against an invoice"),
    "possible": _("an unmatched bank entry that may be theirs"),
    "claimed": _("they said they had paid"),
}
ENDS: Final[Mapping[str, str | Promise]] = {
    "cured": _("The debt behind it was paid down"),
    "person": _("A person ended it"),
}
SOURCES: Final[Mapping[str, str | Promise]] = {
    "payment": _("Payment"),
    "credit_note": _("Credit note"),
    "write_off": _("Write-off"),
}


def fingerprint(bundle: Mapping[str, Any]) -> str:
    """The SHA-256 of the bundle's JSON with sorted keys: two proofs that say the same have the same."""
    text = json.dumps(bundle, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def print_proof(
    row: Suspension, bundle: Mapping[str, Any], *, language: str, now: datetime, by: User | None = None
) -> Document:
    """The proof on paper, made once for each thing it says. Raises Unprinted."""
    mark = fingerprint(bundle)
    name = f"proof-{bundle['suspension']['invoice']}-{row.pk}"
    paper = Paper(row.partner, row.customer, Document.Kind.PROOF, f"{row.pk}, {mark[:16]}", name)
    return file_paper(
        paper,
        language=language,
        make=lambda: print_paper("proof", _sheet(row, bundle, mark), at=now),
        now=now,
        by=by,
    )


def _sheet(row: Suspension, bundle: Mapping[str, Any], mark: str) -> dict[str, Any]:
    what = bundle["suspension"]
    title = gettext("Proof of a suspension")
    foot = gettext("From the record. SHA-256 of the same as JSON: %(mark)s") % {"mark": mark[:32]}
    return {
        **sheet(row.partner, title=title, number=f"{what['invoice']}", foot=foot),
        "sections": sections(bundle),
    }


class Speaker:
    """Says instants, days and amounts of one currency in a zone, each with its year."""

    def __init__(self, zone: tzinfo, currency: str) -> None:
        self.zone, self.currency = zone, currency

    def at(self, instant: str | None) -> str:
        """An instant to the second."""
        if not instant:
            return NOTHING
        local = datetime.fromisoformat(instant).astimezone(self.zone)
        return f"{on(local.date())} {local:%H:%M:%S}"

    def day(self, day: str | None) -> str:
        """A day."""
        return on(date.fromisoformat(day)) if day else NOTHING

    def money(self, amount: str) -> str:
        """An amount."""
        return formats.amount(Decimal(amount), self.currency)

    def because(self, code: str, values: Mapping[str, Any], at: str) -> str:
        """A reason, said on the day it was given."""
        today = datetime.fromisoformat(at).astimezone(self.zone).date()
        return because(code, values, currency=self.currency, today=today, zone=self.zone)


Row = tuple[str, str]


def sections(bundle: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The proof in words: titles with rows of a label and what the record says."""
    say = Speaker(ZoneInfo(bundle["suspension"]["zone"]), bundle["debt"]["currency"])
    made = [
        (gettext("What was suspended"), _what(bundle)),
        (gettext("What it proves"), _checks(bundle)),
        (gettext("Under which policy"), _policy(bundle["policy"], say)),
        (gettext("The debt at the last look"), _debt(bundle["debt"], say)),
        (gettext("What the customer was told"), _notices(bundle["notices"], say)),
        (gettext("Reasons not to, looked for"), looked_for_rows(bundle["looked_for"], say)),
        (gettext("When it was permitted, and when it happened"), _times(bundle, say)),
        (gettext("Who agreed"), _approvals(bundle, say)),
        (gettext("What 21Vianet was asked"), _calls(bundle["provider"], say)),
        (gettext("The customer was told of it"), _letter(bundle["told"], say)),
        (gettext("How it ended"), _end(bundle["end"], say)),
    ]
    return [
        {"title": title, "rows": [{"label": label, "value": value} for label, value in rows]} for title, rows in made
    ]


def _what(bundle: Mapping[str, Any]) -> list[Row]:
    what = bundle["suspension"]
    return [
        (gettext("Customer"), what["customer"]),
        (gettext("Subscription"), _joined(what["subscription"], what["subscription_id_at_provider"])),
        (gettext("Seats"), formats.grouped(what["seats"])),
        (gettext("Invoice"), what["invoice"]),
        (gettext("All times"), what["zone"]),
    ]


def _checks(bundle: Mapping[str, Any]) -> list[Row]:
    return [(gettext("Yes") if kept else gettext("No"), str(CHECKS[name])) for name, kept in bundle["checks"].items()]


def _policy(it: Mapping[str, Any], say: Speaker) -> list[Row]:
    return [
        (gettext("Version"), str(it["version"])),
        (gettext("Effective"), say.day(it["effective_on"])),
        (gettext("Published"), _by(it["published_by"], say.at(it["published_at"]))),
        (gettext("Seconded by"), it["seconded_by"] or NOTHING),
        (gettext("Told to the customer"), say.at(it["told_at"])),
        (gettext("Acknowledged"), _by(it["acknowledged_by"], say.at(it["acknowledged_at"]))),
        (
            gettext("Invoice issued, due"),
            _joined(say.day(it["invoice_issued_on"]), say.day(it["invoice_due_on"])),
        ),
    ]


def _debt(it: Mapping[str, Any], say: Speaker) -> list[Row]:
    rows = [
        (
            f"{line['position']}. {line['subscription'] or line['description']}",
            gettext("billed %(billed)s, open %(open)s, in dispute %(disputed)s, undisputed %(due)s")
            % {
                "billed": say.money(line["billed"]),
                "open": say.money(line["open"]),
                "disputed": say.money(line["in_dispute"]),
                "due": say.money(line["undisputed_due"]),
            },
        )
        for line in it["lines"]
    ]
    return [
        *rows,
        (gettext("Recorded at the last look"), say.money(it["recorded_then"])),
        (gettext("Rebuilt from the allocations"), say.money(it["rebuilt_for_then"])),
    ]


def _notices(notices: list[dict[str, Any]], say: Speaker) -> list[Row]:
    rows: list[Row] = []
    for one in notices:
        reason = say.because(one["because"], one["values"], one["decided_at"])
        rows.append((stage(one["stage"]), _joined(say.at(one["decided_at"]), say.money(one["amount"]), reason)))
        rows += _letter(one["letter"], say) if one["letter"] else []
        if one["called_at"]:
            rows.append(
                (
                    gettext("Called"),
                    _joined(_by(one["called_by"], say.at(one["called_at"])), one["call_note"] or ""),
                )
            )
        if one["not_before"]:
            rows.append((gettext("It named"), _joined(say.day(one["suspend_on"]), say.at(one["not_before"]))))
    return rows


def _letter(it: Mapping[str, Any] | None, say: Speaker) -> list[Row]:
    if it is None:
        return [(gettext("Letter"), NOTHING)]
    rows = [(gettext("Letter"), _joined(it["to"] or NOTHING, it["subject"])), ("Message-ID", it["message_id"])]
    fates = (("delivered_at", gettext("Delivered")), ("bounced_at", gettext("Bounced")), ("seen_at", gettext("Seen")))
    return rows + [(label, say.at(it[name])) for name, label in fates if it[name]]


def looked_for_rows(it: Mapping[str, Any], say: "Speaker") -> list[Row]:
    """The reasons not to press that were known, in words."""
    if not it:
        return [(gettext("Nothing"), gettext("can be rebuilt"))]
    rows: list[Row] = [
        (gettext("Hold"), _joined(say.day(one["from"]), say.day(one["until"]), one["reason"])) for one in it["holds"]
    ]
    rows += [(gettext("Promise"), _joined(say.money(one["amount"]), say.day(one["by"]))) for one in it["promises"]]
    rows += [
        (gettext("Dispute"), _joined(one["case"], say.money(one["amount"]), say.at(one["opened_at"])))
        for one in it["disputes"]
    ]
    rows += [
        (gettext("Receipt"), _joined(say.money(one["amount"]), str(RECEIPTS[one["kind"]]))) for one in it["receipts"]
    ]
    none = [(gettext("Holds, promises, disputes, receipts"), gettext("none"))] if not rows else []
    return [*rows, *none, (gettext("Bank read until"), say.at(it["bank_read_at"]))]


def _times(bundle: Mapping[str, Any], say: Speaker) -> list[Row]:
    it, decision = bundle["times"], bundle["decision"]
    again = gettext("decided again from its stored facts: the same")
    other = gettext("decided again from its stored facts: not the same")
    reason = say.because(decision["because"], decision["values"], decision["decided_at"])
    return [
        (gettext("Decided"), _joined(say.at(decision["decided_at"]), reason)),
        (gettext("Asked again"), again if decision["decided_again"]["same"] else other),
        (gettext("Earliest permitted"), say.at(it["earliest_permitted_at"])),
        (gettext("Last look"), say.at(it["last_look_at"])),
        (gettext("Read back as suspended"), say.at(it["read_back_at"])),
    ]


def _approvals(bundle: Mapping[str, Any], say: Speaker) -> list[Row]:
    it = bundle["approvals"]
    rows = [(one["by"], say.at(one["at"])) for one in it["given"]]
    needed = NOTHING if it["needed"] is None else str(it["needed"])
    return [(gettext("Needed"), needed), (gettext("Proposed"), say.at(it["proposed_at"])), *rows]


def _calls(it: Mapping[str, Any] | None, say: Speaker) -> list[Row]:
    if it is None or not it["calls"]:
        return [(pgettext("at the provider", "Calls"), gettext("none was needed"))]
    return [
        (
            say.at(one["at"]),
            _joined(
                gettext("request %(id)s") % {"id": one["request_id"]},
                gettext("correlation %(id)s") % {"id": one["correlation_id"]},
                one["answer"] or gettext("no answer known"),
            ),
        )
        for one in it["calls"]
    ]


def _end(it: Mapping[str, Any] | None, say: Speaker) -> list[Row]:
    if it is None:
        return [(gettext("Not yet"), gettext("It is still suspended"))]
    rows = [(str(ENDS.get(it["why"], it["why"])), say.at(it["ended_at"]))]
    rows += [
        (
            str(SOURCES[one["source"]]),
            _joined(say.money(one["amount"]), say.at(one["at"]), one["reference"] or ""),
        )
        for one in it["payments"]
    ]
    if it["restored_at"]:
        rows.append((gettext("Read back as active"), say.at(it["restored_at"])))
    if it["minutes"] is not None:
        rows.append((gettext("Minutes it took"), formats.grouped(it["minutes"])))
    return rows + (_letter(it["told"], say) if it["told"] else [])


def _by(who: str | None, when: str) -> str:
    return _joined(when, who) if who else when


def _joined(*words: str) -> str:
    """What there is of these, one after the other, as the language joins facts."""
    said = [word for word in words if word]
    return reduce(formats.joined, said) if said else NOTHING
