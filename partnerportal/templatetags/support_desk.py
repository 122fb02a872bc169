"""Where does an admin look when somebody asks for help? The models in the order of questions, not of packages."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

register = template.Library()

QUESTIONS: Final[Sequence[tuple[str | Promise, str | Promise, Sequence[str]]]] = (
    (
        _("Somebody can’t sign in"),
        _("Is there an account, a place, a second factor? Was the mail sent?"),
        ("User", "Membership", "Invitation", "AccountMail", "Authenticator", "PlaceChange"),
    ),
    (
        _("A letter did not arrive"),
        _("What was sent to whom, what the mail server said, and whose address it is."),
        ("Message", "MessageAttempt", "Contact", "ContactPreference", "MailLink", "LetterWords"),
    ),
    (
        _("Where is the money"),
        _("What was booked, put against which lines, corrected, or waits at the bank’s entries."),
        ("Payment", "Allocation", "BankEntry", "BankStatement", "Checkout", "Refund", "Reversal", "Claim"),
    ),
    (
        _("Is the invoice right"),
        _("The document, its lines, what was credited, and the prices and tax it was made with."),
        ("Invoice", "InvoiceLine", "CreditNote", "WriteOff", "PriceEntry", "PriceRule", "TaxRule"),
    ),
    (
        _("Why was this decided"),
        _("The run, the decision with its facts, the policy it obeyed, and what people agreed to."),
        ("Run", "Decision", "Case", "Proposal", "Approval", "PolicyVersion", "PromiseToPay", "Hold"),
    ),
    (
        _("Access is not as it should be"),
        _("What we asked of the provider, what it answered, and where it says otherwise."),
        ("Subscription", "Suspension", "AccessChange", "AccessAttempt", "ProviderCall", "Drift", "AccessStop"),
    ),
    (
        _("A customer disagrees"),
        _("The case, what is frozen, what was said, and what 21Vianet was asked."),
        ("Dispute", "CaseEntry", "DisputedAmount", "Escalation", "CaseMail", "CaseFile"),
    ),
    (
        _("The provider’s bill"),
        _("What came in, line by line, what differs, and what we have paid."),
        ("ProviderBill", "ProviderLine", "Intake", "Finding", "ProviderPayment"),
    ),
    (
        _("Who is who"),
        _("Partners and their settings, customers, what happened to them, and programs that read."),
        ("Partner", "Customer", "TimelineEntry", "ApiToken"),
    ),
)


@register.simple_tag
def by_question(app_list: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The questions with the models this admin may open for each; a question without any is left out."""
    known = {one["object_name"]: one for app in app_list for one in app["models"]}
    asked = [
        {"question": question, "text": text, "models": [known[name] for name in names if name in known]}
        for question, text, names in QUESTIONS
    ]
    return [one for one in asked if one["models"]]
