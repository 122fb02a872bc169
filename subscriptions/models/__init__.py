"""What do customers use, what did we ask the provider to do, and where does the provider say otherwise?"""

from .book import (
    AccessAttempt,
    AccessChange,
    AccessStop,
    CustomerReading,
    ProviderCall,
    Subscription,
    Suspension,
    SuspensionQuerySet,
)
from .drift import Drift, DriftLook, DriftQuerySet, ProviderEvent, QuantityAttempt, QuantityChange, SubscriptionReading

__all__ = [
    "AccessAttempt",
    "AccessChange",
    "AccessStop",
    "CustomerReading",
    "Drift",
    "DriftLook",
    "DriftQuerySet",
    "ProviderCall",
    "ProviderEvent",
    "QuantityAttempt",
    "QuantityChange",
    "Subscription",
    "SubscriptionReading",
    "Suspension",
    "SuspensionQuerySet",
]
