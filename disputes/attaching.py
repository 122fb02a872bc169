"""Which files come with a case, are they whole, and who may add how many?

How pages use it:

- In a form: `attached = FilesField()` (disputes/fields.py; `files` is a name that forms have taken), and in the form's
  `__init__` `self.fields["attached"].for_upload(customer, by=user, now=now)`. After `is_valid()`
  `cleaned_data["attached"]` is a list of CaseFile that belong to no case yet; hand it to the deed as `files=`. The
  form's tag needs `enctype="multipart/form-data"`. Where the form fails, what was uploaded is kept and shown again.
- Without a form: `take(request.POST, request.FILES, customer, by=…, now=…)` answers `files` and `faults` (texts, each
  names its file), and `{% include "disputes/files_field.html" with taken=taken %}` draws the field.
  In later steps of the same form `staged(user, customer, request.POST.getlist("files_kept"))` finds them again.
- In a deed, inside its transaction: `belong(files, dispute, entry)`. Customers see the files of entries they may read,
  and those that belong to the case itself.
- To read: `open_file(case_file, now=…)`; the addresses are `{% url 'dispute_file' dispute.pk file.pk %}` for staff and
  `{% url 'my-case-file' case.pk file.pk %}` for customers, who find theirs by `seen_by_customer(dispute.files.all())`.

A row exists only while its bytes are on disk whole: they are written aside, flushed, renamed, and then the row is
made. What a crash or a form never sent leaves behind is swept. Files are handed back as they came, and never parsed;
they are not searched for viruses."""

import logging
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import BinaryIO, Final

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext

from customers.locking import lock_customer
from customers.models import Customer, TimelineEntry, User, acting_for
from customers.telling import tell

from .judging import ENDINGS, Unfit
from .models import CaseEntry, CaseFile, Dispute
from .shelving import Damaged, Empty, Readable, Shelved, TooLarge, clear, forgotten, open_checked, shelve

MEGABYTE: Final = 1024 * 1024
MOST_OF_A_FILE: Final = 10 * MEGABYTE
MOST_FILES: Final = 10
MOST_OF_A_CASE: Final = 100 * MEGABYTE
MOST_OF_A_PARTNER: Final = 1024 * MEGABYTE
LONGEST_NAME: Final = 200
# A form is written in less; what no case took by then is gone.
KEPT_UNCLAIMED: Final = timedelta(hours=24)

logger = logging.getLogger(__name__)


class Refused(Exception):
    """The file can't be taken; the message names it and says why, for the person who sent it."""


def attach(customer: Customer, name: str, stream: Readable, *, by: User | None, now: datetime) -> CaseFile:
    """Take one file, not yet in a case: whole, judged by its content, under a name of our own. `by` is empty where
    it came by mail. Raises Refused."""
    shown = clean_name(name)
    _check_room(customer, shown, 0)
    there = _shelved(customer, shown, stream)
    try:
        with acting_for(customer.partner):
            lock_customer(customer.pk)
            _check_room(customer, shown, there.size)
            return CaseFile.objects.create(
                partner_id=customer.partner_id,
                customer=customer,
                name=shown,
                stored_as=there.stored_as,
                content_type=there.kind,
                size=there.size,
                sha256=there.sha256,
                uploaded_at=now,
                uploaded_by=by,
            )
    except BaseException:
        clear(there.stored_as)
        raise


def _shelved(customer: Customer, shown: str, stream: Readable) -> Shelved:
    said = {"name": shown}
    try:
        return shelve(stream, most=MOST_OF_A_FILE)
    except TooLarge:
        raise Refused(gettext("“%(name)s” is larger than 10 MB.") % said) from None
    except Empty:
        raise Refused(gettext("“%(name)s” is empty.") % said) from None
    except Unfit as unfit:
        raise Refused(_why(shown, str(unfit))) from None
    except OSError as error:
        logger.exception("A file of customer %s could not be kept", customer.pk)
        raise Refused(gettext("“%(name)s” could not be kept just now. Try again later.") % said) from error


def _why(shown: str, why: str) -> str:
    said = {"name": shown, "why": why}
    return (
        gettext(
            "“%(name)s” was not taken: %(why)s. We take PDF, pictures (PNG, JPEG, GIF, WEBP, HEIC), text, CSV, "
            "saved mails (EML), and Word and Excel files without macros."
        )
        % said
    )


