"""At which addresses do this floor's pages live?"""

from django.urls import URLPattern, path

from . import views

urlpatterns: list[URLPattern] = [
    path("invoices/", views.invoices, name="invoices"),
    path("invoices/issue/", views.issue, name="invoices_issue"),
    path("invoices/<int:invoice_id>/", views.invoice, name="invoice"),
    path("payments/", views.payments, name="payments"),
    path("payments/new/", views.receive, name="payment_new"),
    path("payments/<int:payment_id>/", views.payment, name="payment"),
]
