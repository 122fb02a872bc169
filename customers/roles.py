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
    QUESTION = "question", _("question a line")


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

ALLOWS: dict[str, frozenset[May]] = {
    Role.OWNER: frozenset(set(May) - {May.QUESTION}),
    Role.ADMIN_AGENT: frozenset(set(May) - {May.QUESTION}),
    Role.BILLING: frozenset({May.SEE_BOOK, May.SEE_BILLS, May.ISSUE, May.RECEIVE, May.ANSWER}),
    Role.COLLECTIONS: frozenset({May.SEE_BOOK, May.CHASE, May.APPROVE, May.RECEIVE, May.ANSWER}),
    Role.SALES: frozenset({May.SEE_BOOK}),
    Role.HELP_DESK: frozenset({May.SEE_BOOK, May.ANSWER}),
    Role.VIEWER: frozenset({May.SEE_BOOK}),
    Role.CUSTOMER_BILLING: frozenset({May.QUESTION}),
    Role.CUSTOMER_VIEWER: frozenset(),
}
