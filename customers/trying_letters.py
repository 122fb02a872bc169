"""How does a letter look before anybody gets it? Written with real figures, and mailed to oneself at most."""

from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.translation import gettext

from .branding import enclose
from .models import Customer, Letter, Message, Partner
from .own_words import ABOUT_DEBT, Own
from .sending import sender_of, words


def sample(partner: Partner, letter: str, language: str, *, now: datetime) -> tuple[Message, bool]:
    """A letter of this kind, not to be kept: with the figures of the last one the partner promised, else with invented
    ones. Answers it, and whether its figures are real."""
    made = Message.objects.of(partner).filter(letter=letter)
    if needed := ABOUT_DEBT.get(letter):
        made = made.filter(values__has_key=needed)
    last = made.select_related("customer").defer("body_text", "body_html").order_by("-queued_at", "-pk").first()
    if last is not None:
        last.customer.partner = partner
        real = {"customer": last.customer, "queued_at": last.queued_at, "values": last.values}
        return Message(partner=partner, letter=letter, language=language, **real), True
    with translation.override(language):
        nobody = Customer(partner=partner, name=gettext("Sample customer"), zone=partner.zone)
    values = _invented(partner.currency, now)[letter]
    return Message(
        partner=partner, customer=nobody, letter=letter, language=language, queued_at=now, values=values
    ), False


def send_test(message: Message, own: Own, to: str) -> None:
    """Mail a sample to one of the partner's own people; it belongs to no customer's history, and its links lead to
    signing in. Raises SMTPException and OSError: whoever tries it waits for the answer."""
    subject, text, html = words(message, own)
    with translation.override(message.language):
        named = gettext("Test: %(subject)s") % {"subject": subject}
    answer_to = message.partner.reply_email
    mail = EmailMultiAlternatives(
        subject=named[:300],
        body=text,
        from_email=sender_of(message.partner),
        to=[to],
        reply_to=[answer_to] if answer_to else None,
        headers={"Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(html, "text/html")
    enclose(mail, html, message.partner)
    mail.send()


def _invented(currency: str, now: datetime) -> dict[str, dict[str, Any]]:
    """Values of each letter, as the floors that promise it would freeze them."""

    def on(days: int) -> str:
        return str((now + timedelta(days=days)).date())

    def at(days: int) -> str:
        return (now + timedelta(days=days)).isoformat()

    offers = ["Microsoft 365 Business Standard", "Visio Plan 2"]
    money = {"invoice": "2026-00001", "amount": "9893.60", "currency": currency, "reference": "LH-4Q8T"}
    bill = {**money, "open": "9893.60", "issued_on": on(-30), "due_on": on(-10), "period": on(-45)[:7]}
    bill["link"] = "/my/invoices/"
    access = {"invoice": "2026-00001", "subscriptions": offers, "seats": 38, "link": "/my/invoices/"}
    late = {**money, **access, "due_on": on(-10), "suspend_on": on(7), "not_before": at(7), "pay_by": at(6)}
    late |= {"invoice_id": 0, "stage": "final", "deletion_days": 60}
    case = {
        "case": "D7",
        "invoice": "2026-00001",
        "currency": currency,
        "title": "29 seats billed",
        "link": "/my/cases/",
    }
    return {
        Letter.INVOICE: {**bill, "due_on": on(20)},
        Letter.LINK: {**bill, "days": 30},
        Letter.NOTICE: {"stage": "final", "currency": currency, "invoices": [late]},
        Letter.DELETION: {**late, "deletes_on": on(20)},
        Letter.SUSPENDED: {**money, **access, "since": at(-1), "deletes_on": on(59), "deletion_days": 60},
        Letter.RESTORED: {**access, "paid_at": at(-1), "restored_at": now.isoformat(), "minutes": 14},
        Letter.CREDIT_NOTE: {**money, "credit_note": "C3", "period": on(-45)[:7], "issued_on": on(0)},
        Letter.RECEIVED: {**money, "received_on": on(0), "invoices": ["2026-00001"], "link": "/my/invoices/"},
        Letter.STATEMENT: {
            "month": on(-30)[:7],
            "first_on": on(-30),
            "last_on": on(-1),
            "balances": [{"currency": currency, "opening": "587.66", "closing": "9893.60"}],
            "link": "/my/statement/",
        },
        Letter.POLICY: {
            "version": 2,
            "effective_on": on(1),
            "from_on": on(30),
            "link": "/my/policy/",
            "changes": [gettext("Final notice: 10 days after the due date, was 14 days after the due date")],
        },
        Letter.QUESTION_TAKEN: {**case, "amount": "587.66", "rest": "9305.94", "text": "…", "answer_by": at(3)},
        Letter.ANSWER: {
            **case,
            "outcome": "partly",
            "answer": "…",
            "credit_note": "C3",
            "credited": "352.60",
            "window_days": 4,
        },
        Letter.CASE_WORD: {**case, "freezes": True, "person": "", "waits": True, "text": "…", "answer_by": at(3)},
        Letter.CASE_TURN: {
            **case,
            "turn": "filed",
            "reference": "SR 1",
            "result": "",
            "words": "",
            "amount": "587.66",
            "on": now.isoformat(),
            "ask_at": at(5),
        },
    }
