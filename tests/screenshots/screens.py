"""Which screens are there, who looks at each, and how does one get there?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

COLLECTIONS: Final = "collections@hanhai.example"
BILLING: Final = "billing@hanhai.example"
OWNER: Final = "owner@hanhai.example"
CUSTOMER: Final = "billing@lanhai.example"
SUSPENDED: Final = "billing@harbourlight.example"
NOBODY: Final = ""


@dataclass(frozen=True)
class Screen:
    """One screen: what its pictures are called, who looks, at which address, and which links are followed from there
    (what stands in a link's address, the first of them). `best` is the one that the README shows: way it is looked
    at, in WAYS."""

    name: str
    who: str
    path: str
    follow: tuple[str, ...] = ()
    best: str = ""


@dataclass(frozen=True)
class Way:
    """How a screen is looked at."""

    name: str
    width: int
    height: int
    language: str = "en"
    theme: str = "light"


WAYS: Final = (
    Way("desktop", 1440, 900),
    Way("desktop-dark", 1440, 900, theme="dark"),
    Way("phone", 390, 844),
    Way("desktop-zh", 1440, 900, language="zh-hans"),
    Way("phone-ru", 390, 844, language="ru"),
    Way("phone-zh-dark", 390, 844, language="zh-hans", theme="dark"),
)
SCREENS: Final = (
    Screen("sign-in", NOBODY, "/accounts/login/"),
    # Staff: what to do next
    Screen("worklist", COLLECTIONS, "/worklist/?owner=all", ("row=approve-",), best="desktop"),
    Screen("customers", COLLECTIONS, "/customers/"),
    Screen("customer", COLLECTIONS, "/customers/?q=Golden+Bridge", ("/customers/",), best="desktop"),
    Screen("proposals", COLLECTIONS, "/collections/proposals/", best="desktop"),
    Screen("approval", COLLECTIONS, "/collections/proposals/", ("/collections/proposals/",)),
    Screen("runs", COLLECTIONS, "/collections/"),
    Screen("run", COLLECTIONS, "/collections/", ("/collections/runs/",)),
    Screen("policy", COLLECTIONS, "/collections/policy/"),
    Screen("policy-studio", COLLECTIONS, "/collections/policy/studio/"),
    Screen("disputes", COLLECTIONS, "/disputes/", best="desktop-zh"),
    Screen("disputes-table", COLLECTIONS, "/disputes/?view=table"),
    Screen("case", COLLECTIONS, "/disputes/?view=table", ("/disputes/",)),
    Screen("escalations", COLLECTIONS, "/disputes/escalations/"),
    Screen("insights", COLLECTIONS, "/insights/", best="desktop-dark"),
    Screen("receivables", COLLECTIONS, "/insights/receivables/"),
    # Staff: invoices and money
    Screen("invoices", BILLING, "/invoices/"),
    Screen("invoice", BILLING, "/invoices/", ("/invoices/",)),
    Screen("drafts", BILLING, "/invoices/?state=draft"),
    Screen("payments", BILLING, "/payments/"),
    Screen("bank", BILLING, "/payments/bank/"),
    Screen("record-payment", BILLING, "/payments/new/"),
    Screen("prices", BILLING, "/settings/prices/"),
    Screen("provider", BILLING, "/provider/", best="desktop"),
    Screen("provider-bills", BILLING, "/provider/bills/"),
    Screen("provider-bill", BILLING, "/provider/bills/", ("/provider/bills/",)),
    Screen("compared", BILLING, "/provider/compared/"),
    Screen("findings", BILLING, "/provider/findings/"),
    Screen("margin", BILLING, "/provider/margin/"),
    Screen("drift", BILLING, "/subscriptions/drift/"),
    # Staff: settings
    Screen("settings", OWNER, "/settings/"),
    Screen("first-steps", OWNER, "/settings/first-steps/"),
    Screen("company", OWNER, "/settings/company/"),
    Screen("numbering", OWNER, "/settings/numbering/"),
    Screen("calendar", OWNER, "/settings/calendar/"),
    Screen("connection", OWNER, "/settings/provider/"),
    Screen("tokens", OWNER, "/settings/tokens/"),
    Screen("people", OWNER, "/settings/people/"),
    Screen("letters", OWNER, "/settings/letters/"),
    Screen("letter", OWNER, "/settings/letters/notice/en/"),
    # Customers
    Screen("my-home", CUSTOMER, "/my/", best="phone"),
    Screen("my-invoices", CUSTOMER, "/my/invoices/"),
    Screen("my-invoice", CUSTOMER, "/my/invoices/", ("/my/invoices/",), best="phone-zh-dark"),
    Screen("my-question", CUSTOMER, "/my/invoices/", ("/my/invoices/", "/question/")),
    Screen("my-promise", CUSTOMER, "/my/invoices/", ("/my/invoices/", "/promise/")),
    Screen("my-cases", CUSTOMER, "/my/cases/"),
    Screen("my-case", CUSTOMER, "/my/cases/", ("/my/cases/",)),
    Screen("my-policy", CUSTOMER, "/my/policy/"),
    Screen("my-statement", CUSTOMER, "/my/statement/"),
    Screen("my-contacts", CUSTOMER, "/my/contacts/"),
    Screen("my-subscriptions", SUSPENDED, "/my/subscriptions/", best="phone-ru"),
    Screen("my-home-suspended", SUSPENDED, "/my/"),
    Screen("styleguide", NOBODY, "/styleguide/"),
)
