"""The nouns of this floor."""

from .access import AccessNews
from .cases import Dispute
from .causes import CommonCause
from .escalations import Escalation
from .files import CaseFile
from .lines import CaseLine
from .mail import CaseMail
from .terms import EscalationTerms
from .words import CaseEntry, EarlierAnswer

__all__ = [
    "AccessNews",
    "CaseEntry",
    "CaseFile",
    "CaseLine",
    "CaseMail",
    "CommonCause",
    "Dispute",
    "EarlierAnswer",
    "Escalation",
    "EscalationTerms",
]
