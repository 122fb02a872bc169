"""At which addresses do this floor's pages live?"""

from django.urls import URLPattern, path

from . import views

urlpatterns: list[URLPattern] = [
    path("", views.customers, name="customers"),
    path("<int:customer_id>/", views.customer, name="customer"),
    path("<int:customer_id>/address/", views.address, name="customer_address"),
]
