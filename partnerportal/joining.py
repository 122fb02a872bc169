"""Which floor keeps which promise, and which floor is asked before and after each letter?"""

from django.conf import settings

from billing.mailing_statements import statement_of
from billing.referring import behind_with
from customers.models import Letter, Message
from customers.sending import LetterRule, keep_message, rule_for
from disputes.resolving import told
from dunning.acting import keep_access_change
from dunning.announcing import say_what_changes, told_by_letter
from dunning.lateness import attached
from dunning.lettering import close_loop, still_owed, still_suspended
from dunning.publishing import told_by_invoice
from dunning.quoting import lines_behind
from outbox.keeping import serve
from subscriptions.models import AccessChange, CustomerReading
from subscriptions.provisioning import keep_reading


def join() -> None:
    """Said once; the order is the order in which a drain looks: contacts, access, then letters."""
    serve(CustomerReading, keep_reading)
    serve(AccessChange, keep_access_change)
    serve(Message, keep_message)
    with_paper = attached if settings.INVOICE_PDF_IN_MAIL else None
    rule_for(Letter.INVOICE, LetterRule(delivered=told_by_invoice, attach=with_paper))
    rule_for(Letter.STATEMENT, LetterRule(attach=statement_of))
    rule_for(Letter.NOTICE, LetterRule(look=still_owed))
    rule_for(Letter.DELETION, LetterRule(look=still_suspended))
    rule_for(Letter.RESTORED, LetterRule(delivered=close_loop))
    rule_for(Letter.ANSWER, LetterRule(delivered=told))
    rule_for(Letter.POLICY, LetterRule(look=say_what_changes, delivered=told_by_letter))
    behind_with(lines_behind)
