"""Who may do what? One table of roles after the provider's own, read by every check."""

from django.db import models
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
    CHASE = "chase", _("log calls and hold collections")
    APPROVE = "approve", _("approve suspensions")
    ANSWER = "answer", _("answer disputes")
    POLICY = "policy", _("change the collections policy")
    WRITE_OFF = "write_off", _("give up debt and send money back")
    PRICE = "price", _("set prices and tax")
    PAY = "pay", _("keep what we owe and have paid the provider")
    QUESTION = "question", _("question a line")
    PROMISE = "promise", _("promise a date and report a payment")


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
OF_CUSTOMERS: frozenset[May] = frozenset({May.QUESTION, May.PROMISE})

ALLOWS: dict[str, frozenset[May]] = {
    Role.OWNER: frozenset(set(May) - OF_CUSTOMERS),
    Role.ADMIN_AGENT: frozenset(set(May) - OF_CUSTOMERS),
    Role.BILLING: frozenset(
        {
            *(May.SEE_BOOK, May.SEE_BILLS, May.PAY, May.PRICE, May.ISSUE),
            *(May.RECEIVE, May.WRITE_OFF, May.ANSWER),
        }
    ),
    Role.COLLECTIONS: frozenset({May.SEE_BOOK, May.CHASE, May.APPROVE, May.POLICY, May.RECEIVE, May.ANSWER}),
    Role.SALES: frozenset({May.SEE_BOOK}),
    Role.HELP_DESK: frozenset({May.SEE_BOOK, May.ANSWER}),
    Role.VIEWER: frozenset({May.SEE_BOOK}),
    Role.CUSTOMER_BILLING: OF_CUSTOMERS,
    Role.CUSTOMER_VIEWER: frozenset(),
}
