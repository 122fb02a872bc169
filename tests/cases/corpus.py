"""Which files do people send, and which do others try to get in? Made here, byte by byte."""

import io
import struct
import zipfile
import zlib


def png(extra: bytes = b"") -> bytes:
    """One black dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
        + extra
    )


def pdf(extra: bytes = b"") -> bytes:
    """A page of nothing."""
    return (
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>\n"
        + extra
        + b"%%EOF\n"
    )


def archive(*names: str, types: bytes = b"<Types/>", content: bytes = b"x", **more: bytes) -> bytes:
    """A zip with these parts; the list of types has its own content."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, types if name == "[Content_Types].xml" else content)
        for name, data in more.items():
            made.writestr(name, data)
    return out.getvalue()


def docx(*more: str, **options: bytes) -> bytes:
    """A Word file, with more parts where wanted."""
    return archive("[Content_Types].xml", "word/document.xml", *more, **options)


def xlsx(*more: str, **options: bytes) -> bytes:
    """An Excel file."""
    return archive("[Content_Types].xml", "xl/workbook.xml", *more, **options)


def lying_zip() -> bytes:
    """A Word file whose directory says that a part unpacks to four gigabytes."""
    made = bytearray(docx("word/big.xml"))
    at = made.rfind(b"PK\x01\x02")
    made[at + 24 : at + 28] = struct.pack("<I", 0xFFFFFFF0)
    return bytes(made)


EML = b"From: a@lanhai.example\r\nTo: b@hanhai.example\r\nDate: Tue, 24 Nov 2026 09:00:00 +0800\r\n\r\n<html>hi"
MHT = b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://x.example/\r\nMIME-Version: 1.0\r\n\r\n<html>"

# Content, and what it is.
GOOD: dict[str, tuple[bytes, str]] = {
    "a pdf": (pdf(), "application/pdf"),
    "an encrypted pdf with scripts": (pdf(b"/Encrypt 5 0 R /OpenAction<</S/JavaScript/JS(x)>>"), "application/pdf"),
    "a png": (png(), "image/png"),
    "a jpeg": (b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01" + bytes(40), "image/jpeg"),
    "a jpeg cut short": (b"\xff\xd8\xff\xdb\0", "image/jpeg"),
    "a gif": (b"GIF89a\1\0\1\0\0\0\0;", "image/gif"),
    "a webp": (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(24), "image/webp"),
    "a heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(24), "image/heic"),
    "an android heic": (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic" + bytes(24), "image/heic"),
    "text": ("Пять мест отменены 24 мая.".encode(), "text/plain"),
    "text in koi8-like bytes": ("Пять мест отменены".encode("cp1251"), "text/plain"),
    "text in gbk": ("五月取消了五个席位。".encode("gb18030"), "text/plain"),
    "text in utf-16": ("five seats".encode("utf-16"), "text/plain"),
    "the eicar test string": (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*", "text/plain"),
    "a table": (b"order,seats\n1001,24\n1002,5\n", "text/csv"),
    "a table with tabs": (b"order\tseats\n1001\t24\n", "text/csv"),
    "a saved mail": (EML, "message/rfc822"),
    "a word file": (docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "an excel file": (xlsx(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}  # fmt: skip

# Content, and a word of why it is refused.
BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "blanks": (b" \n\t\n", "nothing in it"),
    "a page": (b"<!DOCTYPE html><html><script>alert(1)</script>", "web page"),
    "a page behind a mark": ("\ufeff\n <html>".encode(), "web page"),
    "a pdf within a page": (b"<html>\n%PDF-1.7\n%%EOF", "web page"),
    "a page within a pdf": (b"%PDF-1.7\n<html><script>alert(1)</script>\n%%EOF", "web page"),
    "a page within a gif": (b"GIF89a/*<html><script>*/=1;", "web page"),
    "a drawing with code": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "web page"),
    "xml with a style": (b'<?xml version="1.0"?><?xml-stylesheet href="x.xsl"?><a/>', "web page"),
    "php": (b"<?php system($_GET['c']);", "web page"),
    "a saved page": (MHT, "saved web page"),
    "a program for windows": (b"MZ\x90\0" + bytes(200), "program"),
    "a program for linux": (b"\x7fELF\2\1\1" + bytes(200), "program"),
    "a script": (b"#!/bin/sh\nrm -rf /\n", "program"),
    "a java class": (b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(20), "program"),
    "an archive": (archive("a.txt"), "archive"),
    "an archive with a way out": (archive("../../etc/passwd"), "archive"),
    "an archive behind a picture": (png(archive("a.class")), "archive"),
    "an archive behind a pdf": (pdf() + archive("a.class"), "archive"),
    "a rar": (b"Rar!\x1a\x07\0" + bytes(20), "archive"),
    "a gzip": (b"\x1f\x8b\x08" + bytes(20), "archive"),
    "an old word file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old or encrypted"),
    "rtf": (b"{\\rtf1 hello}", "RTF"),
    "a word file with macros": (docx("word/vbaProject.bin"), "macros"),
    "a word file said to have macros": (
        docx(types=b'<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'),
        "macros",
    ),
    "an excel file with old macros": (xlsx("xl/macrosheets/sheet1.xml"), "macros"),
    "a word file with a way out": (docx("../x"), "damaged"),
    "a word file cut short": (docx()[:-30], "damaged"),
    "a bomb": (docx("word/a.xml", content=bytes(30_000_000)), "unpacks"),
    "a bomb that lies": (lying_zip(), "unpacks"),
    "a bomb of parts": (docx(*(f"word/{n}.xml" for n in range(2_001))), "unpacks"),
    "noise": (bytes(range(256)) * 8, "none of the kinds"),
    "a bitmap": (b"BM\x46\0\0\0\0\0" + bytes(60), "none of the kinds"),
}  # fmt: skip

# What it is called, and what it is called then.
NAMES = {
    "../../etc/passwd": "passwd",
    "..\\..\\x.pdf": "x.pdf",
    "C:\\a\\b.pdf": "b.pdf",
    "/etc/passwd": "passwd",
    "inv\u202efdp.exe": "invfdp.exe",
    "x.pdf\r\nSet-Cookie: a=b": "x.pdfSet-Cookie: a=b",
    "": "file",
    ".": "file",
    "..": "file",
    "\u200b\ufeff": "file",
    ".htaccess": "htaccess",
    "-rf": "-rf",
    "$(id).pdf": "$(id).pdf",
    "a;b.pdf": "a;b.pdf",
    "%2e%2e%2f": "%2e%2e%2f",
    "a\u2028b.pdf": "a b.pdf",
    "\udcff\udcfe.pdf": "pdf",
    "账单 五月.pdf": "账单 五月.pdf",
    "<script>.txt": "<script>.txt",
    f"{'x' * 300}.pdf": f"{'x' * 196}.pdf",
}
