"""Which entries still wait for a person: receipts nobody has matched, and payments the bank took back?"""

from typing import Any

from django.db.models import CharField, Exists, F, OuterRef
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast

from billing.models import BankReading, Candidate, Reversal
from billing.models.bank import BankEntryQuerySet
from customers.models import Partner


def taken_back(entries: BankEntryQuerySet) -> BankEntryQuerySet:
    """Debits of these entries that took back a payment which still stands and that nobody has set aside."""
    told = KeyTextTransform("1", KeyTransform("0", F("why")))
    undone = Reversal.objects.annotate(told=Cast("payment_id", CharField())).filter(told=OuterRef("told"))
    standing = Candidate.objects.filter(entry__credit=False, entry__dismissed_at=None).annotate(told=told)
    return entries.filter(credit=False, dismissed_at=None, pk__in=standing.filter(~Exists(undone)).values("entry_id"))


def last_reading(partner: Partner) -> BankReading | None:
    """Until when the partner's cash is known; None where no statement was ever imported or declared."""
    rows: Any = BankReading.objects.filter(partner=partner)
    newest: BankReading | None = rows.order_by("-at", "-pk").first()
    return newest
