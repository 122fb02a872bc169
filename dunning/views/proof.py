"""Was this suspension right? Its proof as a page, as data and on paper."""

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from billing.views.papers import paper, reader_language
from customers.entering import Here, staff
from customers.roles import May
from dunning.proof_papers import CHECKS, fingerprint, print_proof, sections
from dunning.proving import RELATED, prove
from subscriptions.models import Suspension


def _row(request: Here, pk: int) -> Suspension:
    mine = Suspension.objects.visible_to(request.user).of(request.partner).filter(debt__isnull=False)
    found: Suspension = get_object_or_404(mine.select_related(*RELATED), pk=pk)
    return found


@require_safe
@staff(May.SEE_BOOK)
def suspension_proof(request: Here, suspension_id: int) -> HttpResponse:
    """The proof in words; it prints as it stands."""
    row = _row(request, suspension_id)
    bundle = prove(row)
    context: dict[str, Any] = {
        "row": row,
        "customer": row.customer,
        "checks": [{"name": CHECKS[name], "fine": kept} for name, kept in bundle["checks"].items()],
        "sections": [one for number, one in enumerate(sections(bundle)) if number != 1],
        "mark": fingerprint(bundle),
    }
    return render(request, "dunning/proof.html", context)


@require_safe
@staff(May.SEE_BOOK)
def suspension_proof_json(request: Here, suspension_id: int) -> HttpResponse:
    """The same as data."""
    bundle = prove(_row(request, suspension_id))
    body = json.dumps(bundle, ensure_ascii=False, indent=1)
    answer = HttpResponse(body, content_type="application/json")
    name = f"proof-{bundle['suspension']['invoice']}-{suspension_id}.json"
    answer["Content-Disposition"] = f'attachment; filename="{_plain(name)}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _plain(name: str) -> str:
    """A file's name in letters every machine knows."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-._") else "_" for sign in name)


@require_safe
@staff(May.SEE_BOOK)
def suspension_proof_pdf(request: Here, suspension_id: int) -> HttpResponse:
    """The same on paper, kept with its fingerprint."""
    row = _row(request, suspension_id)
    bundle = prove(row)
    return paper(
        request,
        lambda: print_proof(row, bundle, language=reader_language(), now=request.now, by=request.user),
        back=reverse("suspension_proof", args=[row.pk]),
    )
