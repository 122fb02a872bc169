"""How is a customer and what it uses asked for, and how is a subscription changed?

Sources: get-a-list-of-customers, get-all-of-a-customer-s-billing-profiles, get-all-of-a-customer-s-subscriptions,
suspend-a-subscription, change-the-quantity-of-a-subscription.
"""

from __future__ import annotations

from typing import Any

from .http import Way
from .protocol import (
    BillingContact,
    CustomerSeen,
    ProviderRefused,
    ProviderStatus,
    SubscriptionSeen,
    UnusableAnswer,
)
from .reading import contact_from, customer_from, items_of, subscription_from
from .refusals import Ids, trouble
from .talking import Talker, as_json, correlated, shown

MOST_PAGES = 200
MOST_PAGES_OF_CUSTOMERS = 5_000
CUSTOMERS_A_PAGE = 500
MOST_SEATS = 10_000_000
WRITABLE = (ProviderStatus.ACTIVE, ProviderStatus.SUSPENDED, ProviderStatus.DELETED)


class CustomerVerbs(Talker):
    """Customers, their billing contacts and their subscriptions."""

    def customers(self, *, correlation_id: str | None = None) -> tuple[CustomerSeen, ...]:
        """Every customer of the partner, all pages, each once."""
        correlation = correlated(correlation_id)
        first = f"/v1/customers?size={CUSTOMERS_A_PAGE}"
        found: dict[str, CustomerSeen] = {}
        for page in self._pages(
            first, correlation, _customers, most=MOST_PAGES_OF_CUSTOMERS, way=Way("customers", cap=16_000_000)
        ):
            for seen in page:
                found.setdefault(seen.id, seen)
        return tuple(found.values())

    def billing_contact(self, customer_id: str, *, correlation_id: str | None = None) -> BillingContact | None:
        """Whom the provider has on record for this customer's bills; None for a 404 or no usable address."""
        correlation = correlated(correlation_id)
        address = self._address(correlation, "customers", customer_id, "profiles", "billing")
        reading = as_json(lambda found: contact_from(found, customer_id))
        try:
            return self._read(address, correlation, reading, way=Way("billing_contact"))
        except ProviderRefused as refused:
            if refused.status == 404:
                return None
            raise

    def subscriptions(self, customer_id: str, *, correlation_id: str | None = None) -> tuple[SubscriptionSeen, ...]:
        """Every subscription of the customer, all pages, each once; one page that fails fails the whole."""
        correlation = correlated(correlation_id)
        first = self._address(correlation, "customers", customer_id, "subscriptions")

        def read(page: Any, _: int) -> list[SubscriptionSeen]:
            return [subscription_from(item, customer_id) for item in items_of(page)]

        found: dict[str, SubscriptionSeen] = {}
        for members in self._pages(first, correlation, read, most=MOST_PAGES, way=Way("subscriptions")):
            for seen in members:
                found.setdefault(seen.id, seen)
        return tuple(found.values())

    def subscription(
        self, customer_id: str, subscription_id: str, *, correlation_id: str | None = None
    ) -> SubscriptionSeen:
        """One subscription as it is now; ProviderRefused with status 404 if it is gone."""
        correlation = correlated(correlation_id)
        address = self._address(correlation, "customers", customer_id, "subscriptions", subscription_id)
        reading = as_json(lambda found: subscription_from(found, customer_id, subscription_id))
        return self._read(address, correlation, reading, way=Way("subscription"))

    def change_status(
        self,
        seen: SubscriptionSeen,
        wanted: ProviderStatus,
        *,
        request_id: str,
        correlation_id: str,
        auto_renew: bool | None = None,
    ) -> SubscriptionSeen | None:
        """Send the resource that was just read back with another status.

        A short 429 is waited out here, because it means not taken; nothing else is repeated. Returns the
        resource if the provider shows it, None if it accepts without. Raises StaleRead, ProviderRefused,
        ProviderUnavailable (all: nothing changed) or OutcomeUnknown (read back before anything else).
        """
        if wanted not in WRITABLE:
            raise ValueError(f"{wanted} is not a status one can ask for")
        changes: dict[str, object] = {"status": wanted.value}
        if auto_renew is not None:
            changes["autoRenewEnabled"] = auto_renew
        needs_etag = wanted is not ProviderStatus.ACTIVE
        return self._change(seen, changes, Ids(request_id, correlation_id), "change_status", needs_etag=needs_etag)

    def change_quantity(
        self, seen: SubscriptionSeen, quantity: int, *, request_id: str, correlation_id: str
    ) -> SubscriptionSeen | None:
        """Send the resource that was just read back with another number of seats; the rest as `change_status`."""
        if not 1 <= quantity <= MOST_SEATS:
            raise ValueError(f"{quantity} is not a number of seats one can ask for")
        ids = Ids(request_id, correlation_id)
        return self._change(seen, {"quantity": quantity}, ids, "change_quantity", needs_etag=True)

    def _change(
        self, seen: SubscriptionSeen, changes: dict[str, object], ids: Ids, verb: str, *, needs_etag: bool
    ) -> SubscriptionSeen | None:
        """PATCH the whole resource: what it leaves out the provider resets, auto-renewal to off."""
        if needs_etag and not seen.etag:
            why = "the resource was read without an ETag; it is not changed blindly"
            raise trouble(UnusableAnswer, why, ids)
        address = self._address(ids.correlation, "customers", seen.customer_id, "subscriptions", seen.id)
        answer = self._write("PATCH", address, {**seen.raw, **changes}, ids, etag=seen.etag, way=Way(verb))
        return shown(answer, lambda found: subscription_from(found, seen.customer_id, seen.id), ids)


def _customers(page: Any, _: int) -> list[CustomerSeen]:
    return [customer_from(item) for item in items_of(page)]
