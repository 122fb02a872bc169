"""What does an ISO 20022 bank statement (camt.053) say? Read entry by entry, whatever the version's namespace."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import IO, Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from . import cells
from .lines import Faults, Line, clean, plausible

Element = Any
DEEPEST: Final = 60
FOUND: Final = "BkToCstmrStmt"
# A bare running number says which entry only together with its day.
_RUNNING: Final = re.compile(r"\d{1,6}", re.ASCII)
_AMOUNT: Final = re.compile(r"\d{1,15}(\.\d{1,5})?", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def read(source: IO[bytes], *, today: date, faults: Faults) -> Iterator[Line]:
    """The booked entries, a batch split where its details carry their own amounts. What is wrong goes to `faults`;
    document types and entities are refused. Only one entry at a time is in memory."""
    try:
        yield from _entries(source, today, faults)
    except ParseError as error:
        faults.add(
            f"line {error.position[0]}", "", f"the XML breaks off or is wrong here ({str(error).partition(':')[0]})"
        )
    except DefusedXmlException:
        faults.add("line 1", "", "the file declares a document type or entities, which a statement never does")
    except (LookupError, ValueError, UnicodeError):
        faults.add("line 1", "", "the file is in an encoding that can't be read")


def _entries(source: IO[bytes], today: date, faults: Faults) -> Iterator[Line]:
    path: list[Element] = []
    account, number, statements = "", 0, 0
    for event, element in iterparse(source, events=("start", "end"), forbid_dtd=True):
        name = _local(element)
        if event == "start":
            path.append(element)
            if len(path) > DEEPEST:
                faults.add(f"entry {number + 1}", "", "the XML is nested too deep to be a statement")
                return
            if name == "Stmt":
                account, statements = "", statements + 1
            continue
        path.pop()
        if name == "Acct" and path and _local(path[-1]) == "Stmt":
            account = clean(_text(element, "Id/IBAN") or _text(element, "Id/Othr/Id"), 64)
        elif name == "Ntry" and path and _local(path[-1]) == "Stmt":
            number += 1
            yield from _Entry(f"entry {number}", element, account, today, faults).lines()
            path[-1].remove(element)
    if not statements:
        faults.add("line 1", "", f"this is no camt.053 statement: it has no {FOUND}/Stmt")


class _Entry:
    """One Ntry; each reader adds a fault where an element can't be used."""

    def __init__(self, place: str, element: Element, account: str, today: date, faults: Faults) -> None:
        self.place, self.element, self.account, self.faults = place, element, account, faults
        self.today = today
        self.details = [one for group in _kids(element, "NtryDtls") for one in _kids(group, "TxDtls")]

    def lines(self) -> Iterator[Line]:
        """The lines it makes: none unless it is booked and not nothing."""
        status = _text(self.element, "Sts/Cd") or _text(self.element, "Sts")
        if status not in ("", "BOOK"):
            return
        before = len(self.faults.said) + self.faults.more
        amount, currency = self._amount(_first(self.element, "Amt"))
        credit, booked_on = self._credit(self.element), self._day()
        if len(self.faults.said) + self.faults.more > before or amount is None or booked_on is None or not amount:
            return
        parts = self._parts(amount, currency)
        for order, (detail, value, is_credit) in enumerate(parts or [(None, amount, credit)], 1):
            if value:
                yield self._line(booked_on, value, currency, is_credit, detail, order if parts else 0)

    def _line(
        self, booked_on: date, amount: Decimal, currency: str, credit: bool, detail: Element | None, order: int
    ) -> Line:
        details = self.details if detail is None else [detail]
        side = "Dbtr" if credit else "Cdtr"
        return Line(
            place=self.place if not order else f"{self.place}, part {order}",
            account=self.account,
            entry_id=self._id(booked_on, detail, order),
            credit=credit,
            reversal=_text(self.element, "RvslInd") in ("true", "1"),
            amount=amount,
            currency=currency,
            booked_on=booked_on,
            payer=clean(_of_any(details, [f"RltdPties/{side}/Nm", f"RltdPties/{side}/Pty/Nm"]), 200),
            payer_account=clean(
                _of_any(details, [f"RltdPties/{side}Acct/Id/IBAN", f"RltdPties/{side}Acct/Id/Othr/Id"]), 64
            ).replace(" ", ""),
            text=clean(self._words(details), 500),
        )

    def _amount(self, element: Element | None) -> tuple[Decimal | None, str]:
        if element is None:
            self.faults.add(self.place, "Amt", "is missing")
            return None, ""
        text = (element.text or "").strip()
        try:
            currency = cells.currency(element.get("Ccy", ""))
            if not _AMOUNT.fullmatch(text):
                raise cells.BadCell(f"'{text[:60]}' is not an amount")
            return cells.amount(text, currency), currency
        except cells.BadCell as bad:
            self.faults.add(self.place, "Amt", str(bad))
            return None, ""

    def _credit(self, element: Element) -> bool:
        said = _text(element, "CdtDbtInd")
        if said not in ("CRDT", "DBIT"):
            self.faults.add(self.place, "CdtDbtInd", f"'{said[:20]}' is neither CRDT nor DBIT")
        return said == "CRDT"

    def _day(self) -> date | None:
        said = _text(self.element, "BookgDt/Dt") or _text(self.element, "BookgDt/DtTm")
        said = said or _text(self.element, "ValDt/Dt") or _text(self.element, "ValDt/DtTm")
        try:
            if not _DAY.match(said):
                raise ValueError
            on = date.fromisoformat(said[:10])
        except ValueError:
            self.faults.add(self.place, "BookgDt", f"'{said[:40]}' is not a date like 2026-11-20")
            return None
        if why := plausible(on, self.today):
            self.faults.add(self.place, "BookgDt", why)
            return None
        return on

    def _parts(self, amount: Decimal, currency: str) -> list[tuple[Element, Decimal, bool]]:
        """The details of a batch where they say how much each is, and together say the same as the entry."""
        if len(self.details) < 2:
            return []
        parts, sum_ = [], Decimal(0)
        of_entry = _text(self.element, "CdtDbtInd")
        for detail in self.details:
            element = _first(detail, "Amt")
            element = element if element is not None else _first(detail, "AmtDtls/TxAmt/Amt")
            text = (element.text or "").strip() if element is not None else ""
            if element is None or element.get("Ccy") != currency or not _AMOUNT.fullmatch(text):
                return []
            side = _text(detail, "CdtDbtInd") or of_entry
            value = Decimal(text)
            sum_ += value if side == of_entry else -value
            parts.append((detail, value.quantize(Decimal("0.01")), side == "CRDT"))
        return parts if sum_ == amount else []

    def _id(self, booked_on: date, detail: Element | None, order: int) -> str:
        """The bank's own reference, or empty where it gave none. A batch's parts are told apart by their own
        references, else by their place in it."""
        own = [_text(one, "Refs/AcctSvcrRef") for one in self.details]
        whole = _text(self.element, "AcctSvcrRef") or ("" if order else next(filter(None, own), ""))
        number = _text(self.element, "NtryRef")
        if not whole and number:
            whole = f"{booked_on}/{number}" if _RUNNING.fullmatch(number) else number
        if detail is not None:
            mine = _text(detail, "Refs/AcctSvcrRef")
            if mine and own.count(mine) == 1 and mine != whole:
                return clean(mine, 200)
            return clean(f"{whole}/{order}", 200) if whole else ""
        return clean(whole or next(filter(None, (_text(one, "Refs/TxId") for one in self.details)), ""), 200)

    def _words(self, details: list[Element]) -> str:
        """What the payer wrote, and the references beside it."""
        words: list[str] = []
        for detail in details:
            for info in _kids(detail, "RmtInf"):
                words += [one.text or "" for one in _kids(info, "Ustrd")]
                for told in _kids(info, "Strd"):
                    words += [_text(told, "CdtrRefInf/Ref"), *(_text(one, "Nb") for one in _kids(told, "RfrdDocInf"))]
                    words += [one.text or "" for one in _kids(told, "AddtlRmtInf")]
            end_to_end = _text(detail, "Refs/EndToEndId")
            words.append("" if end_to_end == "NOTPROVIDED" else end_to_end)
        if not any(words):
            words = [_text(one, "AddtlTxInf") for one in details]
        if not any(words):
            words = [_text(self.element, "AddtlNtryInf")]
        return " ".join(dict.fromkeys(word.strip() for word in words if word and word.strip()))


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _kids(element: Element, name: str) -> list[Element]:
    return [one for one in element if _local(one) == name]


def _first(element: Element, path: str) -> Element | None:
    """The first element at a path of local names."""
    for name in path.split("/"):
        found = next((one for one in element if _local(one) == name), None)
        if found is None:
            return None
        element = found
    return element


def _text(element: Element, path: str) -> str:
    found = _first(element, path)
    return (found.text or "").strip() if found is not None else ""


def _of_any(details: list[Element], paths: list[str]) -> str:
    return next(filter(None, (_text(one, path) for one in details for path in paths)), "")
