"""What may an admin see of subscriptions and of access switched at the provider, and try again?"""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext, ngettext

from customers.consequences import action, retrying
from customers.ledgers import Ledger, LedgerLines, linked

from .models import (
    AccessAttempt,
    AccessChange,
    AccessStop,
    CustomerReading,
    Drift,
    DriftLook,
    ProviderCall,
    ProviderEvent,
    QuantityAttempt,
    QuantityChange,
    Subscription,
    SubscriptionReading,
    Suspension,
)

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)


class SuspensionLines(LedgerLines):
    """Why it is or was off."""

    model = Suspension
    fk_name = "subscription"
    columns = ("cause", "began_at", "confirmed_at", "ended_at", "ended_why", "restored_at")


@admin.register(Subscription)
class SubscriptionAdmin(Ledger):
    """As the provider last said."""

    list_display = ("name", linked("customer"), "quantity", "status", "status_read_at", "ends_on")
    list_select_related = ("customer",)
    list_filter = ("status", BY_PARTNER, "offer_name")
    search_fields = ("name", "provider_id", "customer__name", "offer_name")
    page_select_related = ("customer", "partner", "base")
    inlines = (SuspensionLines,)
    staff_page = "/subscriptions/{pk}/"


def _reading(reading: Any) -> str:
    return gettext("Contact and subscriptions of %(customer)s are read from the provider") % {
        "customer": reading.customer.name
    }


@admin.register(CustomerReading)
class CustomerReadingAdmin(Ledger):
    """The promise to read a new customer from the provider."""

    list_display = ("id", linked("customer"), "outcome", "attempts", "due_at", "reason")
    list_select_related = ("customer",)
    list_filter = ("outcome", BY_PARTNER)
    search_fields = ("customer__name", "reason", "last_error")
    date_hierarchy = "queued_at"
    ordering = ("-id",)
    hidden = ("lease_token",)
    actions = (action(retrying(_reading)),)


def _change(change: Any) -> str:
    number = len(change.scope)
    if change.wanted == AccessChange.Wanted.SUSPENDED:
        text = ngettext(
            "%(n)s subscription of %(customer)s is switched off",
            "%(n)s subscriptions of %(customer)s are switched off",
            number,
        )
    else:
        text = ngettext(
            "%(n)s subscription of %(customer)s is switched on",
            "%(n)s subscriptions of %(customer)s are switched on",
            number,
        )
    return text % {"n": number, "customer": change.customer.name}


class AttemptLines(LedgerLines):
    """Each write to the provider; one that has no end is unknown until read back."""

    model = AccessAttempt
    columns = (linked("subscription"), "began_at", "ended_machine_at", "answer", "request_id")
    lines_select_related = ("subscription",)


@admin.register(AccessChange)
class AccessChangeAdmin(Ledger):
    """The promise to switch access off or on."""

    list_display = (
        "id",
        linked("customer"),
        "wanted",
        "about",
        "outcome",
        "attempts",
        "due_at",
        "settled_at",
        "reason",
    )
    list_select_related = ("customer",)
    list_filter = ("outcome", "wanted", BY_PARTNER)
    search_fields = ("customer__name", "about", "key", "reason", "last_error")
    date_hierarchy = "queued_at"
    ordering = ("-id",)
    hidden = ("lease_token",)
    page_select_related = ("customer", "partner", "letter")
    inlines = (AttemptLines,)
    actions = (action(retrying(_change)),)


@admin.register(Suspension)
class SuspensionAdmin(Ledger):
    """One reason why a subscription is or was off."""

    list_display = (
        "id",
        linked("customer"),
        linked("subscription"),
        "cause",
        "began_at",
        "confirmed_at",
        "ended_at",
        "ended_why",
        "restored_at",
    )
    list_select_related = ("customer", "subscription")
    list_filter = ("cause", ("ended_at", admin.EmptyFieldListFilter), BY_PARTNER)
    search_fields = ("customer__name", "subscription__name", "subscription__provider_id")
    date_hierarchy = "began_at"
    ordering = ("-id",)
    page_select_related = ("customer", "partner", "subscription", "opened_by", "lifted_by")


@admin.register(AccessAttempt)
class AccessAttemptAdmin(Ledger):
    """One write to the provider."""

    list_display = ("id", linked("change"), linked("subscription"), "began_at", "ended_machine_at", "answer")
    list_select_related = ("change", "subscription")
    list_filter = (BY_PARTNER,)
    search_fields = ("request_id", "correlation_id", "answer", "subscription__provider_id")
    date_hierarchy = "began_at"
    ordering = ("-id",)


