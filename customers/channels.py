"""How does a customer reach their partner? It stands on each of their pages and in each letter."""

from dataclasses import dataclass

from .models import Partner


@dataclass(frozen=True)
class Channels:
    """Address, number and hours; empty where the partner names none."""

    email: str
    phone: str
    hours: str

    def __bool__(self) -> bool:
        return bool(self.email or self.phone)


def channels_of(partner: Partner) -> Channels:
    """Those of its support, else those of its office."""
    return Channels(
        partner.support_email or partner.reply_email, partner.support_phone or partner.phone, partner.support_hours
    )
