"""Who paid? `record_payment --customer REF --amount A --currency C --reference R --received-on DATE`."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandParser

from billing.money import plain
from billing.receiving import BadPayment
from customers.models import Customer, Partner
from dunning.commands import Answer, BadInput, PortalCommand, day
from dunning.settling import settle


class Command(PortalCommand):
    """Record a payment by hand."""

    help = "Book a payment, put it against what is owed, and bring back what a cured debt had suspended."

    def arguments(self, parser: CommandParser) -> None:
        """Who, how much, with which words, when."""
        parser.add_argument("--customer", required=True, metavar="REF")
        parser.add_argument("--amount", required=True)
        parser.add_argument("--currency", required=True)
        parser.add_argument("--reference", required=True)
        parser.add_argument("--received-on", required=True, type=day)

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Book it once; the same words again answer the first booking."""
        assert partner is not None
        customer = customer_named(partner, options["customer"])
        currency = options["currency"].upper()
        try:
            settled = settle(
                customer,
                amount=amount(options["amount"]),
                currency=currency,
                reference=options["reference"],
                received_on=options["received_on"],
                now=now,
            )
        except BadPayment as bad:
            raise BadInput(f"--{bad}") from bad
        received = settled.received
        return Answer(
            payment=received.payment.pk,
            allocated=[
                {"invoice": one.invoice.number, "amount": plain(one.amount, currency)} for one in received.placed
            ],
            unapplied=plain(received.unapplied, currency),
            reinstated=[one.provider_id for one in settled.reinstated],
        )


def amount(text: str) -> Decimal:
    """An amount as people write it: 1000, 1000.00 or 1,000.00."""
    if not re.fullmatch(r"(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", text, re.ASCII):
        raise BadInput(f"--amount: '{text}' is not an amount; write it like 1,000.00")
    value = Decimal(text.replace(",", ""))
    if value >= Decimal(10) ** 15:
        raise BadInput(f"--amount: '{text}' is too large")
    return value


def customer_named(partner: Partner, ref: str) -> Customer:
    """A customer by id, provider id or exact name; raises BadInput where there is none, or several."""
    mine = Customer.objects.of(partner)
    if ref.isascii() and ref.isdigit() and len(ref) < 19:
        by_id = mine.filter(pk=int(ref)).first()
        if by_id:
            return by_id
    found = list(mine.filter(provider_id=ref.lower())) or list(mine.filter(name=ref)[:2])
    if len(found) != 1:
        raise BadInput(f"--customer: {'several are' if found else 'no customer is'} called '{ref}'")
    return found[0]
