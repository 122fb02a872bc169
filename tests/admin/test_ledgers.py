"""Does history stay as it was written, in the admin and in the database itself?"""

from django.conf import settings
from django.contrib import admin
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from billing.models import Allocation, CreditNote, Invoice, Payment
from customers.ledgers import Ledger
from customers.models import Contact, Customer, Partner, TimelineEntry, User
from dunning.models import Decision
from tests.admin.test_pages import named, ours

HISTORY = {
    *("Invoice", "InvoiceLine", "CreditNote", "CreditNoteLine", "Payment", "Allocation", "DisputedAmount", "Series"),
    *("ProviderBill", "ProviderLine", "ProviderIdentity", "Decision", "Run", "Proposal", "Approval", "SuspensionDebt"),
    *("PolicyDraft", "PromiseToPay", "Claim", "DeedMark", "SavedView"),
    *("Case", "Restart", "PolicyVersion", "Stage", "PolicyTold", "CalendarEdition", "Suspension", "Subscription"),
    *("AccessChange", "AccessAttempt", "CustomerReading", "Message", "MessageAttempt", "TimelineEntry", "Dispute"),
    *("WriteOff", "Refund", "Reversal", "BankStatement", "BankEntry", "BankReading", "Candidate", "Document"),
    *("Breaker", "BreakerLift", "DeletionDecision", "Simulation", "AccessStop", "ProviderCall"),
    *("Checkout", "TillEvent"),
    *("Drift", "DriftLook", "ProviderEvent", "QuantityChange", "QuantityAttempt", "SubscriptionReading"),
    *("ProviderPayment", "ProviderTerms", "ProviderBalance", "CashBalance", "Standing", "Finding"),
    *("Intake", "IntakePage"),
    *("CommonCause", "EarlierAnswer", "CaseEntry", "CaseFile", "CaseMail", "Escalation"),
    *("AccessNews", "CaseLine", "EscalationTerms"),
    *("PriceEntry", "TaxRule", "PassOn", "ReceivablesSetting"),
    *("LetterWords", "Logo", "ContactPreference", "MailLink"),
    *("Invitation", "PlaceChange", "AccountMail", "ApiToken", "Change"),
    "Clock",
}
MAY_BE_TAKEN_AWAY = {"Membership"}


def every_value(row):
    """The row as the database has it."""
    return type(row)._default_manager.filter(pk=row.pk).values().get()


def test_history_is_read_only_and_everything_else_is_edited_on_purpose():
    read_only = {place.model.__name__ for place in ours() if isinstance(place, Ledger)}

    assert read_only == HISTORY
    assert {place.model.__name__ for place in ours()} - read_only == {
        *("Partner", "User", "Membership", "Customer", "Contact", "PriceRule", "Hold"),
    }


def test_nobody_adds_changes_or_deletes_history_in_the_admin(full_book, admin_person, signed_in, at_noon):
    client = signed_in(admin_person)
    answers = {}
    for place in ours():
        row = place.model._default_manager.order_by("pk").first()
        if row is None or not isinstance(place, Ledger):
            continue
        before = every_value(row)
        posted = {field.name: "9" for field in place.opts.fields}
        answers[place.model.__name__] = [
            client.get(named(place, "add")).status_code,
            client.post(named(place, "add"), posted).status_code,
            client.post(named(place, "change", row.pk), posted).status_code,
            client.get(named(place, "delete", row.pk)).status_code,
            client.post(named(place, "delete", row.pk), {"post": "yes"}).status_code,
        ]
        client.post(
            named(place, "changelist"), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        )
        assert every_value(row) == before
    assert {name: answer for name, answer in answers.items() if set(answer) != {403}} == {}
    assert len(answers) > 25


def test_only_memberships_are_deleted(full_book, admin_person, signed_in, at_noon):
    client = signed_in(admin_person)
    for place in ours():
        row = place.model._default_manager.order_by("pk").first()
        if row is None:
            continue
        answer = client.get(named(place, "delete", row.pk))
        page = client.get(named(place, "changelist")).content.decode()

        deletable = place.model.__name__ in MAY_BE_TAKEN_AWAY
        assert (answer.status_code == 200) is deletable, place
        assert ("delete_selected" in page) is deletable, place


CHANGES = [
    (Payment, "amount = amount + 1"),
    (Payment, "reference = 'other'"),
    (Payment, "customer_id = customer_id + 1"),
    (Allocation, "amount = amount / 2"),
    (Allocation, "line_id = line_id + 1"),
    (Invoice, "total = total + 1"),
    (Invoice, "number = 'HH-1'"),
    (Invoice, "due_on = due_on + 30"),
    (Invoice, "status = 'draft'"),
    (CreditNote, "total = total + 1"),
    (CreditNote, "number = 'C-1'"),
    (Decision, "amount = amount + 1"),
    (Decision, "not_before = now()"),
    (Decision, "facts = '{}'"),
    (TimelineEntry, "at = now()"),
    (TimelineEntry, "shared = NOT shared"),
]


def test_the_application_can_neither_change_nor_delete_what_happened(full_book):
    """Each is asked of the database by the role the portal serves with; each must be refused by a guard."""
    rows = {model: model.objects.order_by("pk")[0].pk for model, _change in CHANGES if model is not Invoice}
    rows[Invoice] = Invoice.objects.issued().order_by("pk")[0].pk
    deeds = [(model, f"UPDATE {model._meta.db_table} SET {change} WHERE id = %s") for model, change in CHANGES]
    deeds += [(model, f"DELETE FROM {model._meta.db_table} WHERE id = %s") for model in rows]

    answers = {deed: refused_as_application(deed, rows[model]) for model, deed in deeds}

    assert [deed for deed, answer in answers.items() if "pgtrigger: Cannot" not in answer] == []
    assert len(answers) == 22


def refused_as_application(statement: str, pk: int) -> str:
    """What the database answers the role the portal serves with; empty if it did it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {settings.DATABASE_APP_ROLE}")
            cursor.execute("SELECT current_user")
            assert cursor.fetchone()[0] == settings.DATABASE_APP_ROLE
            cursor.execute(statement, [pk])
            touched = cursor.rowcount
            transaction.set_rollback(True)
    except DatabaseError as error:
        return str(error)
    assert touched == 1, "there was no row to change"
    return ""


def test_the_application_reads_its_rows_and_changes_what_is_not_history(full_book):
    """So that the refusals above are the guards', not a missing right."""
    customer = full_book.lanhai
    assert refused_as_application("UPDATE customers_customer SET language = 'ru' WHERE id = %s", customer.pk) == ""


def test_a_partner_or_person_with_history_is_not_deleted(full_book, admin_person, signed_in):
    client = signed_in(admin_person)
    for row in (full_book.partner, full_book.people["owner"], full_book.lanhai, Contact.objects.first()):
        url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_delete", args=[row.pk])
        assert client.post(url, {"post": "yes"}).status_code == 403
    assert Partner.objects.count() == 2
    assert User.objects.filter(pk=full_book.people["owner"].pk).exists()
    assert Customer.objects.filter(pk=full_book.lanhai.pk).exists()
    assert admin.site.is_registered(Partner)
