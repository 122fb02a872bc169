"""How is a plain question taken? About a bill, a technical problem or misuse: it is answered, and freezes nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext

from billing.models import Invoice
from customers.locking import lock_customer
from customers.models import Customer, User, acting_for

from .attaching import belong
from .models import CaseFile, Dispute
from .opening import announce_opening, open_case
from .refusing import BadQuestion, check_may_open, plain_text, worded

KINDS: Final = (Dispute.Kind.BILLING, Dispute.Kind.SUPPORT, Dispute.Kind.MISUSE)
MOST_TITLE: Final = 200


def ask(
    customer: Customer,
    *,
    kind: str,
    title: str,
    text: str,
    by: User | None,
    now: datetime,
    invoice: Invoice | None = None,
    source: str = Dispute.Source.CUSTOMER,
    files: Sequence[CaseFile] = (),
    follows: Dispute | None = None,
) -> Dispute:
    """Take a question that freezes nothing. `by` is empty where it came by mail; `follows` is the closed case it
    goes on from. The same words by the same person, still unanswered, are the same case.

    Raises BadQuestion (kind, title, text, invoice), PermissionError, owning's NobodyToAnswer."""
    with acting_for(customer.partner):
        locked = lock_customer(customer.pk)
        check_may_open(by, locked, source)
        if kind not in KINDS:
            raise BadQuestion(f"kind: '{kind}' is not one of the kinds offered")
        subject = _subject(title)
        words = worded("text", text, gettext("Write your question."))
        if invoice is not None and invoice.customer_id != locked.pk:
            raise BadQuestion("invoice: " + gettext("That invoice is not here."))
        before = asked_before(locked, kind=kind, title=subject, text=words, by=by)
        if before is not None:
            return before
        case = open_case(
            locked,
            kind=kind,
            title=subject,
            text=words,
            by=by,
            now=now,
            source=source,
            invoice=invoice,
            follows=follows,
        )
        belong(files, case)
        values = {"follows": follows.number} if follows else {}
        announce_opening(case, locked, "case_follows" if follows else "case_opened", values, by, now=now)
        return case


def _subject(title: str) -> str:
    missing = gettext("Say in a few words what it is about.")
    return " ".join(worded("title", title, missing, most=MOST_TITLE).split())


def asked_before(customer: Customer, *, kind: str, title: str, text: str, by: User | None) -> Dispute | None:
    """The unanswered case that this person's same words have opened already; mails are told apart before."""
    if by is None:
        return None
    same = Dispute.objects.filter(customer=customer, kind=kind, title=title, text=text, opened_by=by, decided_at=None)
    return same.order_by("-pk").first()


def title_of(text: str) -> str:
    """The first line of a text, short enough for a title."""
    first = plain_text(text).partition("\n")[0].strip()
    return first if len(first) <= 80 else f"{first[:79].rstrip()}…"
