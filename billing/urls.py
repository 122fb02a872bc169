"""At which addresses do this floor's pages live?"""

from django.urls import URLPattern, path

from . import views
from .views import aging, bank, bank_import, papers

urlpatterns: list[URLPattern] = [
    path("invoices/", views.invoices, name="invoices"),
    path("invoices/issue/", views.issue, name="invoices_issue"),
    path("invoices/<int:invoice_id>/", views.invoice, name="invoice"),
    path("invoices/<int:invoice_id>/pdf/", papers.invoice_pdf, name="invoice_pdf"),
    path("credit-notes/<int:note_id>/pdf/", papers.credit_note_pdf, name="credit_note_pdf"),
    path("invoices/new/", views.new, name="invoice_new"),
    path("invoices/import/", views.bring_in, name="invoice_import"),
    path("invoices/<int:invoice_id>/edit/", views.edit, name="draft_edit"),
    path("invoices/<int:invoice_id>/delete/", views.delete, name="draft_delete"),
    path("invoices/<int:invoice_id>/credit/", views.credit, name="invoice_credit"),
    path("invoices/<int:invoice_id>/write-off/", views.write_off, name="invoice_write_off"),
    path("invoices/<int:invoice_id>/void/", views.void, name="invoice_void"),
    path("invoices/<int:invoice_id>/tax-invoice/", views.tax_invoice, name="invoice_tax"),
    path("write-offs/<int:write_off_id>/", views.decide_write_off, name="write_off_decide"),
    path("payments/<int:payment_id>/reverse/", views.reverse_payment, name="payment_reverse"),
    path("payments/<int:payment_id>/refund/", views.refund_payment, name="payment_refund"),
    path("credit-notes/<int:note_id>/refund/", views.refund_credit, name="credit_refund"),
    path("insights/receivables/", aging.receivables, name="receivables"),
    path("payments/", views.payments, name="payments"),
    path("payments/new/", views.receive, name="payment_new"),
    path("payments/bank/", bank.bank, name="bank"),
    path("payments/bank/import/", bank_import.bring_in, name="bank_import"),
    path("payments/bank/import/<int:statement_id>/", bank_import.progress, name="bank_progress"),
    path("payments/bank/complete/", bank_import.complete, name="cash_complete"),
    path("payments/bank/<int:entry_id>/match/", bank.match, name="bank_match"),
    path("payments/bank/<int:entry_id>/aside/", bank.aside, name="bank_aside"),
    path("payments/bank/<int:entry_id>/back/", bank.back, name="bank_back"),
    path("payments/<int:payment_id>/allocate/", views.use_rest, name="payment_allocate"),
    path("payments/<int:payment_id>/", views.payment, name="payment"),
]
