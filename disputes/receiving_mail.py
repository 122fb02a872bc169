"""What becomes of a mail that came in? A word in the case whose own address it knows, a bounce, or nothing.

The sender's address is believed nowhere: the secret in the recipient's address is what counts. Each mail is taken
once, and programs are not listened to."""

import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message as Part
from typing import Any, Final, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext

from customers.models import Customer, TimelineEntry, acting_for
from customers.returning import come_back
from customers.telling import tell
from customers.writing import language_of

from .attaching import MOST_FILES, Refused, attach, clean_name
from .case_address import is_ours, meant
from .escalating import mailed
from .hearing import hear
from .models import CaseEntry, CaseFile, CaseMail, Dispute, Escalation
from .reading_mail import MOST_BYTES, MOST_TEXT, Mail, Unreadable, clean, read, read_head
from .refusing import BadQuestion
from .untelling import untell

Verdict = CaseMail.Verdict
# Two programs that answer each other are stopped here even where neither says that it is one.
MOST_AN_HOUR: Final = 30
BULK: Final = frozenset({"bulk", "auto_reply", "list", "junk"})
BY_PROGRAMS: Final = ("X-Autoreply", "X-Autorespond", "X-Autoresponder")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Received:
    """What was done with a mail: a CaseMail verdict, or bounced, foreign_bounce, unknown, twice."""

    verdict: str
    entry: CaseEntry | None = None

    @property
    def taken(self) -> bool:
        """Whether it became a word in a case."""
        return self.verdict in (Verdict.TAKEN, Verdict.CLOSED)

    @property
    def refused(self) -> bool:
        """Whether it was for a case and could not be read."""
        return self.verdict in (Verdict.TOO_BIG, Verdict.UNREADABLE)


def receive(raw: bytes, *, now: datetime) -> Received:
    """Take one mail as its bytes arrived."""
    try:
        mail, fault = (read(raw), "") if len(raw) <= MOST_BYTES else (read_head(raw), Verdict.TOO_BIG)
    except Unreadable as unreadable:
        return _unreadable(raw, str(unreadable), now=now)
    if mail.message.get_content_type() == "multipart/report":
        return _report(mail, now=now)
    found = meant(mail.recipients)
    if found is None:
        return Received("unknown")
    if fault:
        return _drop(mail, found, fault, "more than 25 MB", now=now)
    if CaseMail.objects.filter(partner=found.partner, message_id=mail.message_id, sha256=mail.sha256).exists():
        return Received("twice")
    if why := _by_a_program(mail):
        return _drop(mail, found, Verdict.AUTOMATIC, why, now=now)
    if why := _in_a_loop(mail, found, now=now):
        return _drop(mail, found, Verdict.LOOP, why, now=now)
    if not _is_address(mail.sender):
        return _drop(mail, found, Verdict.UNREADABLE, "it does not say who sent it", now=now)
    return _take(mail, found, now=now)


def _unreadable(raw: bytes, why: str, *, now: datetime) -> Received:
    try:
        mail = read_head(raw)
    except Unreadable:
        return Received("unknown")
    found = meant(mail.recipients)
    return _drop(mail, found, Verdict.UNREADABLE, why, now=now) if found else Received("unknown")


def _by_a_program(mail: Mail) -> str:
    """Why no person wrote this; empty if one may have."""
    if mail.field("Auto-Submitted").partition(";")[0].strip().lower() not in ("", "no"):
        return "Auto-Submitted"
    if mail.field("Precedence").lower() in BULK:
        return "Precedence"
    if found := next((name for name in BY_PROGRAMS if name in mail.message), ""):
        return found
    for name in ("Return-Path", "X-MailFrom"):
        if name in mail.message and mail.field(name) in ("", "<>", "None"):
            return "empty sender"
    return ""


def _in_a_loop(mail: Mail, found: Dispute | Escalation, *, now: datetime) -> str:
    host = urlsplit(settings.PORTAL_URL).hostname or "localhost"
    if re.fullmatch(rf"<[0-9a-f]{{32}}@{re.escape(host)}>", mail.message_id):
        return "our own Message-ID"
    partner = found.partner
    ours = {partner.reply_email.lower(), partner.support_email.lower()} - {""}
    if is_ours(mail.sender) or mail.sender in ours:
        return "our own address"
    lately = CaseMail.objects.filter(**_where(found), received_at__gt=now - timedelta(hours=1))
    return f"more than {MOST_AN_HOUR} an hour" if lately.count() >= MOST_AN_HOUR else ""


