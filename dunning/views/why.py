"""Why, why not, and when: the answer for one subscription on any day, past or to come."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from billing.fields import DayField
from billing.money import ZERO
from customers import formats
from customers.entering import Here, staff
from customers.models import Customer
from customers.roles import May
from dunning import policy as book
from dunning.picturing import Reading
from dunning.proof_papers import Speaker, looked_for_rows
from dunning.proving import looked_for
from dunning.recalling import Recalled, Told, recall_day
from dunning.wording import because, proof, stage
from subscriptions.models import Subscription


class WhyForm(forms.Form):
    """Of which subscription, and on which day?"""

    subscription: Any = forms.ModelChoiceField(
        queryset=Subscription.objects.none(), label=_("Subscription"), empty_label=None, required=False
    )
    on = DayField(label=_("Day"), required=False)

    def clean_on(self) -> date | None:
        """A day people can mean."""
        on: date | None = self.cleaned_data["on"]
        if on and not 2000 <= on.year <= 2100:
            raise forms.ValidationError(gettext("Choose a day between 2000 and 2100"))
        return on


@require_safe
@staff(May.SEE_BOOK)
def customer_why(request: Here, customer_id: int) -> HttpResponse:
    """The answer for a subscription of a customer on a day; today where none is named."""
    mine = Customer.objects.visible_to(request.user).of(request.partner).select_related("partner")
    customer = get_object_or_404(mine, pk=customer_id)
    seats = Subscription.objects.filter(customer=customer).order_by("name", "pk")
    today = request.now.astimezone(customer.tz).date()
    form = WhyForm(request.GET)
    form.fields["subscription"].queryset = seats  # type: ignore[attr-defined]
    fine = form.is_valid()
    chosen = form.cleaned_data.get("subscription") or seats.first()
    on = form.cleaned_data.get("on") or today
    shown = WhyForm(request.GET if not fine else None, initial={"subscription": chosen, "on": on})
    shown.fields["subscription"].queryset = seats  # type: ignore[attr-defined]
    for field in shown.fields.values():
        field.required = fine
    context: dict[str, Any] = {"customer": customer, "form": shown, "chosen": chosen, "on": on}
    if chosen is not None:
        chosen.customer = customer
        recalled = recall_day(chosen, on, now=request.now)
        context |= _said(recalled, today)
    return render(request, "dunning/why_day.html", context, status=200 if fine else 422)


def _said(it: Recalled, today: date) -> dict[str, Any]:
    zone = it.subscription.customer.tz
    parts = [_part(one, it, Reading(it.on if it.when == "past" else today, zone)) for one in it.told]
    return {
        "it": it,
        "heading": parts[0]["heading"] if parts else _nothing_owed(it, today),
        "parts": parts,
        "off": it.off,
        "before": it.on - timedelta(days=1),
        "after": it.on + timedelta(days=1),
    }


def _nothing_owed(it: Recalled, today: date) -> str:
    said = {"day": formats.day(it.on, today)}
    if it.when == "past":
        return gettext("Nothing on %(day)s: no invoice for it was open then.") % said
    return gettext("Nothing on %(day)s: no invoice for it is open.") % said


def _part(one: Told, it: Recalled, reading: Reading) -> dict[str, Any]:
    invoice = one.loaded.invoice
    say = Speaker(reading.zone, invoice.currency)
    known = looked_for(one.loaded, one.at)
    future = [entry for entry in one.decision.schedule if it.when == "past" or entry.on >= it.on]
    return {
        "invoice": invoice,
        "version": one.loaded.policy.version,
        "heading": _heading(one, it, reading),
        "because": reading.because(one.decision.next.because, invoice.currency),
        "taken": [_row(row, invoice.currency, reading) for row in one.taken],
        "last": _row(one.last, invoice.currency, reading) if one.last else None,
        "same": one.same,
        "billed": invoice.total,
        "open": book.owed(one.loaded.facts),
        "disputed": max(book.owed(one.loaded.facts) - one.decision.undisputed, ZERO),
        "undisputed": one.decision.undisputed,
        "known": [{"label": label, "value": value} for label, value in looked_for_rows(known, say)],
        "future": [{"name": stage(entry.stage), "at": _dated(entry)} for entry in future[:8]],
    }


def _dated(entry: book.Entry) -> date | datetime:
    """A suspension has its hour, every other step its day."""
    return entry.at if entry.action is book.Action.SUSPEND else entry.on


def _row(row: Any, currency: str, reading: Reading) -> dict[str, Any]:
    reason = because(row.because, row.values, currency=currency, today=reading.today, zone=reading.zone)
    fate = proof(row.message, today=reading.today, zone=reading.zone) if row.message else ""
    return {"name": stage(row.stage), "at": row.decided_at, "because": reason, "proof": fate}


def _heading(one: Told, it: Recalled, reading: Reading) -> str:
    """What a person would say on the phone about that day."""
    currency = one.loaded.invoice.currency
    day = {"day": formats.day(it.on, reading.today)}
    reason = {"reason": reading.because(one.decision.next.because, currency)}
    if it.when != "future":
        if one.taken:
            names = ", ".join(stage(row.stage) for row in one.taken)
            return gettext("%(day)s: %(stage)s.") % {**day, "stage": names}
        return gettext("Nothing on %(day)s. %(reason)s") % {**day, **reason}
    ahead = [entry for entry in one.decision.schedule if entry.on >= it.on]
    money = {"amount": formats.amount(one.decision.undisputed, currency)}
    if ahead and ahead[0].on == it.on:
        step = {"stage": stage(ahead[0].stage), **money}
        return gettext("%(day)s: %(stage)s, if %(amount)s is still unpaid and only time passes.") % {**day, **step}
    if ahead:
        step = {"stage": stage(ahead[0].stage), "when": reading.say(_dated(ahead[0])), **money}
        text = gettext("Nothing on %(day)s. Next after that is: %(stage)s, %(when)s, if %(amount)s is still unpaid.")
        return text % {**day, **step}
    if one.decision.schedule:
        return gettext("Nothing on %(day)s: every dated step comes before it.") % day
    return gettext("Nothing on %(day)s. %(reason)s") % {**day, **reason}
