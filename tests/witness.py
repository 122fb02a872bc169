"""What do the others say happened? The provider's log, the mail that arrived, and the tables as they are."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.models import Model

from customers.models import Message, Partner
from subscriptions.models import Subscription

OURS = ("outbox", "customers", "subscriptions", "billing", "payables", "dunning", "disputes")


def letters(mail_dir: Path, to: str = "") -> list[str]:
    """The letters that arrived, oldest first, by the name of their folder; `to` narrows to one address."""
    kinds = dict(Message.objects.values_list("message_id", "letter"))
    return [kinds[mail["Message-ID"]] for mail in mails(mail_dir) if to in mail["X-RcptTo"]]


def mails(mail_dir: Path) -> Iterator[Any]:
    """The mails that arrived, oldest first."""
    for file in sorted(mail_dir.glob("*.eml")):
        yield email.message_from_bytes(file.read_bytes(), policy=email.policy.default)


def text_of(mail: Any) -> str:
    """The plain words of a mail."""
    return str(mail.get_body(("plain",)).get_content())


def operations(state: Path, subscription: Subscription | str, method: str = "PATCH") -> list[dict[str, Any]]:
    """What reached the provider about one subscription, oldest first."""
    wanted = str(getattr(subscription, "provider_id", subscription)).lower()
    lines = (json.loads(line) for line in (state / "operations.jsonl").read_text().splitlines())
    return [line for line in lines if line["method"] == method and line["subscription"] == wanted]


def effective(state: Path, subscription: Subscription | str) -> int:
    """How many changes of a subscription took effect at the provider."""
    return sum(line["took_effect"] for line in operations(state, subscription))


def tables(*without: str) -> Iterator[type[Model]]:
    """Every table of ours, but not those named."""
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            if model.__name__ not in without:
                yield model


def everything(*without: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of ours, to be compared with what it is later."""
    return {model.__name__: _rows(model._default_manager.all()) for model in tables(*without)}


def book_of(partner: Partner) -> dict[str, list[dict[str, Any]]]:
    """Every row of one partner's book."""
    owned = [model for model in tables() if any(field.name == "partner" for field in model._meta.fields)]
    return {model.__name__: _rows(model._default_manager.filter(partner=partner)) for model in owned}


def _rows(rows: Any) -> list[dict[str, Any]]:
    return list(rows.order_by("pk").values())


def counts() -> dict[str, int]:
    """How many rows each table of ours has."""
    return {model.__name__: model._default_manager.count() for model in tables()}


def names(rows: Iterable[Model]) -> list[str]:
    """How rows call themselves, in order."""
    return sorted(map(str, rows))
