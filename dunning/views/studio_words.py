"""How does a draft read in the studio: each stage and each figure as a sentence, each fault and refusal in words?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dunning import policy as book
from dunning.phrasing import (
    NAMES,
    Change,
    approvals_text,
    changes,
    figure_text,
    gap_text,
    money_text,
    roles_text,
    tags_text,
    when_text,
)
from dunning.wording import stage

Words = Mapping[str, "str | Promise"]
ACTS: Final[Words] = {
    "notice": _("send a notice"),
    "call_task": _("ask staff to call"),
    "suspend": _("propose suspending the unpaid subscriptions"),
    "deletion_notice": _("say on which day 21Vianet deletes the data"),
    "hand_over": _("hand the debt over to an agency"),
}
FAULTS: Final[Words] = {
    "is below 0": _("Below 0. Set 0 or more"),
    "is not above 0 and at most 1": _("Not more than nothing and at most 100 %"),
    "has more than four decimals": _("More than two decimals of a percent"),
    "is empty": _("Empty. Fill it in"),
    "is used twice": _("Another stage has this name. Choose one of its own"),
    "is the second stage that suspends": _("Another stage suspends already. Only one may"),
    "is a currency no other stage names": _("No other stage names an amount in this currency, so nobody gets this far"),
    "is less than 1": _("At least 1 day has to lie between two stages"),
    "is not 0, 1 or 2": _("0, 1 or 2 people approve"),
    "is only for the anchor 'delivered'": _("Only a stage that counts from a delivery names a notice"),
    "is not before the data are deleted": _("Not before 21Vianet deletes the data"),
    "names no stage": _("Counts from a notice that is no stage of this policy. Choose one"),
    "names a stage that does not come before": _("Counts from a notice that comes later. Choose another"),
    "names a stage that is no notice": _("Counts from a stage that sends no notice. Choose a notice"),
    "names a stage before the due day": _("Counts from a notice sent before the due date. Choose a later one"),
    "names a stage whose tags may leave it out": _("Counts from a notice that not every such invoice gets"),
    "counts from a suspension no stage before it makes": _("Counts from a suspension that no stage before it makes"),
    "is not the delivery of a notice before it": _(
        "A suspension counts from the delivery of a notice before it. Choose that notice"
    ),
    "leaves no days for a payment to arrive": _("Too short: no day is left for a payment to arrive after the notice"),
    "leaves no business days for a payment to arrive": _(
        "Too short: no business day is left for a payment to arrive after the notice"
    ),
    "is too large": _("Too large. Set 3,650 at most"),
    "is too long": _("Too long"),
    "is not a currency": _("Not a currency. Write three capital letters, like CNY"),
    "leaves out every invoice the stage is for": _("Its tags leave out every invoice, so it is never reached"),
    "is never reached: a stage before it waits until the due day has passed": _(
        "Never reached: a stage before it waits until the due date has passed. Move it up"
    ),
    "is never reached: nothing is suspended before it": _("Never reached: nothing is suspended before. Move it down"),
    "names no currency, so the stage never acts and none after it": _(
        "Names no amount, so it never acts and no stage after it is reached. Name one, 0 for any debt"
    ),
    "is never reached: a stage before it does not name it": _(
        "Never reached in this currency: a stage before it names no amount in it"
    ),
}
REFUSED: Final[Words] = {
    "closed": _("This draft was published or dropped meanwhile. Nothing was changed"),
    "faults": _("The draft has faults. It can be offered once they are mended"),
    "past": _("A policy takes effect from today on. Choose a day to come"),
    "not_offered": _("Nobody has offered this edition yet. Offer it, and another person publishes it"),
    "same_person": _("You offered it, so another person has to publish it"),
    "not_a_member": _("You don't work for this partner any more"),
    "role": _("Your role does not change the collections policy"),
    "needs_two": _("A policy that suspends without approval is published by two people"),
}


@dataclass(frozen=True)
class Part:
    """A piece of a stage's sentence, and the field of its form that changes it."""

    text: str
    field: str


@dataclass(frozen=True)
class Row:
    """One stage: its number from 1, its sentence, what it was in the version before, what is wrong with it."""

    number: int
    name: str
    action: str
    parts: list[Part]
    was: list[str]
    faults: list[str]
    first: bool
    last: bool


@dataclass(frozen=True)
class Figure:
    """One of the policy's own figures: what it is about, its value, what it was, what is wrong with it."""

    name: str
    label: str
    value: str
    was: str
    faults: list[str]


def fault_words(fault: book.Fault) -> str:
    """A fault of the rulebook as one sentence; the currency stands before what is said of it."""
    text = str(FAULTS.get(fault.text, fault.text))
    tail = fault.path.rsplit(".", 1)[-1]
    currency = tail if len(tail) == 3 and tail.isupper() else ""
    return gettext("%(name)s: %(text)s") % {"name": currency, "text": text} if currency else text


def rows(policy: book.Policy, before: book.Policy | None, found: Iterable[book.Fault]) -> list[Row]:
    """The ladder in its order, compared with the version before."""
    differs = changes(policy, before) if before else []
    faults = list(found)
    return [
        Row(
            number=place + 1,
            name=stage(one.name),
            action=str(one.action),
            parts=_parts(one),
            was=[_was(change) for change in differs if change.stage == one.name],
            faults=[fault_words(fault) for fault in faults if _is_of(fault, place)],
            first=place == 0,
            last=place == len(policy.stages) - 1,
        )
        for place, one in enumerate(policy.stages)
    ]


def _is_of(fault: book.Fault, place: int) -> bool:
    return fault.path.split(".")[0] == f"stages[{place}]"


def _was(change: Change) -> str:
    if change.field == "added":
        return gettext("new")
    if change.field == "moved":
        return gettext("moved")
    return gettext("was %(before)s") % {"before": change.was}


def _parts(one: book.Stage) -> list[Part]:
    """When, from which debt on, what, and by whom: the sentence in pieces."""
    parts = [Part(when_text(one), "id_count")]
    if one.gap > 1:
        parts.append(Part(gap_text(one), "id_gap"))
    if any(one.min_overdue.values()) and one.action is not book.Action.DELETION_NOTICE:
        text = gettext("if at least %(amount)s is undisputed") % {"amount": money_text(one.min_overdue)}
        parts.append(Part(text, f"id_least_{min(one.min_overdue)}"))
    if tags_text(one):
        parts.append(Part(tags_text(one), "id_tags_all"))
    parts.append(Part(_act(one), "id_action"))
    if one.action in (book.Action.NOTICE, book.Action.DELETION_NOTICE):
        parts.append(Part(gettext("to %(role)s") % {"role": roles_text(one.roles)}, "id_first_role"))
    if one.action is book.Action.SUSPEND:
        parts.append(Part(approvals_text(one), "id_approvals"))
    return parts


def _act(one: book.Stage) -> str:
    if one.action is book.Action.SUSPEND and not one.approvals:
        return gettext("suspend the unpaid subscriptions")
    return str(ACTS[str(one.action)])


def figures(
    names: Iterable[str], policy: book.Policy, before: book.Policy | None, found: Iterable[book.Fault]
) -> list[Figure]:
    """The named figures of a policy with what they were."""
    was = {one.field: one.was for one in changes(policy, before) if not one.stage} if before else {}
    faults = list(found)
    return [
        Figure(
            name=name,
            label=str(NAMES[name]),
            value=figure_text(policy, name),
            was=was.get(name, ""),
            faults=[fault_words(fault) for fault in faults if fault.path.split(".")[0] == name],
        )
        for name in names
    ]
