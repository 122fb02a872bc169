"""Does this letter still make sense, and did the mail server take it?"""

import logging
import smtplib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import formataddr
from typing import Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation

from outbox import clock
from outbox.keeping import Done, Later, Lease, Moot, Park, Result

from .branding import enclose
from .channels import channels_of
from .linking import make_links
from .locking import lock_customer
from .models import Document, Letter, Message, MessageAttempt, Partner, TimelineEntry, acting_for
from .own_words import Own, own_words
from .printing import Unprinted
from .telling import tell


@dataclass(frozen=True)
class LetterRule:
    """What the floor that decides a letter wants to say about it.

    `look` runs under the customer's lock before the letter leaves and answers why it is overtaken, or "".
    `delivered` runs in the transaction that records the delivery. `attach` makes the paper that goes with the
    letter, outside any transaction; where it can't be printed the letter leaves without, since its link leads
    to the paper. `reply_to` says at which address an answer is heard, or "" for the partner's own. An `internal`
    letter goes to one of ours: its way is not the customer's to read."""

    look: Callable[[Message], str] | None = None
    delivered: Callable[[Message], None] | None = None
    attach: Callable[[Message], Document | None] | None = None
    reply_to: Callable[[Message], str] | None = None
    internal: bool = False


ABOUT_ACCESS: Final = (Letter.SUSPENDED, Letter.RESTORED)

logger = logging.getLogger(__name__)
_rules: dict[str, LetterRule] = {}


def rule_for(letter: str, rule: LetterRule) -> None:
    """Said once for each letter, by the wiring."""
    _rules[letter] = rule


