"""How does what a list shows leave as a file? Row by row, as CSV or XLSX, safe to open in a spreadsheet."""

import csv
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Final

from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.functional import Promise
from xlsxwriter import Workbook

from .entering import Here
from .models import Document

CSV: Final = "csv"
XLSX: Final = "xlsx"
TYPES: Final = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MARK: Final = "\ufeff"
CHUNK: Final = 2000
AT_ONCE: Final = 500
MOST_ROWS: Final = 1_048_575
LONGEST: Final = 32_767
# What a spreadsheet takes for the beginning of a formula.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
# Signs that XML can't carry.
UNSEEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
OTHERS: Final = re.compile(r"[^A-Za-z0-9.]+")


@dataclass(frozen=True)
class Column:
    """One column of a file: its head, and what of a row stands in it. Texts are guarded against formulas;
    Decimals, whole numbers and days stay what they are."""

    label: "str | Promise"
    of: Callable[[Any], Any]


def wanted(request: Here) -> str:
    """Which file the address asks for with `?export=`: csv, xlsx or none."""
    asked = request.GET.get("export", "")
    return asked if asked in TYPES else ""


def exported(
    request: Here, what: str, columns: Sequence[Column], rows: Iterable[Any], *said: object
) -> HttpResponseBase:
    """The file that the address asks for. Its name says the list, the filter (`said`, in order) and the day.

    `rows` are read as they are written; give an iterator to keep memory flat."""
    kind = wanted(request)
    name = file_name(what, *said, request.now.astimezone(request.zone).date(), kind=kind)
    answer: HttpResponseBase
    if kind == XLSX:
        answer = FileResponse(sheet(columns, rows), content_type=TYPES[XLSX])
    else:
        answer = StreamingHttpResponse(lines(columns, rows), content_type=TYPES[CSV])
    return _as_download(answer, name)


def handed(document: Document) -> HttpResponse:
    """A kept paper as a download."""
    answer = HttpResponse(bytes(document.content), content_type=document.content_type)
    _as_download(answer, document.file_name)
    return answer


def download(content: bytes, name: str, content_type: str) -> HttpResponse:
    """Bytes as a download under a safe name."""
    answer = HttpResponse(content, content_type=content_type)
    _as_download(answer, name)
    return answer


def _as_download(answer: HttpResponseBase, name: str) -> HttpResponseBase:
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def file_name(*words: object, kind: str) -> str:
    """A name of letters, digits and hyphens that every machine takes: invoices-overdue-2026-11-20.csv."""
    parts = [OTHERS.sub("-", str(word)).strip("-.")[:40] for word in words if word not in ("", None)]
    return f"{'-'.join(part for part in parts if part)}.{kind}"


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula, also not one whose width differs (＝)."""
    return f"'{text}" if text.lstrip().startswith((*FORMULA, "＝", "＋", "－", "＠")) or text[:1] in FORMULA else text


def lines(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[str]:
    """The rows as CSV in UTF-8 with its mark, some hundred rows at a time."""
    writer = csv.writer(_Echo())
    yield MARK + str(writer.writerow([guarded(str(column.label)) for column in columns]))
    held: list[str] = []
    for row in rows:
        held.append(str(writer.writerow([_plain(column.of(row)) for column in columns])))
        if len(held) == AT_ONCE:
            yield "".join(held)
            held.clear()
    yield "".join(held)


class _Echo:
    """What the writer writes into: it gives each line back."""

    def write(self, text: str) -> str:
        return text


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.isoformat(sep=" ", timespec="minutes")
        case date() | int():
            return str(value)
        case _:
            return guarded(str(value))


def sheet(columns: Sequence[Column], rows: Iterable[Any]) -> IO[bytes]:
    """The rows as a workbook of one sheet in an open temporary file, gone when closed; only one row is held."""
    file: IO[bytes] = tempfile.TemporaryFile(prefix="export-")  # noqa: SIM115
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = Workbook(file, {**options, "strings_to_numbers": False})
    page = book.add_worksheet()
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    page.freeze_panes(1, 0)
    page.set_column(0, max(len(columns) - 1, 0), 18)
    for place, column in enumerate(columns):
        page.write_string(0, place, _text(str(column.label)), bold)
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS:
            break
        for place, column in enumerate(columns):
            _cell(page, number, place, column.of(row), day)
    book.close()
    file.seek(0)
    return file


def _cell(page: Any, row: int, place: int, value: Any, day: Any) -> None:
    match value:
        case None | "":
            return
        case Decimal() | int():
            page.write_number(row, place, value)
        case datetime():
            page.write_string(row, place, _plain(value))
        case date():
            page.write_datetime(row, place, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
        case _:
            page.write_string(row, place, _text(str(value)))


def _text(text: str) -> str:
    return UNSEEN.sub("", guarded(text))[:LONGEST]
