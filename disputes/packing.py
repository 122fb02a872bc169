"""What is handed to 21Vianet? One archive: the case on paper in Chinese and English, its lines, the files chosen."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from customers.exporting import Column, lines
from customers.filing import Paper, file_paper
from customers.models import Document, TimelineEntry, User, acting_for
from customers.printing import Printed, print_paper

from .attaching import offered_name, open_file
from .case_address import address_of
from .escalated import cases_of
from .gating import NotReady, Paired, paired
from .models import CaseEntry, CaseFile, Dispute, EarlierAnswer, Escalation
from .pack_words import Packed, claimable, pack_sheet
from .refusing import NotOpen, check_may_answer

# 21Vianet reads Chinese, its second line English.
LANGUAGES: Final = ("zh-hans", "en")
# ISO 639 for what is in several languages.
SEVERAL: Final = "mul"
MOST_ATTACHED: Final = 25 * 1024 * 1024
PDF, CSV, ZIP = "application/pdf", "text/csv", "application/zip"
SAID: Final = (CaseEntry.Kind.CUSTOMER, CaseEntry.Kind.STAFF, CaseEntry.Kind.PROVIDER)


@dataclass
class Pack:
    """One making of a pack: its archive, and what is in it that we made."""

    archive: Document
    papers: list[Document] = field(default_factory=list)


def make(escalation_id: int, *, files: Collection[int], by: User, now: datetime, notes: Collection[int] = ()) -> Pack:
    """Make the pack of an escalation that isn't filed yet, with these files and notes of ours (by primary key), and
    keep it with its fingerprint. The same choice again is the same pack. Takes some seconds, outside a transaction.

    Raises NotOpen, NotReady (attached), PermissionError, Unprinted, attaching's Damaged."""
    related = ("partner", "prepared_by", "dispute", "cause")
    escalation = Escalation.objects.select_related(*related).get(pk=escalation_id)
    check_may_answer(by, escalation.partner_id)
    if escalation.filed_at is not None or escalation.withdrawn_at is not None:
        raise NotOpen(str(escalation))
    it = _read(escalation, files, notes, now=now)
    paper = _paper(it, notes)
    papers = [file_paper(paper, language=one, make=lambda: _print(it), now=now, by=by) for one in LANGUAGES]
    sheet = _keep(paper, CSV, "csv", _csv(it.pairs), by=by, now=now)
    archive = _keep(paper, ZIP, "zip", _archive([*papers, sheet], it), by=by, now=now)
    return Pack(archive, [*papers, sheet])


def packs_of(escalation: Escalation) -> list[Pack]:
    """The packs that were made, the newest first; their bytes are not read before they are asked for."""
    rows = list(_of(escalation).defer("content").order_by("pk"))
    return [
        Pack(row, [one for one in rows if one.about == row.about and one.content_type != ZIP])
        for row in reversed(rows)
        if row.content_type == ZIP
    ]


def documents_of(escalation: Escalation) -> QuerySet[Document]:
    """Everything that was made for an escalation."""
    return _of(escalation)


def _of(escalation: Escalation) -> QuerySet[Document]:
    mine = Document.objects.of(escalation.partner).filter(kind=Document.Kind.PACK)
    return mine.filter(about__startswith=f"{escalation.pk}, ")


def files_of(cases: Collection[int]) -> QuerySet[CaseFile]:
    """The files of these cases, oldest first: what may be chosen for a pack."""
    return CaseFile.objects.filter(dispute__in=cases).select_related("entry", "dispute").order_by("uploaded_at", "pk")


def _read(escalation: Escalation, files: Collection[int], notes: Collection[int], *, now: datetime) -> Packed:
    mine = Dispute.objects.of(escalation.partner).filter(cases_of(escalation))
    cases = list(mine.select_related("customer", "invoice", "partner").order_by("pk"))
    chosen = list(files_of([case.pk for case in cases]).filter(pk__in=files))
    if sum(one.size for one in chosen) > MOST_ATTACHED:
        raise NotReady({"attached": gettext("Together more than 25 MB. Choose fewer files")})
    said = CaseEntry.objects.filter(dispute__in=cases).select_related("by").order_by("at", "pk")
    shared = TimelineEntry.objects.filter(
        customer__in=[case.customer_id for case in cases],
        kind=TimelineEntry.Kind.DISPUTE,
        values__case__in=[case.number for case in cases],
    ).shared()
    identity = escalation.partner.provider_identities.order_by("pk").first()
    return Packed(
        escalation=escalation,
        cases=cases,
        pairs=paired(cases),
        timeline=list(shared.select_related("actor").order_by("at", "pk")),
        entries=[one for one in said if one.kind in SAID or one.pk in notes],
        answers=list(EarlierAnswer.objects.filter(dispute__in=cases).select_related("decided_by").order_by("pk")),
        files=chosen,
        ours_at_provider=identity.provider_id if identity else "",
        mail_to=address_of(escalation.secret),
        now=now,
    )


