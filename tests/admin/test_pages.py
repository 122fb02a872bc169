"""Does every list and page of the admin open, with its rows, in a bounded number of queries?"""

from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from outbox.models import Clock
from partnerportal.templatetags.support_desk import QUESTIONS

OURS = {"outbox", "customers", "subscriptions", "billing", "payables", "dunning", "disputes"}
ONE_OF_A_KIND = {"Clock", "CalendarEdition", "ProviderIdentity", "ProviderBill"}
MOST_QUERIES = 20


def ours():
    """Every registered admin of our packages."""
    return [place for model, place in admin.site._registry.items() if model._meta.app_label in OURS]


def named(place, page, *args):
    return reverse(f"admin:{place.opts.app_label}_{place.opts.model_name}_{page}", args=args)


def queries_of(client, url):
    with CaptureQueriesContext(connection) as seen:
        response = client.get(url)
        response.content  # noqa: B018
    return response, len(seen)


def test_every_model_has_its_admin():
    models = {model for label in OURS for model in apps.get_app_config(label).get_models()}

    assert {model.__name__ for model in models - set(admin.site._registry)} == set()


def test_every_list_and_every_page_opens_with_as_many_queries_for_one_row_as_for_many(
    full_book, admin_person, signed_in, at_noon
):
    Clock.objects.get_or_create(pk=1, defaults={"offset": "1 day"})
    client = signed_in(admin_person)
    client.get("/admin/")
    faults = []
    for place in ours():
        name = place.model.__name__
        rows = place.model._default_manager.count()
        if rows < (1 if name in ONE_OF_A_KIND else 2):
            faults.append(f"{name}: only {rows} rows")
            continue
        many, cost = queries_of(client, named(place, "changelist"))
        before, place.list_per_page = place.list_per_page, 1
        try:
            one, cost_of_one = queries_of(client, named(place, "changelist"))
        finally:
            place.list_per_page = before
        if (many.status_code, one.status_code) != (200, 200):
            faults.append(f"{name}: list answers {many.status_code}")
        if cost > cost_of_one or cost > MOST_QUERIES:
            faults.append(f"{name}: {cost} queries for {rows} rows, {cost_of_one} for one")
        if many.context["cl"].result_count != rows:
            faults.append(f"{name}: shows {many.context['cl'].result_count} of {rows}")
        for pk in place.model._default_manager.order_by("pk").values_list("pk", flat=True)[:3]:
            page, cost = queries_of(client, named(place, "change", pk))
            if page.status_code != 200 or cost > MOST_QUERIES + 10:
                faults.append(f"{name} {pk}: page answers {page.status_code} with {cost} queries")
    assert faults == [], "\n".join(faults)


def test_the_index_leads_from_each_question_to_lists_that_open(full_book, admin_person, signed_in, at_noon):
    client = signed_in(admin_person)
    html = client.get("/admin/").content.decode()
    shown = html.split('class="portal-questions"')[1].split('class="portal-all"')[0]
    links = [part.split('"')[0] for part in shown.split('<a href="')[1:]]
    wanted = [name for _question, _text, names in QUESTIONS for name in names]
    assert len(links) == len(wanted) and len(set(wanted)) == len(wanted)
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)
