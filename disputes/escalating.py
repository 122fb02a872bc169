"""How is a case taken up with 21Vianet? Prepared through a gate, filed by a person, asked after, answered.

21Vianet takes cases by its own form only, so nothing here calls it: people file the pack and enter what they got."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext

from customers.models import User

from . import clocks
from .attaching import belong
from .escalated import OURS, UNDECIDED, Subject, at_work, cases_behind, cases_of, hangs_on, heard, locked, ours_again
from .escalated import still_open as _open
from .following import follows_requests
from .gating import NotReady, Said, checklist, faults_of, known_of
from .models import CaseEntry, CaseFile, Dispute, Escalation
from .opening import soon
from .owning import new_secret
from .promising import ask_again_days
from .refusing import NotOpen, check_may_answer, plain_text
from .turns import ANSWERED, FILED, REMINDED, TAKEN_UP, WITHDRAWN, tell_turn, tell_us

MOST_REFERENCE: Final = 80
MOST_TRIED, MOST_WORDS, MOST_ANSWER = 4000, 2000, 20_000
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9-]{1,40}")


def prepare(
    subject: Subject,
    *,
    tried: str,
    why: Sequence[str],
    why_text: str,
    asked_for: str,
    by: User,
    now: datetime,
    no_source: bool = False,
    no_evidence: bool = False,
    tell: bool = True,
) -> Escalation:
    """Take up one case, or the common cause of several, once the checklist is complete; with `tell` each customer
    who doesn't know it yet is told. The same words for the same subject again are the same escalation.

    Raises NotReady with what is missing by field, NotOpen where it is taken up or decided, PermissionError."""
    texts = [plain_text(text) for text in (tried, why_text, asked_for)]
    said = Said(texts[0], tuple(dict.fromkeys(why)), texts[1], texts[2], no_source, no_evidence, tell)
    check_may_answer(by, subject.partner_id)
    with locked(subject.partner, _behind(subject)) as all_cases:
        before = Escalation.objects.filter(hangs_on(subject), answered_at=None, withdrawn_at=None).first()
        if before is not None:
            if not before.filed_at and (before.tried, before.asked_for) == (said.tried, said.asked_for):
                return before
            raise NotOpen(str(before))
        cases = [case for case in all_cases if case.decided_at is None]
        told = _check_gate(subject, cases, said)
        escalation = _create(subject, said, by, now)
        for case in cases:
            if case.status in OURS:
                case.status = Dispute.Status.INVESTIGATING
                case.next_action, case.next_at = Dispute.Next.FILE_PACK, soon(case.customer, now)
                case.save(update_fields=["status", "next_action", "next_at"])
        tell_turn(escalation, [case for case in cases if case.pk not in told], TAKEN_UP, by=by, now=now)
        return escalation


def file(escalation_id: int, *, reference: str, by: User, now: datetime, request_id: str = "") -> Escalation:
    """Say that the pack was filed, and under which reference; from now on its cases wait for 21Vianet and their
    customers know the reference. On the global cloud `request_id` names the service request to follow, and alone
    is a reference too. The same reference again is the same deed.

    Raises NotReady (reference, request_id), NotOpen, PermissionError."""
    given, followed = " ".join(plain_text(reference).split()), request_id.strip()
    with at_work(escalation_id, by) as (escalation, cases):
        named = given or followed
        if escalation.filed_at is not None and escalation.reference == named:
            return escalation
        if escalation.filed_at is not None or escalation.withdrawn_at is not None:
            raise NotOpen(str(escalation))
        _check_reference(escalation, named, followed)
        escalation.reference, escalation.request_id = named, followed
        escalation.filed_by, escalation.filed_at = by, now
        escalation.remind_at = _ask_again(escalation, now)
        try:
            with transaction.atomic():
                escalation.save()
        except IntegrityError:
            raise NotReady({"reference": _taken(escalation, named)}) from None
        for case in cases:
            if case.status in UNDECIDED:
                case.status, case.waiting_since = Dispute.Status.WAITING_PROVIDER, now
                case.next_action, case.next_at = Dispute.Next.ASK_PROVIDER, escalation.remind_at
                case.save(update_fields=["status", "waiting_since", "next_action", "next_at"])
        tell_turn(escalation, _open(cases), FILED, by=by, now=now)
        return escalation


def remind(escalation_id: int, *, by: User, now: datetime, seen: datetime | None = None) -> Escalation:
    """Say that 21Vianet was asked again; the next time comes after as many business days. `seen` is the time at
    which that person saw it due: a second click finds another one and changes nothing.

    Raises NotOpen where nothing waits for 21Vianet, PermissionError."""
    with at_work(escalation_id, by) as (escalation, cases):
        if seen is not None and escalation.remind_at != seen and escalation.answered_at is None:
            return escalation
        _check_waits(escalation)
        escalation.remind_at = _ask_again(escalation, now)
        escalation.save(update_fields=["remind_at"])
        for case in cases:
            if case.status == Dispute.Status.WAITING_PROVIDER:
                case.next_action, case.next_at = Dispute.Next.ASK_PROVIDER, escalation.remind_at
                case.save(update_fields=["next_action", "next_at"])
        tell_turn(escalation, _open(cases), REMINDED, by=by, now=now)
        return escalation


def wait_on(escalation_id: int, *, by: User, now: datetime) -> Escalation:
    """Say that what came from 21Vianet was read and is no answer yet; we ask again when we meant to.

    Raises NotOpen where nothing waits for 21Vianet, PermissionError."""
    with at_work(escalation_id, by) as (escalation, cases):
        _check_waits(escalation)
        for case in cases:
            if case.status == Dispute.Status.WAITING_PROVIDER and case.next_action == Dispute.Next.READ_PROVIDER:
                case.next_action, case.next_at = Dispute.Next.ASK_PROVIDER, escalation.remind_at or now
                case.save(update_fields=["next_action", "next_at"])
        return escalation


def answered(escalation_id: int, *, result: str, text: str, by: User, now: datetime, words: str = "") -> Escalation:
    """Enter what 21Vianet answered (`text`) and what it comes to (`result`). Its customers are told the result and
    `words`, which are ours; 21Vianet's own text stays with us. The next move on its cases is ours.

    An answer to what was let go, or whose case has ended without it, is kept and counted too, and ends the need to
    call it off; it moves no case, and whose loop is closed hears nothing more.

    Raises NotReady (result, text, words), NotOpen where nothing was filed or it is answered, PermissionError."""
    said, ours = plain_text(text)[:MOST_ANSWER], plain_text(words)[:MOST_WORDS]
    with at_work(escalation_id, by) as (escalation, cases):
        if escalation.answered_at is not None and (escalation.result, escalation.answer) == (result, said):
            return escalation
        if not escalation.answers_late:
            _check_waits(escalation)
        if result not in Escalation.Result.values:
            raise NotReady({"result": gettext("Choose what the answer comes to")})
        if not said:
            raise NotReady({"text": gettext("Enter what 21Vianet answered")})
        _check_names(cases, ours)
        escalation.result, escalation.answer = result, said
        escalation.answered_at, escalation.answer_recorded_by = now, by
        escalation.save()
        for case in cases:
            if not case.entries.filter(kind=CaseEntry.Kind.PROVIDER, text=said, at__gte=escalation.filed_at).exists():
                heard(case, said, now=now, by=by)
            if escalation.withdrawn_at is None:
                ours_again(case, Dispute.Next.ANSWER, now=now)
        tell_turn(escalation, _open(cases), ANSWERED, by=by, now=now, words=ours)
        return escalation


def withdraw(escalation_id: int, *, why: str, by: User, now: datetime) -> Escalation:
    """Let go of what was prepared or filed; customers who know of it are told. Raises NotReady (why), NotOpen,
    PermissionError."""
    said = plain_text(why)[:MOST_WORDS]
    with at_work(escalation_id, by) as (escalation, cases):
        if escalation.withdrawn_at is not None:
            return escalation
        if escalation.answered_at is not None:
            raise NotOpen(str(escalation))
        if not said:
            raise NotReady({"why": gettext("Say why it is not pursued")})
        escalation.withdrawn_at, escalation.withdrawn_by, escalation.withdrawn_why = now, by, said
        escalation.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
        for case in cases:
            case.entries.create(partner_id=case.partner_id, kind=CaseEntry.Kind.NOTE, text=said, at=now, by=by)
            ours_again(case, Dispute.Next.ANSWER, now=now)
        tell_turn(escalation, _open(cases), WITHDRAWN, by=by, now=now)
        return escalation


def call_off(escalation_id: int, *, by: User, now: datetime) -> Escalation:
    """Say that 21Vianet was told that what was filed is over. Twice is once. Raises NotOpen where nothing that was
    filed is withdrawn, PermissionError."""
    with at_work(escalation_id, by) as (escalation, _cases):
        if escalation.called_off_at is not None:
            return escalation
        if not escalation.to_call_off:
            raise NotOpen(str(escalation))
        escalation.called_off_at, escalation.called_off_by = now, by
        escalation.save(update_fields=["called_off_at", "called_off_by"])
        return escalation


def _ask_again(escalation: Escalation, now: datetime) -> datetime:
    """21Vianet promises no time: after so many of Beijing's business days we ask again."""
    return clocks.after(clocks.beijing(), now, ask_again_days(escalation.partner))


