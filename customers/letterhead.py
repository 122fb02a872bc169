"""From whom do a partner's letters come, where do answers go, and how long do their links open an invoice?"""

from dataclasses import dataclass
from typing import Final

from .models import Partner, acting_for
from .placeholders import UNSEEN

MOST_DAYS: Final = 180


class BadLetterhead(Exception):
    """It can't be so; `field` is the one."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True)
class Letterhead:
    """The sender's name (empty: the partner's), the address for answers, and the days a mail's link is good for;
    0 lets letters lead to signing in."""

    sender_name: str
    reply_email: str
    link_days: int

    @classmethod
    def of(cls, partner: Partner) -> "Letterhead":
        """The one that holds."""
        return cls(partner.sender_name, partner.reply_email, partner.link_days)


def set_letterhead(partner: Partner, wanted: Letterhead) -> bool:
    """Let it hold for letters that leave from now on; links that were mailed keep their day. Answers whether that is
    a change. Raises BadLetterhead."""
    if UNSEEN.search(wanted.sender_name) or "\n" in wanted.sender_name:
        raise BadLetterhead("sender_name")
    if not 0 <= wanted.link_days <= MOST_DAYS:
        raise BadLetterhead("link_days")
    with acting_for(partner):
        held = Partner.objects.select_for_update().get(pk=partner.pk)
        if Letterhead.of(held) == wanted:
            return False
        for name in Letterhead.__match_args__:
            setattr(held, name, getattr(wanted, name))
        held.save(update_fields=Letterhead.__match_args__)
        return True
