"""Of which tables is a history kept, and of which not, and why? Each model of ours stands here once.

A model that stands nowhere fails the build, so whoever adds one decides."""

from typing import Final

# People change these rows: who, what, from, to, why is kept of each change. The model's Meta says of which columns.
KEPT: Final[dict[str, str]] = {
    "customers.Partner": "the settings of a book",
    "customers.Customer": "what staff say of a customer; what the provider says of it is read again",
    "customers.Contact": "who is written to",
    "customers.User": "who can sign in, and what they may do to the whole installation",
    "customers.Membership": "who belongs where, in which role",
    "customers.Invitation": "who was asked to join",
    "customers.LetterWords": "a partner's own words in its letters",
    "customers.ApiToken": "programs that read a book",
    "customers.ContactPreference": "who gets which letters",
    "customers.MailLink": "links that were revoked",
    "subscriptions.AccessStop": "stops of access beside money",
    "subscriptions.Drift": "what people decided about a difference with the provider",
    "billing.PriceRule": "the markup of a book without prices",
    "billing.PriceEntry": "prices",
    "billing.TaxRule": "tax",
    "billing.PassOn": "what is passed on of credits and prorations",
    "billing.Invoice": "tax invoices that were noted, and voiding; its money is a ledger",
    "billing.BankEntry": "entries that were put aside; what the bank said is a ledger",
    "billing.WriteOff": "debt that was given up",
    "billing.Hold": "holds and extensions",
    "billing.PromiseToPay": "promises to pay",
    "billing.Claim": "payments that customers reported",
    "payables.ProviderBill": "a day agreed with the provider; what it billed is a ledger",
    "payables.Finding": "what was decided about a difference on a bill",
    "payables.Standing": "that our account at the provider was said to be in arrears",
    "dunning.PolicyDraft": "a collections policy in the making",
    "dunning.PolicyTold": "that a customer agreed to a policy",
    "dunning.Decision": "calls that were logged; what was decided is a ledger",
    "dunning.DeletionDecision": "what becomes of a customer's data",
    "dunning.DeedMark": "whose a deed of the worklist is, and until when it rests",
    "dunning.SavedView": "views that people keep",
    "disputes.Dispute": "cases",
    "disputes.CaseLine": "what was answered about one line",
    "disputes.CommonCause": "common causes",
    "disputes.Escalation": "escalations to the provider",
    "disputes.EscalationTerms": "when the provider is asked again",
    "disputes.AccessNews": "a customer's word about their access",
}

APPENDED: Final = "appended and never changed: each row says who and when"
ONCE: Final = "its money and identity never change; what is set once says who and when in the row itself"
WORK: Final = "the portal's own work: no person changes it"

# Their own history. The database refuses to delete a row, or to change its money or whose it is.
LEDGERS: Final[dict[str, str]] = {
    "customers.Change": "the history itself",
    "customers.Document": APPENDED,
    "customers.Logo": APPENDED,
    "customers.PlaceChange": APPENDED,
    "customers.TimelineEntry": APPENDED,
    "customers.AccountMail": ONCE,
    "customers.Message": ONCE,
    "customers.MessageAttempt": ONCE,
    "subscriptions.AccessAttempt": ONCE,
    "subscriptions.QuantityAttempt": ONCE,
    "subscriptions.Suspension": ONCE,
    "billing.InvoiceLine": "copied from the charges it bills, and never changed; a draft is made anew",
    "billing.CreditNote": APPENDED,
    "billing.CreditNoteLine": APPENDED,
    "billing.Payment": APPENDED,
    "billing.Allocation": APPENDED,
    "billing.DisputedAmount": "as it was questioned; its end is its case's",
    "billing.BankStatement": APPENDED,
    "billing.BankReading": APPENDED,
    "billing.Checkout": ONCE,
    "billing.TillEvent": APPENDED,
    "billing.Refund": APPENDED,
    "billing.Reversal": APPENDED,
    "billing.ReceivablesSetting": "appended: the newest row counts, and each says who set it",
    "payables.ProviderLine": "as the provider billed it",
    "payables.ProviderTerms": APPENDED,
    "payables.ProviderPayment": APPENDED,
    "payables.ProviderBalance": APPENDED,
    "payables.CashBalance": APPENDED,
    "dunning.PolicyVersion": "published once and never changed",
    "dunning.Stage": "published once and never changed",
    "dunning.CalendarEdition": "published once and never changed",
    "dunning.Case": ONCE,
    "dunning.Run": ONCE,
    "dunning.Proposal": "people's words on it are rows of their own: Approval, or its end",
    "dunning.Approval": APPENDED,
    "dunning.SuspensionDebt": APPENDED,
    "dunning.Restart": APPENDED,
    "dunning.Breaker": "people's words on it are rows of their own: BreakerLift",
    "dunning.BreakerLift": APPENDED,
    "dunning.Simulation": APPENDED,
    "disputes.EarlierAnswer": APPENDED,
    "disputes.CaseEntry": "what was said stays as it was said",
    "disputes.CaseFile": "as it was uploaded; one that belongs to a case is never deleted",
    "disputes.CaseMail": APPENDED,
}

# Neither people's nor a record: made by the portal, and made again.
MACHINERY: Final[dict[str, str]] = {
    "outbox.Clock": "how far the simulated date is ahead",
    "customers.ProviderIdentity": "adopted from the first file that carries it",
    "subscriptions.Subscription": "as the provider says at each reading",
    "subscriptions.CustomerReading": WORK,
    "subscriptions.SubscriptionReading": WORK,
    "subscriptions.AccessChange": "a promise of the outbox; its attempts are kept",
    "subscriptions.QuantityChange": "a promise of the outbox; its attempts are kept, and it says who asked",
    "subscriptions.ProviderCall": "what was asked of the provider; forgotten after some months",
    "subscriptions.ProviderEvent": "what the provider told; forgotten after some months",
    "subscriptions.DriftLook": WORK,
    "billing.Series": "the next number of a document",
    "billing.Candidate": "guesses about an entry of the bank",
    "payables.Intake": "a file on its way in; what it brings is a bill",
    "payables.IntakePage": "pages of an invoice on its way in",
}

# Tables of Django's and allauth's, by app; those that decide who may sign in as whom are kept by customers.history.sql.
OF_OTHERS: Final[dict[str, str]] = {
    "account": "addresses for signing in: kept; mailed keys are short-lived",
    "mfa": "second factors: kept, without their secrets",
    "auth": "groups and what they may do: kept; the list of rights is the code's",
    "usersessions": "who is signed in now",
    "sessions": "who is signed in now",
    "admin": "what Django admin notes; what was changed there is kept here as well",
    "contenttypes": "a list of the models",
}
