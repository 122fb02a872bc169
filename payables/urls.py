"""At which addresses do this floor's pages live?"""

from django.urls import URLPattern, path

from . import views

urlpatterns: list[URLPattern] = [
    path("", views.bills, name="provider"),
    path("import/", views.bring_in, name="provider_import"),
    path("bills/<int:bill_id>/", views.bill, name="provider_bill"),
    path("bills/<int:bill_id>/draft/", views.draft, name="provider_draft"),
]
