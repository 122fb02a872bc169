"""Is every file there whole, as it was taken, and is nothing there that no row names? (I44)"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from psycopg.sql import SQL

from customers.models import Partner
from disputes.models import CaseFile
from disputes.shelving import Damaged, forgotten, open_checked

from .asking import Finding, Question, Scope, shown

# Unsent uploads are swept once a day, after a day.
SWEPT_AFTER: Final = timedelta(days=2)
AT_ONCE: Final = 500

PAPERS = SQL("""
    SELECT d.id AS document, d.file_name, d.kind,
           octet_length(d.content) > 0 AND encode(sha256(d.content), 'hex') = d.sha256 AS kept
    FROM customers_document d
    WHERE d.partner_id = ANY(%(partners)s) AND d.made_at >= %(since)s::timestamptz
""")

# What a mail brought stands in its case, words and files together; one that was dropped has left nothing.
MAILS = SQL("""
    SELECT l.id AS mail, l.message_id, l.verdict, l.entry_id AS entry,
           l.sha256 ~ '^[0-9a-f]{{64}}$' AND (l.verdict IN ('taken', 'closed')) = (l.entry_id IS NOT NULL)
           AND coalesce(e.from_email = l.from_email AND e.partner_id = l.partner_id, true) AS kept
    FROM disputes_casemail l LEFT JOIN disputes_caseentry e ON e.id = l.entry_id
    WHERE l.partner_id = ANY(%(partners)s) AND l.received_at >= %(since)s::timestamptz
""").format()


@dataclass(frozen=True)
class Shelf:
    """Every file of a case, read whole and compared with its row."""

    promise: str = "I44"

    def look(self, scope: Scope) -> Finding:
        """One row after the other; nothing but their bytes is read."""
        mine = CaseFile.objects.filter(partner__in=scope.partners).order_by("pk")
        rows = mine.filter(uploaded_at__gte=scope.since) if scope.since else mine
        return Finding(rows.count(), shown(_damaged(rows), "a file is not what was taken"))


def _damaged(rows: Any) -> Iterator[dict[str, Any]]:
    for file in rows.iterator(chunk_size=AT_ONCE):
        try:
            with closing(open_checked(file.stored_as, size=file.size, sha256=file.sha256)):
                continue
        except Damaged as damaged:
            yield {"file": file.pk, "name": file.name, "case": file.dispute_id, "why": str(damaged)}


@dataclass(frozen=True)
class Leftovers:
    """Bytes that no row names, once the sweep has had its time. They are nobody's, so they are looked for only where
    all partners are."""

    promise: str = "I44"

    def look(self, scope: Scope) -> Finding:
        """Everything that lies there longer than a sweep lets it."""
        if Partner.objects.exclude(pk__in=scope.partners).exists():
            return Finding()
        old = sorted(forgotten(scope.machine - SWEPT_AFTER))
        known: set[str] = set()
        for first in range(0, len(old), AT_ONCE):
            some = CaseFile.objects.filter(stored_as__in=old[first : first + AT_ONCE])
            known.update(some.values_list("stored_as", flat=True))
        left = ({"stored_as": name} for name in old if name not in known)
        return Finding(0, shown(left, "bytes lie there that no row names"))


CHECKS = (
    Shelf(),
    Leftovers(),
    Question("I44", "a kept paper is not whole", PAPERS),
    Question("I44", "what a mail brought is not in its case", MAILS),
)
