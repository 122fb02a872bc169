"""How is a bank statement made in a test? Entry by entry, as camt.053 of any version or as a bank's CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

IBAN = "CN120001"


@dataclass(frozen=True)
class Entry:
    """One movement on the account. `parts` makes it a batch: (amount, payer, text) each."""

    amount: str
    text: str = ""
    payer: str = ""
    payer_account: str = ""
    id: str = ""
    on: str = "2026-07-01"
    credit: bool = True
    currency: str = "CNY"
    reversal: bool = False
    status: str = "BOOK"
    parts: Sequence[tuple[str, str, str]] = ()


def credit(amount: str, text: str = "", payer: str = "", **more) -> Entry:
    """Money that came in."""
    return Entry(amount, text, payer, **more)


def camt(*entries: Entry, version: str = "02", account: str = IBAN, dtd: str = "") -> bytes:
    """A camt.053 document with one statement. From version 08 on, states and parties are written longer."""
    body = "".join(_entry(one, number, int(version) >= 8) for number, one in enumerate(entries, 1))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{dtd}\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>\n'
        f"<GrpHdr><MsgId>M1</MsgId></GrpHdr><Stmt><Id>S1</Id><Acct><Id><IBAN>{account}</IBAN></Id></Acct>\n"
        f"{body}</Stmt></BkToCstmrStmt></Document>\n"
    ).encode()


def _entry(one: Entry, number: int, long: bool) -> str:
    status = f"<Sts><Cd>{one.status}</Cd></Sts>" if long else f"<Sts>{one.status}</Sts>"
    reversal = "<RvslInd>true</RvslInd>" if one.reversal else ""
    reference = f"<AcctSvcrRef>{escape(one.id)}</AcctSvcrRef>" if one.id else f"<NtryRef>{number}</NtryRef>"
    parts = one.parts or [("", one.payer, one.text)]
    details = "".join(_detail(one, amount, payer, text, long) for amount, payer, text in parts)
    return (
        f'<Ntry><Amt Ccy="{one.currency}">{one.amount}</Amt><CdtDbtInd>{"CRDT" if one.credit else "DBIT"}</CdtDbtInd>'
        f"{reversal}{status}<BookgDt><Dt>{one.on}</Dt></BookgDt>{reference}<NtryDtls>{details}</NtryDtls></Ntry>\n"
    )


def _detail(one: Entry, amount: str, payer: str, text: str, long: bool) -> str:
    side = "Dbtr" if one.credit else "Cdtr"
    name = f"<Nm>{escape(payer)}</Nm>"
    party = f"<Pty>{name}</Pty>" if long else name
    account = (
        f"<{side}Acct><Id><Othr><Id>{one.payer_account}</Id></Othr></Id></{side}Acct>" if one.payer_account else ""
    )
    own = f'<AmtDtls><TxAmt><Amt Ccy="{one.currency}">{amount}</Amt></TxAmt></AmtDtls>' if amount else ""
    return (
        f"<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>{own}"
        f"<RltdPties><{side}>{party}</{side}>{account}</RltdPties>"
        f"<RmtInf><Ustrd>{escape(text)}</Ustrd></RmtInf></TxDtls>"
    )


ENGLISH = ("Date", "Amount", "Currency", "Reference", "Payer", "Payer account", "ID")


def sheet(*rows: Sequence[str], header: Sequence[str] = ENGLISH, separator: str = ",") -> bytes:
    """A CSV with these cells."""
    out = io.StringIO()
    lines = csv.writer(out, delimiter=separator)
    lines.writerows([header, *rows])
    return out.getvalue().encode()


def row(amount: str, text: str = "", payer: str = "", *, on: date | str = "2026-07-01", id: str = "", **more) -> list:
    """One line under the English header."""
    return [str(on), amount, more.get("currency", "CNY"), text, payer, more.get("payer_account", ""), id]
