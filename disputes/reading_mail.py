"""What does a mail say, from whom, to which addresses, with which files? Read under limits, and never believed."""

import contextlib
import email
import email.errors
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.headerregistry import AddressHeader
from email.message import EmailMessage, Message
from email.policy import EmailPolicy
from io import BytesIO
from itertools import islice
from typing import Any, Final, cast

from .mail_text import from_html, part

MOST_BYTES: Final = 25 * 1024 * 1024
MOST_HEAD: Final = 256 * 1024
MOST_FIELD: Final = 4_000
MOST_PARTS: Final = 50
DEEPEST: Final = 10
MOST_PAGE: Final = 500_000
MOST_TEXT: Final = 20_000
# Where a mail program or server writes for whom a mail is.
RECIPIENTS: Final = ("To", "Cc", "Delivered-To", "X-Original-To", "X-RcptTo", "Envelope-To")


# What reading a mail written to break programs may raise.
BAD: Final = (
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    AssertionError,
    RecursionError,
    email.errors.MessageError,
)


class Unreadable(Exception):
    """Not a mail a person sent: the message says what is wrong with it."""


class _Bounded(EmailPolicy):
    """A field of a megabyte is cut before anything tries to understand it."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Name and value, the value cut; what an old program wrote in raw bytes is read as UTF-8 or Chinese."""
        name, value = super().header_source_parse(sourcelines)
        raw = value[:MOST_FIELD].encode("utf-8", "surrogateescape")
        for charset in ("utf-8", "gb18030"):
            with contextlib.suppress(UnicodeError):
                return name, raw.decode(charset)
        return name, raw.decode("utf-8", "replace")


POLICY: Final = _Bounded()


@dataclass(frozen=True)
class File:
    """One file that came along, by the name its sender gave it."""

    name: str
    content: bytes

    @property
    def stream(self) -> BytesIO:
        """To read from."""
        return BytesIO(self.content)


@dataclass(frozen=True)
class Mail:
    """A mail as it was read. `sha256` is of its sender, subject and body, which no server on the way changes."""

    message: EmailMessage
    raw_body: bytes
    # What was written, what the mail only repeats, and what else is in it, in order.
    written: str
    quoted: str
    files: tuple[File, ...]

    def field(self, name: str) -> str:
        """A field of its head as one line, without what a database can't keep."""
        try:
            return clean(str(self.message.get(name, "")))
        except BAD:
            return ""

    @property
    def message_id(self) -> str:
        """What its sender's server named it."""
        return self.field("Message-ID")[:300]

    @property
    def subject(self) -> str:
        """Its subject."""
        return self.field("Subject")[:300]

    @property
    def sender(self) -> str:
        """The one address it says it is from; empty where it names none or several."""
        found = self._addresses("From")
        return found[0] if len(found) == 1 and len(self.message.get_all("From", [])) == 1 else ""

    @property
    def recipients(self) -> list[str]:
        """Every address it was for, in small letters."""
        return [one for name in RECIPIENTS for one in self._addresses(name)]

    def _addresses(self, name: str) -> list[str]:
        with contextlib.suppress(*BAD):
            fields = cast(Sequence[Any], self.message.get_all(name, []))
            listed = [
                [one.addr_spec for one in each.addresses]
                if isinstance(each, AddressHeader)
                else re.findall(r"[^\s<>,;:\"]+@[^\s<>,;:\"]+", str(each))
                for each in fields[:MOST_PARTS]
            ]
            return [clean(one).lower()[:320] for some in listed for one in some if "@" in one]
        return []

    @property
    def sha256(self) -> str:
        """Tells two mails apart that carry the same Message-ID."""
        return hashlib.sha256("\n".join((self.sender, self.subject)).encode() + b"\n" + self.raw_body).hexdigest()


