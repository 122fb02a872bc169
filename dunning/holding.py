"""Why shall the ladder stand still, or begin later? Holds, exemptions and extensions, granted and lifted by people.

What a person did here is never undone by a run, and none of it keeps a paid debt from being released."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from billing.models import Hold, Invoice
from customers.locking import lock_customer
from customers.models import Customer, TimelineEntry, User, acting_for
from customers.telling import tell
from subscriptions.models import Subscription

from . import policy as book
from .approving import LONGEST_DAYS
from .calling import check_may_chase
from .facts import load
from .reviewing import review

About = Customer | Invoice | Subscription
ONE_DAY = timedelta(days=1)
MOST_REASON = 300


class BadHold(Exception):
    """It can't be granted or lifted. `code` names what is in the way: reason, from_on, until_on, scope or ended."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


@dataclass(frozen=True)
class Terms:
    """Of what, from which day to which (none: until it is lifted), and why."""

    about: About
    from_on: date
    until_on: date | None
    reason: str


def hold(
    about: About, *, reason: str, by: User, now: datetime, from_on: date | None = None, until_on: date | None = None
) -> Hold:
    """Hold the collections of a customer, an invoice or a subscription, from today or a later day on, until a day
    or until somebody lifts it. Raises BadHold and NotAllowed."""
    return grant(Hold.Kind.HOLD, about, reason=reason, by=by, now=now, from_on=from_on, until_on=until_on)


def exempt(
    about: About, *, reason: str, by: User, now: datetime, from_on: date | None = None, until_on: date | None = None
) -> Hold:
    """Exempt a customer, an invoice or a subscription from collections. Raises BadHold and NotAllowed."""
    return grant(Hold.Kind.EXEMPTION, about, reason=reason, by=by, now=now, from_on=from_on, until_on=until_on)


def extend(
    about: Customer | Invoice,
    *,
    reason: str,
    by: User,
    now: datetime,
    until_on: date | None,
    from_on: date | None = None,
) -> Hold:
    """Move the due day of an invoice, or of all a customer's, to a later day. Raises BadHold and NotAllowed."""
    return grant(Hold.Kind.EXTENSION, about, reason=reason, by=by, now=now, from_on=from_on, until_on=until_on)


def grant(
    kind: Hold.Kind,
    about: About,
    *,
    reason: str,
    by: User,
    now: datetime,
    from_on: date | None = None,
    until_on: date | None = None,
) -> Hold:
    """Write one of the three, tell it and review the customer; the same again while it stands is the same row.

    A hold acts from its first day on, which is never before today: what was decided was right when it was decided.
    Raises BadHold and NotAllowed."""
    check_may_chase(by, about.partner)
    with acting_for(about.partner):
        customer = lock_customer(about.pk if isinstance(about, Customer) else about.customer_id)
        today = now.astimezone(customer.tz).date()
        terms = Terms(about, from_on or today, until_on, reason.strip())
        row = drafted(kind, terms, customer, by=by, now=now)
        before = _granted_before(row)
        if before is not None:
            return before
        check(kind, terms, customer, now=now)
        row.save()
        _announce(customer, row, by, now=now)
        review([customer.pk], now=now)
        return row


def drafted(kind: Hold.Kind, terms: Terms, customer: Customer, *, by: User, now: datetime) -> Hold:
    """The row as it would be written; not saved."""
    return Hold(
        partner_id=customer.partner_id,
        customer=customer,
        kind=kind,
        invoice=terms.about if isinstance(terms.about, Invoice) else None,
        subscription=terms.about if isinstance(terms.about, Subscription) else None,
        from_on=terms.from_on,
        until_on=terms.until_on,
        reason=terms.reason,
        recorded_at=now,
        recorded_by=by,
    )


def check(kind: Hold.Kind, terms: Terms, customer: Customer, *, now: datetime) -> None:
    """Raise BadHold where these terms can't be granted to the customer."""
    today = now.astimezone(customer.tz).date()
    if not terms.reason:
        raise BadHold("reason", "say why")
    if len(terms.reason) > MOST_REASON:
        raise BadHold("reason", f"longer than {MOST_REASON} characters")
    if terms.from_on < today:
        raise BadHold("from_on", f"{terms.from_on} has passed; it can begin today or later")
    for name, on in (("from_on", terms.from_on), ("until_on", terms.until_on)):
        if on is not None and (on - today).days > LONGEST_DAYS:
            raise BadHold(name, f"{on} is more than a year away")
    if terms.until_on is not None and terms.until_on < terms.from_on:
        raise BadHold("until_on", f"{terms.until_on} lies before its first day {terms.from_on}")
    if kind == Hold.Kind.EXTENSION:
        _check_extension(terms, customer, now=now)


