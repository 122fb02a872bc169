"""The nouns of this floor."""

from .changes import Change
from .customers import Contact, ContactRole, Customer
from .documents import Document
from .invitations import AccountMail, Invitation, PlaceChange
from .letters import ContactPreference, LetterWords, Logo, MailLink
from .messages import Letter, Message, MessageAttempt, TimelineEntry
from .partners import OwnedQuerySet, Partner, PartnerOwned, ProviderIdentity, acting_for
from .people import Membership, User
from .tokens import ApiToken, Reads

__all__ = [
    "AccountMail",
    "ApiToken",
    "Change",
    "Contact",
    "ContactPreference",
    "ContactRole",
    "Customer",
    "Document",
    "Invitation",
    "Letter",
    "LetterWords",
    "Logo",
    "MailLink",
    "Membership",
    "Message",
    "MessageAttempt",
    "OwnedQuerySet",
    "Partner",
    "PartnerOwned",
    "PlaceChange",
    "ProviderIdentity",
    "Reads",
    "TimelineEntry",
    "User",
    "acting_for",
]
