"""How does a version of the policy stand on paper? From the same rows as its page, without anybody's own dates."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext, ngettext

from billing.papers import column, on, sheet
from customers import formats
from customers.filing import Paper, file_paper
from customers.models import Document, User
from customers.printing import print_paper
from dunning.calendars import calendar_for
from dunning.models import PolicyVersion
from dunning.publishing import policy_of

from .my_policy_rows import Reader, Row, rows
from .my_saying import Voice


def print_policy(version: PolicyVersion, *, language: str, now: datetime, by: User | None = None) -> Document:
    """The version's paper in a language, made once; amounts are in the partner's currency. Raises Unprinted."""
    partner = version.partner
    paper = Paper(partner, None, Document.Kind.POLICY, f"version {version.number}", f"policy-{version.number}")
    return file_paper(
        paper,
        language=language,
        make=lambda: print_paper("policy", _data(version, now), at=now),
        now=now,
        by=by,
    )


def _data(version: PolicyVersion, now: datetime) -> dict[str, Any]:
    partner, policy = version.partner, policy_of(version.pk)
    voice = Voice(now, partner.tz)
    reader = Reader(policy, calendar_for(partner), partner.currency, voice)
    said = {"number": version.number, "since": on(version.effective_on)}
    return {
        **sheet(
            partner,
            title=gettext("Collections policy"),
            number=gettext("Version %(number)s") % {"number": version.number},
            foot=partner.name,
        ),
        "lead": [
            gettext("Version %(number)s, in force since %(since)s.") % said,
            gettext("Days are counted from the due date."),
            f"{voice.zone_words}.",
        ],
        "columns": [
            column(gettext("When"), num=False),
            column(gettext("What happens"), num=False, wide=True),
            column(gettext("What you can do"), num=False, wide=True),
        ],
        "rows": [_row(row) for row in rows(reader)],
        "sections": _sections(policy.resume_days),
    }


def _row(row: Row) -> dict[str, str]:
    return {"when": row.when, "strong": row.strong, "happens": row.happens, "can_do": row.can_do}


def _sections(resume_days: int) -> list[dict[str, str]]:
    """What the page says below its table, word for word."""
    frozen = ngettext(
        "Only the amount you question is frozen. The rest keeps its dates. If we decide against it, it resumes with "
        "the days it had left, and never fewer than %(days)s day.",
        "Only the amount you question is frozen. The rest keeps its dates. If we decide against it, it resumes with "
        "the days it had left, and never fewer than %(days)s days.",
        resume_days,
    )
    part = gettext(
        "A part payment goes to the invoice whose reference you name, otherwise to the oldest. The dates follow what "
        "is left."
    )
    holidays = gettext(
        "Public holidays and moved working days count as published. Nobody loses sign-in on a day off or on the eve "
        "of a holiday."
    )
    return [
        {"title": gettext("If you question a line"), "text": frozen % {"days": formats.grouped(resume_days)}},
        {"title": gettext("Part payments"), "text": part},
        {"title": gettext("Holidays"), "text": holidays},
    ]
