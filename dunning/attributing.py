"""Whose money is each entry of a statement? Clear ones become payments, many in one commit; the rest waits and holds
back what it could cover."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import groupby
from typing import Final

from django.db.models import F

from billing.bank.keeping import RETURNED
from billing.bank.knowing import Book, money_of
from billing.bank.matching import Known, Match, Open, match
from billing.models import BankEntry, Candidate
from billing.receiving import BadPayment, Received, receive
from customers.locking import lock_customers
from customers.models import Customer, Partner, User, acting_for

from .models import Case
from .reviewing import after_the_lock, review
from .settling import follow

SOURCE: Final = "bank"
# So many entries share a transaction and a review; their customers stay locked for less than a second.
TOGETHER: Final = 100
# A customer may pay something else between the look and the lock; then it is looked at again.
MOST_LOOKS: Final = 5
LONGEST_REFERENCE: Final = 140
# What an entry says that was judged and waits; it may be judged again. An empty list: not judged yet.
UNCLEAR, NOBODY = [["unclear"]], [["nobody"]]

# Whom to lock for each entry, by primary keys.
Whom = dict[int, frozenset[int]]


def look_at(batch: list[BankEntry], book: Book, known: Known, *, now: datetime) -> list[Received]:
    """Book what is clear and note whose the rest may be; answers what was booked.

    In the order of the statement where the order matters: entries of one customer or account one after the other,
    and what the bank took back after what came before. Killed on the way, what was not reached is unfinished."""
    booked: list[Received] = []
    for credit, some in groupby(batch, key=lambda entry: entry.credit):
        if credit:
            booked += _in_rounds(list(some), book, known, now=now)
        else:
            for entry in some:
                _returned(entry, book.partner)
    return booked


def _in_rounds(waiting: list[BankEntry], book: Book, known: Known, *, now: datetime) -> list[Received]:
    """Each round is one transaction of entries that have no customer in common; judged once without locks to know
    whom to lock, and again under them."""
    looks: Counter[int] = Counter()
    booked: list[Received] = []
    earlier = _earlier(waiting)
    whom = {entry.pk: _whom(match(money_of(entry), known)) | earlier[entry.pk] for entry in waiting}
    while waiting:
        these, later = _apart(waiting, whom)
        done, missed = _decide(these, whom, earlier, book, known, now=now)
        booked += done
        whom.update(missed)
        looks.update(missed)
        again = [entry for entry in these if entry.pk in missed and looks[entry.pk] < MOST_LOOKS]
        waiting = sorted(again + later, key=lambda entry: entry.pk)
    return booked


def _apart(waiting: list[BankEntry], whom: Whom) -> tuple[list[BankEntry], list[BankEntry]]:
    """The first entries that touch nobody whom one before them touches, and the others."""
    taken: set[int | str] = set()
    these: list[BankEntry] = []
    later: list[BankEntry] = []
    for entry in waiting:
        touched: set[int | str] = {*whom[entry.pk], *filter(None, [entry.payer_account])}
        (later if touched & taken or len(these) >= TOGETHER else these).append(entry)
        taken |= touched
    return these, later


def _earlier(entries: Collection[BankEntry]) -> Whom:
    """Whom an earlier look took them for; money that turns out to be another's holds these back no longer."""
    found: dict[int, set[int]] = {entry.pk: set() for entry in entries}
    again = [entry.pk for entry in entries if entry.matched_why]
    for entry, customer in Candidate.objects.filter(entry__in=again).values_list("entry_id", "customer_id"):
        found[entry].add(customer)
    return {pk: frozenset(customers) for pk, customers in found.items()}


def _whom(found: Match) -> frozenset[int]:
    return frozenset([found.guesses[0].customer]) if found.sure else found.customers


def _decide(
    entries: list[BankEntry], whom: Whom, earlier: Whom, book: Book, known: Known, *, now: datetime
) -> tuple[list[Received], Whom]:
    """Book entries or let them wait, and review all their customers once, in one transaction. Answers what was
    booked, and the entries that now point to others than were locked, each with its customers."""
    booked: list[Received] = []
    missed: Whom = {}
    with acting_for(book.partner):
        locked = {one.pk: one for one in lock_customers({pk for entry in entries for pk in whom[entry.pk]})}
        for one in locked.values():
            one.partner = book.partner
        now = after_the_lock(list(locked.values()), now=now)
        book.refresh(known, locked, cures_of(book.partner, locked))
        mine = BankEntry.objects.select_for_update(of=("self",)).filter(pk__in=[entry.pk for entry in entries])
        beside: set[int] = set()
        for row in mine.order_by("pk"):
            found = match(money_of(row), known)
            if not _whom(found) <= whom[row.pk]:
                missed[row.pk] = _whom(found) | earlier[row.pk]
            elif not (row.payment_id or row.dismissed_at) and row.matched_why in ([], UNCLEAR, NOBODY):
                received = _book(row, found, locked, known, now=now)
                booked += [received] if received else []
                beside |= earlier[row.pk] if received else _let_wait(row, found, earlier[row.pk], now=now)
        follow([one.payment for one in booked if one.booked_now], None, now=now, beside=beside)
    return booked, missed


