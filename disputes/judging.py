"""What is this file really? Judged by its bytes alone; what it is called and claimed to be doesn't count.

Nothing is decoded, decompressed (but one bounded part of an Office file) or run. What is on the short list is safe
to keep and to hand back as it came; everything else is refused in words."""

import codecs
import re
import struct
import zipfile
from typing import BinaryIO, Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

PDF, TEXT, CSV, MAIL = "application/pdf", "text/plain", "text/csv", "message/rfc822"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What we take, and how a file of each kind may end.
ENDINGS: Final[dict[str, tuple[str, ...]]] = {
    PDF: (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/heic": (".heic", ".heif"),
    TEXT: (".txt", ".text", ".log", ".md"),
    CSV: (".csv", ".tsv", ".txt"),
    MAIL: (".eml",),
    WORD: (".docx",),
    EXCEL: (".xlsx",),
}
SIGNATURES: Final = (
    (re.compile(rb"%PDF-\d"), PDF),
    (re.compile(rb"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "image/png"),
    (re.compile(rb"\xff\xd8\xff[\xc0-\xfe]"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBPVP8[ LX]", re.DOTALL), "image/webp"),
    (re.compile(rb"\0\0\0[\x10-\xff]ftyp(heic|heix|heim|heis|mif1)"), "image/heic"),
)
# What people try to hand in, so that the refusal can name it.
OTHERS: Final[tuple[tuple[re.Pattern[bytes], str | Promise], ...]] = (
    (re.compile(rb"MZ|\x7fELF|\xca\xfe\xba\xbe|[\xce\xcf]\xfa\xed\xfe|#!"), _("it is a program")),
    (re.compile(rb"Rar!|7z\xbc\xaf|\x1f\x8b|BZh|\xfd7zXZ"), _("it is an archive")),
    (re.compile(rb"{\\rtf"), _("it is an RTF file; save it as DOCX or PDF")),
    (
        re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        _("it is an old or encrypted Office file; save it as DOCX, XLSX or PDF without a password"),
    ),
)
MARKUP: Final = re.compile(rb"<(!doctype|html|script|svg|iframe)", re.IGNORECASE)
HEAD: Final = 4096
LINES: Final = 20
# An honest letter or price list of ten megabytes has hundreds of parts and is packed a dozen times over.
MOST_PARTS: Final = 2_000
MOST_UNPACKED: Final = 200 * 1024 * 1024
MOST_RATIO: Final = 200
MOST_OF_A_PART: Final = 1024 * 1024
MACROS: Final = ("vbaproject", "vbadata", "activex", "macrosheets", "xl4")
CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


class Unfit(Exception):
    """Not a file we take; the message says what it is instead."""


def judge(file: BinaryIO, size: int) -> str:
    """The content type of a file of `size` bytes, one of ENDINGS. Raises Unfit."""
    file.seek(0)
    head = file.read(HEAD)
    if head.startswith(b"PK"):
        return _office(file, size)
    for signature, kind in SIGNATURES:
        if signature.match(head):
            _only_that(file, head, size)
            return kind
    for signature, what in OTHERS:
        if signature.match(head):
            raise Unfit(what)
    file.seek(0)
    return _text(file.read())


def _only_that(file: BinaryIO, head: bytes, size: int) -> None:
    """A picture or PDF that another program would read as a page or an archive is neither."""
    if re.search(rb"<(!doctype html|html|script|svg)", head, re.IGNORECASE):
        raise Unfit(gettext("it is a web page as well"))
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if 0 <= at <= len(tail) - 22 and at + 22 + struct.unpack("<H", tail[at + 20 : at + 22])[0] == len(tail):
        raise Unfit(gettext("it is an archive as well"))


def _text(content: bytes) -> str:
    text = _decoded(content)
    if text is None or CONTROLS.search(text):
        raise Unfit(gettext("it is none of the kinds we take"))
    start = text.lstrip("\ufeff \t\r\n\f")[:HEAD].encode()
    if not start:
        raise Unfit(gettext("there is nothing in it"))
    if _is_mail(text):
        return MAIL
    if start.startswith(b"<") or MARKUP.search(start):
        raise Unfit(gettext("it is a web page or a drawing with code"))
    return CSV if _is_table(text) else TEXT


def _decoded(content: bytes) -> str | None:
    """Text as programs in China, Russia and elsewhere save it; None where it is none."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        charsets = ["utf-16"]
    else:
        charsets = ["utf-8-sig", "gb18030", "cp1251"]
    for charset in charsets:
        try:
            return content.decode(charset)
        except UnicodeDecodeError:
            continue
    return None


def _is_mail(text: str) -> bool:
    """A saved mail has the fields of one; a saved web page only some of them."""
    head = re.split(r"\r?\n\r?\n", text[: HEAD * 4], maxsplit=1)[0]
    names = {name.lower() for name in re.findall(r"^([A-Za-z-]{2,40}):", head, re.MULTILINE)}
    travelled = bool({"to", "cc", "received", "message-id"} & names)
    if "snapshot-content-location" in names or ({"from", "mime-version"} <= names and not travelled):
        raise Unfit(gettext("it is a saved web page"))
    return {"from", "date"} <= names and travelled


def _is_table(text: str) -> bool:
    """At least two lines, all with the same separator."""
    lines = [line for line in text[: HEAD * 4].splitlines() if line.strip()][:LINES]
    return len(lines) > 1 and any(all(mark in line for line in lines) for mark in (",", ";", "\t"))


def _office(file: BinaryIO, size: int) -> str:
    """A Word or Excel file: the right parts, no macros, and nothing that unpacks without end."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            _check_parts(parts, size)
            names = {part.filename for part in parts}
            if "[Content_Types].xml" not in names or not names & {"word/document.xml", "xl/workbook.xml"}:
                raise Unfit(gettext("it is an archive"))
            with archive.open("[Content_Types].xml") as types:
                said = types.read(MOST_OF_A_PART).lower()
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError, NotImplementedError, EOFError, KeyError) as error:
        raise Unfit(gettext("it is a damaged archive")) from error
    if b"macroenabled" in said or b"vbaproject" in said:
        raise Unfit(gettext("it holds macros; save it without them"))
    return WORD if "word/document.xml" in names else EXCEL


def _check_parts(parts: list[zipfile.ZipInfo], size: int) -> None:
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > min(MOST_UNPACKED, MOST_RATIO * size):
        raise Unfit(gettext("it unpacks to far more than it is"))
    for part in parts:
        name = part.filename.lower()
        if any(word in name for word in MACROS):
            raise Unfit(gettext("it holds macros; save it without them"))
        if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or part.flag_bits & 1:
            raise Unfit(gettext("it is a damaged archive"))
