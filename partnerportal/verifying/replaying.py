"""Does every decision follow from the facts it was made on? Each is decided once more from what was stored. (R)"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from psycopg.sql import SQL

from dunning import policy as book
from dunning.models import CalendarEdition, Decision
from dunning.publishing import policy_of
from dunning.recording import as_json, recall

from .asking import Finding, Question, Scope, shown

WRONG = "decided again from its stored facts, the decision comes out otherwise"
CHUNK = 500
FIELDS = (
    "id",
    "version_id",
    "stage",
    "action",
    "because",
    "values",
    "role",
    "decided_at",
    "facts",
    "amount",
    "suspend_on",
    "not_before",
    "pay_by",
    "scope",
)


@dataclass(frozen=True)
class Replay:
    """The pure rulebook, asked again about each stored decision; a few hundred in memory at a time."""

    promise: str = "R"

    def look(self, scope: Scope) -> Finding:
        """Replay every decision in scope."""
        finding = Finding()

        def differing() -> Iterator[dict[str, Any]]:
            for row in _decisions(scope).iterator(chunk_size=CHUNK):
                finding.checked += 1
                difference = again(row)
                if difference:
                    yield {"decision": row.pk, **difference}

        finding.violations = shown(differing(), WRONG)
        return finding


def _decisions(scope: Scope) -> QuerySet[Decision]:
    rows = Decision.objects.filter(partner_id__in=scope.partners).only(*FIELDS).order_by("pk")
    return rows.filter(decided_at__gte=scope.since) if scope.since else rows


def again(row: Decision) -> dict[str, Any]:
    """What differs when a stored decision is made again: by name, what was stored and what comes out."""
    try:
        facts = recall(row.facts)
    except (CalendarEdition.DoesNotExist, KeyError, TypeError, ValueError) as error:
        return {"facts": f"can't be read: {type(error).__name__} {error}"}
    decision = book.schedule(policy_of(row.version_id), facts, row.decided_at, forecast=False)
    if not isinstance(decision.next, book.Take):
        return {"stored": row.stage, "again": f"{decision.next.kind} {decision.next.because.code}"}
    stored, made = _stored(row), _made(decision, decision.next)
    return {name: {"stored": stored[name], "again": made[name]} for name in stored if stored[name] != made[name]}


def _stored(row: Decision) -> dict[str, Any]:
    return {
        "stage": row.stage,
        "action": row.action,
        "because": row.because,
        "values": row.values,
        "role": row.role,
        "amount": row.amount,
        "suspend_on": row.suspend_on,
        "not_before": _utc(row.not_before),
        "pay_by": _utc(row.pay_by),
        "scope": sorted(row.scope),
    }


def _made(decision: book.Decision, answer: book.Take) -> dict[str, Any]:
    prints = answer.prints
    return {
        "stage": answer.stage,
        "action": str(answer.action),
        "because": str(answer.because.code),
        "values": as_json(answer.because.values),
        "role": answer.role or "",
        "amount": prints.amount if prints else decision.ripe,
        "suspend_on": prints.suspend_on if prints else None,
        "not_before": _utc(prints.not_before if prints else None),
        "pay_by": _utc(prints.pay_by if prints else None),
        "scope": sorted(int(pk) for pk in (prints.scope if prints else decision.covers)),
    }


def _utc(instant: datetime | None) -> datetime | None:
    return instant.astimezone(UTC) if instant else None


# The table printed them when the decision was written; a change behind its back leaves the print as it was.
OTHER_FACTS = SQL("""
    SELECT d.id AS decision, d.facts_print AS written,
           encode(sha256(convert_to(d.facts::text, 'UTF8')), 'hex') AS now,
           d.facts_print = encode(sha256(convert_to(d.facts::text, 'UTF8')), 'hex') AS kept
    FROM dunning_decision d
    WHERE d.partner_id = ANY(%(partners)s) AND d.decided_at >= %(since)s::timestamptz
""")

CHECKS = (Replay(), Question("R", "a decision's facts are not those it was made on", OTHER_FACTS, same=True))