def mailed(
    escalation: Escalation,
    text: str,
    quoted: str,
    from_email: str,
    now: datetime,
    files: Sequence[CaseFile] = (),
) -> CaseEntry:
    """Take a mail to the escalation's own address into its cases. Nobody at the customer is told before a person
    has read it and said what it comes to. Answers the entry of the first case, which has the files."""
    with locked(escalation.partner, cases_of(escalation)) as cases:
        mine = next((case for case in cases if files and case.customer_id == files[0].customer_id), cases[0])
        entries = {case.pk: heard(case, text, now=now, quoted=quoted, from_email=from_email) for case in cases}
        belong(files, mine, entries[mine.pk])
        for case in cases:
            ours_again(case, Dispute.Next.READ_PROVIDER, now=now, waits_on=True)
            tell_us(case, case.customer, "escalation_mailed", now=now)
        return entries[mine.pk]


def _behind(subject: Subject) -> Q:
    return cases_behind(*((subject.pk, None) if isinstance(subject, Dispute) else (None, subject.pk)))


def _check_gate(subject: Subject, cases: Sequence[Dispute], said: Said) -> frozenset[int]:
    """Raises NotOpen without an open case and NotReady; answers the cases whose customers know it already."""
    if not cases:
        raise NotOpen(str(subject))
    elsewhere = Escalation.objects.filter(answered_at=None, withdrawn_at=None).filter(
        Q(dispute__in=cases) | Q(cause__in=[case.cause_id for case in cases if case.cause_id])
    )
    other = elsewhere.select_related("dispute", "cause").first()
    if other is not None:
        raise NotOpen(str(other.dispute or other.cause))
    known = known_of(cases)
    missing = faults_of(checklist(cases, known, said), said)
    if missing:
        raise NotReady(missing)
    return known.told