def clean_name(name: str) -> str:
    """What the sender called it, without folders and without what can't be seen or turns the writing round."""
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(" " if unicodedata.category(sign)[0] == "Z" else sign for sign in base)
    plain = " ".join("".join(sign for sign in seen if unicodedata.category(sign)[0] != "C").split()).strip(" .")
    if not plain:
        return gettext("file")
    stem, dot, ending = plain.rpartition(".")
    if len(plain) > LONGEST_NAME and dot and len(ending) <= 10:
        return stem[: LONGEST_NAME - len(ending) - 1] + dot + ending
    return plain[:LONGEST_NAME]


def offered_name(file: CaseFile) -> str:
    """The name under which a file is saved: it ends as its content does, so that no machine runs it."""
    endings = ENDINGS[file.content_type]
    return file.name if file.name.lower().endswith(endings) else file.name[: LONGEST_NAME - 5] + endings[0]


def staged(user: User, customer: Customer, ids: Iterable[int | str]) -> list[CaseFile]:
    """Of these, the files that this person uploaded for this customer and that no case has taken, oldest first."""
    wanted = [int(one) for one in ids if str(one).isascii() and str(one).isdecimal() and len(str(one)) < 18]
    mine = CaseFile.objects.of(customer.partner).filter(customer=customer, uploaded_by=user, dispute=None)
    return list(mine.filter(pk__in=wanted[: MOST_FILES * 10]).order_by("pk"))


def belong(files: Sequence[CaseFile], dispute: Dispute, entry: CaseEntry | None = None) -> None:
    """Put files into a case, in the transaction of the deed that takes them, under the customer's lock. A file that
    is in this case already stays where it is. Raises Refused above the limits of an entry or a case."""
    if not files:
        return
    if len(files) > MOST_FILES:
        raise Refused(gettext("At most %(n)s files at once.") % {"n": MOST_FILES})
    free = CaseFile.objects.filter(pk__in=[file.pk for file in files], customer=dispute.customer_id, dispute=None)
    there = CaseFile.objects.filter(dispute=dispute)
    if _sum(there) + _sum(free) > MOST_OF_A_CASE:
        raise Refused(gettext("The files of case %(case)s would be more than 100 MB.") % {"case": dispute.number})
    free.update(dispute=dispute, entry=entry)


def seen_by_customer(files: "QuerySet[CaseFile]") -> "QuerySet[CaseFile]":
    """Of these, the files a customer may have: shared, and not of a note of ours or a word of the provider."""
    read = [CaseEntry.Kind.CUSTOMER, CaseEntry.Kind.STAFF]
    return files.filter(Q(entry=None) | Q(entry__kind__in=read), shared=True, dispute__isnull=False)


def open_file(file: CaseFile, *, now: datetime) -> BinaryIO:
    """The bytes, checked against what was taken, open at their beginning; the caller closes it.

    Raises shelving.Damaged where they are gone or changed; staff are told once, in the log and on the customer's
    timeline."""
    try:
        return open_checked(file.stored_as, size=file.size, sha256=file.sha256)
    except Damaged as damaged:
        _raise_alarm(file, damaged, now=now)
        raise


def _raise_alarm(file: CaseFile, damaged: Damaged, *, now: datetime) -> None:
    logger.error("File %s of partner %s %s", file.pk, file.partner_id, damaged)
    with acting_for(file.partner):
        customer = lock_customer(file.customer_id)
        told = TimelineEntry.objects.filter(customer=customer, code="file_damaged", values__file=file.pk)
        if not told.exists():
            tell(
                customer,
                TimelineEntry.Kind.NOTE,
                "file_damaged",
                now=now,
                about=file.dispute.number if file.dispute else "",
                values={"file": file.pk, "name": file.name},
                shared=False,
            )


def sweep(*, now: datetime, machine: datetime) -> int:
    """Delete what no case took for a day, and bytes without a row; answers how many files are gone."""
    unclaimed = CaseFile.objects.filter(dispute=None, uploaded_at__lt=now - KEPT_UNCLAIMED)
    for file in unclaimed.select_related("partner"):
        with acting_for(file.partner):
            CaseFile.objects.filter(pk=file.pk, dispute=None).delete()
    gone = 0
    for stored_as in forgotten(machine - KEPT_UNCLAIMED):
        if not CaseFile.objects.filter(stored_as=stored_as).exists():
            clear(stored_as)
            gone += 1
    return gone


def _check_room(customer: Customer, shown: str, size: int) -> None:
    """A soft limit: two at once may pass it by a file each."""
    if _sum(CaseFile.objects.of(customer.partner)) + size > MOST_OF_A_PARTNER:
        logger.error("Partner %s has no room left for files of cases", customer.partner_id)
        raise Refused(gettext("“%(name)s” was not taken: there is no room for more files.") % {"name": shown})


def _sum(files: "QuerySet[CaseFile]") -> int:
    return files.aggregate(sum=Sum("size"))["sum"] or 0
