"""Is a file text that we can read at all? Looked over a part at a time, before its lines are split."""

import codecs
import hashlib
from dataclasses import dataclass
from typing import BinaryIO, Final

PART: Final = 1 << 16


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


class Text:
    """The text of a file, looked over as it is read: UTF-8 or UTF-16, with no NUL in it, and no workbook or archive.
    `lines` are those behind us."""

    def __init__(self, file: BinaryIO) -> None:
        """Raises BadFile."""
        file.seek(0)
        head = file.read(4)
        if head[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0") or head[:2] == b"\x1f\x8b":
            raise BadFile(["line 1: this is an archive or a workbook, not CSV text"])
        wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
        file.seek(0)
        self.file, self.encoding = file, "utf-16" if wide else "utf-8-sig"
        self.size, self.lines = 0, 0
        self.blank, self.ended = True, False
        self._digest = hashlib.sha256()
        self._decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8")()

    @property
    def sha256(self) -> str:
        """Of all that was read."""
        return self._digest.hexdigest()

    def read(self) -> str:
        """The next part; empty at the end. Raises BadFile."""
        text = ""
        while not self.ended and (self.blank or not text):
            part = self.file.read(PART)
            self.ended = not part
            text += self._take(part)
        if self.ended and self.blank:
            raise BadFile(["line 1: the file is empty"])
        return text

    def _take(self, part: bytes) -> str:
        kept = self._decoder.getstate()[0]
        try:
            text = self._decoder.decode(part, not part)
        except UnicodeDecodeError as error:
            line = self.lines + (kept + part)[: error.start].count(b"\n") + 1
            at = self.size - len(kept) + error.start
            raise BadFile([f"line {line}: the text is not UTF-8 (byte {at})"]) from error
        if "\x00" in text:
            line = self.lines + text[: text.index("\x00")].count("\n") + 1
            raise BadFile([f"line {line}: holds a NUL character"])
        self.blank = self.blank and not part.strip()
        begins = not self.size
        self.lines += text.count("\n")
        self.size += len(part)
        self._digest.update(part)
        return text.removeprefix("\ufeff") if begins else text


def look_over(file: BinaryIO) -> Looked:
    """Read all of a file once. Raises BadFile."""
    text = Text(file)
    while text.read():
        pass
    return Looked(text.sha256, text.size, text.encoding)
