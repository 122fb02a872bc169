"""What does a partner promise for its cases, and how do customers reach it?"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext

from customers.models import Partner, User, acting_for
from customers.roles import May

from .models import EscalationTerms
from .owning import may_own
from .refusing import BadQuestion, check_may

MOST_DAYS: Final = 30
MOST_QUESTIONS: Final = 50
# Beijing's business days until 21Vianet is asked again, where the partner has not said otherwise.
ASK_AGAIN_DAYS: Final = 3


@dataclass(frozen=True)
class Terms:
    """Business days until a case is answered and until silence agrees, how often a line may be questioned, Beijing's
    business days until 21Vianet is asked again, who owns what nobody has claimed, and the support's address, number
    and hours."""

    answer_days: int
    confirm_days: int
    questions_per_line: int
    ask_again_days: int = ASK_AGAIN_DAYS
    case_owner: User | None = None
    support_email: str = ""
    support_phone: str = ""
    support_hours: str = ""

    @classmethod
    def of(cls, partner: Partner) -> "Terms":
        """Those that hold."""
        held = {name: getattr(partner, name) for name in OF_PARTNER}
        return cls(**held, ask_again_days=ask_again_days(partner))


OF_PARTNER: Final = tuple(name for name in Terms.__match_args__ if name != "ask_again_days")


def ask_again_days(partner: Partner) -> int:
    """After how many of Beijing's business days 21Vianet is asked again."""
    kept = EscalationTerms.objects.of(partner).values_list("ask_again_days", flat=True).first()
    return ASK_AGAIN_DAYS if kept is None else kept


def set_terms(partner: Partner, terms: Terms, *, by: User) -> bool:
    """Let these terms hold for cases opened and answers told from now on; what was promised stands. Answers whether
    that is a change. Raises BadQuestion (the name of a term), PermissionError."""
    check_may(by, partner.pk, May.POLICY)
    _check_number("answer_days", terms.answer_days, MOST_DAYS)
    _check_number("confirm_days", terms.confirm_days, MOST_DAYS)
    _check_number("questions_per_line", terms.questions_per_line, MOST_QUESTIONS)
    _check_number("ask_again_days", terms.ask_again_days, MOST_DAYS)
    if terms.case_owner is not None and not may_own(terms.case_owner, partner):
        raise BadQuestion("case_owner: " + gettext("%(person)s may not answer cases.") % {"person": terms.case_owner})
    with acting_for(partner):
        held = Partner.objects.select_for_update().get(pk=partner.pk)
        if Terms.of(held) == terms:
            return False
        for name in OF_PARTNER:
            setattr(held, name, getattr(terms, name))
        held.save(update_fields=OF_PARTNER)
        days = {"ask_again_days": terms.ask_again_days}
        EscalationTerms.objects.update_or_create(partner=held, defaults=days)
        return True


def _check_number(field: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise BadQuestion(field + ": " + gettext("Write a number from 1 to %(most)s.") % {"most": most})