def _is_address(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return len(address) <= 254


def _take(mail: Mail, found: Dispute | Escalation, *, now: datetime) -> Received:
    customer = _customer(found)
    with translation.override(language_of(customer, None)):
        files, refused = _attached(mail, customer, now=now)
        text = "\n\n".join(filter(None, (mail.written, "\n".join(refused))))
        text = text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"
        closed = isinstance(found, Dispute) and found.status == Dispute.Status.CLOSED
        try:
            with acting_for(found.partner):
                entry = _heard(found, text, mail, files, now=now)
                _keep(mail, found, Verdict.CLOSED if closed else Verdict.TAKEN, now=now, entry=entry)
        except IntegrityError:
            return Received("twice")
        except BadQuestion as bad:
            return _drop(mail, found, Verdict.UNREADABLE, bad.why, now=now)
    return Received(Verdict.CLOSED if closed else Verdict.TAKEN, entry)


def _heard(found: Dispute | Escalation, text: str, mail: Mail, files: list[CaseFile], *, now: datetime) -> CaseEntry:
    """The words are heard where the case has no room for the files, too."""
    try:
        with transaction.atomic():
            return _said(found, text, mail, files, now=now)
    except Refused as no:
        return _said(found, f"{text[: MOST_TEXT - 500]}\n\n{no}".strip(), mail, [], now=now)


def _said(found: Dispute | Escalation, text: str, mail: Mail, files: list[CaseFile], *, now: datetime) -> CaseEntry:
    if isinstance(found, Dispute):
        return hear(found.pk, text=text, by=None, now=now, from_email=mail.sender, quoted=mail.quoted, files=files)
    words = text or gettext("The mail has no words of its own.")
    return mailed(found, text=words, quoted=mail.quoted, from_email=mail.sender, now=now, files=files)


def _customer(found: Dispute | Escalation) -> Customer:
    if isinstance(found, Dispute):
        return found.customer
    case = found.dispute or Dispute.objects.filter(cause=found.cause).order_by("pk").first()
    assert case is not None
    return case.customer


def _attached(mail: Mail, customer: Customer, *, now: datetime) -> tuple[list[CaseFile], list[str]]:
    """The files that are taken, and a line for each that is not."""
    files: list[CaseFile] = []
    refused: list[str] = []
    for one in mail.files:
        if len(files) == MOST_FILES:
            refused.append(gettext("“%(name)s” is one file too many.") % {"name": clean_name(one.name)})
            continue
        try:
            files.append(attach(customer, one.name, one.stream, by=None, now=now))
        except Refused as no:
            refused.append(str(no))
    return files, refused


def _where(found: Dispute | Escalation) -> dict[str, Any]:
    return {"dispute": found} if isinstance(found, Dispute) else {"escalation": found}


def _keep(
    mail: Mail,
    found: Dispute | Escalation,
    verdict: str,
    *,
    now: datetime,
    why: str = "",
    entry: CaseEntry | None = None,
) -> None:
    CaseMail.objects.create(
        partner_id=found.partner_id,
        **_where(found),
        entry=entry,
        message_id=mail.message_id,
        sha256=mail.sha256,
        from_email=mail.sender,
        subject=mail.subject,
        received_at=now,
        verdict=verdict,
        why=why[:300],
    )


def _drop(mail: Mail, found: Dispute | Escalation, verdict: str, why: str, *, now: datetime) -> Received:
    """Keep a trace, once; what a person may have written and we couldn't read stands on our timeline."""
    try:
        with acting_for(found.partner):
            _keep(mail, found, verdict, now=now, why=why)
            if verdict in (Verdict.TOO_BIG, Verdict.UNREADABLE):
                about = found.number if isinstance(found, Dispute) else str(found)
                tell(
                    _customer(found),
                    TimelineEntry.Kind.DISPUTE,
                    "case_mail_refused",
                    now=now,
                    about=about[:40],
                    values={"case": about, "email": mail.sender, "why": why},
                    shared=False,
                )
    except IntegrityError:
        return Received("twice")
    logger.info("A mail to %s was dropped: %s", found, why)
    return Received(verdict)


def _report(mail: Mail, *, now: datetime) -> Received:
    """A bounce voids a delivery only where the letter is ours and went to the very address that failed."""
    failed: dict[str, str] = {}
    message_id = ""
    for part in mail.message.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status" and part.is_multipart():
            failed |= _failed(cast(list[Part], part.get_payload()))
        elif kind == "message/rfc822" and part.is_multipart():
            message_id = clean(str(cast(list[Part], part.get_payload())[0].get("Message-ID", "")))
        elif kind == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            said = re.search(rb"(?im)^message-id:\s*(<[^<>\s]{1,250}>)", content if isinstance(content, bytes) else b"")
            message_id = said.group(1).decode("ascii", "replace") if said else message_id
    came_back = [_came_back(message_id, address, why, now=now) for address, why in failed.items() if message_id]
    return Received("bounced" if any(came_back) else "foreign_bounce")


def _came_back(message_id: str, address: str, why: str, *, now: datetime) -> bool:
    """Void the delivery of our letter, and what silence after it had closed, in one transaction."""
    with transaction.atomic():
        message = come_back(message_id, address, reason=why, now=now)
        if message is not None:
            untell(message, now=now)
    return message is not None


def _failed(blocks: list[Part]) -> dict[str, str]:
    """The addresses that failed for good, with what the other server said."""
    found = {}
    for block in blocks:
        if str(block.get("Action", "")).strip().lower() != "failed":
            continue
        why = clean(str(block.get("Diagnostic-Code") or block.get("Status") or "failed"))[:200]
        for name in ("Final-Recipient", "Original-Recipient"):
            address = clean(str(block.get(name, ""))).partition(";")[2].strip()
            if "@" in address:
                found[address.lower()] = why
    return found
