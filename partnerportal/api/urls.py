"""At which addresses do programs read?"""

from django.urls import URLPattern, path

from . import document, lists

urlpatterns: list[URLPattern] = [
    path("openapi.json", document.document, name="api_document"),
    path("invoices/", lists.invoices, name="api_invoices"),
    path("payments/", lists.payments, name="api_payments"),
    path("runs/", lists.runs, name="api_runs"),
]
