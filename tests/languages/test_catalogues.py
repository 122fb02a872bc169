"""Is everything the portal says translated, whole, and compiled as it stands?"""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest

from .catalogues import LANGUAGES, Entry, Key, compiled, compiling, header, missing_tools, path_of, read, said, unseen

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}|</?\w[^>]*>")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,:;?!]|[，。：；？！（）、] ")
each_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> set[Key]:
    """What code and templates say today."""
    if missing := missing_tools():
        told = f"extracting needs {', '.join(missing)} (Debian: gettext)"
        if os.environ.get("PORTAL_REQUIRE_BROWSER") == "1":
            pytest.fail(told)
        pytest.skip(told)
    workplace: Path = tmp_path_factory.mktemp("sources")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(workplace)
        return said(workplace)


def entries(language: str) -> list[Entry]:
    return read(path_of(language))


def listed(found: list[str]) -> str:
    return "\n".join(["", *found])


@each_language
def test_nothing_is_untranslated_or_only_guessed(language: str) -> None:
    empty = [one.key[1] for one in entries(language) if not one.forms or not all(one.forms)]
    fuzzy = [one.key[1] for one in entries(language) if "fuzzy" in one.flags]
    assert not empty, listed(empty)
    assert not fuzzy, listed(fuzzy)


@each_language
def test_a_count_has_every_plural_form_of_the_language(language: str) -> None:
    forms = LANGUAGES[language]
    assert f"nplurals={forms};" in header(path_of(language))
    wrong = [one.key[1] for one in entries(language) if len(one.forms) != (forms if one.key[2] else 1)]
    assert not wrong, listed(wrong)


@each_language
def test_the_catalogue_has_what_code_and_templates_say_and_nothing_else(language: str, texts: set[Key]) -> None:
    known = {one.key for one in entries(language)}
    assert len(texts) > 1000
    assert not (new := texts - known), "run `make messages` and translate:" + listed([text for _, text, _ in new])
    assert not (gone := known - texts), "run `make messages`, nobody says:" + listed([text for _, text, _ in gone])


def test_extraction_passes_no_text_by() -> None:
    assert not (found := unseen()), listed(found)


@each_language
def test_placeholders_and_tags_survive_in_every_form(language: str) -> None:
    wrong = []
    for entry in entries(language):
        _, text, plural = entry.key
        wanted = Counter(PLACEHOLDER.findall(plural or text))
        wrong += [f"{text} | {form}" for form in entry.forms if Counter(PLACEHOLDER.findall(form)) != wanted]
    assert not wrong, listed(wrong)


@each_language
def test_blanks_at_the_ends_are_kept(language: str) -> None:
    """Fragments are put together in code: a line break or a blank at an end is part of them. Chinese sets none
    after its full-width marks."""
    wrong = []
    for entry in entries(language):
        text = entry.key[2] or entry.key[1]
        for form in entry.forms:
            wide = language == "zh_Hans" and form[-1] in "：，。"
            if form[:1].isspace() != text[:1].isspace() or (form[-1:].isspace() != text[-1:].isspace() and not wide):
                wrong.append(f"{text!r} | {form!r}")
    assert not wrong, listed(wrong)


@each_language
def test_the_compiled_catalogue_says_the_same(language: str) -> None:
    assert compiled(language) == compiling(language), "run `make messages`"


def test_chinese_keeps_its_full_width_marks_and_no_blank_after_them() -> None:
    forms = [form for one in entries("zh_Hans") for form in one.forms]
    wrong = [form for form in forms if HALF_WIDTH.search(PLACEHOLDER.sub("字", form))]
    assert not wrong, listed(wrong)


def test_chinese_calls_the_provider_by_its_chinese_name() -> None:
    named = [one for one in entries("zh_Hans") if "21Vianet" in one.key[1]]
    assert named
    wrong = [form for one in named for form in one.forms if "21Vianet" in form or "世纪互联" not in form]
    assert not wrong, listed(wrong)


@each_language
def test_nobody_raises_their_voice(language: str) -> None:
    wrong = [form for one in entries(language) for form in one.forms if re.search(r"[!！]|\b[А-ЯЁ]{4,}\b", form)]
    assert not wrong, listed(wrong)


def test_russian_addresses_the_reader_in_small_letters() -> None:
    """вы and ваш begin with a capital only where a sentence does."""
    inside = re.compile(r"(?<![.?:%»] )(?<!^)(?<![«(])\bВ(ы|ас|ам|ами|аш\w*)\b")
    wrong = [form for one in entries("ru") for form in one.forms if inside.search(form)]
    assert not wrong, listed(wrong)
