"""Does a story really come by a reason of the rulebook? It says so in one line; the record has to agree, and the reason
has to read whole in every language."""

from __future__ import annotations

import ast
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import translation

from billing.models import Invoice
from customers.models import Customer
from dunning.explaining import explain_invoice
from dunning.models import Case, Decision
from dunning.wording import because, waits

SAYING = ("reached", "explained")
STORIES = Path(__file__).parent
# What is left of a sentence whose values are missing.
UNSAID = ("…", "{", "}", "%(", "None", "  ")


def reached(customer: Customer, code: str) -> None:
    """One of the customer's invoices is left alone, or was acted on, for this reason; so says the record."""
    rows = [*Case.objects.filter(customer=customer), *Decision.objects.filter(invoice__customer=customer)]
    given = [row for row in rows if row.because == code]
    assert given, f"not {code} but {[row.because for row in rows]}"
    for row in given:
        reads_whole(code, row.values, customer)


def explained(invoice: Invoice, code: str, *, now: datetime) -> None:
    """Why? answers with this reason at an instant between two reviews."""
    given = explain_invoice(invoice, now=now).decision.next.because
    assert given.code == code
    reads_whole(code, dict(given.values), invoice.customer)


def reads_whole(code: str, values: dict, customer: Customer) -> None:
    """The reason with these values is a whole sentence, and has a heading, in every language of the portal."""
    today, currency = customer.invoices.latest("due_on").due_on, customer.partner.currency
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            text = because(code, values, currency=currency, today=today, zone=customer.tz)
            assert text[-1] in ".。" and not any(sign in text for sign in UNSAID), (language, text)
            assert waits(code)


def codes_reached() -> set[str]:
    """Every reason that a story in this room says it comes by: `reached(somebody, "code")`, or explained."""
    return {
        node.args[1].value
        for path in sorted(STORIES.glob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING
        if len(node.args) == 2 and isinstance(node.args[1], ast.Constant)
    }
