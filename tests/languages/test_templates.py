"""Is every word a template shows inside a translated tag?"""

from __future__ import annotations

import pytest

from .catalogues import ROOT
from .visible import untranslatable

TEMPLATES = ROOT / "templates"
ENGLISH_ONLY = {
    "styleguide.html": "the components' own page; its readers are the portal's engineers",
}
NOT_WORDS = {
    "CSV": "a format's name",
    "XLSX": "a format's name",
    "PDF": "a format's name",
    "SHA-256": "the name of a fingerprint",
    "EN": "the short name of a language, as its own readers write it",
}
EVERY = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.suffix in (".html", ".txt"))


@pytest.mark.parametrize("name", [one for one in EVERY if one not in ENGLISH_ONLY])
def test_no_word_stands_outside_a_translated_tag(name: str) -> None:
    found = untranslatable((TEMPLATES / name).read_text(encoding="utf-8"), markup=name.endswith(".html"))
    assert [words for words in found if words not in NOT_WORDS] == []


def test_what_is_let_through_still_stands_somewhere() -> None:
    assert set(ENGLISH_ONLY) <= set(EVERY)


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("<p>Not due</p>", ["Not due"]),
        ('<img alt="A chart">', ["A chart"]),
        ('<input placeholder="{{ x }} name">', [" name"]),
        ("{% if a %}Paid{% else %}{% translate 'Open' %}{% endif %}", ["Paid"]),
        ("{% blocktranslate count n=n %}{{ n }} line{% plural %}{{ n }} lines{% endblocktranslate %}", []),
        ("{% comment %}Why this is so{% endcomment %}{# so #}<script>let name = 1</script>", []),
        ("<td>{{ a }} &middot; 19 %</td><kbd>Esc</kbd>", []),
    ],
)
def test_the_reader_sees_what_a_visitor_sees(source: str, seen: list[str]) -> None:
    assert untranslatable(source, markup=True) == seen


def test_a_plain_text_is_seen_whole() -> None:
    assert untranslatable("{% load i18n %}Dear reader\n{{ a }}: 5\n", markup=False) == ["Dear reader"]
