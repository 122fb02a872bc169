"""Which policy applies to an invoice, and how does a version come into force?"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from customers.locking import lock_customer
from customers.models import Customer, Message, Partner, TimelineEntry, User, acting_for
from customers.telling import tell

from .models import PolicyTold, PolicyVersion, Stage
from .policy import Action, Policy, Version, governing_version
from .policy import Stage as Step
from .policy.mapping import FIGURES, policy_from_mapping

STAGE_FIELDS = ("name", "action", "anchor", "of", "offset", "unit", "gap", "letter", "channel", "roles", "approvals")


class NeedsTwo(Exception):
    """A policy that suspends without anybody's approval is published by two people."""

    def __init__(self) -> None:
        super().__init__("a stage suspends without approval: two people have to publish this")


def suspends_unapproved(policy: Policy) -> bool:
    """Whether a stage of it suspends without anybody's approval."""
    return any(stage.action is Action.SUSPEND and not stage.approvals for stage in policy.stages)


def newest(partner: Partner) -> PolicyVersion | None:
    """The version published last, in force already or not: the one the next is compared with."""
    return PolicyVersion.objects.filter(partner=partner).order_by("-number").first()


def publish(
    partner: Partner,
    policy: Policy,
    *,
    effective_on: date,
    now: datetime,
    by: User | None = None,
    seconded_by: User | None = None,
) -> PolicyVersion:
    """Publish a policy as the partner's next version. It is never changed afterwards, and nobody is told: see
    announcing.py.

    Raises NeedsTwo where a stage suspends without approval and only one person, or none, published it."""
    if suspends_unapproved(policy) and (by is None or seconded_by is None or by == seconded_by):
        raise NeedsTwo
    last = newest(partner)
    version = PolicyVersion.objects.create(
        partner=partner,
        number=last.number + 1 if last else 1,
        effective_on=effective_on,
        published_at=now,
        published_by=by,
        seconded_by=seconded_by,
        ignore_below=_texts(policy.ignore_below),
        cover_min=_texts(policy.cover_min or policy.ignore_below),
        promise_pauses=sorted(policy.promise_pauses),
        cure_level=policy.cure_level,
        cure_share=policy.cure_share,
        **{name: getattr(policy, name) for name in FIGURES},
    )
    Stage.objects.bulk_create(_row(stage, version, position) for position, stage in enumerate(policy.stages, 1))
    return version


def _row(stage: Step, version: PolicyVersion, position: int) -> Stage:
    return Stage(
        partner_id=version.partner_id,
        version=version,
        position=position,
        min_overdue=_texts(stage.min_overdue),
        tags_all=sorted(stage.tags_all),
        tags_any=sorted(stage.tags_any),
        tags_none=sorted(stage.tags_none),
        roles=list(stage.roles),
        of=stage.of or "",
        **{name: getattr(stage, name) for name in STAGE_FIELDS if name not in ("roles", "of")},
    )


@lru_cache(maxsize=512)
def policy_of(version_id: int) -> Policy:
    """A version's rows as the rulebook's policy. Versions are immutable, so it is read once."""
    return policy_from_mapping(mapping_of(PolicyVersion.objects.get(pk=version_id)))


def mapping_of(version: PolicyVersion) -> dict[str, Any]:
    """A version in the form of the policy files: the one form that is imported, exported and compared."""
    mapping: dict[str, Any] = {
        "version": version.number,
        "ignore_below": version.ignore_below,
        "cover_min": version.cover_min,
        "promise_pauses": version.promise_pauses,
        "cure_level": version.cure_level,
        "cure_share": str(version.cure_share),
        **{name: getattr(version, name) for name in FIGURES},
    }
    mapping["stages"] = [_stage(stage) for stage in version.stages.order_by("position")]
    return mapping


def _stage(stage: Stage) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(stage, name) for name in STAGE_FIELDS if getattr(stage, name) != ""}
    row["min_overdue"] = stage.min_overdue
    row |= {name: getattr(stage, f"tags_{name}") for name in ("all", "any", "none")}
    return {name: value for name, value in row.items() if value != [] or name == "roles"}


def _texts(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {currency: f"{amount:f}" for currency, amount in amounts.items()}


def version_for(customer: Customer, issued_on: date, versions: list[PolicyVersion], told: dict[int, datetime]) -> int:
    """The primary key of the version that governs an invoice of this customer issued on a day.

    `told` says when each version (by primary key) was shown to the customer."""
    candidates = [Version(policy_of(version.pk), version.effective_on, told.get(version.pk)) for version in versions]
    number = governing_version(candidates, issued_on, customer.tz).number
    return next(version.pk for version in versions if version.number == number)


def told_by_invoice(message: Message) -> None:
    """A delivered invoice mail shows the policy: record it for every version in force that day."""
    assert message.delivered_at is not None
    today = message.delivered_at.astimezone(message.customer.tz).date()
    for version in PolicyVersion.objects.filter(partner_id=message.partner_id, effective_on__lte=today):
        PolicyTold.objects.get_or_create(
            partner_id=message.partner_id,
            customer_id=message.customer_id,
            version=version,
            defaults={"told_at": message.delivered_at},
        )


def acknowledge(customer: Customer, version: PolicyVersion, *, by: User, now: datetime) -> PolicyTold:
    """Record that somebody of this customer agreed to a version. The first time counts; a second click changes
    nothing. Whoever agrees was shown it, so a version not told before counts as told now.

    Raises ValueError for another partner's version."""
    if version.partner_id != customer.partner_id:
        raise ValueError("version: is not a policy of this customer's partner")
    with acting_for(customer.partner):
        lock_customer(customer.pk)
        told, _ = PolicyTold.objects.get_or_create(
            customer=customer, version=version, defaults={"partner_id": customer.partner_id, "told_at": now}
        )
        if told.acknowledged_at is None:
            told.acknowledged_at, told.acknowledged_by = now, by
            told.save(update_fields=["acknowledged_at", "acknowledged_by"])
            tell(
                customer,
                TimelineEntry.Kind.DOCUMENT,
                "policy_agreed",
                now=now,
                values={"person": str(by), "version": str(version.number)},
                actor=by,
            )
        return told