@admin.register(AccessStop)
class AccessStopAdmin(Ledger):
    """A reason beside money to switch access off, and who said so."""

    list_display = ("id", linked("customer"), "cause", "state", "opened_at", "opened_by", "decided_by", "ended_at")
    list_select_related = ("customer", "opened_by", "decided_by")
    list_filter = ("cause", "state", BY_PARTNER)
    search_fields = ("customer__name", "evidence", "outcome")
    date_hierarchy = "opened_at"
    ordering = ("-id",)
    page_select_related = (
        "customer",
        "partner",
        "opened_by",
        "decided_by",
        "lift_asked_by",
        "ended_by",
        "change",
        "lift",
    )
    staff_page = "/subscriptions/stops/{pk}/"


@admin.register(ProviderCall)
class ProviderCallAdmin(Ledger):
    """One exchange with the provider; support asks for its two ids."""

    list_display = ("id", "verb", "path", "began_at", "ended_machine_at", "status", "code", "answer")
    list_filter = ("verb", "status", BY_PARTNER)
    search_fields = ("request_id", "correlation_id", "path", "code")
    date_hierarchy = "began_at"
    ordering = ("-id",)


@admin.register(Drift)
class DriftAdmin(Ledger):
    """A difference between the provider and our book."""

    list_display = (
        "id",
        "kind",
        linked("customer"),
        "provider_id",
        "found_at",
        "last_seen_at",
        "ended_at",
        "ended_how",
    )
    list_select_related = ("customer",)
    list_filter = ("kind", "ended_how", BY_PARTNER)
    search_fields = ("customer__name", "subscription__name", "provider_id", "ended_why")
    date_hierarchy = "found_at"
    ordering = ("-id",)
    page_select_related = ("customer", "partner", "subscription", "ended_by", "change", "resize", "stop")
    staff_page = "/subscriptions/drift/{pk}/"


@admin.register(DriftLook)
class DriftLookAdmin(Ledger):
    """One look at a whole book at the provider."""

    list_display = ("id", "partner", "began_at", "ended_at", "customers", "subscriptions", "stopped_why")
    list_select_related = ("partner",)
    list_filter = (BY_PARTNER,)
    date_hierarchy = "began_at"
    ordering = ("-id",)


@admin.register(ProviderEvent)
class ProviderEventAdmin(Ledger):
    """What the provider told us unasked."""

    list_display = ("id", "name", "taken", "received_at", "changed_at", "customer_ref", "subscription_ref")
    list_filter = ("name", "taken", BY_PARTNER)
    search_fields = ("customer_ref", "subscription_ref", "invoice_ref", "digest")
    date_hierarchy = "received_at"
    ordering = ("-id",)


def _resize(change: Any) -> str:
    return gettext("%(subscription)s of %(customer)s is set to %(n)s seats") % {
        "subscription": change.subscription.name,
        "customer": change.customer.name,
        "n": change.wanted,
    }


class QuantityAttemptLines(LedgerLines):
    """Each write of seats; one that has no end is unknown until read back."""

    model = QuantityAttempt
    columns = ("began_at", "ended_machine_at", "answer", "request_id")


@admin.register(QuantityChange)
class QuantityChangeAdmin(Ledger):
    """The promise to set seats at the provider."""

    list_display = ("id", linked("subscription"), "was", "wanted", "outcome", "attempts", "due_at", "reason")
    list_select_related = ("subscription", "customer")
    list_filter = ("outcome", BY_PARTNER)
    search_fields = ("customer__name", "subscription__name", "key", "reason", "last_error")
    date_hierarchy = "queued_at"
    ordering = ("-id",)
    hidden = ("lease_token",)
    page_select_related = ("customer", "partner", "subscription", "asked_by")
    inlines = (QuantityAttemptLines,)
    actions = (action(retrying(_resize)),)


@admin.register(QuantityAttempt)
class QuantityAttemptAdmin(Ledger):
    """One write of seats to the provider."""

    list_display = ("id", linked("change"), "began_at", "ended_machine_at", "answer")
    list_select_related = ("change",)
    list_filter = (BY_PARTNER,)
    search_fields = ("request_id", "correlation_id", "answer")
    date_hierarchy = "began_at"
    ordering = ("-id",)


def _read_one(reading: Any) -> str:
    return gettext("A subscription of %(customer)s is compared with the provider") % {"customer": reading.customer.name}


@admin.register(SubscriptionReading)
class SubscriptionReadingAdmin(Ledger):
    """The promise to compare one subscription, because an event named it."""

    list_display = ("id", linked("customer"), "provider_id", "outcome", "attempts", "due_at", "reason")
    list_select_related = ("customer",)
    list_filter = ("outcome", BY_PARTNER)
    search_fields = ("customer__name", "provider_id", "reason", "last_error")
    date_hierarchy = "queued_at"
    ordering = ("-id",)
    hidden = ("lease_token",)
    page_select_related = ("customer", "partner", "event")
    actions = (action(retrying(_read_one)),)
