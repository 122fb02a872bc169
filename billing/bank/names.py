"""When are two names the same company, and which document numbers stand in a text?"""

import re
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

# What companies are called besides their names, as words and as the ends of Chinese names.
FORMS: Final = frozenset(
    re.findall(
        r"\w+",
        "ltd limited co company corp corporation inc incorporated llc llp plc gmbh ag sa sarl bv nv oy ab as pte pty"
        " sdn bhd kg kk ооо оао зао пао ао ип",
    )
)
ENDINGS: Final = ("股份有限公司", "有限责任公司", "有限公司", "集团公司", "公司")
SHORTEST_NAME: Final = 2
SHORTEST_NUMBER: Final = 5
# A payment reference may happen to have no digit.
SHORTEST_CODE: Final = 8
MOST_WORDS: Final = 5
CLOSE: Final = 0.9
# Banks cut long names off.
SHORTEST_BEGINNING: Final = 10

_WORD: Final = re.compile(r"[A-Z0-9]+", re.ASCII)


def same_form(name: str) -> str:
    """A company's name without case, width, punctuation and legal form. Letters of another script stay another
    name, however alike they look."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    words = re.findall(r"[^\W_]+", plain.replace("'", "").replace("’", "").replace(".", ""))
    kept = [word for word in words if word not in FORMS] or words
    joined = " ".join(kept)
    for ending in ENDINGS:
        if joined.endswith(ending) and len(joined) - len(ending) >= SHORTEST_NAME:
            return joined[: -len(ending)].strip()
    return joined


def close(first: str, second: str) -> bool:
    """Whether two names in `same_form` are nearly the same: cut off by a bank, in another order, or misspelt."""
    if not first or not second or first == second:
        return bool(first) and first == second
    if sorted(first.split()) == sorted(second.split()):
        return True
    short, long = sorted((first, second), key=len)
    if len(short) >= SHORTEST_BEGINNING and long.startswith(short):
        return True
    if not (first.isascii() and second.isascii()) or len(short) < SHORTEST_BEGINNING:
        return False
    if re.findall(r"\d+", first) != re.findall(r"\d+", second):
        return False
    return SequenceMatcher(None, first, second).ratio() >= CLOSE


def likenesses(name: str) -> tuple[str, str]:
    """Under which two keys names in `same_form` that may be `close` are looked for: their words, their beginning."""
    return " ".join(sorted(name.split())), f"{name[:SHORTEST_BEGINNING]}…"


def same_number(number: str) -> str:
    """A document's number without case, spaces and dashes; empty where it is too short to be told apart."""
    plain = "".join(_WORD.findall(unicodedata.normalize("NFKC", number).upper()))
    telling = len(plain) >= SHORTEST_NUMBER and any(one.isdigit() for one in plain) or len(plain) >= SHORTEST_CODE
    return plain if telling else ""


def numbers_in(text: str) -> Iterator[str]:
    """Whatever in a text could be a document's number, in `same_number`'s form: words, and words that follow each
    other with a space or dash between. Never a part of a word, so never a part of a longer number."""
    plain = unicodedata.normalize("NFKC", text).upper()
    words = list(_WORD.finditer(plain))
    for first in range(len(words)):
        if _goes_on(plain, words[first].start() - 1, -1):
            continue
        joined = ""
        for last in range(first, min(first + MOST_WORDS, len(words))):
            if last > first and not _joins(plain[words[last - 1].end() : words[last].start()]):
                break
            joined += words[last][0]
            if same_number(joined) and not _goes_on(plain, words[last].end(), 1):
                yield joined


def _joins(between: str) -> bool:
    """Spaces and dashes may stand within one number."""
    return len(between) <= 3 and all(one in " -_./" or unicodedata.category(one) == "Pd" for one in between)


def _goes_on(text: str, at: int, step: int) -> bool:
    """A dash and a further digit: the number is longer than this."""
    after = at + step
    if not 0 <= after < len(text):
        return False
    return text[at] in "-_" and text[after].isdigit()
