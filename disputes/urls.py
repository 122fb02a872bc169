"""At which addresses do this floor's pages live?"""

from django.urls import URLPattern, path

from . import views
from .views import escalation_deeds, escalation_list, terms
from .views import escalations as escalated
from .views.files import case_file

urlpatterns: list[URLPattern] = [
    path("<int:dispute_id>/files/<int:file_id>/", case_file, name="dispute_file"),
    path("", views.disputes, name="disputes"),
    path("<int:dispute_id>/", views.dispute, name="dispute"),
    path("<int:dispute_id>/answer/", views.answer, name="dispute_answer"),
    path("<int:dispute_id>/write/", views.write, name="dispute_write"),
    path("<int:dispute_id>/claim/", views.claim, name="dispute_claim"),
    path("<int:dispute_id>/hand-over/", views.hand_over, name="dispute_hand_over"),
    path("<int:dispute_id>/plan/", views.plan, name="dispute_plan"),
    path("new/", views.new, name="dispute_new"),
    path("settings/", terms.case_terms, name="case_terms"),
    path("causes/", views.causes, name="dispute_causes"),
    path("causes/gather/", views.gather, name="dispute_gather"),
    path("causes/<int:cause_id>/", views.cause, name="dispute_cause"),
    path("causes/<int:cause_id>/add/", views.add, name="dispute_cause_add"),
    path("causes/<int:cause_id>/answer/", views.answer_all, name="dispute_cause_answer"),
    path("<int:dispute_id>/escalate/", escalated.escalate, name="escalate"),
    path("causes/<int:cause_id>/escalate/", escalated.escalate_cause, name="escalate_cause"),
    path("escalations/", escalation_list.escalations, name="escalations"),
    path("escalations/<int:escalation_id>/", escalated.escalation, name="escalation"),
    path("escalations/<int:escalation_id>/make/", escalation_deeds.escalation_make, name="escalation_make"),
    path("escalations/<int:escalation_id>/file/", escalation_deeds.escalation_file, name="escalation_file"),
    path("escalations/<int:escalation_id>/remind/", escalation_deeds.escalation_remind, name="escalation_remind"),
    path("escalations/<int:escalation_id>/wait/", escalation_deeds.escalation_wait, name="escalation_wait"),
    path("escalations/<int:escalation_id>/answer/", escalation_deeds.escalation_answer, name="escalation_answer"),
    path("escalations/<int:escalation_id>/withdraw/", escalation_deeds.escalation_withdraw, name="escalation_withdraw"),
    path("escalations/<int:escalation_id>/call-off/", escalation_deeds.escalation_call_off, name="escalation_call_off"),
    path("escalations/<int:escalation_id>/pack/<slug:part>/", escalated.escalation_pack, name="escalation_pack"),
]
