"""What is the verdict on a whole book? Every check once, on one snapshot of the record."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from customers.models import Partner
from dunning.models import Decision
from outbox.models import Effect
from subscriptions.models import Suspension

from . import (
    answers,
    bank,
    bursts,
    deeds,
    escalations,
    files,
    history,
    ladder,
    ledgers,
    letters,
    money,
    outside,
    papers,
    prices,
    replaying,
    restoring,
    silence,
    suspending,
    tenancy,
    terms,
    wholes,
    witnesses,
)
from .asking import Check, Finding, Scope

ROOMS = (
    ladder,
    bursts,
    terms,
    wholes,
    letters,
    suspending,
    silence,
    restoring,
    deeds,
    money,
    answers,
    escalations,
    tenancy,
    ledgers,
    replaying,
    bank,
    papers,
    prices,
    files,
    history,
)
# A day begins first where the clocks are furthest ahead.
FIRST_ZONE = timezone(timedelta(hours=14))
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@dataclass
class Verdict:
    """What was found of each promise, and how much of a book it was."""

    promises: dict[str, Finding] = field(default_factory=dict)
    suspensions: int = 0
    decisions: int = 0
    effects: int = 0

    @property
    def violations(self) -> int:
        """How many rows break a promise."""
        return sum(row.get("and_more", 1) for finding in self.promises.values() for row in finding.violations)


def checks() -> list[Check]:
    """Every check there is, a witness's only where there is that witness."""
    found: list[Check] = [check for room in ROOMS for check in room.CHECKS]
    if settings.USES_MAIL_SINK and settings.EMAIL_BACKEND == SMTP:
        found += letters.WITNESSED
    if settings.USES_SANDBOX:
        found += suspending.WITNESSED
        if settings.USES_MAIL_SINK and settings.EMAIL_BACKEND == SMTP:
            found += outside.WITNESSED
    return sorted(found, key=lambda check: (check.promise[0], int(check.promise[1:] or 0)))


def verify(partner: Partner | None, *, since: date | None, machine: datetime) -> Verdict:
    """Look at one partner's book or at all of them, from the day `since` on (None: from the beginning).

    `machine` is the machine's time, for leases. Nothing is changed; everything is read from one snapshot."""
    log_was = witnesses.log_size()
    with _snapshot():
        scope = Scope(
            partners=[partner.pk] if partner else list(Partner.objects.values_list("pk", flat=True)),
            since=datetime.combine(since, time.min, tzinfo=FIRST_ZONE) if since else None,
            machine=machine,
        )
        with witnesses.heard(log_was=log_was):
            return _judge(scope)


def _judge(scope: Scope) -> Verdict:
    verdict = Verdict()
    for check in checks():
        found, sum_ = check.look(scope), verdict.promises.setdefault(check.promise, Finding())
        sum_.checked += found.checked
        sum_.violations += found.violations
    verdict.suspensions = _count(Suspension, "began_at", scope)
    verdict.decisions = _count(Decision, "decided_at", scope)
    verdict.effects = sum(_count(model, "queued_at", scope) for model in apps.get_models() if issubclass(model, Effect))
    return verdict


def _count(model: Any, moment: str, scope: Scope) -> int:
    rows = model.objects.filter(partner_id__in=scope.partners)
    return int((rows.filter(**{f"{moment}__gte": scope.since}) if scope.since else rows).count())


@contextmanager
def _snapshot() -> Iterator[None]:
    """One state of all tables for all questions, however long they take and whoever works meanwhile."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if outermost:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("SET LOCAL statement_timeout = 0")
        yield
