"""How does a version of the policy read to a customer: when, what happens, what they can do, their dates?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext, ngettext

from billing.money import ZERO
from dunning import policy as book
from dunning import wording
from dunning.models import Decision

from .my_outlook import Outlook, reached_at
from .my_saying import Voice, business_days, days, money, together
from .my_subscriptions import told_before


@dataclass(frozen=True)
class Row:
    """One row of the table. `strong` opens what happens; `at` and `near` are the customer's own date."""

    when: str
    strong: str
    happens: str
    can_do: str
    at: date | datetime | None = None
    near: str = ""
    tone: str = ""
    current: bool = False


@dataclass(frozen=True)
class Reader:
    """For whom the table is written: the version, the calendar, the currency, and one invoice's dates."""

    policy: book.Policy
    calendar: book.Calendar
    currency: str
    voice: Voice
    outlook: Outlook | None = None

    @property
    def next_stage(self) -> str:
        """The stage that counts now: the first of the dated future."""
        decision = self.outlook.decision if self.outlook else None
        return decision.schedule[0].stage if decision and decision.schedule else ""


def rows(reader: Reader) -> list[Row]:
    """The ladder in its order, what paying does after the suspension, and the deletion as one row."""
    found: list[Row] = []
    for stage in reader.policy.stages:
        if stage.action is not book.Action.DELETION_NOTICE:
            found.append(_row(reader, stage))
        if stage.action is book.Action.SUSPEND:
            found += [_paying(reader), _deletion(reader)]
    return found


def _row(reader: Reader, stage: book.Stage) -> Row:
    strong, happens = _happens(reader, stage)
    at, near, tone = _dates(reader, stage)
    return Row(
        when=_when(reader, stage),
        strong=strong,
        happens=happens,
        can_do=_can_do(reader, stage),
        at=at,
        near=near,
        tone=tone,
        current=stage.name == reader.next_stage,
    )


def _counted(stage: book.Stage, count: int) -> str:
    return business_days(count) if stage.unit is book.Unit.BUSINESS_DAYS else days(count)


def _when(reader: Reader, stage: book.Stage) -> str:
    """The first column: 7 days before, 14 days late, 7 days after the final notice."""
    count = _counted(stage, abs(stage.offset))
    if stage.anchor is book.Anchor.DELIVERED:
        # In a draft it may count from a notice that was taken out.
        names = ["", *(each.name for each in reader.policy.stages)]
        if stage.of and stage.of == names[names.index(stage.name) - 1]:
            return gettext("%(days)s after that") % {"days": count}
        named = wording.stage(stage.of or "")
        return gettext("%(days)s after: %(notice)s") % {"days": count, "notice": named}
    if stage.anchor is book.Anchor.SUSPENDED:
        return gettext("%(days)s suspended") % {"days": count}
    if stage.anchor is book.Anchor.MONTH_END:
        return gettext("%(days)s after the end of the month") % {"days": count}
    if stage.offset == 0:
        return gettext("On the due date")
    text = gettext("%(days)s before") if stage.offset < 0 else gettext("%(days)s late")
    return text % {"days": count}


def _happens(reader: Reader, stage: book.Stage) -> tuple[str, str]:
    least = _least(reader, stage)
    if stage.action is book.Action.SUSPEND:
        calendar = reader.calendar
        said = {"opens": f"{calendar.opens:%H:%M}", "closes": f"{calendar.closes:%H:%M}"}
        text = gettext(
            "for users of the subscriptions on the unpaid lines, on a business day between %(opens)s and %(closes)s."
        )
        eve = gettext("Never on the eve of a holiday.") if calendar.eve is not book.Eve.NONE else ""
        return gettext("Sign-in stops"), together(text % said, eve, gettext("Administrators keep access."))
    if stage.action is book.Action.CALL_TASK:
        return "", gettext("We call you.")
    if stage.action is book.Action.HAND_OVER:
        return "", gettext("What is still unpaid may go to a collection agency.")
    if stage.before_due:
        return "", gettext("We remind you by mail.")
    ends = next((each for each in reader.policy.stages if each.of == stage.name), None)
    if ends is None:
        return "", gettext("%(notice)s by mail.") % {"notice": wording.stage(stage.name)}
    tail = gettext("From its delivery you have %(days)s.") % {"days": _counted(ends, ends.offset)}
    name = wording.stage(stage.name)
    return (f"{name}," if least else name), together(least, tail)


