"""Does the provider ring us when something changes? `register_events [--url URL] [--try]`."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.urls import reverse

from customers.models import Partner
from dunning.commands import Answer, BadInput, PortalCommand
from subscriptions.gateway.protocol import ProviderError
from subscriptions.listening import trust
from subscriptions.registering import register, try_it


class Command(PortalCommand):
    """Register one partner's address for the provider's events."""

    help = "Have the provider send its events of one partner to this portal, and try that they arrive."

    def arguments(self, parser: CommandParser) -> None:
        """Which address, and whether it is tried."""
        parser.add_argument("--url", metavar="URL", help="instead of the portal's own address")
        parser.add_argument("--try", action="store_true", dest="tried", help="have a test event sent, and wait for it")

    def act(self, options: dict[str, Any], partner: Partner | None, now: datetime) -> Answer:
        """Register, and say whether events would be believed."""
        assert partner is not None
        url = options["url"] or settings.PORTAL_URL.rstrip("/") + reverse("partner_center", args=[partner.slug])
        if not url.startswith(("https://", "http://")):
            raise BadInput(f"--url: '{url[:200]}' is not an address")
        try:
            made = register(partner, url)
            tried = try_it(partner) if options["tried"] else "no"
        except ProviderError as error:
            raise BadInput(f"the provider could not be asked: {error}") from error
        believed = trust() is not None
        answer = Answer(url=made.url, events=list(made.events), before=made.before, changed=made.changed)
        answer.update(believed=believed, tried=tried)
        answer.broken = not believed or tried not in ("no", "completed")
        return answer
