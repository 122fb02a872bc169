"""What have we agreed to do, and when? The policy in force, as sentences; it is changed by publishing a version."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from customers import formats
from customers.entering import Here, staff
from customers.roles import May
from dunning import policy as book
from dunning.models import Case, PolicyVersion
from dunning.phrasing import when_text
from dunning.publishing import policy_of
from dunning.wording import stage


@dataclass(frozen=True)
class Sentence:
    """One step: when, and what happens."""

    when: str
    name: str
    what: str


@require_safe
@staff(May.SEE_BOOK)
def policy(request: Here) -> HttpResponse:
    """The version in force today and the ones before it."""
    today = request.now.astimezone(request.zone).date()
    versions = list(PolicyVersion.objects.visible_to(request.user).of(request.partner).order_by("-number"))
    asked = request.GET.get("version", "")
    in_force = next((one for one in versions if one.effective_on <= today), None)
    shown = next((one for one in versions if str(one.number) == asked), in_force)
    context: dict[str, Any] = {"versions": versions, "in_force": in_force, "shown": shown}
    if shown is not None:
        rules = policy_of(shown.pk)
        context |= {
            "sentences": [sentence(one, rules) for one in rules.stages],
            "figures": figures(rules, request.partner.currency),
            "running": Case.objects.filter(version=shown, closed_at=None).count(),
        }
    return render(request, "dunning/policy.html", context)


def sentence(one: book.Stage, rules: book.Policy) -> Sentence:
    """A step of the ladder as people read it."""
    return Sentence(when_text(one), stage(one.name), what_text(one, rules))


def what_text(one: book.Stage, rules: book.Policy) -> str:
    """What the step does, and what it takes."""
    if one.action is book.Action.SUSPEND:
        need = ngettext("%(n)s person agrees", "%(n)s people agree", one.approvals) % {"n": one.approvals}
        if not one.approvals:
            return gettext("The unpaid subscriptions are suspended by itself; administrators keep sign-in")
        return gettext("The unpaid subscriptions are suspended once %(need)s; administrators keep sign-in") % {
            "need": need
        }
    if one.action is book.Action.CALL_TASK:
        return gettext("We call; the next step waits until the call is logged")
    if one.action is book.Action.HAND_OVER:
        return gettext("The debt is handed over; a person does it and logs it")
    if one.action is book.Action.DELETION_NOTICE:
        return gettext("A mail says on which day 21Vianet deletes the data, %(n)s days after the suspension") % {
            "n": rules.deletion_days
        }
    return gettext("A mail asks for the undisputed amount and names the day before which nothing is suspended")


def figures(rules: book.Policy, currency: str) -> list[tuple[str, str]]:
    """What else was agreed, each as a name and a value."""

    def money(value: Decimal) -> str:
        return formats.amount(value, currency)

    def days(n: int) -> str:
        return ngettext("%(n)s day", "%(n)s days", n) % {"n": formats.grouped(n)}

    least = [one.min_overdue[currency] for one in rules.stages if currency in one.min_overdue]
    rows = [
        (gettext("Not pursued below"), money(rules.ignored(currency))),
        (gettext("A subscription is suspended from an own debt of"), money(rules.cover(currency))),
        (gettext("A suspension lasts at most until the data is deleted, after"), days(rules.deletion_days)),
        (gettext("Time to pay after the last notice ends"), _before(rules.settle_days)),
        (gettext("Time to undo an approval"), _minutes(rules.undo_minutes)),
        (gettext("After a rejected question at least"), days(rules.resume_days)),
        (gettext("A stricter version waits"), days(rules.notice_days)),
    ]
    if least:
        rows.insert(1, (gettext("No step below an undisputed debt of"), money(min(least))))
    return rows


def _before(n: int) -> str:
    text = ngettext("%(n)s business day before the suspension", "%(n)s business days before the suspension", n)
    return text % {"n": n}


def _minutes(n: int) -> str:
    if not n:
        return gettext("none, it is looked at once more and done")
    return ngettext("%(n)s minute", "%(n)s minutes", n) % {"n": n}
