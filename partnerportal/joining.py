"""Which floor keeps which promise, and which floor is asked before and after each letter?"""

from django.conf import settings

from billing.mailing_statements import statement_of
from billing.models import Checkout
from billing.referring import behind_with
from customers.account_mail import keep_account_mail
from customers.models import AccountMail, Letter, Message
from customers.sending import LetterRule, keep_message, rule_for
from disputes import agreeing
from disputes.case_address import reply_to
from disputes.replying import reached
from disputes.resolving import told
from dunning.acting import keep_access_change
from dunning.announcing import say_what_changes, told_by_letter
from dunning.cashing import keep_checkout
from dunning.lateness import attached
from dunning.lettering import close_loop, still_owed, still_suspended
from dunning.publishing import told_by_invoice
from dunning.quoting import lines_behind
from outbox.keeping import serve
from subscriptions.listening import keep_subscription_reading
from subscriptions.mending_there import keep_quantity_change
from subscriptions.models import AccessChange, CustomerReading, QuantityChange, SubscriptionReading
from subscriptions.provisioning import keep_reading


def join() -> None:
    """Said once; the order is the order in which a drain looks: contacts, access, then letters."""
    serve(CustomerReading, keep_reading)
    serve(AccessChange, keep_access_change)
    serve(QuantityChange, keep_quantity_change)
    serve(SubscriptionReading, keep_subscription_reading)
    serve(Message, keep_message)
    serve(AccountMail, keep_account_mail)
    serve(Checkout, keep_checkout)
    with_paper = attached if settings.INVOICE_PDF_IN_MAIL else None
    rule_for(Letter.INVOICE, LetterRule(delivered=told_by_invoice, attach=with_paper))
    rule_for(Letter.STATEMENT, LetterRule(attach=statement_of))
    rule_for(Letter.NOTICE, LetterRule(look=still_owed))
    rule_for(Letter.DELETION, LetterRule(look=still_suspended))
    rule_for(Letter.SUSPENDED, LetterRule(delivered=agreeing.told))
    rule_for(Letter.RESTORED, LetterRule(delivered=_access_is_back))
    rule_for(Letter.ANSWER, LetterRule(delivered=told, reply_to=reply_to))
    for letter in (Letter.QUESTION_TAKEN, Letter.CASE_TURN):
        rule_for(letter, LetterRule(reply_to=reply_to))
    rule_for(Letter.CASE_WORD, LetterRule(delivered=reached, reply_to=reply_to))
    rule_for(Letter.CASE_LATE, LetterRule(internal=True))
    rule_for(Letter.POLICY, LetterRule(look=say_what_changes, delivered=told_by_letter))
    behind_with(lines_behind)


def _access_is_back(message: Message) -> None:
    """The dunning case ends where nothing is owed, and the customer is asked whether it works."""
    close_loop(message)
    agreeing.told(message)
