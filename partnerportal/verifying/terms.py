"""Do customers get the terms they were told: versions as they were published, days that are never brought forward?
(I7)"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from psycopg.sql import SQL

from dunning.models import PolicyVersion
from dunning.policy import Policy
from dunning.policy.mapping import policy_from_mapping, policy_to_mapping
from dunning.policy.reading import MappingError
from dunning.publishing import mapping_of

from .asking import Finding, Question, Scope, shown
from .ladder import REACHED_BY

# Agreed to by somebody of the customer, which stands in the record.
AGREED = SQL("""EXISTS (
    SELECT FROM dunning_policytold t
    WHERE t.customer_id = i.customer_id AND t.version_id = d.version_id AND t.acknowledged_at <= d.decided_at
)""")

# Every day that was printed and reached the customer by then, of whatever round.
BROUGHT_FORWARD = SQL("""
    SELECT d.id AS decision, i.number AS invoice, d.stage, d.suspend_on, p.suspend_on AS promised,
           coalesce(d.suspend_on >= p.suspend_on, true) AS kept
    FROM dunning_decision d
    JOIN billing_invoice i ON i.id = d.invoice_id
    CROSS JOIN LATERAL (
        SELECT max(n.suspend_on) AS suspend_on
        FROM dunning_decision n LEFT JOIN customers_message m ON m.id = n.message_id
        WHERE n.invoice_id = d.invoice_id AND n.action = 'notice' AND n.decided_at < d.decided_at AND {reached}
          AND (n.version_id = d.version_id OR NOT {agreed})
    ) p
    WHERE d.action = 'notice' AND d.suspend_on IS NOT NULL
      AND d.partner_id = ANY(%(partners)s) AND d.decided_at >= %(since)s::timestamptz
""").format(reached=REACHED_BY.format(at=SQL("d.decided_at")), agreed=AGREED)

OTHER_TERMS = SQL("""
    SELECT d.id AS decision, i.number AS invoice, d.stage, d.version_id AS version, f.version_id AS first_version,
           d.version_id = f.version_id OR {agreed} AS kept
    FROM dunning_decision d
    JOIN billing_invoice i ON i.id = d.invoice_id
    CROSS JOIN LATERAL (
        SELECT n.version_id FROM dunning_decision n
        WHERE n.invoice_id = d.invoice_id ORDER BY n.decided_at, n.id LIMIT 1
    ) f
    WHERE d.partner_id = ANY(%(partners)s) AND d.decided_at >= %(since)s::timestamptz
""").format(agreed=AGREED)


@dataclass(frozen=True)
class AsPublished:
    """Each version's rows have the fingerprint of the draft that was published as it. A version published without
    a draft, as the first one is, is held to its decisions by replaying them."""

    promise: str = "I7"

    def look(self, scope: Scope) -> Finding:
        """Compare the rows as they are now with what was handed in."""
        versions = PolicyVersion.objects.filter(partner_id__in=scope.partners, draft__isnull=False)
        if scope.since:
            versions = versions.filter(published_at__gte=scope.since)
        found = list(versions.select_related("draft").order_by("pk"))
        return Finding(len(found), shown(_changed(found), "a version's rows are not those that were published"))


def _changed(versions: list[PolicyVersion]) -> Iterator[dict[str, Any]]:
    for version in versions:
        published, now = fingerprint(version.draft.mapping), fingerprint(mapping_of(version))
        if published != now:
            yield {"version": version.pk, "number": version.number, "published": published, "now": now}


def fingerprint(mapping: object) -> str:
    """The SHA-256 of a policy in its canonical form, whatever its number; empty where it can't be read at all."""
    try:
        policy: Policy = policy_from_mapping(mapping)
    except MappingError:
        return ""
    whole = policy.ignore_below if policy.cover_min is None else policy.cover_min
    return sha256(repr(policy_to_mapping(replace(policy, version=0, cover_min=whole))).encode()).hexdigest()


CHECKS = (
    AsPublished(),
    Question("I7", "a notice names an earlier day than one that had reached the customer", BROUGHT_FORWARD),
    Question("I7", "a step was taken under other terms than the one before, and nobody agreed", OTHER_TERMS),
)
