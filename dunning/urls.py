"""At which addresses do this floor's pages live?"""

from django.urls import URLPattern, path

from . import views

urlpatterns: list[URLPattern] = [
    path("", views.runs, name="collections"),
    path("runs/now/", views.run_now, name="run_now"),
    path("runs/dry/", views.dry, name="run_dry"),
    path("runs/<int:run_id>/", views.run, name="run"),
    path("proposals/", views.proposals, name="proposals"),
    path("proposals/<int:proposal_id>/", views.proposal, name="proposal"),
    path("proposals/<int:proposal_id>/approve/", views.approve, name="proposal_approve"),
    path("proposals/<int:proposal_id>/refuse/", views.refuse, name="proposal_refuse"),
    path("policy/", views.policy, name="policy"),
]
