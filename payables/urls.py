"""At which addresses do this floor's pages live?"""

from django.urls import URLPattern, path

from . import views
from .views import desk, intakes, keeping, reconciliation
from .views.margin import margin

urlpatterns: list[URLPattern] = [
    path("", desk.desk, name="provider"),
    path("compared/", desk.compared, name="provider_compared"),
    path("bills/", views.bills, name="provider_bills"),
    path("import/", intakes.bring_in, name="provider_import"),
    path("import/<int:intake_id>/", intakes.intake, name="provider_intake"),
    path("import/<int:intake_id>/progress/", intakes.intake_progress, name="provider_intake_progress"),
    path("import/<int:intake_id>/apply/", intakes.apply, name="provider_intake_apply"),
    path("import/<int:intake_id>/drop/", intakes.drop, name="provider_intake_drop"),
    path("fetch/", intakes.fetch, name="provider_fetch"),
    path("bills/<int:bill_id>/", views.bill, name="provider_bill"),
    path("bills/<int:bill_id>/pay/", keeping.pay, name="provider_pay"),
    path("bills/<int:bill_id>/due/", keeping.agree_day, name="provider_due"),
    path("payments/<int:sent_id>/back/", keeping.take_back, name="provider_take_back"),
    path("terms/", keeping.agree_terms, name="provider_terms"),
    path("restriction/", keeping.restriction, name="provider_restriction"),
    path("balances/", keeping.ask_balances, name="provider_balances"),
    path("cash/", keeping.cash, name="provider_cash"),
    path("bills/<int:bill_id>/draft/", views.draft, name="provider_draft"),
    path("bills/<int:bill_id>/compare/", reconciliation.compare, name="provider_compare"),
    path("findings/", reconciliation.findings, name="provider_findings"),
    path("findings/accept/", reconciliation.accept_findings, name="provider_findings_accept"),
    path("findings/reopen/", reconciliation.reopen_findings, name="provider_findings_reopen"),
    path("findings/dispute/", reconciliation.dispute_findings, name="provider_findings_dispute"),
    path("findings/gather/", reconciliation.gather_findings, name="provider_findings_gather"),
    path("margin/", margin, name="provider_margin"),
]
