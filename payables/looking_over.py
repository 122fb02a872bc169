"""Is a file text that we can read at all? Looked over once, a part at a time, before its first line is split."""

import codecs
import hashlib
from dataclasses import dataclass
from typing import BinaryIO, Final

PART: Final = 1 << 20


class BadFile(Exception):
    """The file can't be used; `faults` say where and why, a line each. Nothing was changed."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Looked:
    """What the bytes are: their digest, how many, and how they are written."""

    sha256: str
    size: int
    encoding: str


def look_over(file: BinaryIO) -> Looked:
    """Read all of it once, a megabyte at a time: UTF-8 or UTF-16, with no NUL in it, and no workbook or archive. Raises
    BadFile."""
    file.seek(0)
    head = file.read(4)
    if head[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0") or head[:2] == b"\x1f\x8b":
        raise BadFile(["line 1: this is an archive or a workbook, not CSV text"])
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    looking = _Looking("utf-16" if wide else "utf-8")
    file.seek(0)
    while part := file.read(PART):
        looking.take(part)
    looking.take(b"", last=True)
    if looking.blank:
        raise BadFile(["line 1: the file is empty"])
    return Looked(looking.digest.hexdigest(), looking.size, "utf-16" if wide else "utf-8-sig")


class _Looking:
    def __init__(self, encoding: str) -> None:
        self.digest = hashlib.sha256()
        self.size, self.lines, self.characters = 0, 0, 0
        self.blank = True
        self.decoder = codecs.getincrementaldecoder(encoding)()

    def take(self, part: bytes, last: bool = False) -> None:
        kept = self.decoder.getstate()[0]
        try:
            text = self.decoder.decode(part, last)
        except UnicodeDecodeError as error:
            line = self.lines + (kept + part)[: error.start].count(b"\n") + 1
            at = self.size - len(kept) + error.start
            raise BadFile([f"line {line}: the text is not UTF-8 (byte {at})"]) from error
        if "\x00" in text:
            line = self.lines + text[: text.index("\x00")].count("\n") + 1
            raise BadFile([f"line {line}: holds a NUL character"])
        self.blank = self.blank and not part.strip()
        self.lines += text.count("\n")
        self.size += len(part)
        self.digest.update(part)
