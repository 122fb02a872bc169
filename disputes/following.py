"""What has become of a service request? Read at the provider, on the global cloud only; 21Vianet has no such call."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db.models import F

from subscriptions.gateway.protocol import ProviderError
from subscriptions.gateway.support import RequestStatus, SupportNote, SupportRequest
from subscriptions.provisioning import provider_for

from .escalated import cases_of, heard, locked, ours_again
from .models import CaseEntry, Dispute, Escalation
from .turns import tell_us

# Requests read in one round; the others have their turn in the next.
MOST: Final = 200
SPEAKS: Final = (RequestStatus.CLOSED, RequestStatus.ATTENTION_NEEDED)

logger = logging.getLogger(__name__)


@dataclass
class Followed:
    """What a round of reading came to."""

    read: int = 0
    news: int = 0
    failed: int = 0


def follows_requests() -> bool:
    """Whether the provider can be asked about its service requests."""
    return bool(settings.PARTNER_CENTER["profile"] == "global")


def follow(*, now: datetime) -> Followed:
    """Read every request that an escalation waits for, the longest unread first, and keep what is new. Each call is
    made outside any transaction; one that fails leaves its escalation as it is. On 21Vianet nothing is called."""
    done = Followed()
    if not follows_requests():
        return done
    waiting = Escalation.objects.waiting().exclude(request_id="").select_related("partner")
    for one in waiting.order_by(F("request_read_at").asc(nulls_first=True), "pk")[:MOST]:
        try:
            seen = provider_for(one.partner).support_request(one.request_id)
        except ProviderError as error:
            logger.warning("Service request %s of escalation %s could not be read: %s", one.request_id, one.pk, error)
            done.failed += 1
            continue
        done.read += 1
        done.news += record(one, seen, now=now)
    return done


def record(escalation: Escalation, seen: SupportRequest, *, now: datetime) -> bool:
    """Keep what the provider says of a request: its state, and each note once however often and in whatever order it
    comes. A request of somebody else is left alone, and so is an escalation that waits no more. What it comes to is
    said by a person, so the customer is not told yet. Answers whether there was news."""
    with locked(escalation.partner, cases_of(escalation)) as cases:
        found = Escalation.objects.select_for_update().waiting().filter(pk=escalation.pk).first()
        if found is None or not _is_ours(escalation, seen):
            return False
        speaks = seen.status in SPEAKS and found.request_status != seen.status
        found.request_status, found.request_read_at = str(seen.status), now
        found.save(update_fields=["request_status", "request_read_at"])
        news = [_keep_notes(case, seen.notes, now=now) for case in cases]
        if not (speaks or any(news)):
            return False
        for case in cases:
            ours_again(case, Dispute.Next.READ_PROVIDER, now=now, waits_on=True)
            tell_us(case, case.customer, "escalation_mailed", now=now)
        return True


def _is_ours(escalation: Escalation, seen: SupportRequest) -> bool:
    mine = set(escalation.partner.provider_identities.values_list("provider_id", flat=True))
    if seen.id.lower() == escalation.request_id.lower() and (
        not seen.organization_id or not mine or seen.organization_id in mine
    ):
        return True
    logger.error("Service request %s is not that of escalation %s; it was left alone", seen.id, escalation.pk)
    return False


def _keep_notes(case: Dispute, notes: tuple[SupportNote, ...], *, now: datetime) -> bool:
    texts = [_said(note) for note in notes if note.text.strip()]
    known = Counter(case.entries.filter(kind=CaseEntry.Kind.PROVIDER, text__in=texts).values_list("text", flat=True))
    new = False
    for text in texts:
        known[text] -= 1
        if known[text] < 0:
            heard(case, text, now=now)
            new = True
    return new


def _said(note: SupportNote) -> str:
    """Who wrote it and when stand in the text, so that the same note is the same text."""
    when = f"{note.written_at:%Y-%m-%d %H:%M} UTC" if note.written_at else ""
    head = ", ".join(filter(None, (note.written_by, when)))
    return f"{head}\n{note.text}"[:20_000] if head else note.text[:20_000]
