"""What may be a partner's logo, and where does it stand? Judged by its bytes, printed before it is believed."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.utils import DatabaseError
from pypdf import PdfReader

from billing.papers import invoice_paper, print_invoice
from customers.branding import LARGEST, BadLogo, set_logo, take_logo_away
from customers.filing import kept
from customers.models import Logo, Message, Partner
from customers.rasters import NotDrawn, raster
from tests import story
from tests.money.conftest import a_customer, issued
from tests.pages.staff.conftest import sit_down

__all__ = ["sit_down"]
pytestmark = pytest.mark.django_db
NOW = story.at("2026-06-02")
# A grey JPEG of 8 by 8 pixels, the smallest that every program draws.
JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300"
    + "10" * 64
    + "ffc0000b080008000801011100"
    + "ffc400140001"
    + "00" * 16
    + "ffc400141001"
    + "00" * 16
    + "ffda0008010100003f003fffd9"
)


def png(width: int = 60, height: int = 20, *more: bytes, colour: int = 2, pixels: bytes | None = None) -> bytes:
    """A PNG of one colour with further parts before its pixels."""
    rows = pixels if pixels is not None else (b"\x00" + b"\x20\x60\xa0" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    parts = [part(b"IHDR", head), *more, part(b"IDAT", zlib.compress(rows)), part(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def part(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
NONE_OF_THEM = {
    "an SVG with a script": (SVG, "kind"),
    "HTML": (b"<html>", "kind"),
    "nothing": (b"", "kind"),
    "a GIF": (b"GIF89a" + b"\0" * 40, "kind"),
    "cut off": (png()[:-20], "broken"),
    "a wrong checksum": (png().replace(b"IDAT", b"IDAU"), "broken"),
    "an animation": (png(60, 20, part(b"acTL", b"\0" * 8)), "moves"),
    "a vast one": (png(50_000, 50_000, pixels=b""), "large"),
    "one that claims more than it has": (png(2_000, 2_000, pixels=b"\0" * 9), "broken"),
    "one that unpacks without end": (png(10, 10, pixels=b"\0" * 5_000_000), "broken"),
    "no pixels": (png(0, 0, pixels=b""), "broken"),
    "a JPEG that breaks off": (JPEG[:-20], "broken"),
    "a JPEG of nothing": (b"\xff\xd8\xff\xd9", "broken"),
}


@pytest.mark.parametrize("what", NONE_OF_THEM)
def test_what_is_no_whole_picture_is_refused(what):
    content, why = NONE_OF_THEM[what]
    with pytest.raises(NotDrawn) as no:
        raster(content)
    assert no.value.why == why


def test_what_does_not_draw_is_left_out():
    words = part(b"tEXt", b"Comment\0<script>")
    drawn = raster(png(60, 20, words) + b"<?php behind it")
    assert (drawn.kind, drawn.width, drawn.height, drawn.content) == ("image/png", 60, 20, png())
    exif = b"\xff\xe1\x00\x0cExif\0\0GPS."
    assert raster(JPEG[:2] + exif + JPEG[2:] + b"behind").content == JPEG


@pytest.fixture
def owner(hanhai):
    return story.people_of(hanhai)["owner"]


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"x" * (LARGEST + 1), "size"), (png(700, 100), "shape"), (png(10, 30), "shape"), (SVG, "kind")],
)
def test_what_cannot_stand_there_is_refused_and_nothing_is_kept(hanhai, owner, content, why):
    with pytest.raises(BadLogo) as bad:
        set_logo(hanhai, content, now=NOW, by=owner)
    assert bad.value.why == why
    assert not Logo.objects.exists() and Partner.objects.get(pk=hanhai.pk).logo == ""


def pictures(content: bytes) -> int:
    return sum(len(page.images) for page in PdfReader(io.BytesIO(content)).pages)


def test_papers_carry_it_from_then_on_and_kept_ones_stay(hanhai, owner):
    before = issued(a_customer(hanhai), [10])
    plain = print_invoice(before, language="en", now=NOW)
    set_logo(hanhai, png(), now=NOW, by=owner)
    hanhai.refresh_from_db()
    again = print_invoice(type(before).objects.get(pk=before.pk), language="en", now=NOW)
    after = print_invoice(issued(a_customer(hanhai, "Mingyue"), [10]), language="zh-hans", now=NOW)
    assert (pictures(plain.content), pictures(after.content)) == (0, 1)
    assert bytes(again.content) == bytes(plain.content)
    document = kept(invoice_paper(before), "en")
    assert document and document.sha256 == hashlib.sha256(plain.content).hexdigest()


def test_a_jpeg_is_printed_too(hanhai, owner):
    logo = set_logo(hanhai, JPEG, now=NOW, by=owner)
    assert (logo.kind, bytes(logo.content)) == ("image/jpeg", JPEG)


def test_letters_enclose_it_and_pages_show_it(hanhai, owner, mailoutbox, settings, client):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    logo = set_logo(hanhai, png(), now=NOW, by=owner)
    story.import_book(hanhai, [story.company("Lanhai Trading")])
    story.issue_all(hanhai)
    mail = mailoutbox[-1]
    html = mail.alternatives[0].content
    assert f'src="cid:{logo.sha256}@logo"' in html and logo.sha256 in Message.objects.latest("pk").body_html
    parts = [one for one in mail.message().walk() if one.get_content_type() == "image/png"]
    assert [one["Content-ID"] for one in parts] == [f"<{logo.sha256}@logo>"]
    assert parts[0].get_payload(decode=True) == png()
    person = story.customer_person(story.customer_named(hanhai, "Lanhai Trading"), "billing@lanhai.example")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert f"/logo/{logo.sha256}/" in client.get("/my/").content.decode()
    client.logout()
    answer = client.get(f"/logo/{logo.sha256}/")
    assert (answer.content, answer["Content-Type"]) == (png(), "image/png")
    assert "immutable" in answer["Cache-Control"] and answer["Content-Security-Policy"] == "default-src 'none'"


def test_it_is_set_seen_and_taken_away_on_the_page(hanhai, owner, sit_down):
    desk = sit_down(owner, "2026-06-02")
    page = "/settings/letters/logo/"

    def send(content: bytes, name: str):
        return desk.post(page, {"logo": SimpleUploadedFile(name, content, content_type="image/png")})

    refused = send(SVG, "logo.png")
    assert refused.status_code == 422
    assert "“logo.png” is neither a PNG nor a JPEG" in refused.content.decode()
    assert send(b"x" * (LARGEST + 1), "large.png").status_code == 422
    assert desk.post(page).status_code == 422
    assert send(png(), "logo.png").status_code == send(png(), "logo.png").status_code == 302
    logo = Logo.objects.get()
    assert f"/logo/{logo.sha256}/" in desk.get(page).content.decode()
    assert f"/logo/{logo.sha256}/" in desk.get("/settings/letters/invoice/en/preview/").content.decode()
    assert desk.post(page, {"remove": "1"}).status_code == 302
    assert "/logo/" + logo.sha256 not in desk.get(page).content.decode()
    assert not take_logo_away(hanhai) and Logo.objects.count() == 1
    assert desk.get("/logo/" + "f" * 64 + "/").status_code == 404


def test_a_logo_is_never_changed_nor_deleted(hanhai, owner):
    logo = set_logo(hanhai, png(), now=NOW, by=owner)
    for text in ("UPDATE customers_logo SET kind = 'x'", "DELETE FROM customers_logo"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(text)
    assert Logo.objects.get() == logo
