"""How does a bill on its way in get on? Read, looked at, fetched, booked; whoever has it in hand, once at a time."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from django.db import connection

from billing.money import plain
from customers.models import Partner, User, acting_for
from subscriptions.gateway.protocol import Provider, ProviderRefused, ProviderUnavailable
from subscriptions.gateway.reading_bills import number_of
from subscriptions.models import ProviderEvent

from . import uploads
from .fetching import begin, fetch, known
from .importing import Imported, Progress, import_file, preview
from .looking_over import BadFile
from .models import Intake, ProviderBill
from .reconciling import reconcile

log = logging.getLogger(__name__)
State = Intake.State
# The lock of an intake is this and its key; a worker that is killed lets go of it.
LOCK: Final = 7_041_977


def upload(
    partner: Partner, stream: uploads.Readable, *, name: str, by: User | None, now: datetime, **told: Any
) -> Intake:
    """Keep an uploaded file; it is read next. `told`: `bill_number` and `billed_on`, where a person says them. Raises
    TooLarge."""
    stored_as, size = uploads.keep(stream)
    with acting_for(partner):
        return Intake.objects.create(
            partner=partner,
            source=Intake.Source.FILE,
            state=State.READING,
            name=name[-200:],
            stored_as=stored_as,
            size=size,
            asked_at=now,
            asked_by=by,
            **told,
        )


def apply(intake: Intake) -> None:
    """A person has looked at what the file says and has it booked; twice is once."""
    with acting_for(intake.partner):
        Intake.objects.filter(pk=intake.pk, state=State.READY).update(state=State.BOOKING, done=0)


def drop(intake: Intake, *, now: datetime) -> None:
    """A person has looked and doesn't want it."""
    with acting_for(intake.partner):
        dropped = Intake.objects.filter(pk=intake.pk, state__in=[State.READY, State.REFUSED])
        if dropped.update(state=State.DROPPED, stored_as="", ended_at=now):
            uploads.forget(intake.stored_as)


def heard_of(partner: Partner, *, now: datetime) -> list[Intake]:
    """Begin to fetch the invoices that the provider's events named and that are neither here nor on their way."""
    named = ProviderEvent.objects.filter(partner=partner, taken=ProviderEvent.Taken.KEPT).exclude(invoice_ref="")
    numbers = {number_of(ref) for ref in named.values_list("invoice_ref", flat=True)}
    if not numbers:
        return []
    numbers -= set(ProviderBill.objects.filter(partner=partner, number__in=numbers).values_list("number", flat=True))
    numbers -= set(
        Intake.objects.filter(partner=partner, source=Intake.Source.PROVIDER, name__in=numbers).values_list(
            "name", flat=True
        )
    )
    return [begin(partner, number, by=None, now=now) for number in sorted(numbers)]


def carry_on(intake: Intake, provider: Provider | None, *, now: datetime) -> Intake:
    """Do what is next for it, unless somebody else has it in hand. `provider` is asked for an invoice's lines; where it
    is away, the pages that came stay and the next time goes on behind them."""
    with _in_hand(intake) as mine:
        if mine:
            intake.refresh_from_db()
            _step(intake, provider, now=now)
    intake.refresh_from_db()
    return intake


def _step(intake: Intake, provider: Provider | None, *, now: datetime) -> None:
    try:
        if intake.state == State.READING:
            _read(intake)
        elif intake.state == State.BOOKING:
            _book(intake, now=now)
        elif intake.state == State.FETCHING and provider:
            _fetch(intake, provider, now=now)
    except BadFile as bad:
        _refuse(intake, bad.faults, now=now)
    except ProviderRefused as error:
        _refuse(intake, [str(error)], now=now)
    except ProviderUnavailable as error:
        log.warning("invoice %s could not be fetched yet: %s", intake.name, error)
    except FileNotFoundError:
        _refuse(intake, ["line 1: the uploaded file is gone; upload it again"], now=now)


def _read(intake: Intake) -> None:
    with uploads.opened(intake.stored_as) as file:
        told, new = preview(intake.partner, file, file_name=intake.name, progress=_progress(intake))
    number = intake.bill_number or told.bill
    intake.state, intake.done, intake.total, intake.found = (
        State.READY,
        told.lines,
        told.lines,
        _said(told, new, number),
    )
    _keep(intake, "state", "done", "total", "found")


def _book(intake: Intake, *, now: datetime) -> None:
    with uploads.opened(intake.stored_as) as file:
        made = import_file(
            intake.partner,
            file,
            file_name=intake.name,
            now=now,
            bill_number=intake.bill_number or None,
            billed_on=intake.billed_on,
            progress=_progress(intake),
        )
    _end(intake, [made], now=now)
    uploads.forget(intake.stored_as)


def _fetch(intake: Intake, provider: Provider, *, now: datetime) -> None:
    found = known(intake.partner, provider)
    invoice = found.every.get(intake.name)
    if invoice is None:
        raise BadFile([f"line 1: the provider has no invoice {intake.name}"])
    if intake.name in found.here:
        intake.already = True
        bill = ProviderBill.objects.filter(partner=intake.partner, number=intake.name).first()
        intake.state, intake.ended_at, intake.bill = State.DONE, now, bill
        _keep(intake, "already", "state", "ended_at", "bill")
        return
    _end(intake, fetch(intake, invoice, provider, now=now), now=now)


def _end(intake: Intake, made: list[Imported], *, now: datetime) -> None:
    for one in made:
        bill = ProviderBill.objects.get(partner=intake.partner, number=one.bill)
        if not one.already_imported:
            reconcile(bill, now=now)
        intake.bill = intake.bill or bill
    intake.state, intake.already, intake.ended_at = State.DONE, all(one.already_imported for one in made), now
    intake.done = intake.total = sum(one.lines for one in made)
    _keep(intake, "bill", "state", "already", "ended_at", "done", "total")


def _refuse(intake: Intake, faults: list[str], *, now: datetime) -> None:
    intake.state, intake.faults, intake.ended_at = State.REFUSED, faults, now
    _keep(intake, "state", "faults", "ended_at")


def _keep(intake: Intake, *names: str) -> None:
    with acting_for(intake.partner):
        intake.save(update_fields=names)


def _said(told: Imported, new: int, number: str) -> dict[str, Any]:
    """What a file says, as it is kept: amounts as text."""
    return {
        "bill": number,
        "period": told.period,
        "layout": told.layout,
        "lines": told.lines,
        "customers": told.customers,
        "new_customers": new,
        "subscriptions": told.subscriptions,
        "currency": told.currency,
        "total": plain(told.total, told.currency),
        "sections": {name: plain(value, told.currency) for name, value in (told.sections or {}).items()},
        "credits": told.credits,
        "unmapped": told.unmapped,
        "ignored": told.ignored,
        "equal_lines": told.equal_lines,
        "beside_lines": told.beside_lines,
        "beside": plain(told.beside, told.currency),
        "notices": list(told.notices),
        "already": told.already_imported,
    }


def _progress(intake: Intake) -> Progress:
    """Says how far it is, in statements of their own."""

    def hear(done: int) -> None:
        with acting_for(intake.partner):
            Intake.objects.filter(pk=intake.pk).update(done=done)

    return hear


@contextmanager
def _in_hand(intake: Intake) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s::int)", [LOCK, intake.pk % 2**31])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s::int)", [LOCK, intake.pk % 2**31])
