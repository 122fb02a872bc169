"""How is a policy written down, and how is it read back?"""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from decimal import Decimal

from dunning.policy.codes import Action, Anchor, CureLevel, Unit
from dunning.policy.faults import Fault
from dunning.policy.reading import (
    Fields,
    MappingError,
    amounts,
    money,
    one_of,
    optional_text,
    text,
    texts,
    whole,
)
from dunning.policy.terms import PAUSED_BY_PROMISE, Policy, Stage

FIGURES = (
    "promise_days",
    "promise_count",
    "broken_days",
    "resume_days",
    "settle_days",
    "claim_days",
    "stale_cash_hours",
    "undo_minutes",
    "deletion_days",
    "notice_days",
)
WRITTEN_TAGS = {"tags_all": "all", "tags_any": "any", "tags_none": "none"}
DEFAULTS = {each.name: each.default for each in fields(Policy) if each.default is not MISSING}


def policy_from_mapping(data: object, *, min_overdue: Mapping[str, Decimal] | None = None, path: str = "") -> Policy:
    """The policy a mapping describes; `min_overdue` serves stages that write none.

    Raises MappingError with all faults of the writing, by path. What a draft may not say is for `faults`.
    """
    found: list[Fault] = []
    top = Fields(data, path, found)
    figures = {name: top.get(name, whole, _default(name)) for name in FIGURES}
    policy = Policy(
        version=top.get("version", whole, 1),
        stages=_stages(top, min_overdue or {}),
        ignore_below=top.get("ignore_below", amounts, {}),
        cover_min=top.get("cover_min", _optional_amounts, None),
        promise_pauses=top.get("promise_pauses", _actions, PAUSED_BY_PROMISE),
        cure_level=top.get("cure_level", one_of(CureLevel), CureLevel.INVOICE),
        cure_share=top.get("cure_share", money, Decimal(1)),
        **figures,
    )
    top.done()
    if found:
        raise MappingError(*found)
    return policy


def _default(name: str) -> int:
    value = DEFAULTS[name]
    return value if isinstance(value, int) else 0


def _optional_amounts(value: object) -> dict[str, Decimal] | None:
    return None if value is None else amounts(value)


def _actions(value: object) -> frozenset[Action]:
    return frozenset(one_of(Action)(each) for each in texts(value))


def _tags(value: object) -> frozenset[str]:
    return frozenset(texts(value))


def _stages(top: Fields, min_overdue: Mapping[str, Decimal]) -> tuple[Stage, ...]:
    written = top.raw("stages", [])
    if not isinstance(written, Sequence) or isinstance(written, str):
        top.fault("stages", "is not a list")
        return ()
    return tuple(
        _stage(Fields(each, f"{top.at('stages')}[{place}]", top.found), min_overdue)
        for place, each in enumerate(written)
    )


def _stage(row: Fields, min_overdue: Mapping[str, Decimal]) -> Stage:
    stage = Stage(
        name=row.need("name", text, ""),
        action=row.need("action", one_of(Action), Action.NOTICE),
        anchor=row.get("anchor", one_of(Anchor), Anchor.DUE),
        of=row.get("of", optional_text, None),
        offset=row.get("offset", whole, 0),
        unit=row.get("unit", one_of(Unit), Unit.DAYS),
        gap=row.get("gap", whole, 1),
        letter=row.get("letter", text, ""),
        channel=row.get("channel", text, "mail"),
        roles=row.get("roles", texts, ("billing",)),
        min_overdue=row.get("min_overdue", amounts, dict(min_overdue)),
        tags_all=row.get("all", _tags, frozenset()),
        tags_any=row.get("any", _tags, frozenset()),
        tags_none=row.get("none", _tags, frozenset()),
        approvals=row.get("approvals", whole, 1),
    )
    row.done()
    return stage


def policy_to_mapping(policy: Policy) -> dict[str, object]:
    """The policy in its canonical form, of plain values; amounts are texts, stages leave defaults out."""
    written: dict[str, object] = {"version": policy.version, "ignore_below": _amounts(policy.ignore_below)}
    if policy.cover_min is not None:
        written["cover_min"] = _amounts(policy.cover_min)
    written["promise_pauses"] = [str(action) for action in Action if action in policy.promise_pauses]
    written |= {name: getattr(policy, name) for name in FIGURES}
    written["cure_level"] = str(policy.cure_level)
    written["cure_share"] = _amount(policy.cure_share)
    written["stages"] = [_written_stage(stage) for stage in policy.stages]
    return written


def _written_stage(stage: Stage) -> dict[str, object]:
    written: dict[str, object] = {"name": stage.name, "action": str(stage.action)}
    plain = Stage(stage.name, stage.action)
    for each in fields(Stage)[2:]:
        value = getattr(stage, each.name)
        if value != getattr(plain, each.name) or each.name == "min_overdue":
            written[WRITTEN_TAGS.get(each.name, each.name)] = _plain(value)
    return written


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return _amounts(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, str) else value


def _amounts(named: Mapping[str, Decimal]) -> dict[str, str]:
    return {currency: _amount(named[currency]) for currency in sorted(named)}


def _amount(amount: Decimal) -> str:
    return f"{amount.normalize():f}" if amount else "0"
