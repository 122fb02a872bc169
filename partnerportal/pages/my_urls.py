"""At which addresses do a customer's own pages live?"""

from django.urls import URLPattern, path

from . import my_cases, my_home, my_invoices, my_policy, my_question, my_subscriptions

urlpatterns: list[URLPattern] = [
    path("", my_home.home, name="my-home"),
    path("invoices/", my_invoices.invoices, name="my-invoices"),
    path("invoices/<int:pk>/", my_invoices.invoice, name="my-invoice"),
    path("invoices/<int:pk>/question/", my_question.ask, name="my-question"),
    path("invoices/<int:pk>/question/effect/", my_question.effect, name="my-question-effect"),
    path("subscriptions/", my_subscriptions.subscriptions, name="my-subscriptions"),
    path("cases/", my_cases.cases, name="my-cases"),
    path("cases/<int:pk>/", my_cases.case, name="my-case"),
    path("cases/<int:pk>/resolved/", my_cases.say_resolved, name="my-case-resolved"),
    path("policy/", my_policy.policy, name="my-policy"),
    path("policy/<int:number>/agree/", my_policy.agree, name="my-policy-agree"),
]