def _check_extension(terms: Terms, customer: Customer, *, now: datetime) -> None:
    """An extension names a day, is of no single subscription, and moves the due day only forward."""
    if isinstance(terms.about, Subscription):
        raise BadHold("scope", "an invoice or a whole customer is extended, not a subscription")
    if terms.until_on is None:
        raise BadHold("until_on", "an extension needs the day to which it extends")
    if isinstance(terms.about, Invoice):
        due = due_day(terms.about, customer, now=now)
        if due is not None and terms.until_on <= due:
            raise BadHold("until_on", f"{terms.until_on} is not later than {due}, the day it is due already")


def due_day(invoice: Invoice, customer: Customer, *, now: datetime) -> date | None:
    """The day an invoice is due with its extensions; none before it is issued."""
    for one in load([customer], now=now):
        if one.invoice.pk == invoice.pk:
            return book.due_day(one.facts, now.astimezone(customer.tz).date())
    return invoice.due_on


def _granted_before(row: Hold) -> Hold | None:
    """The same, granted by the same person and not lifted: a second click."""
    same = Hold.objects.filter(
        customer=row.customer_id,
        kind=row.kind,
        invoice=row.invoice_id,
        subscription=row.subscription_id,
        from_on=row.from_on,
        until_on=row.until_on,
        reason=row.reason,
        recorded_by=row.recorded_by_id,
        lifted_at=None,
    )
    return same.first()


def lift(hold_id: int, *, by: User, now: datetime) -> Hold:
    """End a hold today: it counts until the day before. Lifting it twice is lifting it once.

    Raises BadHold (ended) where its last day has passed, and NotAllowed."""
    row = Hold.objects.select_related("partner", "recorded_by").get(pk=hold_id)
    check_may_chase(by, row.partner)
    with acting_for(row.partner):
        customer = lock_customer(row.customer_id)
        row.refresh_from_db()
        today = now.astimezone(customer.tz).date()
        if row.lifted_at is not None:
            return row
        if row.until_on is not None and row.until_on < today:
            raise BadHold("ended", f"it ended on {row.until_on}")
        row.until_on, row.lifted_at, row.lifted_by = today - ONE_DAY, now, by
        row.save(update_fields=["until_on", "lifted_at", "lifted_by"])
        _tell(customer, row, LIFTED[Hold.Kind(row.kind)], by, now=now)
        review([customer.pk], now=now)
        return row


GRANTED = {Hold.Kind.HOLD: "hold_granted", Hold.Kind.EXEMPTION: "exemption_granted"}
LIFTED = {
    Hold.Kind.HOLD: "hold_lifted",
    Hold.Kind.EXEMPTION: "exemption_lifted",
    Hold.Kind.EXTENSION: "extension_lifted",
}


def _announce(customer: Customer, row: Hold, by: User, *, now: datetime) -> None:
    if row.kind == Hold.Kind.EXTENSION:
        _tell(customer, row, "extension_granted", by, now=now)
    else:
        code = GRANTED[Hold.Kind(row.kind)]
        _tell(customer, row, code if row.until_on else f"{code}_open", by, now=now)


def _tell(customer: Customer, row: Hold, code: str, by: User, *, now: datetime) -> None:
    """A hold and its reason are the staff's own business; a moved due day is the customer's as well."""
    of_theirs = row.kind == Hold.Kind.EXTENSION
    values = {
        "scope": scope_of(row, customer),
        "until": row.until_on.isoformat() if row.until_on else "",
        **({} if of_theirs else {"reason": row.reason}),
    }
    about = row.invoice.number or "" if row.invoice else ""
    tell(customer, TimelineEntry.Kind.NOTE, code, now=now, about=about, values=values, actor=by, shared=of_theirs)


def scope_of(row: Hold, customer: Customer) -> str:
    """What it reaches, by name: the invoice, the subscription, or the customer."""
    if row.invoice:
        return row.invoice.number or ""
    return row.subscription.name if row.subscription else customer.name
