"""Does the database itself still refuse to change what was recorded? (I26)"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.db import connection

from .asking import Finding, Scope, shown

WRONG = "a record is not protected against change"
# Whatever the models declare, these must be protected: money, decisions, deeds, what was said.
LEDGERS = (
    "billing_allocation",
    "billing_creditnote",
    "billing_creditnoteline",
    "billing_disputedamount",
    "billing_invoice",
    "billing_invoiceline",
    "billing_payment",
    "billing_refund",
    "billing_reversal",
    "billing_writeoff",
    "customers_change",
    "customers_document",
    "customers_messageattempt",
    "customers_timelineentry",
    "dunning_approval",
    "dunning_decision",
    "dunning_policyversion",
    "dunning_stage",
    "dunning_suspensiondebt",
    "payables_providerbill",
    "payables_providerline",
    "subscriptions_accessattempt",
    "subscriptions_suspension",
)
INSTALLED = """
    SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
"""


@dataclass(frozen=True)
class Protected:
    """Every trigger that the models declare is there and switched on."""

    promise: str = "I26"

    def look(self, scope: Scope) -> Finding:
        """Hold the declared triggers against the database's own list."""
        with connection.cursor() as cursor:
            cursor.execute(INSTALLED)
            installed = set(cursor.fetchall())
        declared = [(model._meta.db_table, trigger.get_pgid(model)) for model, trigger in pgtrigger.registered()]
        tables = {table for table, _ in installed}

        def missing() -> Iterator[dict[str, Any]]:
            yield from ({"table": table, "trigger": name} for table, name in declared if (table, name) not in installed)
            yield from ({"table": table} for table in LEDGERS if table not in tables)

        return Finding(len(declared) + len(LEDGERS), shown(missing(), WRONG))


CHECKS = (Protected(),)
