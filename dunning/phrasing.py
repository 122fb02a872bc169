"""How does a policy read: when each step comes, what else was agreed, and what differs from another version?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from customers import formats

from . import policy as book
from .policy.mapping import FIGURES
from .wording import ACTIONS, ANCHORS, ROLES, stage

CURE_LEVELS: Final[Mapping[str, str | Promise]] = {
    "invoice": _("the whole invoice"),
    "subscription": _("each subscription by itself"),
}
NAMES: Final[Mapping[str, str | Promise]] = {
    "promise_days": _("A promise may name a day at most this far ahead"),
    "promise_count": _("Promises for an invoice that stop the dates"),
    "promise_pauses": _("A promise holds back"),
    "broken_days": _("After a broken promise at least"),
    "resume_days": _("After a pause or a rejected question at least"),
    "settle_days": _("A payment has to be on its way before a suspension"),
    "claim_days": _("A reported payment is waited for"),
    "stale_cash_hours": _("Nothing is suspended once the bank was last read"),
    "undo_minutes": _("Time to undo an approval"),
    "deletion_days": _("21Vianet deletes the data after"),
    "notice_days": _("A stricter version waits"),
    "cure_level": _("A suspension is lifted for"),
    "cure_share": _("Paying this share of the debt lifts a suspension"),
    "ignore_below": _("Not pursued below"),
    "cover_min": _("A subscription is suspended from an own debt of"),
}
# Who reads of a changed field: what moves a customer's dates and amounts, and what only staff act by.
INTERNAL: Final = frozenset({"approvals", "roles", "tags", "undo_minutes", "stale_cash_hours", "notice_days"})


@dataclass(frozen=True)
class Change:
    """One difference. `stage` is the name of its stage, empty for a figure of the whole policy; `field` what
    differs (`added`, `removed` and `moved` for whole stages); `now` and `was` are words, empty where there is
    nothing to say."""

    stage: str
    field: str
    now: str
    was: str

    @property
    def internal(self) -> bool:
        """Whether it changes nothing a customer could notice."""
        return self.field in INTERNAL

    @property
    def text(self) -> str:
        """The difference as one sentence: Final notice: 10 days after the due date, was 14 days after the due date."""
        named = {"name": stage(self.stage) if self.stage else str(NAMES.get(self.field, self.field))}
        named |= {"now": self.now, "was": self.was}
        if self.field == "added":
            return gettext("New: %(name)s, %(now)s") % named
        if self.field == "removed":
            return gettext("No longer: %(name)s") % named
        if self.field == "moved":
            return gettext("%(name)s comes in another place") % named
        return gettext("%(name)s: %(now)s, was %(was)s") % named


def when_text(one: book.Stage) -> str:
    """3 days before the due date; 7 days after the final notice was delivered."""
    anchor = str(ANCHORS[str(one.anchor)])
    if one.anchor is book.Anchor.DELIVERED:
        anchor = gettext("%(stage)s is delivered") % {"stage": stage(one.of or "")}
    days = abs(one.offset)
    named = {"n": formats.grouped(days), "anchor": anchor}
    if not days:
        return gettext("On the day of %(anchor)s") % named
    business = one.unit is book.Unit.BUSINESS_DAYS
    if one.offset < 0:
        text = ngettext("%(n)s day before %(anchor)s", "%(n)s days before %(anchor)s", days)
    elif business:
        text = ngettext("%(n)s business day after %(anchor)s", "%(n)s business days after %(anchor)s", days)
    else:
        text = ngettext("%(n)s day after %(anchor)s", "%(n)s days after %(anchor)s", days)
    return text % named


def gap_text(one: book.Stage) -> str:
    """At least 7 days after the step before."""
    if one.unit is book.Unit.BUSINESS_DAYS:
        text = ngettext(
            "at least %(n)s business day after the step before",
            "at least %(n)s business days after the step before",
            one.gap,
        )
    else:
        text = ngettext(
            "at least %(n)s day after the step before", "at least %(n)s days after the step before", one.gap
        )
    return text % {"n": formats.grouped(one.gap)}


def least_text(amounts: Mapping[str, Decimal]) -> str:
    """From ¥100.00 undisputed; in no currency."""
    if not amounts:
        return gettext("in no currency")
    return gettext("from %(amount)s undisputed") % {"amount": money_text(amounts)}


def money_text(amounts: Mapping[str, Decimal]) -> str:
    """¥100.00, $20.00."""
    text = ""
    for currency, amount in sorted(amounts.items()):
        one = formats.amount(amount, currency)
        text = formats.joined(text, one) if text else one
    return text or gettext("nothing named")


def roles_text(roles: tuple[str, ...]) -> str:
    """To the billing contact, then the owner."""
    text = ""
    for role in roles:
        name = str(ROLES.get(role, role))
        text = gettext("%(first)s, then %(next)s") % {"first": text, "next": name} if text else name
    return text


def tags_text(one: book.Stage) -> str:
    """Only invoices tagged vip, not those tagged calm; empty where every invoice is meant."""
    parts = []
    for tags, text in (
        (one.tags_all, gettext("only invoices tagged %(tags)s")),
        (one.tags_any, gettext("only invoices tagged one of %(tags)s")),
        (one.tags_none, gettext("not invoices tagged %(tags)s")),
    ):
        if tags:
            parts.append(text % {"tags": listed(sorted(tags))})
    return listed(parts)


def listed(words: list[str]) -> str:
    """One, two, three, joined as the language does."""
    text = ""
    for word in words:
        text = formats.joined(text, word) if text else word
    return text


def approvals_text(one: book.Stage) -> str:
    """Nobody has to approve; one person approves; two people approve."""
    if not one.approvals:
        return gettext("nobody has to approve")
    return ngettext("%(n)s person approves", "%(n)s people approve", one.approvals) % {"n": one.approvals}


def days_text(count: int) -> str:
    """14 days."""
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": formats.grouped(count)}


def figure_text(policy: book.Policy, name: str) -> str:
    """The value of a policy's own figure in words, by the figure's name."""
    value = getattr(policy, name)
    if name in ("ignore_below", "cover_min"):
        return money_text(policy.ignore_below if value is None else value)
    if name == "promise_pauses":
        return listed([str(ACTIONS[str(one)]) for one in book.Action if one in value]) or gettext("nothing")
    if name == "cure_level":
        return str(CURE_LEVELS[str(value)])
    if name == "cure_share":
        return formats.percent(value * 100, 2 if value * 100 % 1 else 0)
    if name == "promise_count":
        return formats.grouped(value)
    if name == "undo_minutes":
        return ngettext("%(n)s minute", "%(n)s minutes", value) % {"n": formats.grouped(value)}
    if name == "stale_cash_hours":
        text = ngettext("%(n)s hour before", "%(n)s hours before", value)
        return text % {"n": formats.grouped(value)}
    if name in ("settle_days", "claim_days"):
        text = ngettext("%(n)s business day", "%(n)s business days", value)
        return text % {"n": formats.grouped(value)}
    return days_text(value)


def changes(new: book.Policy, old: book.Policy) -> list[Change]:
    """What differs between two versions, stage by stage in the new order, then the figures.

    A stage is known by its name; one that was renamed reads as one that goes and one that comes."""
    before = {one.name: one for one in old.stages}
    found: list[Change] = []
    for one in new.stages:
        if one.name in before:
            found += _of_stage(one, before[one.name])
        else:
            found.append(Change(one.name, "added", when_text(one), ""))
    names = {one.name for one in new.stages}
    found += [Change(one.name, "removed", "", "") for one in old.stages if one.name not in names]
    found += _moved(new, old)
    return found + list(_of_figures(new, old))


def _of_stage(new: book.Stage, old: book.Stage) -> Iterator[Change]:
    for field, now, was in (
        ("action", str(ACTIONS[str(new.action)]), str(ACTIONS[str(old.action)])),
        ("when", when_text(new), when_text(old)),
        ("gap", gap_text(new), gap_text(old)),
        ("least", least_text(new.min_overdue), least_text(old.min_overdue)),
        ("roles", roles_text(new.roles), roles_text(old.roles)),
        ("tags", tags_text(new) or gettext("every invoice"), tags_text(old) or gettext("every invoice")),
        ("approvals", approvals_text(new), approvals_text(old)),
    ):
        if now != was:
            yield Change(new.name, field, now, was)


def _moved(new: book.Policy, old: book.Policy) -> Iterator[Change]:
    """Stages that both have, whose order differs: each that stands elsewhere among those both have."""
    both = {one.name for one in new.stages} & {one.name for one in old.stages}
    now = [one.name for one in new.stages if one.name in both]
    was = [one.name for one in old.stages if one.name in both]
    for name, other in zip(now, was, strict=False):
        if name != other:
            yield Change(name, "moved", "", "")


def _of_figures(new: book.Policy, old: book.Policy) -> Iterator[Change]:
    for name in ("ignore_below", "cover_min", *FIGURES, "promise_pauses", "cure_level", "cure_share"):
        now, was = figure_text(new, name), figure_text(old, name)
        if now != was:
            yield Change("", name, now, was)
