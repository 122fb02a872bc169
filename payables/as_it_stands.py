"""Which lines of a license file can the database read as they stand?

Those in which each cell is written in the plainest way that the careful reader would take for the same: then nothing of
them needs to be converted here. One pattern says so for a whole part of the file at once, quotes or not. Whatever else
a cell may hold (an odd space, a thousands separator, a fault) is left to the careful reader."""

import re
from typing import Final

from .cells import EXPONENT, Header
from .reading import Keys, Row


def _day_of_year(between: str, zero: str) -> str:
    """A month and a day that every year has."""
    months = (
        (f"(?:{zero}[13578]|1[02])", f"(?:{zero}[1-9]|[12][0-9]|3[01])"),
        (f"(?:{zero}[469]|11)", f"(?:{zero}[1-9]|[12][0-9]|30)"),
        (f"{zero}2", f"(?:{zero}[1-9]|1[0-9]|2[0-8])"),
    )
    return f"(?:{'|'.join(month + between + day for month, day in months)})"


def _either(cell: str) -> str:
    """Bare or in quotes."""
    return f'(?:{cell}|"{cell}")'


def _text(most: int, least: int = 0, letters: str = r'[^",\r\n]', quoted: str = r'[^"\r\n]') -> str:
    bare, within = (rf"(?!\s){one}{{{least},{most}}}+(?<!\s)" for one in (letters, quoted))
    return f'(?:{bare}|"{within}")'


def _money(places: int) -> str:
    return _either(rf"-?[0-9]{{1,12}}(?:\.[0-9]{{1,{places}}})?" if places else "-?[0-9]{1,12}")


_GUID: Final = _either("-".join(rf"[0-9a-fA-F]{{{n}}}" for n in (8, 4, 4, 4, 12)))
_YEAR: Final = "20[1-9][0-9]"
_MINUTES: Final = "[0-5][0-9](?::[0-5][0-9])?"
_CLOCK: Final = rf"(?: (?:(?:[01]?[0-9]|2[0-3]):{_MINUTES}|(?:[1-9]|1[0-2]):{_MINUTES} [AP]M))?"
_AT: Final = rf"(?:[ T](?:[01][0-9]|2[0-3]):{_MINUTES})?"
_DAY: Final = f"(?:{_day_of_year('/', '0?')}/{_YEAR}{_CLOCK}|{_YEAR}-{_day_of_year('-', '0')}{_AT})"
# Of ids and domains lower case is made later; of other letters than these a database may have an opinion of its own.
_PLAIN: Final = (r"[!#-+\--~]", r"[!#-~]")
_CELLS: Final = {
    "customer_id": _GUID,
    "subscription_id": _GUID,
    "offer_id": _text(64, 0, *_PLAIN),
    "offer_name": _text(200, 1),
    "order_id": _text(64),
    "charge_starts_on": _either(_DAY),
    "charge_ends_on": _either(_DAY),
    "starts_on": f"(?:{_either(_DAY)})?",
    "ends_on": f"(?:{_either(_DAY)})?",
    "charge_type": _text(80, 1),
    "unit_price": _money(4),
    "quantity": _either("-?[0-9]{1,7}"),
    "customer_name": _text(200, 1),
    "domain": _text(200, 0, *_PLAIN),
    "subscription_name": _text(200),
}
_AMOUNTS: Final = ("amount", "discount", "subtotal", "tax", "total")
_UNKNOWN: Final = r'(?:[^",\r\n]*+|"[^"\r\n]*+")'
# Where the staging table calls it otherwise.
_STAGED: Final = {"customer_id": "customer_ref", "subscription_id": "subscription_ref"}
_TEXTS: Final = ("offer_id", "offer_name", "order_id", "charge_type", "customer_name", "domain", "subscription_name")


class AsItStands:
    """The plain lines of one file. `columns` are those of the staging table that take its cells, in their order;
    `skipped` of them are of no use to us."""

    def __init__(self, header: Header) -> None:
        self._key = Keys(header)
        self._names = sorted(header.at, key=lambda one: header.at[one])
        # Of a column that stands twice we know only where it stood last.
        self._usable = len(self._names) == header.width
        self._lines: re.Pattern[str] | None = None
        fields = {self._key[name]: _STAGED.get(name, name) for name in (*_CELLS, *_AMOUNTS)}
        self.columns = [fields.get(one, f"skipped_{at}") for at, one in enumerate(self._names)]
        self.skipped = [one for one in self.columns if one.startswith("skipped_")]

    @property
    def statement(self) -> str:
        """The COPY that takes these lines; the database counts them."""
        texts = [one for one in self.columns if one in _TEXTS]
        return (
            f"COPY staged_line ({', '.join(self.columns)}) FROM STDIN (FORMAT csv, FORCE_NOT_NULL ({', '.join(texts)}))"
        )

    def begin(self, first: Row) -> None:
        """From now on lines are taken that are of the same partner and in the same currency as the first."""
        said = _CELLS | dict.fromkeys(_AMOUNTS, _money(EXPONENT.get(first.currency, 2)))
        said |= {"partner_id": _either(f"(?i:{first.partner_id})"), "currency": _either(first.currency)}
        cells = {self._key[name]: cell for name, cell in said.items()}
        line = ",".join(cells.get(one, _UNKNOWN) for one in self._names)
        self._lines = re.compile(rf"(?:{line}(?:\r?\n|\Z))*+")

    @property
    def begun(self) -> bool:
        """Whether there was a first line."""
        return self._lines is not None

    def takes(self, part: str) -> bool:
        """Whether each line of this part is plain."""
        return self._lines is not None and self._usable and self._lines.fullmatch(part) is not None
