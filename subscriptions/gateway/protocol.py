"""What can we ask of the provider, what does it tell us, and in which ways can it fail?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from .bills import LineKind, ProviderBalance, ProviderCharge, ProviderInvoice, Source
    from .events import Registration, Trial
    from .support import SupportRequest


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
class CustomerSeen:
    """A customer as lists show one. `relationship` is the provider's word: reseller, advisor, none, …"""

    id: str
    name: str
    domain: str
    relationship: str


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


class NotOffered(ProviderRefused):
    """No, because this cloud's provider documents no such call; nothing was sent."""


class NeedsPerson(ProviderRefused):
    """No, because only an application that acts for a person may make this call, and nobody's consent is kept here
    (PARTNER_CENTER_REFRESH_TOKEN_FILE); nothing was sent."""


class OutcomeUnknown(ProviderError):  # noqa: N818
    """A write was sent and nobody can say whether it was taken. Read back before anything else.

    Deliberately no kind of ProviderUnavailable: whoever repeats on "later" must not repeat on this.
    """


@dataclass(frozen=True)
class Call:
    """One exchange about to be made, for the portal's own log. `verb` is ours, `began` the machine's time."""

    verb: str
    method: str
    path: str
    request_id: str
    correlation_id: str
    began: datetime


@dataclass(frozen=True)
class CallEnd:
    """What came of an exchange. `status` is None when no whole answer arrived; `code` and `answer` are what a refusal
    said, cut short and without secrets, or why there was no answer."""

    ended: datetime
    status: int | None
    code: str
    answer: str


class CallLog(Protocol):
    """Where each exchange leaves its trace."""

    def began(self, call: Call) -> Any:
        """Note that the exchange is about to be made; what is returned is given to `ended`. If this fails, the
        exchange is not made."""

    def ended(self, noted: Any, end: CallEnd) -> None:
        """Note what came of it. If this fails, the provider's answer counts all the same."""


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

    def customers(self, *, correlation_id: str | None = None) -> tuple[CustomerSeen, ...]:
        """Every customer of the partner, all pages, each once."""

    def change_quantity(
        self, seen: SubscriptionSeen, quantity: int, *, request_id: str, correlation_id: str
    ) -> SubscriptionSeen | None:
        """Ask for another number of seats of what was just read; answers and errors as of `change_status`.

        Refused while the subscription is suspended (2001) and outside what the offer allows (2002)."""

    def invoices(self, *, correlation_id: str | None = None) -> tuple[ProviderInvoice, ...]:
        """Every invoice of the partner, all pages, each once; newest where the provider puts it."""

    def invoice(self, number: str, *, correlation_id: str | None = None) -> ProviderInvoice:
        """One invoice. Needs a person's consent."""

    def lines(
        self, invoice_id: str, provider: Source, kind: LineKind, *, after: int = 0, correlation_id: str | None = None
    ) -> Iterator[ProviderCharge]:
        """The lines of one invoice behind the first `after`, page by page as they are taken, so that a million need no
        more memory than a page; an error may come after many lines, so book nothing before the last. NotOffered at
        once for lines the provider does not document."""

    def unbilled_lines(
        self, currency: str, period: str, *, correlation_id: str | None = None
    ) -> Iterator[ProviderCharge]:
        """What is charged and not billed yet, of the `current` or the `previous` period; global cloud only."""

    def balance(self, *, correlation_id: str | None = None) -> ProviderBalance:
        """What we owe the provider, in the currency of the account."""

    def balances(self, *, correlation_id: str | None = None) -> tuple[ProviderBalance, ...]:
        """What we owe the provider in each currency. Needs a person's consent."""

    def statement(self, number: str, *, correlation_id: str | None = None) -> bytes:
        """The invoice as the provider's PDF. Needs a person's consent."""

    def support_requests(
        self, customer_id: str | None = None, *, correlation_id: str | None = None
    ) -> tuple[SupportRequest, ...]:
        """Every request to the provider's support, of the partner or of one customer. Global cloud only, and needs
        a person's consent; so do the next two."""

    def support_request(self, request: str, *, correlation_id: str | None = None) -> SupportRequest:
        """One request with its notes."""

    def add_note(self, request: str, text: str, *, request_id: str, correlation_id: str) -> SupportRequest | None:
        """Write a note on a request; answers and errors as of `change_status`."""

    def registration(self, *, correlation_id: str | None = None) -> Registration | None:
        """Where the provider sends its events; None if nowhere."""

    def register(
        self, url: str, events: tuple[str, ...], *, renew: bool, request_id: str, correlation_id: str
    ) -> Registration:
        """Ask for events to be sent to an address; `renew` where there is a registration already."""

    def ask_for_test_event(self, *, request_id: str, correlation_id: str) -> str:
        """Have a test event sent to the registered address; the id under which `trial` tells what became of it."""

    def trial(self, test: str, *, correlation_id: str | None = None) -> Trial:
        """What became of a test event."""
