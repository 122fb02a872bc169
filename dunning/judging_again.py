"""Which receipts that wait does the book know more about by now? An invoice was issued or a customer came since."""

from datetime import datetime

from django.db.models import Q

from billing.bank.knowing import Book
from billing.models import BankEntry, Invoice
from billing.models.bank import BankEntryQuerySet
from customers.locking import alone
from customers.models import Customer, Partner

from .attributing import NOBODY, UNCLEAR, look_at
from .banking import BATCH, known_of


def judge_again(partner: Partner, *, now: datetime, most: int) -> int:
    """Judge anew the waiting receipts, at most so many, that were judged before the newest invoice or customer came;
    answers how many became payments. By the same rules as on the first day: what is unclear goes on waiting."""
    since = newest(partner)
    if since is None:
        return 0
    book, looked, after, booked = Book(partner), 0, 0, 0
    while looked < most:
        batch = list(waiting(partner, since).filter(pk__gt=after).order_by("pk")[: min(BATCH, most - looked)])
        if not batch:
            break
        booked += len(look_at(batch, book, known_of(book, batch), now=now))
        looked, after = looked + len(batch), batch[-1].pk
    return booked


def waiting(partner: Partner, since: datetime) -> BankEntryQuerySet:
    """The receipts judged before that instant which nobody has placed or set aside."""
    judged = Q(matched_why=UNCLEAR) | Q(matched_why=NOBODY)
    before = Q(looked_at__lt=since) | Q(looked_at=None, recorded_at__lt=since)
    return BankEntry.objects.of(partner).waiting().filter(judged, before)


def newest(partner: Partner) -> datetime | None:
    """When the book last gained an invoice or a customer; None while it has neither."""
    issued = Invoice.objects.of(partner).issued().filter(issued_at__isnull=False).order_by("-issued_at")
    came = Customer.objects.of(partner).order_by("-pk")
    found = [issued.values_list("issued_at", flat=True).first(), came.values_list("created_at", flat=True).first()]
    return max((at for at in found if at), default=None)


def judge_all_again(*, now: datetime, most: int) -> int:
    """Every partner's receipts that wait; answers how many became payments."""
    booked = 0
    for partner in Partner.objects.filter(pk__in=BankEntry.objects.waiting().order_by().values("partner_id")):
        since = newest(partner)
        if since is not None and waiting(partner, since).exists():
            with alone("bank-again", partner.pk) as mine:
                booked += judge_again(partner, now=now, most=most) if mine else 0
    return booked
