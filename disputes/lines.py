"""What is said of single lines of a case: how many seats the customer ordered, and our answer to this line alone?"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext

from .models import CaseLine, Dispute
from .refusing import BadQuestion, plain_text

MOST_WORDS: Final = 2000
MOST_SEATS: Final = 1_000_000


def keep_ordered(case: Dispute, ordered: Mapping[int, int]) -> None:
    """Keep how many seats the customer says they ordered of each line (by primary key), in the deed that opens the
    case. Raises BadQuestion (ordered)."""
    for seats in ordered.values():
        if not 0 <= seats <= MOST_SEATS:
            raise BadQuestion("ordered: " + gettext("“%(typed)s” is not a number of seats.") % {"typed": seats})
    CaseLine.objects.bulk_create(
        CaseLine(partner_id=case.partner_id, dispute=case, line_id=line, ordered=seats)
        for line, seats in ordered.items()
    )


def keep_answers(case: Dispute, words: Mapping[int, str], lines: Iterable[int]) -> None:
    """Keep what the answer says of each line (by primary key) in words of its own; an empty text leaves the case's
    words for it. `lines` are those the case questions. Raises BadQuestion (words)."""
    said = {line: kept for line, text in words.items() if (kept := plain_text(text))}
    if not set(said) <= set(lines):
        raise BadQuestion("words: " + gettext("That line is not in question."))
    for line, text in said.items():
        if len(text) > MOST_WORDS:
            raise BadQuestion("words: " + gettext("Too long: at most %(n)s characters.") % {"n": MOST_WORDS})
        of_line: dict[str, Any] = {"partner_id": case.partner_id, "dispute": case, "line_id": line}
        CaseLine.objects.update_or_create(**of_line, defaults={"answer": text})


def answers_of(case: Dispute) -> list[dict[str, Any]]:
    """What the answer that stands says of single lines, in their order: `line` (its position), `name`, `text`."""
    rows = CaseLine.objects.filter(dispute=case).exclude(answer="").order_by("line__position")
    return [
        {"line": position, "name": name, "text": text}
        for position, name, text in rows.values_list("line__position", "line__description", "answer")
    ]


def set_aside(case: Dispute) -> list[dict[str, Any]]:
    """Take the words of an answer that was not accepted from its lines, to be kept beside it."""
    said = answers_of(case)
    CaseLine.objects.filter(dispute=case).exclude(answer="").update(answer="")
    return said


def with_lines(answer: str, said: Iterable[Mapping[str, Any]]) -> str:
    """An answer with what it says of single lines below, each under its line's name."""
    named = gettext("Line %(line)s, %(name)s: %(text)s")
    return "\n\n".join([answer, *(named % one for one in said)])