def _least(reader: Reader, stage: book.Stage) -> str:
    amount = stage.min_overdue.get(reader.currency, ZERO)
    if amount <= ZERO:
        return ""
    said = {"amount": money(Decimal(amount), reader.currency)}
    return gettext("if %(amount)s or more is unpaid and not in dispute.") % said


def _can_do(reader: Reader, stage: book.Stage) -> str:
    match stage.action:
        case book.Action.SUSPEND:
            closes = f"{reader.calendar.closes:%H:%M}"
            count = business_days(reader.policy.settle_days)
            text = gettext("Pay until %(closes)s, %(days)s before. After that, pay to bring it back.")
            return text % {"closes": closes, "days": count}
        case book.Action.CALL_TASK:
            return gettext("Tell us when you will pay.")
        case book.Action.HAND_OVER:
            return gettext("Pay, or talk to us before.")
    if any(each.of == stage.name for each in reader.policy.stages):
        return gettext("Pay the amount in the notice. What you question by then is frozen.")
    return gettext("Pay, or question a line.")


def _dates(reader: Reader, stage: book.Stage) -> tuple[date | datetime | None, str, str]:
    """The customer's own date of a stage: when it happened, or when it comes."""
    outlook = reader.outlook
    if outlook is None:
        return None, "", ""
    if stage.action is book.Action.SUSPEND and outlook.off:
        return min(row.confirmed_at or row.began_at for row in outlook.off), gettext("happened"), "bad"
    happened = [row for row in outlook.history if row.stage == stage.name]
    if happened and stage.action is not book.Action.SUSPEND:
        return (*_proof(happened), "")
    entries = outlook.decision.schedule if outlook.decision else ()
    entry = next((each for each in entries if each.stage == stage.name), None)
    if entry is None:
        return None, gettext("does not apply now"), ""
    if entry.at <= reader.voice.now:
        return None, gettext("at any time now"), "warn"
    text = gettext("%(near)s, if unpaid") % {"near": reader.voice.near(entry.on)}
    suspends = stage.action is book.Action.SUSPEND
    return entry.at if suspends else entry.on, text, "warn" if stage.name == reader.next_stage else ""


def _proof(happened: Iterable[Decision]) -> tuple[date | datetime, str]:
    row = list(happened)[-1]
    message = row.message
    if row.called_at:
        return row.called_at, gettext("we spoke")
    if message and message.seen_at:
        return reached_at(row) or row.decided_at, gettext("seen")
    if message and message.bounced_at:
        return row.decided_at, gettext("came back")
    if message and message.delivered_at:
        return message.delivered_at, gettext("delivered")
    return row.decided_at, gettext("on its way")


def _paying(reader: Reader) -> Row:
    outlook = reader.outlook
    near = gettext("does not apply now") if outlook and not outlook.off else ""
    return Row(
        gettext("When you pay"),
        gettext("Sign-in returns"),
        gettext("within minutes of your payment being booked."),
        gettext("Use the reference on the invoice, it speeds up booking."),
        near=near,
        current=bool(outlook and outlook.off),
    )


def _deletion(reader: Reader) -> Row:
    policy, outlook = reader.policy, reader.outlook
    told = told_before(policy)
    text = gettext("We can't get it back.")
    if told:
        text = together(text, gettext("We tell you %(told)s days before.") % {"told": told})
    near = ""
    if outlook and outlook.deletes_on:
        near = reader.voice.near(outlook.deletes_on) if outlook.off else gettext("if still suspended")
    elif outlook:
        near = gettext("does not apply now")
    return Row(
        ngettext("%(n)s day suspended", "%(n)s days suspended", policy.deletion_days) % {"n": policy.deletion_days},
        gettext("21Vianet deletes the data."),
        text,
        gettext("Pay, or export your data. Your administrators can always do that."),
        at=outlook.deletes_on if outlook else None,
        near=near,
    )