def read(raw: bytes) -> Mail:
    """Read a mail. Raises Unreadable."""
    head, body = _halves(raw)
    if len(head) > MOST_HEAD:
        raise Unreadable("its head is longer than 256 KB")
    said = re.findall(rb"(?im)^content-type:|\bboundary\s*=", raw)
    if len(said) > MOST_PARTS * 3:
        raise Unreadable(f"it has more than {MOST_PARTS} parts")
    try:
        message = cast(EmailMessage, email.message_from_bytes(raw, policy=POLICY))
        parts = list(islice(_leaves(message), MOST_PARTS + 1))
        if len(parts) > MOST_PARTS:
            raise Unreadable(f"it has more than {MOST_PARTS} parts")
        texts = _texts(parts)
        others = tuple(_file(one) for one in parts if one not in texts and not _is_wording(one))
        return Mail(message, body, *_words(texts), others)
    except BAD as error:
        raise Unreadable("it is not written as a mail is") from error


def read_head(raw: bytes) -> Mail:
    """Only the head of a mail that is too big to be read."""
    return read(raw[: MOST_HEAD - 8].partition(b"\n\n")[0].partition(b"\r\n\r\n")[0] + b"\n\n")


def clean(text: str) -> str:
    """One line without controls."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _halves(raw: bytes) -> tuple[bytes, bytes]:
    found = re.search(rb"\r?\n\r?\n", raw)
    return (raw[: found.start()], raw[found.end() :]) if found else (raw, b"")


def _leaves(message: Message, depth: int = 0) -> Iterator[Message]:
    """Every part that is no mere envelope; a mail within is one part."""
    if depth > DEEPEST:
        raise Unreadable(f"it is nested deeper than {DEEPEST}")
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for one in cast(list[Message], message.get_payload()):
            yield from _leaves(one, depth + 1)
    else:
        yield message


def _is_wording(one: Message) -> bool:
    """A text that is no file."""
    shown = one.get_content_disposition() != "attachment" and not one.get_filename()
    return shown and one.get_content_type() in ("text/plain", "text/html")


def _texts(parts: list[Message]) -> list[Message]:
    """The plain texts, which a mail program may have broken around pictures; the pages where there are none."""
    shown = [one for one in parts if _is_wording(one)]
    plain = [one for one in shown if one.get_content_subtype() == "plain" and _text_of(one).strip()]
    return plain or [one for one in shown if one.get_content_subtype() == "html"]


def _words(texts: list[Message]) -> tuple[str, str]:
    """What was written, and what the mail repeats."""
    read = [(one.get_content_subtype(), _text_of(one)[:MOST_PAGE]) for one in texts]
    whole = "\n".join(from_html(text) if kind == "html" else text.replace("\0", "") for kind, text in read)
    written, quoted = part(whole[:MOST_PAGE])
    return _cut(written), _cut(quoted)


def _text_of(one: Message) -> str:
    content = one.get_payload(decode=True)
    data = content if isinstance(content, bytes) else b""
    named = str(one.get_content_charset() or "utf-8").lower()
    for charset in {"gb2312": ["gb18030"], "gbk": ["gb18030"], "us-ascii": ["utf-8", "gb18030"]}.get(named, [named]):
        with contextlib.suppress(LookupError, UnicodeError, ValueError):
            return data.decode(charset)
    return data.decode("utf-8" if named == "utf-7" else _known(named), errors="replace")


def _known(charset: str) -> str:
    try:
        "".encode(charset)
    except (LookupError, ValueError):
        return "utf-8"
    return charset


def _file(one: Message) -> File:
    name = one.get_filename() or ""
    if one.get_content_type() == "message/rfc822":
        inner = cast(list[Message], one.get_payload()) if one.is_multipart() else []
        try:
            return File(clean(name) or "mail.eml", inner[0].as_bytes())
        except BAD:
            return File(clean(name) or "mail.eml", b"")
    payload = one.get_payload(decode=True)
    return File(clean(name), payload if isinstance(payload, bytes) else b"")


def _cut(text: str) -> str:
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"
