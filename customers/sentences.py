"""How does each timeline entry read? One sentence for each code, translated when it is shown."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "customer_imported": _("First seen in the provider bill {bill}"),
    "contact_read": _("Billing contact read from 21Vianet: {email}"),
    "contact_missing": _("21Vianet has no billing contact for this customer. Letters wait"),
    "contact_set": _("Billing contact set to {email}"),
    "invoice_issued": _("Invoice {invoice} over {amount} issued, due {due_on}"),
    "credit_issued": _("Credit note {credit_note} over {amount} issued"),
    "letter_handed": _("{letter} sent to {email}"),
    "letter_bounced": _("{letter} to {email} came back: {reason}"),
    "letter_seen": _("{letter} opened in the portal"),
    "notice_due": _("{stage} for {invoice}: {amount} to pay"),
    "call_due": _("Call about {invoice}: {amount} is open"),
    "call_logged": _("{person} called about {invoice}. {note}"),
    "handed_over": _("{invoice} is to be handed over to an agency"),
    "suspension_proposed": _("Suspension of {count} subscriptions proposed for {invoice}"),
    "suspension_approved": _("{person} approved the suspension for {invoice}"),
    "suspension_refused": _("{person} rejected the suspension for {invoice}: {reason}"),
    "suspension_aborted": _("The suspension for {invoice} was stopped before it happened: {reason}"),
    "suspended": _("{subscriptions} suspended for {invoice}; {amount} brings it back"),
    "payment_booked": _("Payment of {amount} received"),
    "restoring": _("The debt behind the suspension is paid; access is being restored"),
    "restored": _("Access to {subscriptions} restored, {minutes} minutes after the payment"),
    "loop_closed": _("{invoice} is settled and you have been told"),
    "question_opened": _("{case}: {amount} of {invoice} questioned, answer promised by {answer_by}"),
    "question_answered": _("{case} answered: {outcome}"),
    "question_confirmed": _("{case} confirmed as resolved"),
    "question_closed": _("{case} closed"),
    "hold_set": _("Collections held until {until}: {reason}"),
    "hold_set_open": _("Collections held: {reason}"),
}
