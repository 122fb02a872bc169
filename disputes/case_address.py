"""At which address of its own does a case hear, and which case does an address mean?

The part behind the plus is a secret of that case; whoever knows it was written to by us."""

import re
from collections.abc import Iterable
from typing import Final

from django.conf import settings

from customers.models import Message

from .models import Dispute, Escalation

SECRET: Final = re.compile(r"[0-9a-f]{32}")


def address_of(secret: str) -> str:
    """The address behind which this secret stands."""
    local, _, domain = str(settings.CASES_ADDRESS).rpartition("@")
    return f"{local}+{secret}@{domain}"


def reply_to(message: Message) -> str:
    """Where an answer to this letter goes: to the case it is about, if it is about one; else empty."""
    number = str(message.values.get("case", ""))
    case = Dispute.objects.filter(partner_id=message.partner_id, customer_id=message.customer_id, number=number)
    secret = case.values_list("secret", flat=True).first()
    return address_of(secret) if secret else ""


def meant(addresses: Iterable[str]) -> Dispute | Escalation | None:
    """The case or the escalation that one of these addresses is of, the first known one."""
    local, _, domain = str(settings.CASES_ADDRESS).lower().rpartition("@")
    for address in addresses:
        name, _, where = address.lower().rpartition("@")
        before, _, secret = name.rpartition("+")
        if (before, where) != (local, domain) or not SECRET.fullmatch(secret):
            continue
        case = Dispute.objects.filter(secret=secret).select_related("partner", "customer").first()
        found = case or Escalation.objects.filter(secret=secret).select_related("partner", "dispute", "cause").first()
        if found is not None:
            return found
    return None


def is_ours(address: str) -> bool:
    """Whether the portal itself writes from this address or hears at it."""
    local, _, domain = str(settings.CASES_ADDRESS).lower().rpartition("@")
    name, _, where = address.lower().rpartition("@")
    own = str(settings.DEFAULT_FROM_EMAIL).lower().rpartition("<")[2].rstrip(">")
    return address.lower() == own or (where == domain and name.partition("+")[0] == local)
