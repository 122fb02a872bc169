"""The nouns of this floor."""

from .customers import Contact, ContactRole, Customer
from .documents import Document
from .invitations import AccountMail, Invitation, PlaceChange
from .letters import ContactPreference, LetterWords, MailLink
from .messages import Letter, Message, MessageAttempt, TimelineEntry
from .partners import OwnedQuerySet, Partner, PartnerOwned, ProviderIdentity, acting_for
from .people import Membership, User

__all__ = [
    "AccountMail",
    "Contact",
    "ContactPreference",
    "ContactRole",
    "Customer",
    "Document",
    "Invitation",
    "Letter",
    "LetterWords",
    "MailLink",
    "Membership",
    "Message",
    "MessageAttempt",
    "OwnedQuerySet",
    "Partner",
    "PartnerOwned",
    "PlaceChange",
    "ProviderIdentity",
    "TimelineEntry",
    "User",
    "acting_for",
]
