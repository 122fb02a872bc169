"""How is a case taken up with 21Vianet, and how does one such escalation stand?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from customers.entering import Here, staff
from customers.exporting import handed
from customers.models import Document
from customers.printing import Unprinted
from customers.roles import May
from disputes import clocks, escalating, packing
from disputes.case_address import address_of
from disputes.escalated import Subject, cases_behind, cases_of, hangs_on, state_of, still_open
from disputes.gating import Check, Known, NotReady, Said, checklist, known_of
from disputes.models import CaseEntry, CommonCause, Dispute, Escalation
from disputes.promising import ask_again_days
from disputes.refusing import NotOpen
from disputes.shelving import Damaged

from .escalation_forms import AnsweredForm, ChosenForm, FileForm, PrepareForm, WithdrawForm, show_faults
from .filters import mine

# The parts of a pack by the word in their address.
PARTS: Final = {
    "archive": (packing.ZIP, ""),
    "lines": (packing.CSV, ""),
    "zh": (packing.PDF, "zh-hans"),
    "en": (packing.PDF, "en"),
}
# A case is taken up once or twice; more of the past than this is on its escalations' own pages.
MOST_BEHIND: Final = 20
ASKS: Final = frozenset({"tried", "why", "asked_for"})


@dataclass(frozen=True)
class Waits:
    """The clock of a filed escalation: how much of the time until we ask again has passed, of a hundred."""

    share: float
    waited: str
    tone: str

    @classmethod
    def of(cls, escalation: Escalation, now: datetime, days: int) -> "Waits | None":
        """None where nothing waits for 21Vianet; `days` are those after which its partner asks again."""
        if state_of(escalation) != "waiting" or not escalation.filed_at or not escalation.remind_at:
            return None
        calendar = clocks.beijing()
        whole = clocks.length_of_day(calendar) * days
        left = clocks.worked(calendar, now, escalation.remind_at)
        share = max(min((1 - left / whole) * 100, 100.0), 0.0)
        return cls(share, clocks.waited(escalation.filed_at, now), "bad" if now >= escalation.remind_at else "")


def mine_escalations(request: Here) -> QuerySet[Escalation]:
    """The escalations of this book."""
    found: QuerySet[Escalation] = Escalation.objects.visible_to(request.user).of(request.partner)
    return found


def block(subject: Subject, request: Here, known: Known | None = None) -> dict[str, Any]:
    """What a page about a case or a common cause says of 21Vianet (disputes/_escalation.html, as `escalating`).
    `known` is what the page of a case has read of it already."""
    found = _behind(subject, request)
    latest = next((one for one in found if one.cause_id is None or not isinstance(subject, Dispute)), None)
    of_cause = (one for one in found if one.cause_id is not None and one.withdrawn_at is None)
    with_cause = next(of_cause, None) if isinstance(subject, Dispute) else None
    shown = with_cause or latest
    running = shown is not None and state_of(shown) in ("prepared", "waiting")
    if known is not None and isinstance(subject, Dispute):
        cases = [] if running or subject.decided_at else [subject]
    else:
        cases = [] if running else undecided(request, subject)
        known = known_of(cases) if cases else None
    checks = _checks(cases, known, Said()) if cases and known else []
    return {
        "subject": subject,
        "is_cause": isinstance(subject, CommonCause),
        "one": shown,
        "with_cause": with_cause is not None,
        "state": state_of(shown) if shown else "",
        "waits": _waits(shown, request) if shown else None,
        "checks": checks,
        "ready": sum(check.done for check in checks),
    }


def _waits(one: Escalation, request: Here) -> Waits | None:
    return Waits.of(one, request.now, ask_again_days(request.partner)) if state_of(one) == "waiting" else None


def _behind(subject: Subject, request: Here) -> list[Escalation]:
    """The escalations of it, the newest first; of a case those of its common cause too. One query."""
    which = hangs_on(subject)
    if isinstance(subject, Dispute) and subject.cause_id is not None:
        which |= Q(cause=subject.cause_id)
    return list(mine_escalations(request).filter(which).order_by("-pk")[:MOST_BEHIND])


def undecided(request: Here, subject: Subject) -> list[Dispute]:
    """The cases behind it that may be taken up."""
    behind = cases_behind(*((subject.pk, None) if isinstance(subject, Dispute) else (None, subject.pk)))
    found = mine(request).filter(behind, decided_at=None)
    return list(found.select_related("customer", "invoice", "partner").order_by("pk"))


def _checks(cases: Sequence[Dispute], known: Known, said: Said) -> list[Check]:
    return checklist(cases, known, said)


@staff(May.ANSWER)
def escalate(request: Here, dispute_id: int) -> HttpResponse:
    """The gate of one case: what 21Vianet has to know, and the pack."""
    related = mine(request).select_related("customer", "invoice", "partner", "cause")
    return _gate(request, get_object_or_404(related, pk=dispute_id))


@staff(May.ANSWER)
def escalate_cause(request: Here, cause_id: int) -> HttpResponse:
    """The gate of a common cause: one pack for the cases of several customers."""
    causes = CommonCause.objects.visible_to(request.user).of(request.partner).select_related("partner")
    return _gate(request, get_object_or_404(causes, pk=cause_id))


def _gate(request: Here, subject: Subject) -> HttpResponse:
    there = mine_escalations(request).filter(hangs_on(subject), answered_at=None, withdrawn_at=None).first()
    if there is not None:
        return redirect("escalation", there.pk)
    cases = undecided(request, subject)
    if not cases:
        messages.info(request, gettext("It is decided already; there is nothing to take up."))
        return redirect(*_home(subject))
    known = known_of(cases)
    form = PrepareForm(request.POST if request.method == "POST" else None, cases=cases, known=known, **_choices(cases))
    if request.method == "POST" and form.is_valid():
        try:
            made = escalating.prepare(subject, **form.said(), by=request.user, now=request.now)
        except NotReady as missing:
            show_faults(form, missing)
        except NotOpen as other:
            messages.error(request, gettext("It is taken up already, with %(what)s.") % {"what": other})
            return redirect(*_home(subject))
        else:
            make_pack_of(request, made, form.chosen())
            return redirect("escalation", made.pk)
    context = {
        "subject": subject,
        "is_cause": isinstance(subject, CommonCause),
        "cases": cases,
        "pairs": known.pairs,
        "form": form,
        "checks": _checks(cases, known, _said_so_far(form)),
        "customers": len({case.customer_id for case in cases}),
    }
    return render(request, "disputes/escalate.html", context, status=422 if form.is_bound else 200)


def _home(subject: Subject) -> tuple[str, int]:
    return ("dispute_cause" if isinstance(subject, CommonCause) else "dispute", subject.pk)


def _said_so_far(form: PrepareForm) -> Said:
    return Said(**form.said()) if form.is_bound and form.is_valid() else Said()


def _choices(cases: Sequence[Dispute]) -> dict[str, Any]:
    """The files and notes that may go into a pack."""
    keys = [case.pk for case in cases]
    notes = CaseEntry.objects.filter(dispute__in=keys, kind=CaseEntry.Kind.NOTE).order_by("at", "pk")
    return {"files": list(packing.files_of(keys)), "notes": list(notes)}


def make_pack_of(request: Here, one: Escalation, chosen: dict[str, list[int]]) -> None:
    """Make the pack and say what came of it; the escalation stays prepared if it fails."""
    try:
        packing.make(one.pk, **chosen, by=request.user, now=request.now)
    except (Unprinted, Damaged):
        messages.error(request, gettext("The pack could not be made just now. What you wrote is kept; make it below."))
    except NotReady as missing:
        messages.error(request, "; ".join(map(str, missing.faults.values())))
    except NotOpen:
        messages.info(request, gettext("It is filed already; the pack stays as it was filed."))
    else:
        messages.success(request, gettext("The pack is made. File it at 21Vianet and enter the reference."))


def here(request: Here, pk: int) -> Escalation:
    """The escalation, if this person may see it; absent and foreign ones are alike."""
    people = ("prepared_by", "filed_by", "answer_recorded_by", "withdrawn_by", "called_off_by")
    found = mine_escalations(request).select_related("partner", "dispute__customer", "cause", *people)
    return get_object_or_404(found, pk=pk)


@require_safe
@staff(May.SEE_BOOK)
def escalation(request: Here, escalation_id: int) -> HttpResponse:
    """One escalation: what was asked, the pack, what 21Vianet said, and what is to be done now."""
    return page(request, here(request, escalation_id))


def page(request: Here, one: Escalation, status: int = 200, fault: str = "", **refused: Any) -> HttpResponse:
    """The page; `refused` are forms with their input, `fault` says why nothing was done."""
    behind = mine(request).filter(cases_of(one))
    cases = list(behind.select_related("customer", "invoice", "owner").order_by("pk"))
    packs = packing.packs_of(one)
    heard = CaseEntry.objects.filter(dispute__in=cases[:1], kind=CaseEntry.Kind.PROVIDER, at__gte=one.prepared_at)
    said = list(heard.select_related("by").order_by("at", "pk"))
    state = state_of(one)
    context: dict[str, Any] = {
        "one": one,
        "state": state,
        "subject": one.dispute or one.cause,
        "cases": cases,
        "customers": len({case.customer_id for case in cases}),
        "hear": len({case.customer_id for case in still_open(cases)}),
        "lacking": ", ".join(str(Escalation.Why(code).label) for code in one.why),
        "pack": packs[0] if packs else None,
        "said": said,
        "unread": state == "waiting" and any(case.next_action == Dispute.Next.READ_PROVIDER for case in cases),
        "waits": _waits(one, request),
        "address": address_of(one.secret),
        "took": clocks.waited(one.filed_at, one.answered_at) if one.filed_at and one.answered_at else "",
        "fault": fault,
    }
    if request.membership.may(May.ANSWER) and (state in ("prepared", "waiting") or one.answers_late):
        context |= _forms(one, cases, said, state) | refused
    return render(request, "disputes/escalation.html", context, status=status)


def _forms(one: Escalation, cases: Sequence[Dispute], said: Sequence[CaseEntry], state: str) -> dict[str, Any]:
    if state == "prepared":
        return {"filing": FileForm(), "choosing": ChosenForm(**_choices(cases)), "letting_go": WithdrawForm()}
    last = said[-1].text if said and said[-1].by_id is None else ""
    customers = len({case.customer_id for case in cases})
    answering = AnsweredForm(customers=customers, initial={"text": last})
    return {"answering": answering, "letting_go": WithdrawForm() if state == "waiting" else None}


def choosing(request: Here, one: Escalation) -> ChosenForm:
    """The form that says what goes into the pack, as it was sent."""
    cases = list(mine(request).filter(cases_of(one)))
    return ChosenForm(request.POST, **_choices(cases))


@require_safe
@staff(May.SEE_BILLS)
def escalation_pack(request: Here, escalation_id: int, part: str) -> HttpResponse:
    """A part of the newest pack as a download: it holds what 21Vianet bills us."""
    one = here(request, escalation_id)
    packs = packing.packs_of(one)
    if part not in PARTS or not packs:
        raise Http404
    content_type, language = PARTS[part]
    found = [packs[0].archive, *packs[0].papers]
    wanted = [row for row in found if row.content_type == content_type and language in ("", row.language)]
    return handed(get_object_or_404(Document.objects.visible_to(request.user).of(request.partner), pk=wanted[0].pk))
