"""At which address does each page live? A page belongs to the package of the noun in its address."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from customers import people_urls
from subscriptions.views.events import partner_center

from .health import healthz, readyz

# One door for everybody: the admin has no login of its own to guess passwords at.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_title = admin.site.site_header = "Partner Portal"

# allauth asks for it by this name.
handler429 = "partnerportal.slowing.too_many"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("", include("partnerportal.pages.urls")),
    path("settings/people/", include(people_urls.ours)),
    path("my/people/", include(people_urls.mine)),
    path("customers/", include(people_urls.theirs)),
    path("", include(people_urls.anywhere)),
    path("my/", include("partnerportal.pages.my_urls")),
    path("customers/", include("customers.urls")),
    path("subscriptions/", include("subscriptions.urls")),
    path("hooks/partner-center/<slug:slug>/", partner_center, name="partner_center"),
    path("", include("billing.urls")),
    path("provider/", include("payables.urls")),
    path("collections/", include("dunning.urls")),
    path("disputes/", include("disputes.urls")),
    path("api/v1/", include("partnerportal.api.urls")),
    path("accounts/", include("customers.account_urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
