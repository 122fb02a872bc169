"""The nouns of this floor."""

from .customers import Contact, ContactRole, Customer
from .documents import Document
from .messages import Letter, Message, MessageAttempt, TimelineEntry
from .partners import OwnedQuerySet, Partner, PartnerOwned, ProviderIdentity, acting_for
from .people import Membership, User

__all__ = [
    "Contact",
    "ContactRole",
    "Customer",
    "Document",
    "Letter",
    "Membership",
    "Message",
    "MessageAttempt",
    "OwnedQuerySet",
    "Partner",
    "PartnerOwned",
    "ProviderIdentity",
    "TimelineEntry",
    "User",
    "acting_for",
]
