"""At which addresses do this floor's pages live?"""

from django.urls import URLPattern, path

from .views import drift, stops

urlpatterns: list[URLPattern] = [
    path("drift/", drift.drifts, name="drifts"),
    path("drift/<int:drift_id>/", drift.one_drift, name="drift"),
    path("drift/<int:drift_id>/mend/", drift.mend, name="drift_mend"),
    path("stops/new/<int:customer_id>/", stops.stop_new, name="stop_new"),
    path("stops/<int:stop_id>/", stops.stop, name="stop"),
    path("stops/<int:stop_id>/agree/", stops.stop_agree, name="stop_agree"),
    path("stops/<int:stop_id>/refuse/", stops.stop_refuse, name="stop_refuse"),
    path("stops/<int:stop_id>/lift/", stops.stop_lift, name="stop_lift"),
    path("stops/<int:stop_id>/lift/agree/", stops.stop_lift_agree, name="stop_lift_agree"),
    path("stops/<int:stop_id>/keep/", stops.stop_keep, name="stop_keep"),
]
