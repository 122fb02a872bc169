"""Who may do what? One table of roles after the provider's own, read by every check."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a membership makes of a person."""

    OWNER = "owner", _("Owner")
    ADMIN_AGENT = "admin_agent", _("Admin agent")
    BILLING = "billing", _("Billing")
    COLLECTIONS = "collections", _("Collections")
    SALES = "sales", _("Sales")
    HELP_DESK = "help_desk", _("Help desk")
    VIEWER = "viewer", _("Viewer")
    CUSTOMER_BILLING = "customer_billing", _("Customer, billing")
    CUSTOMER_VIEWER = "customer_viewer", _("Customer, viewer")


class May(models.TextChoices):
    """One thing a role allows."""

    SEE_BOOK = "see_book", _("see customers and invoices")
    SEE_BILLS = "see_bills", _("see what we owe the provider")
    ISSUE = "issue", _("issue invoices")
    RECEIVE = "receive", _("record payments")
    WORK = "work", _("claim and snooze what waits")
    CHASE = "chase", _("log calls and hold collections")
    APPROVE = "approve", _("approve suspensions")
    ANSWER = "answer", _("answer disputes")
    POLICY = "policy", _("change the collections policy")
    WRITE_OFF = "write_off", _("give up debt and send money back")
    PRICE = "price", _("set prices and tax")
    PAY = "pay", _("keep what we owe and have paid the provider")
    PEOPLE = "people", _("invite people and say what they may do")
    COMPANY = "company", _("change the company’s details, bank account, calendar and API tokens")
    INVITE = "invite", _("invite a customer’s people")
    LOOK_AS = "look_as", _("look at the pages a customer sees")
    QUESTION = "question", _("question a line")
    PROMISE = "promise", _("promise a date and report a payment")
    CONTACTS = "contacts", _("say who is written to, and revoke links")
    COLLEAGUES = "colleagues", _("invite colleagues and say what they may do")


STAFF_ROLES = (
    Role.OWNER,
    Role.ADMIN_AGENT,
    Role.BILLING,
    Role.COLLECTIONS,
    Role.SALES,
    Role.HELP_DESK,
    Role.VIEWER,
)
CUSTOMER_ROLES = (Role.CUSTOMER_BILLING, Role.CUSTOMER_VIEWER)

# What only a customer's own people do.
OF_CUSTOMERS: frozenset[May] = frozenset({May.QUESTION, May.PROMISE, May.CONTACTS, May.COLLEAGUES})

ALLOWS: dict[str, frozenset[May]] = {
    Role.OWNER: frozenset(set(May) - OF_CUSTOMERS),
    # Only whoever owns the book says who belongs to it, as at the provider.
    Role.ADMIN_AGENT: frozenset(set(May) - OF_CUSTOMERS - {May.PEOPLE}),
    Role.BILLING: frozenset(
        {
            *(May.SEE_BOOK, May.WORK, May.SEE_BILLS, May.PAY, May.PRICE, May.ISSUE),
            *(May.RECEIVE, May.WRITE_OFF, May.ANSWER, May.INVITE, May.LOOK_AS),
        }
    ),
    Role.COLLECTIONS: frozenset(
        {
            *(May.SEE_BOOK, May.WORK, May.CHASE, May.APPROVE, May.POLICY),
            *(May.RECEIVE, May.ANSWER, May.INVITE, May.LOOK_AS),
        }
    ),
    Role.SALES: frozenset({May.SEE_BOOK, May.INVITE}),
    Role.HELP_DESK: frozenset({May.SEE_BOOK, May.WORK, May.ANSWER, May.INVITE, May.LOOK_AS}),
    Role.VIEWER: frozenset({May.SEE_BOOK}),
    Role.CUSTOMER_BILLING: OF_CUSTOMERS,
    Role.CUSTOMER_VIEWER: frozenset(),
}

# Rights over money and access: whoever has one proves twice who they are when signing in.
WEIGHTY: frozenset[May] = frozenset(
    {
        *(May.APPROVE, May.RECEIVE, May.WRITE_OFF, May.PAY, May.PRICE, May.ISSUE),
        *(May.CHASE, May.POLICY, May.PEOPLE, May.COMPANY),
    }
)
# What one person alone can't do: the reason stands in docs/decisions/0009-two-people.md, the check in each gerund.
BY_TWO: tuple[tuple[May, str | Promise], ...] = (
    (May.WRITE_OFF, _("Debt is given up once a second person agrees.")),
    (May.APPROVE, _("Suspensions are approved by as many people as their stage says; no one counts twice.")),
    (May.APPROVE, _("A circuit breaker is lifted by two people.")),
    (May.APPROVE, _("A stop for misuse is opened, and lifted, by two people.")),
    (May.POLICY, _("A collections policy is published by someone other than the person who offers it.")),
)


def weighty(role: str) -> bool:
    """Whether this role may approve or touch money."""
    return bool(ALLOWS[role] & WEIGHTY)