def _book(
    row: BankEntry, found: Match, locked: Mapping[int, Customer], known: Known, *, now: datetime
) -> Received | None:
    """The payment it becomes, if it is clear whose it is."""
    if not found.sure:
        return None
    best = found.guesses[0]
    try:
        received = place(row, locked[best.customer], told=best.told, why=best.why, now=now)
    except BadPayment:
        return None
    if row.payer_account:
        known.accounts.setdefault(row.payer_account, set()).add(best.customer)
    return received


def _let_wait(row: BankEntry, found: Match, earlier: frozenset[int], *, now: datetime) -> set[int]:
    """Note whose it may be; answers the customers whose cases it may hold back from now on. Whom an earlier look
    named stays named: only a person, or a match, lets go of them."""
    fresh = [one for one in found.guesses if one.customer not in earlier]
    Candidate.objects.bulk_create(
        Candidate(
            partner_id=row.partner_id,
            entry=row,
            customer_id=one.customer,
            confidence=one.confidence,
            why=one.why,
            found_at=now if row.matched_why else None,
        )
        for one in fresh
    )
    row.matched_why, row.looked_at = UNCLEAR if fresh or earlier else NOBODY, now
    row.save(update_fields=["matched_why", "looked_at"])
    return {one.customer for one in fresh}


def place(
    row: BankEntry,
    customer: Customer,
    *,
    told: Collection[int],
    why: list[list[str]],
    now: datetime,
    by: User | None = None,
    only: bool = False,
) -> Received:
    """Book a locked entry as the payment of this locked customer; the caller follows it in the same transaction.
    `told` are invoices (primary keys) to pay first, in order, or `only` these. Raises billing's BadPayment."""
    invoices = {one.pk: one for one in customer.invoices.filter(pk__in=told, currency=row.currency)} if told else {}
    received = receive(
        customer,
        amount=row.amount,
        currency=row.currency,
        reference=(row.text or row.payer or row.entry_id)[:LONGEST_REFERENCE],
        words=row.text,
        # The bank's day may have begun where the customer's has not.
        received_on=min(row.booked_on, now.astimezone(customer.tz).date()),
        now=now,
        told=[invoices[pk] for pk in told if pk in invoices],
        by=by,
        only=only,
        source=SOURCE,
        external_id=f"{row.account}:{row.entry_id}",
    )
    row.payment, row.matched_why = received.payment, why
    row.save(update_fields=["payment", "matched_why"])
    return received


def cures_of(partner: Partner, customers: Collection[int] | None = None) -> dict[tuple[int, str], list[Open]]:
    """What would settle an invoice without what is questioned of it: the amount we ask for while it is."""
    rows = Case.objects.of(partner).filter(closed_at=None, undisputed__gt=0).exclude(undisputed=F("invoice__balance"))
    if customers is not None:
        rows = rows.filter(customer_id__in=customers)
    found: dict[tuple[int, str], list[Open]] = {}
    for row in rows.select_related("invoice").order_by("invoice__due_on", "invoice_id"):
        key = row.customer_id, row.invoice.currency
        found.setdefault(key, []).append(Open(row.invoice_id, row.invoice.number or "", row.undisputed))
    return found


def _returned(entry: BankEntry, partner: Partner) -> None:
    """A credit the bank took back: its payment is found, and a person is asked to take it back too."""
    with acting_for(partner):
        row = BankEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
        if row.matched_why != RETURNED:
            return
        booked = BankEntry.objects.of(partner).filter(
            credit=True,
            account=row.account,
            amount=row.amount,
            currency=row.currency,
            booked_on__lte=row.booked_on,
            payment__isnull=False,
            payment__reversal=None,
        )
        likely = [one for one in booked.select_related("payment").order_by("-booked_on", "-pk")[:50] if _same(one, row)]
        row.matched_why = [["returned_unknown"]]
        if likely:
            payment = likely[0].payment
            assert payment is not None
            Candidate.objects.create(
                partner=partner,
                entry=row,
                customer_id=payment.customer_id,
                confidence=90 if len(likely) == 1 else 50,
                why=[["returns", str(payment.pk)]],
            )
            row.matched_why = [["returned", str(payment.pk)]]
        row.save(update_fields=["matched_why"])


def _same(credit: BankEntry, back: BankEntry) -> bool:
    told = credit.entry_id in back.text or bool(credit.text and credit.text == back.text)
    return told or bool(credit.payer_account and credit.payer_account == back.payer_account)


def look_again(customers: Collection[int], *, now: datetime) -> None:
    """Bring these locked customers' cases into line with what waits at the bank."""
    if customers:
        review(customers, now=now)