def keep_message(message: Message, lease: Lease) -> Result:
    """Hand one letter to the mail server; its 250 is the delivery. A refusal for good is a bounce."""
    if message.delivered_at:
        return Done()
    if not message.to_email:
        return Park("no contact with an address")
    attempt, overtaken, links = _last_look(message)
    if attempt is None:
        return Moot(overtaken)
    mail = _mail(message, links)
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as refused:
        code, text = next(iter(refused.recipients.values()))
        return _refused(message, attempt, code, text)
    except smtplib.SMTPResponseException as refused:
        return _refused(message, attempt, refused.smtp_code, refused.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        _close(attempt, f"{type(error).__name__}: {error}")
        return Later(timedelta(seconds=min(2**message.attempts, 300)), str(error))
    _delivered(message, attempt)
    return Done()


def _last_look(message: Message) -> tuple[MessageAttempt | None, str, dict[str, str]]:
    """Ask the deciding floor once more, freeze the words that will leave, make their links and open the attempt, all
    under the customer's lock: what is paid before this never hears of it, what is paid after it came too late."""
    with acting_for(message.partner):
        lock_customer(message.customer_id)
        rule = _rules.get(message.letter)
        overtaken = rule.look(message) if rule and rule.look else ""
        if overtaken:
            return None, overtaken, {}
        message.subject, message.body_text, message.body_html = words(message, own_words(message))
        message.save(update_fields=["subject", "body_text", "body_html", "values"])
        internal = rule is not None and rule.internal
        return _open_attempt(message), "", {} if internal else make_links(message, now=clock.now())


def words(message: Message, own: Own | None = None) -> tuple[str, str, str]:
    """Subject, text and HTML of a letter in its own language, from its own customer and partner. `own` are the
    partner's words before and after ours."""
    context = {
        **message.values,
        "partner": message.partner,
        "customer": message.customer,
        "portal_url": settings.PORTAL_URL,
        "language": message.language,
        "now": message.queued_at,
        "zone": message.customer.tz,
        "support": channels_of(message.partner),
        "own": own or Own(),
        # Where they say whether it is so, once it has reached them.
        "asks": f"/my/access/of/{message.pk or 0}/" if message.letter in ABOUT_ACCESS else "",
        "answers_are_heard": bool((rule := _rules.get(message.letter)) and rule.reply_to),
    }
    folder = f"emails/{message.letter}"
    with translation.override(message.language), timezone.override(message.customer.tz):
        subject = " ".join(render_to_string(f"{folder}/subject.txt", context).split())
        return (
            subject[:300],
            render_to_string(f"{folder}/body.txt", context),
            render_to_string(f"{folder}/body.html", context),
        )


def _mail(message: Message, links: Mapping[str, str]) -> EmailMultiAlternatives:
    """The letter as it leaves. Its links open without a password only here: what is kept of it leads to signing in."""
    partner = message.partner
    answer_to = _reply_to(message) or partner.reply_email
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=_linked(message.body_text, links),
        from_email=sender_of(partner),
        to=[message.to_email],
        reply_to=[answer_to] if answer_to else None,
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(_linked(message.body_html, links), "text/html")
    enclose(mail, message.body_html, partner)
    paper = _paper(message)
    if paper:
        mail.attach(paper.file_name, bytes(paper.content), paper.content_type)
    return mail


def sender_of(partner: Partner) -> str:
    """From whom this partner's letters come: its own name and address, else the installation's address."""
    return formataddr((partner.sender_name or partner.name, partner.sender_email or settings.DEFAULT_FROM_EMAIL))


def _linked(body: str, links: Mapping[str, str]) -> str:
    """A body whose addresses of invoices are those of its links."""
    origin = settings.PORTAL_URL.rstrip("/")
    for path, link in links.items():
        body = body.replace(f"{origin}{path}", f"{origin}{link}")
    return body


def _reply_to(message: Message) -> str:
    rule = _rules.get(message.letter)
    return rule.reply_to(message) if rule and rule.reply_to else ""


def _paper(message: Message) -> Document | None:
    rule = _rules.get(message.letter)
    try:
        return rule.attach(message) if rule and rule.attach else None
    except Unprinted:
        logger.exception("The paper of letter %s could not be printed", message.key)
        return None


def _open_attempt(message: Message) -> MessageAttempt:
    return MessageAttempt.objects.create(
        partner_id=message.partner_id,
        message=message,
        began_at=clock.now(),
        began_machine_at=clock.machine(),
        request_id=uuid.uuid4(),
        correlation_id=uuid.uuid4(),
    )


def _close(attempt: MessageAttempt, answer: str) -> None:
    attempt.ended_machine_at, attempt.answer = clock.machine(), answer[:300]
    attempt.save(update_fields=["ended_machine_at", "answer"])


def _delivered(message: Message, attempt: MessageAttempt) -> None:
    now = clock.now()
    with acting_for(message.partner):
        customer = lock_customer(message.customer_id)
        _close(attempt, "250")
        message.delivered_at, message.bounced_at = now, None
        message.save(update_fields=["delivered_at", "bounced_at"])
        rule = _rules.get(message.letter)
        tell(
            customer,
            TimelineEntry.Kind.NOTICE,
            "letter_handed",
            now=now,
            about=message.about[:40],
            values={"letter": message.letter, "subject": message.subject, "email": message.to_email},
            message=message,
            shared=not (rule and rule.internal),
        )
        customer.review_due_at = now
        customer.save(update_fields=["review_due_at"])
        if rule and rule.delivered:
            rule.delivered(message)


def _refused(message: Message, attempt: MessageAttempt, code: int, text: bytes | str) -> Result:
    said = text.decode(errors="replace") if isinstance(text, bytes) else text
    _close(attempt, f"{code} {said}")
    if code < 500:
        return Later(timedelta(seconds=min(15 * 2**message.attempts, 1800)), f"{code} {said}")
    now = clock.now()
    with acting_for(message.partner):
        customer = lock_customer(message.customer_id)
        message.bounced_at = now
        message.save(update_fields=["bounced_at"])
        tell(
            customer,
            TimelineEntry.Kind.NOTICE,
            "letter_bounced",
            now=now,
            about=message.about[:40],
            values={"letter": message.letter, "email": message.to_email, "reason": f"{code} {said}"[:200]},
            message=message,
            shared=False,
        )
        customer.review_due_at = now
        customer.save(update_fields=["review_due_at"])
    return Park(f"{message.to_email}: {code} {said}")
