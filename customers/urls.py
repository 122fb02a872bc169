"""At which addresses do this floor's pages live?"""

from django.urls import URLPattern, path

from billing.views import statements
from dunning.views.why import customer_why

from . import views
from .views import limit, links

urlpatterns: list[URLPattern] = [
    path("", views.customers, name="customers"),
    path("<int:customer_id>/", views.customer, name="customer"),
    path("<int:customer_id>/why/", customer_why, name="customer_why"),
    path("<int:customer_id>/address/", views.address, name="customer_address"),
    path("<int:customer_id>/limit/", limit.set_credit_limit, name="customer_limit"),
    path("<int:customer_id>/links/", links.mail_links, name="customer_links"),
    path("<int:customer_id>/statement/", statements.statement, name="customer_statement"),
    path("<int:customer_id>/statement/pdf/", statements.statement_pdf, name="customer_statement_pdf"),
]
