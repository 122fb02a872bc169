"""Does each turn of a case at 21Vianet read as what it is, with and without money frozen?"""

import pytest

from .samples import HANHAI, LANGUAGES, values_of, write

TURNS = [("taken_up", ""), ("filed", ""), ("reminded", ""), ("withdrawn", "")]
TURNS += [("answered", result) for result in ("accepted", "partly", "refused", "information")]


def turned(turn: str, result: str = "", **more: str) -> dict[str, str]:
    return {**values_of(HANHAI)["case_turn"], "turn": turn, "result": result, **more}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_turns_read_alike(language):
    written = [write(HANHAI, "case_turn", language, turned(*one)) for one in TURNS]
    assert len({one.text for one in written}) == len(TURNS)
    assert len({one.subject for one in written}) == len({turn for turn, _ in TURNS})


@pytest.mark.parametrize("turn", TURNS)
def test_a_question_without_money_speaks_of_none(turn):
    written = write(HANHAI, "case_turn", "en", turned(*turn, amount="", invoice=""))
    assert "¥" not in written.subject + written.text
    assert "frozen" not in written.text
    assert "invoice" not in written.text.lower()
    assert written.page.button.strip() == "See case HH-2026-D7"


def test_the_subject_says_what_happened_and_what_stays_frozen():
    subject = write(HANHAI, "case_turn", "en", turned("filed", reference="SR 9")).subject
    assert subject == (
        "蓝海贸易有限公司: case HH-2026-D7 is with 21Vianet since Wed 18 Nov, 09:22, reference SR 9, "
        "¥587.66 stays frozen"
    )


def test_words_of_ours_are_marked_as_a_persons():
    text = write(HANHAI, "case_turn", "en", turned("answered", "partly", words="Half of it\nis credited.")).text
    assert "> Half of it\n> is credited." in text


def test_a_reference_cannot_break_out_of_the_letter():
    written = write(HANHAI, "case_turn", "en", turned("filed", reference="<b>SR</b> {{ 7|add:7 }}"))
    assert "<b>SR</b> {{ 7|add:7 }}" in written.page.words
    assert "b" not in written.page.tags
