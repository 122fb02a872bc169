"""How is the draft changed: a stage, a group of figures, or all of it from a file?"""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from customers.entering import Here, staff
from customers.roles import May
from dunning import policy as book
from dunning.drafting import (
    Refused,
    Stale,
    import_policy,
    policy_in,
    save,
    with_new_stage,
    with_stage,
    with_stage_moved,
    without_stage,
)
from dunning.models import PolicyDraft
from dunning.policyfile import write_policy

from .studio import board, draft_here, edition_read, nothing_yet, on_draft, refusal, to_studio
from .studio_forms import GROUPS, FiguresForm, FileForm, StageForm

NEW_OFFSET = 7


def currencies_of(request: Here, policy: book.Policy) -> list[str]:
    """The partner's own currency and every one the policy names an amount in."""
    found = {request.partner.currency, *policy.ignore_below, *(policy.cover_min or {})}
    return sorted(found.union(*(one.min_overdue for one in policy.stages)))


def _opened(request: Here, draft: PolicyDraft, place: int | None) -> StageForm:
    """The form of a stage, or of one that isn't there yet."""
    policy = policy_in(draft)
    last = policy.stages[-1] if policy.stages else book.Stage("", book.Action.NOTICE)
    blank = book.Stage("", book.Action.NOTICE, offset=NEW_OFFSET, min_overdue=last.min_overdue)
    others = policy.stages if place is None else policy.stages[:place]
    return StageForm(
        request.POST if request.method == "POST" else None,
        original=blank if place is None else policy.stages[place],
        notices=[one.name for one in others if one.action is book.Action.NOTICE],
        currencies=currencies_of(request, policy),
    )


def _saved(
    request: Here, draft: PolicyDraft, policy: book.Policy, form: forms.Form, opened: str, anchor: str
) -> HttpResponse:
    """Save what was typed; where somebody was faster, the form stays open as it was filled in."""
    try:
        save(draft.pk, policy, edition=edition_read(request), now=request.now, by=request.user)
    except Stale as no:
        current = draft_here(request) or no.draft
        said = refusal(request, no)
        return board(request, current, form=form, opened=opened, stale=said, status=409)
    except Refused as no:
        messages.error(request, refusal(request, no))
    return to_studio(anchor)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.POLICY)
def studio_stage(request: Here, number: int) -> HttpResponse:
    """Open one stage's form in its place; save it."""
    draft = draft_here(request)
    if draft is None or not 1 <= number <= len(policy_in(draft).stages):
        return to_studio()
    form = _opened(request, draft, number - 1)
    if not form.is_bound or not form.is_valid():
        return board(request, draft, form=form, opened=str(number), status=422 if form.is_bound else 200)
    changed = with_stage(policy_in(draft), number - 1, form.stage())
    return _saved(request, draft, changed, form, str(number), f"stage-{number}")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.POLICY)
def studio_stage_new(request: Here) -> HttpResponse:
    """Open the form of another stage at the end; add it."""
    draft = draft_here(request)
    if draft is None:
        return to_studio()
    form = _opened(request, draft, None)
    if not form.is_bound or not form.is_valid():
        return board(request, draft, form=form, opened="new", status=422 if form.is_bound else 200)
    policy = with_new_stage(policy_in(draft), form.stage())
    return _saved(request, draft, policy, form, "new", f"stage-{len(policy.stages)}")


@require_POST
@staff(May.POLICY)
def studio_stage_move(request: Here, number: int) -> HttpResponse:
    """Move a stage one place up or down."""
    by = -1 if request.POST.get("way") == "up" else 1

    def deed(draft: PolicyDraft) -> str:
        policy = policy_in(draft)
        if 1 <= number <= len(policy.stages):
            moved = with_stage_moved(policy, number - 1, by)
            save(draft.pk, moved, edition=edition_read(request), now=request.now, by=request.user)
        return ""

    return on_draft(request, deed, f"stage-{max(number + by, 1)}")


@require_POST
@staff(May.POLICY)
def studio_stage_remove(request: Here, number: int) -> HttpResponse:
    """Take a stage out."""

    def deed(draft: PolicyDraft) -> str:
        policy = policy_in(draft)
        if 1 <= number <= len(policy.stages):
            rest = without_stage(policy, number - 1)
            save(draft.pk, rest, edition=edition_read(request), now=request.now, by=request.user)
        return gettext("The stage is taken out of the draft")

    return on_draft(request, deed, "stages")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.POLICY)
def studio_figures(request: Here) -> HttpResponse:
    """Open one group of figures in its place (`group`); save it."""
    draft = draft_here(request)
    data: Any = request.POST if request.method == "POST" else request.GET
    group = data.get("group", "")
    if draft is None or group not in GROUPS:
        return to_studio()
    policy = policy_in(draft)
    form = FiguresForm(
        request.POST if request.method == "POST" else None,
        group=group,
        policy=policy,
        currencies=currencies_of(request, policy),
    )
    if not form.is_bound or not form.is_valid():
        return board(request, draft, form=form, opened=group, status=422 if form.is_bound else 200)
    return _saved(request, draft, form.changed(), form, group, group)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.POLICY)
def studio_file(request: Here) -> HttpResponse:
    """The draft as a file; or a file as the draft."""
    draft = draft_here(request)
    if request.method != "POST":
        return _download(draft) if draft else to_studio()
    form = FileForm(request.POST, request.FILES)
    if draft is None:
        return _begun(request, form)
    if not form.is_valid():
        return board(request, draft, form=form, opened="file", status=422)
    return _saved(request, draft, form.cleaned_data["file"], form, "file", "stages")


def _download(draft: PolicyDraft) -> HttpResponse:
    policy = policy_in(draft)
    name = f"{draft.partner.slug}-policy-{policy.version}-draft-{draft.edition}.yaml"
    answer = HttpResponse(write_policy(policy), content_type="application/yaml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _begun(request: Here, form: FileForm) -> HttpResponse:
    """A draft that begins with a file."""
    if not form.is_valid():
        return nothing_yet(request, form, status=422)
    import_policy(request.partner, form.cleaned_data["file"], now=request.now, by=request.user)
    return to_studio()
