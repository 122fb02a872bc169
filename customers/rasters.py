"""Is this a whole PNG or JPEG, how large is it drawn, and which of its bytes draw it?

Read by its structure alone: nothing is decoded here, and everything that isn't needed for drawing is left out."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

PNG: Final = "image/png"
JPEG: Final = "image/jpeg"
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# What draws a PNG: the rest is words, times and colour profiles.
DRAWING: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"IDAT", b"IEND"})
CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# Frames of a JPEG that every program draws: baseline and progressive.
FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
OTHER_FRAMES: Final = frozenset({0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
START, END, SCAN, COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
# What cameras and programs write about a JPEG; of these only JFIF (0xE0) and Adobe's (0xEE) say how it is drawn.
ABOUT: Final = frozenset(range(0xE1, 0xF0)) - {0xEE}
LARGEST_SIDE: Final = 3_000


class NotDrawn(Exception):
    """The bytes are no such picture: `why` is `kind`, `broken`, `large` or `moves`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Raster:
    """A picture: its content type, its size in pixels, and the bytes that draw it."""

    kind: str
    width: int
    height: int
    content: bytes


def raster(content: bytes) -> Raster:
    """The picture these bytes draw, judged by themselves and never by a name. Raises NotDrawn."""
    try:
        if content.startswith(SIGNATURE):
            return _png(content)
        if content.startswith(b"\xff\xd8\xff"):
            return _jpeg(content)
    except (struct.error, IndexError, zlib.error):
        raise NotDrawn("broken") from None
    raise NotDrawn("kind")


def _png(content: bytes) -> Raster:
    kept: list[bytes] = []
    packed: list[bytes] = []
    header = b""
    for name, body, whole in _chunks(content):
        if not header and name != b"IHDR":
            raise NotDrawn("broken")
        if name == b"acTL":
            raise NotDrawn("moves")
        if name == b"IHDR":
            header = body
            _sized(*struct.unpack(">II", body[:8]))
        if name == b"IDAT":
            packed.append(body)
        if name in DRAWING:
            kept.append(whole)
    width, height, bits, colour = struct.unpack(">IIBB", header[:10])
    _unpacks(b"".join(packed), height * (width * bits * CHANNELS.get(colour, 0) // 8 + 2))
    return Raster(PNG, width, height, SIGNATURE + b"".join(kept))


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Name, body and bytes of each part up to the last; what follows the last is none of the picture."""
    at = len(SIGNATURE)
    while True:
        (length,) = struct.unpack_from(">I", content, at)
        end = at + 12 + length
        name, body = content[at + 4 : at + 8], content[at + 8 : end - 4]
        if len(content) < end or struct.unpack_from(">I", content, end - 4)[0] != zlib.crc32(name + body):
            raise NotDrawn("broken")
        yield name, body, content[at:end]
        if name == b"IEND":
            return
        at = end


def _unpacks(packed: bytes, size: int) -> None:
    """Whether the pixels unpack to what the head says, and to no more: a small file may claim a vast one. Pixels in
    seven passes take a little more."""
    found = zlib.decompressobj()
    most = size + size // 2 + 4096
    pixels = len(found.decompress(packed, most))
    if pixels < size // 2 or not found.eof:
        raise NotDrawn("broken")


def _sized(width: int, height: int) -> None:
    if not width or not height:
        raise NotDrawn("broken")
    if width > LARGEST_SIDE or height > LARGEST_SIDE:
        raise NotDrawn("large")


def _jpeg(content: bytes) -> Raster:
    kept, at, size = [content[:2]], 2, (0, 0)
    while True:
        if content[at] != 0xFF:
            raise NotDrawn("broken")
        if content[at + 1] == 0xFF:
            at += 1
            continue
        marker = content[at + 1]
        if marker == END:
            break
        end = at + 2 + struct.unpack_from(">H", content, at + 2)[0]
        if marker in OTHER_FRAMES or len(content) < end:
            raise NotDrawn("broken")
        if marker in FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            _sized(width, height)
            size = (width, height)
        if marker == SCAN:
            end = _scanned(content, end)
        if marker not in ABOUT and marker != COMMENT:
            kept.append(content[at:end])
        at = end
    if size == (0, 0):
        raise NotDrawn("broken")
    return Raster(JPEG, *size, b"".join([*kept, b"\xff\xd9"]))


def _scanned(content: bytes, at: int) -> int:
    """Where the pixels of a scan end: at the first mark that is neither a stuffed byte nor a restart."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0:
            raise NotDrawn("broken")
        if content[at + 1] != 0 and not 0xD0 <= content[at + 1] <= 0xD7:
            return at
        at += 2
