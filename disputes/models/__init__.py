"""The nouns of this floor."""

from .cases import CaseEntry, CommonCause, Dispute, EarlierAnswer
from .escalations import Escalation
from .files import CaseFile
from .mail import CaseMail

__all__ = [
    "CaseEntry",
    "CaseFile",
    "CaseMail",
    "CommonCause",
    "Dispute",
    "EarlierAnswer",
    "Escalation",
]
