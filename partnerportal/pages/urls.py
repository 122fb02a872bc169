"""At which addresses do the pages live that belong to no single noun?"""

from django.urls import URLPattern, path, re_path

from . import home, insights, my_papers, settings, simulated, styleguide, worklist

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("clock/next/", simulated.forward, name="next_day"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("insights/", insights.insights, name="insights"),
    path("settings/", settings.settings, name="settings"),
    path("collections/policy/<int:number>/pdf/", my_papers.staff_policy_pdf, name="policy_pdf"),
    path("worklist/", worklist.worklist, name="worklist"),
    path("worklist/call/<int:decision_id>/", worklist.call, name="worklist_call"),
    path("worklist/address/<int:customer_id>/", worklist.address, name="worklist_address"),
    re_path(
        r"^worklist/retry/(?P<kind>access|reading)/(?P<effect_id>[0-9]{1,18})/$",
        worklist.try_again,
        name="worklist_retry",
    ),
]
