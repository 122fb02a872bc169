"""At which addresses do a customer's own pages live?"""

from django.urls import URLPattern, path

from . import (
    my_cases,
    my_home,
    my_invoices,
    my_paid,
    my_papers,
    my_policy,
    my_promise,
    my_question,
    my_statement,
    my_subscriptions,
)

urlpatterns: list[URLPattern] = [
    path("", my_home.home, name="my-home"),
    path("invoices/", my_invoices.invoices, name="my-invoices"),
    path("invoices/<int:pk>/", my_invoices.invoice, name="my-invoice"),
    path("invoices/<int:pk>/pdf/", my_papers.invoice_pdf, name="my-invoice-pdf"),
    path("credit-notes/<int:pk>/pdf/", my_papers.credit_note_pdf, name="my-credit-note-pdf"),
    path("statement/", my_statement.statement, name="my-statement"),
    path("statement/pdf/", my_statement.statement_pdf, name="my-statement-pdf"),
    path("policy/<int:number>/pdf/", my_papers.policy_pdf, name="my-policy-pdf"),
    path("invoices/<int:pk>/question/", my_question.ask, name="my-question"),
    path("invoices/<int:pk>/question/effect/", my_question.effect, name="my-question-effect"),
    path("invoices/<int:pk>/promise/", my_promise.give, name="my-promise"),
    path("invoices/<int:pk>/paid/", my_paid.report, name="my-paid"),
    path("subscriptions/", my_subscriptions.subscriptions, name="my-subscriptions"),
    path("cases/", my_cases.cases, name="my-cases"),
    path("cases/<int:pk>/", my_cases.case, name="my-case"),
    path("cases/<int:pk>/resolved/", my_cases.say_resolved, name="my-case-resolved"),
    path("policy/", my_policy.policy, name="my-policy"),
    path("policy/<int:number>/agree/", my_policy.agree, name="my-policy-agree"),
]