def _create(subject: Subject, said: Said, by: User, now: datetime) -> Escalation:
    return Escalation.objects.create(
        partner_id=subject.partner_id,
        dispute=subject if isinstance(subject, Dispute) else None,
        cause=None if isinstance(subject, Dispute) else subject,
        tried=said.tried[:MOST_TRIED],
        why=list(said.why),
        why_text=said.why_text[:MOST_WORDS],
        asked_for=said.asked_for[:MOST_WORDS],
        prepared_by=by,
        prepared_at=now,
        secret=new_secret(),
    )


def _check_waits(escalation: Escalation) -> None:
    if escalation.filed_at is None or escalation.answered_at is not None or escalation.withdrawn_at is not None:
        raise NotOpen(str(escalation))


def _check_reference(escalation: Escalation, named: str, request_id: str) -> None:
    if request_id and not follows_requests():
        raise NotReady({"request_id": gettext("21Vianet has no service requests that can be followed")})
    if request_id and not REQUEST_ID.fullmatch(request_id):
        raise NotReady({"request_id": gettext("“%(id)s” is not the id of a service request") % {"id": request_id}})
    if not named:
        raise NotReady({"reference": gettext("Enter the reference that 21Vianet gave")})
    if not named.isprintable():
        raise NotReady({"reference": gettext("The reference holds signs that can’t be seen. Type it in")})
    if len(named) > MOST_REFERENCE:
        raise NotReady({"reference": gettext("Longer than %(n)s characters") % {"n": MOST_REFERENCE}})
    if taken := _taken(escalation, named):
        raise NotReady({"reference": taken})


def _taken(escalation: Escalation, reference: str) -> str:
    """Which case has this reference already, in words; empty if none has."""
    others = Escalation.objects.of(escalation.partner).exclude(pk=escalation.pk)
    other = others.filter(reference__iexact=reference).select_related("dispute", "cause").first()
    if other is None:
        return ""
    owner = other.dispute.number if other.dispute else str(other.cause)
    return gettext("“%(reference)s” is the reference of %(case)s") % {"reference": reference, "case": owner}


def _check_names(cases: Sequence[Dispute], words: str) -> None:
    """Words that the customers of several cases read name none of them."""
    if len({case.customer_id for case in cases}) < 2:
        return
    said = words.casefold()
    for case in cases:
        for name in (case.number, case.customer.name, case.customer.domain, case.customer.provider_id):
            if name and name.casefold() in said:
                text = gettext("Every customer of the cause reads this, so it can’t name %(name)s")
                raise NotReady({"words": text % {"name": name}})
