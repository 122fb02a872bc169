"""What was said in a case, by whom, in which order, and did it arrive?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from django.utils.translation import gettext

from customers import formats
from customers.models import Message
from disputes.lines import with_lines
from disputes.models import CaseEntry, CaseFile, Dispute, EarlierAnswer
from dunning.wording import OUTCOMES, proof


@dataclass
class Said:
    """One word of a case. `note` is only for us; `ours` came from us, the others from outside."""

    who: str
    at: datetime
    text: str
    ours: bool = False
    note: bool = False
    head: str = ""
    proof: str = ""
    quoted: str = ""
    files: list[CaseFile] = field(default_factory=list)


@dataclass(frozen=True)
class Read:
    """What a page has read of a case: its files, the answers that were not accepted, and what the answer that stands
    says of single lines."""

    files: Sequence[CaseFile]
    earlier: Sequence[EarlierAnswer]
    lines: Sequence[Mapping[str, Any]] = ()


def read(case: Dispute) -> Read:
    """The files and earlier answers of a case; a query each, the second only where it was ever reopened."""
    earlier = case.earlier_answers.select_related("decided_by", "told_by", "reopened_by").order_by("pk")
    return Read(list(case.files.order_by("pk")), list(earlier) if case.reopened_at else [])


def conversation(case: Dispute, known: Read, *, today: date, zone: tzinfo) -> list[Said]:
    """The question, every word since, and each answer, in order; one query."""
    files: dict[int | None, list[CaseFile]] = defaultdict(list)
    for file in known.files:
        files[file.entry_id].append(file)
    returned = case.source == Dispute.Source.RETURNED
    asker = case.partner.name if returned else str(case.opened_by) if case.opened_by else case.customer.name
    first = Said(asker, case.opened_at, case.text, ours=returned, head=_from(case), files=files[None])
    entries = case.entries.select_related("by", "message", "mail").order_by("at", "pk")
    words = [_entry(one, case, files[one.pk], today, zone) for one in entries]
    answers: list[Said] = []
    for one in known.earlier:
        answers += [_answer(one, one.line_answers, today, zone), _not_accepted(one, case)]
    if case.decided_at is not None:
        answers.append(_answer(case, known.lines, today, zone))
    return sorted([first, *words, *answers], key=lambda one: one.at)


def _from(case: Dispute) -> str:
    if case.source == Dispute.Source.CUSTOMER:
        return ""
    return gettext("by %(way)s") % {"way": case.get_source_display()}


def _entry(one: CaseEntry, case: Dispute, files: list[CaseFile], today: date, zone: tzinfo) -> Said:
    ours = one.kind in (CaseEntry.Kind.STAFF, CaseEntry.Kind.NOTE)
    who = str(one.by or one.from_email or (case.customer.name if one.kind == CaseEntry.Kind.CUSTOMER else "21Vianet"))
    head = ""
    if one.kind == CaseEntry.Kind.NOTE:
        head = gettext("Note, only for us")
    elif one.kind == CaseEntry.Kind.PROVIDER:
        head = gettext("21Vianet, only for us")
    elif one.from_email:
        head = gettext("by mail")
    return Said(
        who,
        one.at,
        one.text,
        ours=ours,
        note=one.kind in (CaseEntry.Kind.NOTE, CaseEntry.Kind.PROVIDER),
        head=head,
        proof=_way(one.message, today, zone),
        quoted=one.quoted,
        files=files,
    )


def _answer(one: Any, lines: Sequence[Mapping[str, Any]], today: date, zone: tzinfo) -> Said:
    """An answer, the one that stands or one the customer did not accept."""
    named = str(OUTCOMES.get(one.outcome, "")) if one.outcome else ""
    head = gettext("Answer: %(outcome)s") % {"outcome": named} if named else gettext("Answer")
    who = str(one.decided_by) if one.decided_by else ""
    text = with_lines(one.answer, lines)
    return Said(who, one.decided_at, text, ours=True, head=head, proof=_way(one.told_by, today, zone))


def _not_accepted(one: EarlierAnswer, case: Dispute) -> Said:
    """Why the customer did not accept an answer."""
    who = str(one.reopened_by) if one.reopened_by else case.customer.name
    return Said(who, one.reopened_at, one.why, head=gettext("Not resolved, reopened"))


def _way(message: Message | None, today: date, zone: tzinfo) -> str:
    """How far a letter has come: delivered and seen, or the first of what holds it back."""
    if message is None:
        return ""
    said = proof(message, today=today, zone=zone)
    if message.seen_at and message.delivered_at and not message.bounced_at:
        delivered = gettext("Delivered %(when)s") % {"when": formats.spoken(message.delivered_at, today, zone)}
        return formats.joined(delivered, said[:1].lower() + said[1:])
    return said
