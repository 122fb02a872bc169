"""Which pages does the portal have, as a browser gets them? Each page of each person, read before a browser opens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.urls import reverse
from playwright.sync_api import Request, Route

from tests.doors.table import plain
from tests.doors.test_doors import PATTERNS, own, verdict

HOST = "http://pages.test"
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "png": "image/png", "ico": "image/x-icon"}
WHO = ("owner", "customer_billing", "anonymous")
# Written by others, in their own looks: the list of what they are stands in the door table.
ACCOUNTS = ("account_login", "account_reset_password", "account_change_password", "mfa_index", "usersessions_list")

# Its looks are Django's; these are the ones with words of ours.
ADMIN = ("/admin/", "/admin/billing/invoice/", "/admin/billing/payment/", "/admin/customers/message/")


@dataclass(frozen=True)
class Shown:
    """One page as one person gets it."""

    who: str
    name: str
    html: str

    def __str__(self) -> str:
        return f"{self.name} for {self.who}"


def every_page(street: Any) -> list[Shown]:
    """Each address of ours that answers with a page, asked plainly and sent empty, and the doors of signing in."""
    people = [one for one in street.people if one.name in WHO]
    found: dict[str, Shown] = {}
    for entry in PATTERNS:
        for person in people:
            if verdict(entry, person) != "in":
                continue
            for method in ("GET", "POST"):
                answer = street.ask(entry, person, method, own(street, entry, person))
                _keep(found, answer, person.name, f"{method} {entry.route}")
            break
    nobody = next(one for one in people if one.name == "anonymous")
    owner = next(one for one in people if one.name == "owner")
    for name in ACCOUNTS:
        person = nobody if name in ("account_login", "account_reset_password") else owner
        _keep(found, street.at(reverse(name), person), person.name, name)
    admin = next(one for one in street.people if one.name == "platform admin")
    for path in ADMIN:
        _keep(found, street.at(path, admin), admin.name, path)
    return list(found.values())


def _keep(found: dict[str, Shown], answer: Any, who: str, name: str) -> None:
    page = answer.status_code in (200, 409, 422) and answer.headers.get("Content-Type", "").startswith("text/html")
    html = answer.content.decode() if page else ""
    # A letter is shown in a frame beside its words, as a mail program would show it.
    if "</html>" in html and "/preview/" not in name and plain(html) not in map(plain_of, found.values()):
        found[name] = Shown(who, name, html)


def plain_of(page: Shown) -> str:
    """A page without what differs each time."""
    return plain(page.html)


def needs(html: str) -> list[str]:
    """The style sheets and scripts a page asks for, as their files."""
    named = re.findall(r'(?:href|src)="/static/([^"?]+\.(?:css|js))', html)
    return [str(finders.find(name)) for name in dict.fromkeys(named)]


def serve(route: Route, request: Request, html: dict[str, str]) -> None:
    """Answer a browser from what was read; whatever else a page asks for is not there."""
    path = urlsplit(request.url).path
    if path.startswith("/static/"):
        file = finders.find(path.removeprefix("/static/"))
        if file:
            return route.fulfill(path=file, content_type=TYPES.get(path.rsplit(".", 1)[1], "text/plain"))
    known = html.get(path)
    return route.fulfill(status=200 if known else 204, body=known or "", content_type="text/html; charset=utf-8")
