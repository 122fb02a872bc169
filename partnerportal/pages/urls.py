"""At which addresses do the pages live that belong to no single noun?"""

from django.urls import URLPattern, path, re_path

from . import (
    home,
    insights,
    insights_parts,
    letters,
    linked,
    my_papers,
    search,
    settings,
    simulated,
    styleguide,
    worklist,
    worklist_marks,
)

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("clock/", simulated.clock_page, name="clock"),
    path("clock/next/", simulated.forward, name="next_day"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("search/", search.search, name="search"),
    path("insights/", insights.insights, name="insights"),
    re_path(
        rf"^insights/(?P<chart>{'|'.join(insights_parts.PARTS)})/$", insights_parts.insights_part, name="insights_part"
    ),
    path("settings/", settings.settings, name="settings"),
    path("settings/letters/", letters.letters, name="letters"),
    path("settings/letters/sender/", letters.sender, name="letters_sender"),
    path("settings/letters/<slug:letter>/<slug:language>/", letters.letter_words, name="letter_words"),
    path("settings/letters/<slug:letter>/<slug:language>/preview/", letters.preview, name="letter_preview"),
    path("collections/policy/<int:number>/pdf/", my_papers.staff_policy_pdf, name="policy_pdf"),
    path("link/ask/", linked.ask, name="link_ask"),
    path("link/asked/", linked.asked, name="link_asked"),
    path("link/<slug:token>/", linked.opened, name="linked"),
    path("link/<slug:token>/pdf/", linked.invoice_pdf, name="linked_pdf"),
    path("worklist/", worklist.worklist, name="worklist"),
    path("worklist/mark/", worklist_marks.mark, name="worklist_mark"),
    path("worklist/snooze/", worklist_marks.snooze, name="worklist_snooze"),
    path("worklist/hand-over/", worklist_marks.give, name="worklist_hand_over"),
    path("worklist/views/", worklist_marks.views, name="worklist_views"),
    path("worklist/call/<int:decision_id>/", worklist.call, name="worklist_call"),
    path("worklist/address/<int:customer_id>/", worklist.address, name="worklist_address"),
    re_path(
        r"^worklist/retry/(?P<kind>access|reading)/(?P<effect_id>[0-9]{1,18})/$",
        worklist.try_again,
        name="worklist_retry",
    ),
]
