"""Does any row point to another partner's row, or to another customer's? (I35)"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey, Model
from psycopg.sql import SQL, Identifier

from .asking import Finding, Question, Scope

# Lists of subscriptions are pointers too, though the database doesn't know.
SCOPES = SQL("""
    SELECT s.source, s.id, s.pk AS subscription,
           u.partner_id = s.partner_id AND u.customer_id = s.customer_id AS kept
    FROM (
        SELECT 'access change' AS source, c.id, c.partner_id, c.customer_id, unnest(c.scope) AS pk
        FROM subscriptions_accesschange c
        UNION ALL
        SELECT 'access stop', t.id, t.partner_id, t.customer_id, unnest(t.scope) FROM subscriptions_accessstop t
        UNION ALL
        SELECT 'proposal', o.id, o.partner_id, o.customer_id, jsonb_array_elements_text(o.covers)::bigint
        FROM dunning_proposal o
        UNION ALL
        SELECT 'decision', d.id, d.partner_id, i.customer_id, jsonb_array_elements_text(d.scope)::bigint
        FROM dunning_decision d JOIN billing_invoice i ON i.id = d.invoice_id
    ) s LEFT JOIN subscriptions_subscription u ON u.id = s.pk
    WHERE s.partner_id = ANY(%(partners)s)
""")

POINTERS = SQL("""
    SELECT {name} AS pointer, a.id, a.{column} AS points_to, a.{owner} AS own, b.{owner_there} AS theirs,
           a.{owner} = b.{owner_there} AS kept
    FROM {table} a JOIN {there} b ON b.id = a.{column}
    WHERE a.{owner} IS NOT NULL AND b.{owner_there} IS NOT NULL AND a.partner_id = ANY(%(partners)s)
""")


@dataclass(frozen=True)
class Pointers:
    """Every foreign key between tables that a partner owns, as the models name them."""

    promise: str = "I35"

    def look(self, scope: Scope) -> Finding:
        """Compare the owners at both ends of every pointer."""
        whole = Finding()
        for question in pointers():
            found = question.look(scope)
            whole.checked += found.checked
            whole.violations += found.violations
        return whole


def pointers() -> Iterator[Question]:
    """One question for each foreign key, about partners; a second one where both ends name a customer."""
    for model in apps.get_models():
        if not _column(model, "partner"):
            continue
        for field in model._meta.concrete_fields:
            if not isinstance(field, ForeignKey) or field.name == "partner":
                continue
            there = field.related_model
            if not isinstance(there, type) or not _column(there, "partner"):
                continue
            yield _question(model, field, there, "partner")
            if field.name != "customer" and _column(model, "customer") and _column(there, "customer"):
                yield _question(model, field, there, "customer")


def _column(model: type[Model], name: str) -> str:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return ""
    return str(field.column) if isinstance(field, ForeignKey) else ""


def _question(model: type[Model], field: "ForeignKey[Model, Model]", there: type[Model], owner: str) -> Question:
    name = f"{model._meta.label}.{field.name}"
    return Question(
        "I35",
        f"a row points to another {owner}'s row",
        POINTERS.format(
            name=name,
            table=Identifier(model._meta.db_table),
            there=Identifier(there._meta.db_table),
            column=Identifier(field.column),
            owner=Identifier(_column(model, owner)),
            owner_there=Identifier(_column(there, owner)),
        ),
        same=owner == "customer",
    )


CHECKS = (Pointers(), Question("I35", "a list of subscriptions names somebody else's", SCOPES))
