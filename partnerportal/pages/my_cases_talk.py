"""What was said in a case, by whom, in which order? The question, each word, and the answers not accepted."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext

from customers.models import Partner, User
from disputes.attaching import seen_by_customer
from disputes.lines import with_lines
from disputes.models import CaseEntry, CaseFile, Dispute, EarlierAnswer


@dataclass
class Said:
    """One piece of the conversation as the customer reads it."""

    who: str
    at: datetime
    text: str
    ours: bool
    quoted: str = ""
    note: str = ""
    files: list[CaseFile] = field(default_factory=list)


def talk_of(case: Dispute, partner: Partner) -> list[Said]:
    """The conversation, oldest first. What we say to ourselves is not in it."""
    files = _files(case)
    said = [_opening(case, partner, files[None])]
    entries = case.entries.shared().select_related("by").order_by("at", "pk")
    said += [_entry(entry, partner, files[entry.pk]) for entry in entries]
    for earlier in case.earlier_answers.select_related("reopened_by", "credit_note").order_by("pk"):
        said += _not_accepted(earlier, partner)
    return sorted(said, key=lambda one: one.at)


def _files(case: Dispute) -> dict[int | None, list[CaseFile]]:
    found: dict[int | None, list[CaseFile]] = defaultdict(list)
    for file in seen_by_customer(case.files.all()).order_by("pk"):
        found[file.entry_id].append(file)
    return found


def _opening(case: Dispute, partner: Partner, files: list[CaseFile]) -> Said:
    by_us = case.source in (Dispute.Source.STAFF, Dispute.Source.FINDING, Dispute.Source.RETURNED)
    note = gettext("Opened for you by %(partner)s") % {"partner": partner.name} if by_us else ""
    return Said(_name(case.opened_by, partner, ours=by_us), case.opened_at, case.text, by_us, note=note, files=files)


def _entry(entry: CaseEntry, partner: Partner, files: list[CaseFile]) -> Said:
    ours = entry.kind == CaseEntry.Kind.STAFF
    who = entry.from_email if entry.from_email and entry.by is None else _name(entry.by, partner, ours=ours)
    return Said(who, entry.at, entry.text, ours, entry.quoted, files=files)


def _not_accepted(earlier: EarlierAnswer, partner: Partner) -> list[Said]:
    note = gettext("Our answer then")
    if earlier.credit_note:
        note = gettext("Our answer then, with credit note %(number)s") % {"number": earlier.credit_note.number}
    # An answer is read from the moment it arrived.
    ours = Said(partner.name, earlier.told_at, with_lines(earlier.answer, earlier.line_answers), True, note=note)
    theirs = Said(
        _name(earlier.reopened_by, partner, ours=False),
        earlier.reopened_at,
        earlier.why,
        False,
        note=gettext("Not resolved, reopened"),
    )
    return [ours, theirs]


def _name(person: User | None, partner: Partner, *, ours: bool) -> str:
    """Our people speak for the company they work for."""
    if person is None:
        return partner.name if ours else gettext("By mail")
    return (
        gettext("%(person)s, %(partner)s") % {"person": person.name, "partner": partner.name} if ours else person.name
    )
