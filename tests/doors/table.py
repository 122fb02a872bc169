"""Which doors does the portal have? Every address of the URLconf, with what its view says of who may enter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from customers.entering import Door

# Doors that others made, each with its own test below.
OF_OTHERS = ("accounts/", "i18n/", "admin/")
# Answered by the first middleware, before anybody is known: whoever watches the process asks them.
PROBES = ("healthz", "readyz")

# Which kind of row a name in an address stands for.
OBJECTS = {
    "customer_id": "customer",
    "invoice_id": "invoice",
    "payment_id": "payment",
    "run_id": "run",
    "breaker_id": "breaker",
    "deletion_id": "deletion",
    "proposal_id": "proposal",
    "stop_id": "stop",
    "drift_id": "drift",
    "suspension_id": "suspension",
    "simulation_id": "simulation",
    "dispute_id": "dispute",
    "file_id": "file",
    "cause_id": "cause",
    "escalation_id": "escalation",
    "bill_id": "bill",
    "sent_id": "provider_payment",
    "intake_id": "provider_intake",
    "decision_id": "decision",
    "effect_id": "reading",
    "message_id": "message",
    "my-invoice pk": "invoice",
    "hold_id": "hold",
    "write_off_id": "write_off",
    "note_id": "credit_note",
    "promise_id": "promise",
    "entry_id": "bank_entry",
    "statement_id": "bank_statement",
    "claim_id": "claim",
    "price_id": "price",
    "token_id": "api_token",
    "tax_rule_id": "tax_rule",
    "pass_on_id": "pass_on",
    "my-promise pk": "invoice",
    "my-paid pk": "invoice",
    "my-pay pk": "invoice",
    "my-paid-online pk": "checkout",
    "my-invoice-pdf pk": "invoice",
    "my-credit-note-pdf pk": "credit_note",
    "my-question pk": "invoice",
    "my-question-effect pk": "invoice",
    "my-access pk": "access_news",
    "my-access-of message_id": "access_letter",
    "my-access-right pk": "access_news",
    "my-access-wrong pk": "access_news",
    "people_role membership_id": "colleague",
    "people_end membership_id": "colleague",
    "people_revoke invitation_id": "colleague_invited",
    "membership_id": "membership",
    "invitation_id": "invitation",
    "my-case pk": "dispute",
    "my-case-resolved pk": "dispute",
    "my-case-taken pk": "dispute",
    "my-case-say pk": "dispute",
    "my-case-reopen pk": "dispute",
    "my-case-withdraw pk": "dispute",
    "my-case-rate pk": "dispute",
}
# A row that is named within another: the inner one is what is asked for.
INNER = ("file_id",)
# Words in an address that name no row: each value is tried.
WORDS = {"kind": ("reading",), "number": (1,), "part": ("archive",), "slug": ("hanhai",), "chart": ("loop",)}
# Addresses made of such words alone, without a row: a foreign word is an absent page.
WORDS |= {"secret": ("0" * 64,), "token": ("x" * 43,), "letter": ("notice",), "language": ("en",)}
WORDS |= {"fingerprint": ("0" * 64,)}


class Inner(int):
    """The key of a row within another, with the words of the address for the one it is in."""

    within: dict[str, int]

    @classmethod
    def of(cls, own: int, /, **within: int) -> Inner:
        """That key."""
        made = cls(own)
        made.within = within
        return made


@dataclass(frozen=True)
class Entry:
    """One address pattern of ours."""

    name: str
    route: str
    view: Any
    words: tuple[str, ...]

    @property
    def door(self) -> Door | None:
        """What the view declares, whatever it is wrapped in."""
        view = self.view
        while view is not None:
            found = getattr(view, "door", None) or getattr(getattr(view, "view_class", None), "door", None)
            if isinstance(found, Door):
                return found
            view = getattr(view, "__wrapped__", None)
        return None

    @property
    def kind(self) -> str | None:
        """Which kind of row the address names, if any."""
        inner = [word for word in self.words if word in INNER]
        kinds = [self._kind(word) for word in inner or self.words if word not in WORDS]
        assert len(kinds) <= 1, f"{self.name} names several rows: teach the door table about it"
        return kinds[0] if kinds else None

    def _kind(self, word: str) -> str:
        found = OBJECTS.get(f"{self.name} {word}") or OBJECTS.get(word)
        assert found, f"{self.name}: say in OBJECTS which row '{word}' stands for"
        return found

    def address(self, pk: int | None) -> dict[str, Any]:
        """The keyword arguments of the address for one row."""
        outer = pk.within if isinstance(pk, Inner) else {}
        return {word: WORDS[word][0] if word in WORDS else outer.get(word, pk) for word in self.words}


def entries() -> Iterator[Entry]:
    """Every pattern of the URLconf, nested ones included, in order."""
    yield from _within(get_resolver(), "")


def _within(resolver: URLResolver, before: str) -> Iterator[Entry]:
    for one in resolver.url_patterns:
        route = before + str(one.pattern).lstrip("^")
        if isinstance(one, URLResolver):
            yield from _within(one, route)
        elif isinstance(one, URLPattern):
            words = tuple(one.pattern.regex.groupindex)
            yield Entry(one.name or "", route, one.callback, words)


def ours() -> list[Entry]:
    """The patterns whose views declare a door."""
    return [one for one in entries() if not one.route.startswith(OF_OTHERS) and one.name not in PROBES]


_TOKEN = re.compile(r"\b[A-Za-z0-9]{64}\b")


def plain(body: str, *ids: int) -> str:
    """A page without its CSRF tokens, and without the ids that were asked for."""
    body = _TOKEN.sub("TOKEN", body)
    for pk in ids:
        body = re.sub(rf"\b{pk}\b", "ID", body)
    return body
