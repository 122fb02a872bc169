"""How does a change read? "Li Wei changed the credit limit of Lanhai from ¥50,000 to ¥80,000", and why."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, tzinfo
from decimal import Decimal
from typing import Any, Final

from django.apps import apps
from django.db.models import CharField, DecimalField, ForeignKey, Model
from django.utils.translation import gettext

from customers import formats
from customers.models import Change, User
from customers.wording import parsed, shown

from .words import COLUMNS, STATES, THINGS

# Said elsewhere in the line: why it was, whose row it is, and how it is sealed.
UNSAID: Final = frozenset(
    {"id", "partner_id", "customer_id", "why", "reason", "void_reason", "ended_why", "refused_why", "withdrawn_why"}
    | {"dismissed_why", "agreed_why", "why_text", "call_note", "gone_why", "revoked_why", "secret", "salt"}
    | {"slug", "request_id", "next_action", "scope", "edition", "last_login", "change_id", "lift_id", "token_hash"}
)
CALLED: Final = ("number", "title", "name", "email", "letter", "key")
LONGEST: Final = 160
EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})


@dataclass(frozen=True)
class Fact:
    """One column of a change, as it reads."""

    label: str
    before: str
    after: str


@dataclass
class Line:
    """One change, as it reads: the sentence, the columns where one sentence can't hold them, and why."""

    change: Change
    who: str
    text: str
    why: str
    facts: list[Fact] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """What a reader brings along: the day, the zone, the book's currency, and names."""

    today: date
    zone: tzinfo
    currency: str
    # By model, what each row is called: a person by name, what has a number by that.
    names: Mapping[type[Model], Mapping[int, str]]

    def named(self, model: Any, key: Any) -> str:
        """What a row is called; empty where it has no name."""
        return self.names.get(model, {}).get(key, "")


def names_in(changes: Iterable[Change]) -> dict[type[Model], dict[int, str]]:
    """The names of everything these changes are about or point to; one query for each kind, of which there are few."""
    keys: dict[type[Model], set[int]] = defaultdict(set)
    for change in changes:
        model = _model(change.table)
        if model is None:
            continue
        keys[model].add(change.row)
        for one in model._meta.concrete_fields:
            if isinstance(one, ForeignKey) and isinstance(one.related_model, type):
                sides = (change.before or {}, change.after or {})
                keys[one.related_model] |= {side[one.column] for side in sides if isinstance(side.get(one.column), int)}
    known = {model: _names(model, wanted) for model, wanted in keys.items() if wanted and _has_names(model)}
    return {model: names for model, names in known.items() if names}


def _has_names(model: type[Model]) -> bool:
    return model is User or any(one.name == "number" and isinstance(one, CharField) for one in model._meta.fields)


def _names(model: type[Model], keys: set[int]) -> dict[int, str]:
    rows = model._default_manager.filter(pk__in=keys)
    if model is User:
        return {row.pk: str(row) for row in rows}
    return {pk: number for pk, number in rows.values_list("pk", "number") if number}


def line(change: Change, reading: Reading) -> Line:
    """The whole line about one change."""
    who, thing = who_did(change), _thing(change, reading)
    facts = _facts(change, reading)
    if change.what != Change.What.CHANGED:
        text = (
            gettext("{who} added {thing}") if change.what == Change.What.ADDED else gettext("{who} took away {thing}")
        )
        return Line(change, who, text.format(who=who, thing=thing), change.why, facts)
    states = [str(STATES[name]) for name in change.after or {} if name in STATES and (change.after or {})[name]]
    if len(facts) == 1:
        return Line(change, who, _one(who, thing, facts[0]), change.why)
    if not facts and states:
        text = gettext("{who} marked {thing} as {state}").format(who=who, thing=thing, state=", ".join(states))
    else:
        text = gettext("{who} changed {thing}").format(who=who, thing=thing)
    return Line(change, who, text, change.why, facts)


def who_did(change: Change) -> str:
    """The person's name as it was then, or which part of the portal it was."""
    if change.person_id or (change.name and change.through != Change.Through.DATABASE):
        return change.name
    match change.through:
        case Change.Through.TASK:
            return gettext("The portal")
        case Change.Through.COMMAND:
            return gettext("A command")
        case Change.Through.REQUEST:
            return gettext("Somebody not signed in")
    return gettext("The database role {name}").format(name=change.name)


def _one(who: str, thing: str, fact: Fact) -> str:
    words = {"who": who, "thing": thing, "field": fact.label, "before": fact.before, "after": fact.after}
    if not fact.before:
        return gettext("{who} set the {field} of {thing} to {after}").format_map(words)
    if not fact.after:
        return gettext("{who} emptied the {field} of {thing}; it was {before}").format_map(words)
    return gettext("{who} changed the {field} of {thing} from {before} to {after}").format_map(words)


def _thing(change: Change, reading: Reading) -> str:
    noun = str(THINGS.get(change.table, change.table))
    if change.customer is not None and change.table == "customers.Customer":
        return change.customer.name
    whole = {**(change.before or {}), **(change.after or {})} if change.what != Change.What.CHANGED else {}
    name = next((_value(change, key, whole[key], reading) for key in CALLED if whole.get(key)), "")
    name = reading.named(_model(change.table), change.row) or name
    if whole.get("user_id"):
        name = reading.named(User, whole["user_id"])
    if change.customer is not None:
        if name:
            words = {"noun": noun, "name": name, "customer": change.customer.name}
            return gettext("{noun} {name} of {customer}").format_map(words)
        return gettext("{noun} of {customer}").format(noun=noun, customer=change.customer.name)
    return gettext("{noun} {name}").format(noun=noun, name=name) if name else noun


def _facts(change: Change, reading: Reading) -> list[Fact]:
    before, after = change.before or {}, change.after or {}
    names = [name for name in {**before, **after} if name not in UNSAID and name in COLUMNS]
    facts = []
    for name in sorted(names, key=list(COLUMNS).index):
        sides = [_value(change, name, side.get(name), reading) for side in (before, after)]
        if any(sides):
            facts.append(Fact(str(COLUMNS[name]), *sides))
    return facts


def _value(change: Change, name: str, value: Any, reading: Reading) -> str:
    """One value as people write it: a choice by its name, a person by theirs, an amount, a day, a text cut short."""
    column = _column(change.table, name)
    if value in EMPTY:
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(column, ForeignKey):
        return reading.named(column.related_model, value) or f"#{value}"
    if column is not None and column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(value, dict):
        return gettext("another content")
    if isinstance(column, DecimalField) and column.decimal_places == 2 and name in ("amount", "credit_limit"):
        said = {**(change.before or {}), **(change.after or {})}
        return formats.amount(Decimal(str(value)), said.get("currency") or reading.currency)
    if isinstance(value, Decimal):
        return formats.grouped(value.normalize() if value != value.to_integral() else Decimal(int(value)))
    if isinstance(value, str):
        value = parsed(name, value)
    text = shown(name, value, reading.currency, reading.today, reading.zone)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _column(table: str, name: str) -> Any:
    model = _model(table)
    return next((one for one in model._meta.concrete_fields if one.column == name), None) if model else None


def _model(table: str) -> type[Model] | None:
    return apps.get_model(table) if table in THINGS else None