def _paper(it: Packed, notes: Collection[int]) -> Paper:
    """Named by what was chosen. It is of no customer: what we pay 21Vianet is in it."""
    choice = repr((sorted(one.pk for one in it.files), sorted(notes)))
    about = f"{it.escalation.pk}, {hashlib.sha256(choice.encode()).hexdigest()[:16]}"
    return Paper(it.escalation.partner, None, Document.Kind.PACK, about, f"pack-{it.number}")


def _print(it: Packed) -> Printed:
    return print_paper("pack", pack_sheet(it), at=it.now)


def _keep(paper: Paper, content_type: str, ending: str, content: bytes, *, by: User, now: datetime) -> Document:
    same = {"kind": paper.kind, "about": paper.about, "language": SEVERAL, "content_type": content_type}
    mine = Document.objects.of(paper.partner).filter(**same)
    if found := mine.first():
        return found
    try:
        with acting_for(paper.partner):
            return Document.objects.create(
                partner=paper.partner,
                **same,
                file_name=f"{paper.name}.{ending}",
                content=content,
                sha256=hashlib.sha256(content).hexdigest(),
                made_at=now,
                made_by=by,
            )
    except IntegrityError:
        return mine.get()


def _archive(made: Sequence[Document], it: Packed) -> bytes:
    """The same bytes for the same parts at the same time; the sums stand in it too."""
    parts = [(one.file_name, bytes(one.content)) for one in made]
    parts += [
        (f"attachments/{number:02d}-{offered_name(one)}", _bytes(one, it.now)) for number, one in enumerate(it.files, 1)
    ]
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in parts)
    when = it.now.astimezone(it.escalation.partner.tz).timetuple()[:6]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in [*parts, ("SHA256SUMS", sums.encode())]:
            about = zipfile.ZipInfo(name, date_time=when)
            about.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(about, content)
    return out.getvalue()


def _bytes(file: CaseFile, now: datetime) -> bytes:
    with open_file(file, now=now) as opened:
        return opened.read()


def _csv(pairs: Sequence[Paired]) -> bytes:
    return "".join(lines([Column(_both(label), of) for label, of in COLUMNS], pairs)).encode()


def _both(label: str) -> str:
    """A head in Chinese and English."""
    with translation.override(LANGUAGES[0]):
        chinese = translation.gettext(label)
    with translation.override(LANGUAGES[1]):
        english = translation.gettext(label)
    return f"{chinese} {english}" if chinese != english else english


def _source(name: str) -> Callable[[Paired], Any]:
    return lambda pair: getattr(pair.source, name) if pair.source else None


def _line(name: str) -> Callable[[Paired], Any]:
    return lambda pair: getattr(pair.amount.line, name)


COLUMNS: Final[Sequence[tuple[str, Callable[[Paired], Any]]]] = (
    (gettext_noop("Case"), lambda pair: pair.case.number),
    (gettext_noop("Customer"), lambda pair: pair.case.customer.name),
    (gettext_noop("Tenant id"), lambda pair: pair.case.customer.provider_id),
    (gettext_noop("Domain"), lambda pair: pair.case.customer.domain),
    (gettext_noop("Subscription id"), lambda pair: getattr(pair.amount.line.subscription, "provider_id", "")),
    (gettext_noop("Order id"), _source("order_id")),
    (gettext_noop("21Vianet bill"), lambda pair: pair.source.bill.number if pair.source else None),
    (gettext_noop("Bill line"), _source("row")),
    (gettext_noop("Offer"), _source("offer_name")),
    (gettext_noop("Charge"), _source("charge_type")),
    (gettext_noop("Charged from"), _source("charge_starts_on")),
    (gettext_noop("Charged to"), _source("charge_ends_on")),
    (gettext_noop("Seats billed by 21Vianet"), _source("quantity")),
    (gettext_noop("Unit price of 21Vianet"), _source("unit_price")),
    (gettext_noop("Before tax, 21Vianet"), _source("subtotal")),
    (gettext_noop("Tax, 21Vianet"), _source("tax")),
    (gettext_noop("With tax, 21Vianet"), _source("total")),
    (gettext_noop("In question of 21Vianet’s line"), claimable),
    (gettext_noop("Currency"), lambda pair: pair.amount.line.invoice.currency),
    (gettext_noop("Our invoice"), lambda pair: pair.amount.line.invoice.number),
    (gettext_noop("Invoice line"), _line("position")),
    (gettext_noop("Description"), _line("description")),
    (gettext_noop("Seats billed by us"), _line("quantity")),
    (gettext_noop("Seats ordered, by the customer"), lambda pair: pair.ordered),
    (gettext_noop("Our unit price"), _line("unit_price")),
    (gettext_noop("Before tax, ours"), _line("net")),
    (gettext_noop("Tax, ours"), _line("tax")),
    (gettext_noop("With tax, ours"), _line("total")),
    (gettext_noop("Questioned of our line"), lambda pair: pair.amount.questioned),
)
