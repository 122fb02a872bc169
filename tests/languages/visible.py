"""Which words does a template show that nobody could translate?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.template.base import Lexer, Token, TokenType

LETTERS = re.compile(r"[^\W\d_]{2,}")
ENTITY = re.compile(r"&\w+;")
TRANSLATED = ("blocktrans", "blocktranslate")
HIDDEN = ("comment", "verbatim")
NAMES_OF_STYLES = ("bodyclass", "_class", "sheet")
"""How the blocks end whose content stands in a class attribute."""

SPOKEN_ATTRIBUTES = ("alt", "title", "placeholder", "aria-label", "aria-description", "data-label", "summary")
SILENT_ELEMENTS = ("script", "style", "code", "kbd")


def untranslatable(source: str, *, markup: bool) -> list[str]:
    """The words outside translated blocks: text and spoken attributes of markup, all of a plain text."""
    kept = "".join(_kept(Lexer(source).tokenize()))
    if not markup:
        return [line.strip() for line in kept.splitlines() if LETTERS.search(line)]
    reader = _Reader()
    reader.feed(kept)
    reader.close()
    return reader.found


def _kept(tokens: list[Token]) -> Iterator[str]:
    """A template's literal text; what tags and variables write is theirs to translate."""
    closing = ""
    for token in tokens:
        words = token.split_contents() if token.token_type == TokenType.BLOCK else [""]
        if closing:
            closing = "" if words[0] == closing else closing
        elif words[0] in TRANSLATED + HIDDEN or (words[0] == "block" and words[1].endswith(NAMES_OF_STYLES)):
            closing = f"end{words[0]}"
        elif token.token_type == TokenType.TEXT:
            yield token.contents


class _Reader(HTMLParser):
    """Collects what a visitor sees or hears of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT_ELEMENTS:
            self.silent.append(tag)
        self.found += [value for name, value in attrs if name in SPOKEN_ATTRIBUTES and value and LETTERS.search(value)]

    def handle_endtag(self, tag: str) -> None:
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        words = " ".join(ENTITY.sub(" ", data).split())
        if not self.silent and LETTERS.search(words):
            self.found.append(words)
