"""Who speaks Partner Center? One client, all of its verbs, each said in the room that is about it."""

from __future__ import annotations

from .customers import CustomerVerbs
from .invoicing import InvoiceVerbs
from .registering import EventVerbs
from .supporting import SupportVerbs


class PartnerCenter(CustomerVerbs, InvoiceVerbs, SupportVerbs, EventVerbs):
    """The provider over HTTP. One per partner and process, shared by its threads; make it after a fork."""
