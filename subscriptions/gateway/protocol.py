"""What can we ask of the provider, what does it tell us, and in which ways can it fail?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol


class ProviderStatus(StrEnum):
    """The provider's word for a subscription's state; `unknown` is any word or number we have not met."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"
    EXPIRED = "expired"
    PENDING = "pending"
    DISABLED = "disabled"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class BillingContact:
    """The person the provider has on record for a customer's invoices; a text that is missing is empty."""

    email: str
    first_name: str
    last_name: str
    language: str
    culture: str
    company: str


@dataclass(frozen=True)
class SubscriptionSeen:
    """One subscription as the provider answered it at one moment.

    Ids that are GUIDs are lower case whatever the provider's spelling. `etag` is for the very next write
    only and is never stored. `commitment_ends_at` is None for the provider's spellings of "no date"
    (year 1 and year 9999). `raw` is the whole resource, because a write must hand all of it back.
    """

    id: str
    customer_id: str
    status: ProviderStatus
    quantity: int
    offer_name: str
    friendly_name: str
    parent_id: str | None
    auto_renew: bool
    etag: str
    commitment_ends_at: datetime | None
    suspension_reasons: tuple[str, ...]
    raw: Mapping[str, Any] = field(repr=False, hash=False)


class ProviderError(Exception):
    """Any way a call can fail. The two ids are what the provider's support asks for.

    `status` is the HTTP status, or None when there was no answer; `code` the provider's error code or "".
    """

    def __init__(
        self,
        description: str = "",
        *,
        code: str = "",
        status: int | None = None,
        retry_after: timedelta | None = None,
        request_id: str = "",
        correlation_id: str = "",
    ) -> None:
        super().__init__(description)
        self.description = description
        self.code = code
        self.status = status
        self.retry_after = retry_after
        self.request_id = request_id
        self.correlation_id = correlation_id

    def __str__(self) -> str:
        facts = [f"HTTP {self.status}" if self.status else "no answer", self.code, self.description]
        ids = f"(request {self.request_id}, correlation {self.correlation_id})"
        return " ".join([*filter(None, facts), ids])


class ProviderUnavailable(ProviderError):  # noqa: N818
    """Later: nothing was changed; the same call may succeed after `retry_after` (None: back off)."""


class StaleRead(ProviderUnavailable):
    """Nothing was changed: the resource has moved on since it was read. Begin again at the read, at once."""


class UnusableAnswer(ProviderUnavailable):
    """A read was answered with something that can't be trusted: garbled, too large, or about somebody else.

    Later, like its parent; but worth an alert, because a healthy provider never does this.
    """


class CredentialsRefused(ProviderUnavailable):
    """A fresh token was refused, or none was issued. Nothing was changed and the deed itself is not at fault:
    every call of this partner waits until a person mends the credentials."""


class ProviderRefused(ProviderError):  # noqa: N818
    """No: the provider declined, nothing was changed. The same call can't succeed; a person decides."""


class PartnerAccountRestricted(ProviderRefused):
    """No, because the partner's own account is restricted (800039, 900149): no customer's fault."""


class OutcomeUnknown(ProviderError):  # noqa: N818
    """A write was sent and nobody can say whether it was taken. Read back before anything else.

    Deliberately no kind of ProviderUnavailable: whoever repeats on "later" must not repeat on this.
    """


@dataclass(frozen=True)
class Call:
    """One exchange with the provider, for the portal's own log. `status` is None when no answer arrived."""

    method: str
    path: str
    request_id: str
    correlation_id: str
    status: int | None
    started: datetime
    ended: datetime


OnCall = Callable[[Call], None]


class Provider(Protocol):
    """The verbs. Every one may raise ProviderUnavailable or ProviderRefused; only the write, OutcomeUnknown.

    `correlation_id` ties the calls of one piece of work together; a new one is made where none is given.
    """

    def billing_contact(self, customer_id: str, *, correlation_id: str | None = None) -> BillingContact | None:
        """Whom the provider has on record for this customer's bills; None if nobody who can be written to."""

    def subscriptions(self, customer_id: str, *, correlation_id: str | None = None) -> tuple[SubscriptionSeen, ...]:
        """Every subscription of the customer, all pages; never a part of them."""

    def subscription(
        self, customer_id: str, subscription_id: str, *, correlation_id: str | None = None
    ) -> SubscriptionSeen:
        """One subscription as it is now; ProviderRefused with status 404 if it is gone."""

    def change_status(
        self,
        seen: SubscriptionSeen,
        wanted: ProviderStatus,
        *,
        request_id: str,
        correlation_id: str,
        auto_renew: bool | None = None,
    ) -> SubscriptionSeen | None:
        """Suspend or reactivate what was just read.

        Sends the whole resource back with only its status changed (and auto-renew, where it is given).
        Returns the resource if the provider answers with it, None if it accepts without showing it.
        Neither is a confirmation: the caller reads back. Raises StaleRead if `seen` is out of date and
        OutcomeUnknown if the provider may or may not have acted.
        """
