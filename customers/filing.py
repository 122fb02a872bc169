"""Has this paper been made before, and if not, how is it made once and kept?"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils import translation

from .models import Customer, Document, Partner, User, acting_for
from .printing import Printed


@dataclass(frozen=True)
class Paper:
    """What a paper is about; `name` becomes its file's name, in letters every machine knows."""

    partner: Partner
    customer: Customer | None
    kind: Document.Kind
    about: str
    name: str


def kept(paper: Paper, language: str) -> Document | None:
    """The paper as it was made, if it was; its bytes are not read before they are asked for."""
    return _all_of(paper, language).defer("content").first()


def file_paper(
    paper: Paper, *, language: str, make: Callable[[], Printed], now: datetime, by: User | None = None
) -> Document:
    """The paper in a language: made by `make` in that language the first time, the same bytes ever after.

    Two at once may both print; one of the two is kept and both get it. Printing happens outside the transaction.
    Raises what `make` raises."""
    if found := _all_of(paper, language).first():
        return found
    with translation.override(language):
        printed = make()
    try:
        with acting_for(paper.partner):
            return _create(paper, language, printed, now, by)
    except IntegrityError:
        return _all_of(paper, language).get()


def _create(paper: Paper, language: str, printed: Printed, now: datetime, by: User | None) -> Document:
    return Document.objects.create(
        partner=paper.partner,
        customer=paper.customer,
        kind=paper.kind,
        about=paper.about,
        language=language,
        file_name=f"{paper.name}-{language}.pdf",
        content=printed.content,
        sha256=hashlib.sha256(printed.content).hexdigest(),
        pages=printed.pages,
        made_at=now,
        made_by=by,
    )


def _all_of(paper: Paper, language: str) -> QuerySet[Document]:
    return Document.objects.of(paper.partner).filter(
        kind=paper.kind, about=paper.about, language=language, content_type="application/pdf"
    )
