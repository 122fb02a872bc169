"""What has a customer said about paying an invoice, and what may they still say? For their page and their home."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext

from billing.models import Claim, PromiseToPay
from billing.money import ZERO
from customers.entering import Here
from customers.roles import May
from dunning.claiming import looked_for_by
from dunning.promising import counted, state_on

from .my_outlook import Outlook
from .my_saying import Voice, money, together, voice_of
from .my_sentences import quiet


@dataclass(frozen=True)
class Word:
    """A customer's word about one invoice. `promise` is the one that runs and pauses; `claim` one we look for."""

    notes: list[dict[str, Any]] = field(default_factory=list)
    promise: PromiseToPay | None = None
    claim: Claim | None = None
    may_promise: bool = False
    may_report: bool = False
    latest: date | None = None


def words_of(request: Here, found: Iterable[Outlook]) -> dict[int, Word]:
    """The word about each of these invoices, by primary key; two queries for all of them."""
    outlooks = {one.invoice.pk: one for one in found}
    promises: dict[int, list[PromiseToPay]] = {pk: [] for pk in outlooks}
    claims: dict[int, list[Claim]] = {pk: [] for pk in outlooks}
    rows = PromiseToPay.objects.visible_to(request.user).filter(invoice_id__in=outlooks)
    for row in rows.select_related("partner", "invoice__case").order_by("made_at", "pk"):
        promises[row.invoice_id].append(row)
    said = Claim.objects.visible_to(request.user).filter(invoice_id__in=outlooks).exclude(gone_why="matched")
    for claim in said.select_related("partner").order_by("at", "pk"):
        claims[claim.invoice_id or 0].append(claim)
    return {pk: _word(request, one, promises[pk], claims[pk]) for pk, one in outlooks.items()}


def _word(request: Here, outlook: Outlook, promises: list[PromiseToPay], claims: list[Claim]) -> Word:
    voice, policy = voice_of(request), outlook.policy
    owing = outlook.to_pay > ZERO and policy is not None
    may = request.membership.may(May.PROMISE) and owing
    if not owing or policy is None:
        return Word()
    pausing = counted(promises, policy)
    running = [row for row in promises if row.pk in pausing and state_on(row, voice.today) == "open"]
    open_claims = [row for row in claims if row.gone_at is None]
    # A promise that runs is the page's heading, except where access is off.
    told = promises[-1:] if outlook.off or not running else []
    return Word(
        notes=[
            *(_promised(row, row.pk in pausing, voice) for row in told),
            *(_claimed(row, outlook, voice) for row in claims[-1:]),
        ],
        promise=running[-1] if running else None,
        claim=open_claims[0] if open_claims else None,
        may_promise=may and bool(policy.promise_pauses) and len(promises) < policy.promise_count,
        may_report=may,
        latest=voice.today + timedelta(days=policy.promise_days),
    )


def _promised(row: PromiseToPay, pauses: bool, voice: Voice) -> dict[str, Any]:
    said = {"amount": money(row.amount, row.currency), "by": voice.when(row.by_on)}
    strong = gettext("You promised %(amount)s by %(by)s.") % said
    state = state_on(row, voice.today)
    if state == "kept":
        return {"tone": "good", "strong": strong, "text": gettext("It has come in.")}
    if state == "broken":
        return {"tone": "warn", "strong": strong, "text": gettext("It has not come in; the dates above run again.")}
    text = gettext("We wait for it.") if pauses else gettext("It moves no date.")
    return {"tone": "accent", "strong": strong, "text": text}


def _claimed(row: Claim, outlook: Outlook, voice: Voice) -> dict[str, Any]:
    said = {"amount": money(row.amount, row.currency), "on": voice.when(row.paid_on)}
    strong = gettext("You told us that you paid %(amount)s on %(on)s.") % said
    if row.gone_at is not None:
        text = gettext("We did not find it: %(why)s") % {"why": row.gone_note}
        return {"tone": "warn", "strong": strong, "text": text}
    if outlook.policy and looked_for_by(row, outlook.policy.claim_days) < voice.today:
        return {"tone": "warn", "strong": strong, "text": gettext("We have not found it yet, and the dates run again.")}
    text = together(gettext("We look for it."), quiet(outlook, voice))
    return {"tone": "accent", "strong": strong, "text": text}
