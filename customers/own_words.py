"""What does a partner say in its own words in a letter, and who changes that?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone, translation

from .models import LetterWords, Message, Partner, User, acting_for
from .placeholders import NAMES, faults, filled, values_of
from .writing import LANGUAGES

# Without these a letter has no debt behind it: a suspension for misuse, or at the customer's own wish.
ABOUT_DEBT: Final = {"suspended": "amount", "restored": "paid_at"}


class BadWords(Exception):
    """Words that can't be kept. `field` is opening or closing, `why` each fault with its line and place."""

    def __init__(self, field: str, why: list[str]) -> None:
        super().__init__(f"{field}: {'; '.join(why)}")
        self.field, self.why = field, why


@dataclass(frozen=True)
class Own:
    """A partner's words before and after ours, their values put in; empty where it has none."""

    opening: str = ""
    closing: str = ""


def own_words(message: Message) -> Own:
    """The words this letter's partner has for it in its language, in one query."""
    if not _can_have(message):
        return Own()
    kept = LetterWords.objects.of(message.partner).filter(letter=message.letter, language=message.language).first()
    return said(message, kept.opening, kept.closing) if kept else Own()


def said(message: Message, opening: str, closing: str) -> Own:
    """These words as they would stand in a letter."""
    if not _can_have(message):
        return Own()
    with translation.override(message.language), timezone.override(message.customer.tz):
        values = values_of(message)
        return Own(filled(opening, values), filled(closing, values))


def _can_have(message: Message) -> bool:
    needed = ABOUT_DEBT.get(message.letter)
    return message.letter in NAMES and (needed is None or needed in message.values)


def keep_words(
    partner: Partner, letter: str, language: str, *, opening: str, closing: str, by: User, now: datetime
) -> LetterWords | None:
    """Let a partner's letter say these words in this language from the next one on; both empty takes them away.

    Letters that have left keep what they said. Raises BadWords; LookupError for a letter or language we have not."""
    if letter not in NAMES or language not in LANGUAGES:
        raise LookupError(f"{letter} in {language}")
    texts = {"opening": _trimmed(opening), "closing": _trimmed(closing)}
    for field, text in texts.items():
        if why := faults(text, letter):
            raise BadWords(field, why)
    with acting_for(partner):
        mine: dict[str, Any] = {"partner": partner, "letter": letter, "language": language}
        if not any(texts.values()):
            LetterWords.objects.filter(**mine).delete()
            return None
        kept, _ = LetterWords.objects.update_or_create(**mine, defaults={**texts, "written_at": now, "written_by": by})
        return kept


def _trimmed(text: str) -> str:
    """Lines as they were typed, without blanks at their ends."""
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()
