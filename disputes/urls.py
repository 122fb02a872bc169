"""At which addresses do this floor's pages live?"""

from django.urls import URLPattern, path

from . import views

urlpatterns: list[URLPattern] = [
    path("", views.disputes, name="disputes"),
    path("<int:dispute_id>/", views.dispute, name="dispute"),
    path("<int:dispute_id>/answer/", views.answer, name="dispute_answer"),
]
