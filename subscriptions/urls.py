"""At which addresses do this floor's pages live?"""

from django.urls import URLPattern, path

from . import views

urlpatterns: list[URLPattern] = [
    path("stops/new/<int:customer_id>/", views.stop_new, name="stop_new"),
    path("stops/<int:stop_id>/", views.stop, name="stop"),
    path("stops/<int:stop_id>/agree/", views.stop_agree, name="stop_agree"),
    path("stops/<int:stop_id>/refuse/", views.stop_refuse, name="stop_refuse"),
    path("stops/<int:stop_id>/lift/", views.stop_lift, name="stop_lift"),
    path("stops/<int:stop_id>/lift/agree/", views.stop_lift_agree, name="stop_lift_agree"),
    path("stops/<int:stop_id>/keep/", views.stop_keep, name="stop_keep"),
]
