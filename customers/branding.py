"""Which picture stands at the head of a partner's papers, letters and pages, and how does it get there?

A letter carries it as `cid:` with its fingerprint, so that it shows what it showed when it was written; a paper that
is kept stays as it was printed."""

import base64
import hashlib
import re
from datetime import datetime
from email.mime.image import MIMEImage
from typing import Any, Final

from django.core.mail import EmailMultiAlternatives

from .models import Logo, Partner, User, acting_for
from .printing import Unprinted, print_paper
from .rasters import PNG, NotDrawn, raster

LARGEST: Final = 256 * 1024
# In a letter it is 32 pixels high, on paper 26 points: what is wider or higher would push the name away.
WIDEST, HIGHEST = 6, 2
ENDINGS: Final = {PNG: "png"}
SHOWN: Final = re.compile(r"cid:([0-9a-f]{64})@logo")


class BadLogo(Exception):
    """It can't be the logo: `why` is `size`, `shape`, `print`, or what NotDrawn says."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def set_logo(partner: Partner, content: bytes, *, now: datetime, by: User) -> Logo:
    """Let this PNG or JPEG be the logo from now on. What doesn't draw it is left out of what is kept, and it is
    printed once in a process of its own before it is believed. Raises BadLogo."""
    if len(content) > LARGEST:
        raise BadLogo("size")
    try:
        drawn = raster(content)
    except NotDrawn as no:
        raise BadLogo(no.why) from None
    if drawn.width > WIDEST * drawn.height or drawn.height > HIGHEST * drawn.width:
        raise BadLogo("shape")
    try:
        print_paper("logo", {"partner": {"logo": _printed(drawn.kind, drawn.content)}}, at=now)
    except Unprinted:
        raise BadLogo("print") from None
    digest = hashlib.sha256(drawn.content).hexdigest()
    with acting_for(partner):
        held = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        logo, _ = Logo.objects.get_or_create(
            partner=held,
            sha256=digest,
            defaults={"kind": drawn.kind, "content": drawn.content, "set_at": now, "set_by": by},
        )
        held.logo = digest
        held.save(update_fields=["logo"])
    return logo


def take_logo_away(partner: Partner) -> bool:
    """Let papers, letters and pages carry the mark again; letters already written keep their picture. Answers
    whether that is a change."""
    with acting_for(partner):
        held = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        changed = bool(held.logo)
        held.logo = ""
        held.save(update_fields=["logo"])
    return changed


def on_paper(partner: Partner) -> dict[str, Any]:
    """What a paper's head shows of a partner: its name, its mark, and its logo if there is one."""
    logo = Logo.objects.of(partner).filter(sha256=partner.logo).first() if partner.logo else None
    printed = _printed(logo.kind, bytes(logo.content)) if logo else None
    return {"name": partner.name, "mark": partner.mark, "logo": printed}


def _printed(kind: str, content: bytes) -> dict[str, str]:
    return {"file": f"logo.{ENDINGS.get(kind, 'jpg')}", "base64": base64.b64encode(content).decode()}


def enclose(mail: EmailMultiAlternatives, html: str, partner: Partner) -> None:
    """Put the picture that a letter's HTML shows into the mail, beside it."""
    shown = SHOWN.search(html)
    logo = Logo.objects.of(partner).filter(sha256=shown[1]).first() if shown else None
    if shown is None or logo is None:
        return
    part = MIMEImage(bytes(logo.content), logo.kind.partition("/")[2])
    part.add_header("Content-ID", f"<{shown[0].removeprefix('cid:')}>")
    part.add_header("Content-Disposition", "inline", filename=f"logo.{ENDINGS.get(logo.kind, 'jpg')}")
    mail.attach(part)
