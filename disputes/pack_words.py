"""What does 21Vianet have to know of a case? The pack in words, in the language of the moment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, pgettext

from billing.money import ZERO, quantise
from billing.papers import between, column, fact, on, sheet
from customers import formats
from customers.models import TimelineEntry
from dunning.wording import told

from .gating import Paired
from .lines import with_lines
from .models import CaseEntry, CaseFile, Dispute, EarlierAnswer, Escalation

# Their words stand in the pack as they were said, so the timeline needn't say that they were.
SAID_ELSEWHERE = ("case_written", "case_heard", "case_waits_customer", "case_noted")


@dataclass(frozen=True)
class Packed:
    """Everything a pack says, read from the record once for both languages."""

    escalation: Escalation
    cases: Sequence[Dispute]
    pairs: Sequence[Paired]
    timeline: Sequence[TimelineEntry]
    entries: Sequence[CaseEntry]
    # Answers that a customer did not accept.
    answers: Sequence[EarlierAnswer]
    files: Sequence[CaseFile]
    ours_at_provider: str
    mail_to: str
    now: datetime

    @property
    def number(self) -> str:
        """The case's number, or that of the common cause."""
        return number_of(self.escalation)

    def at(self, instant: datetime) -> str:
        """An instant in the partner's zone."""
        here = instant.astimezone(self.escalation.partner.tz)
        return f"{on(here.date())} {here:%H:%M}"


def number_of(escalation: Escalation) -> str:
    """The number of the case, or of the common cause."""
    return escalation.dispute.number if escalation.dispute else escalation.cause.number if escalation.cause else ""


def pack_sheet(it: Packed) -> dict[str, Any]:
    """The pack as its paper takes it: texts only."""
    partner = it.escalation.partner
    foot = gettext("From the record of %(partner)s. Times are those of %(zone)s.")
    return {
        **sheet(
            partner,
            title=gettext("Problem reported to 21Vianet"),
            number=it.number,
            foot=foot % {"partner": partner.name, "zone": partner.zone},
        ),
        "from_label": pgettext("who reports a problem", "Reported by"),
        "to_label": pgettext("to whom a problem is reported", "To"),
        "seller": [text for text in (partner.name, partner.address) if text],
        "buyer": [gettext("21Vianet, Partner Center support")],
        "facts": [
            fact(gettext("Case"), it.number, bold=True),
            fact(gettext("Prepared on"), it.at(it.now)),
            fact(gettext("Customers"), formats.grouped(len({case.customer_id for case in it.cases}))),
        ],
        "sections": [_asked(it), _contact(it), *_cases(it)],
        "timeline": _timeline(it),
        "attachments": _attachments(it),
    }


def _section(title: str, rows: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {"title": title, "rows": [fact(label, value or "–") for label, value in rows], "lines": None}


def _asked(it: Packed) -> dict[str, Any]:
    one = it.escalation
    lacking = ", ".join(str(Escalation.Why(code).label) for code in one.why)
    return _section(
        gettext("What we ask for"),
        [
            (gettext("We ask 21Vianet to"), one.asked_for),
            (gettext("What we tried"), one.tried),
            (gettext("Why we can’t resolve it: we lack"), f"{lacking}\n{one.why_text}"),
        ],
    )


def _contact(it: Packed) -> dict[str, Any]:
    partner = it.escalation.partner
    return _section(
        gettext("Whom to answer"),
        [
            (gettext("Contact at the partner"), it.escalation.prepared_by.name),
            (gettext("Mail"), it.mail_to or partner.reply_email or it.escalation.prepared_by.email),
            (gettext("Telephone"), partner.phone),
            (gettext("The partner’s id at 21Vianet"), it.ours_at_provider),
        ],
    )


def _cases(it: Packed) -> Iterator[dict[str, Any]]:
    for case in it.cases:
        mine = [pair for pair in it.pairs if pair.case.pk == case.pk]
        yield _section(gettext("Case %(case)s") % {"case": case.number}, _case_rows(it, case, mine))
        for pair in mine:
            yield _compared(pair)


def _case_rows(it: Packed, case: Dispute, pairs: Sequence[Paired]) -> list[tuple[str, str]]:
    customer = case.customer
    ids = sorted({pair.amount.line.subscription.provider_id for pair in pairs if pair.amount.line.subscription})
    subject = case.get_reason_display() if case.reason else case.get_kind_display()
    return [
        (gettext("Customer"), customer.name),
        (gettext("Tenant id"), customer.provider_id),
        (gettext("Domain"), customer.domain),
        (gettext("Subscription ids"), "\n".join(ids)),
        (gettext("About"), formats.joined(str(subject), case.title) if case.title else str(subject)),
        (gettext("Asked on"), it.at(case.opened_at)),
        (gettext("The customer’s words"), case.text),
    ]


def _compared(pair: Paired) -> dict[str, Any]:
    line, source, code = pair.amount.line, pair.source, pair.amount.line.invoice.currency
    none = gettext("no line")
    theirs = _theirs(pair) if source else [none] + [""] * 8
    ours = [
        f"{line.invoice.number} / {line.position}",
        line.description,
        "",
        line.detail,
        formats.grouped(line.quantity),
        formats.price(line.unit_price, code),
        formats.bare(line.net, code),
        formats.bare(line.tax, code),
        formats.amount(line.total, code),
    ]
    labels = [
        gettext("Document, line"),
        gettext("Offer"),
        gettext("Order id"),
        gettext("Charge"),
        gettext("Seats"),
        gettext("Unit price"),
        gettext("Before tax"),
        gettext("Tax"),
        gettext("With tax"),
    ]
    share = claimable(pair)
    asked = [gettext("In question"), formats.amount(share, source.currency) if source and share else ""]
    rows = [list(row) for row in zip(labels, theirs, ours, strict=True)]
    rows.append([*asked, formats.amount(pair.amount.questioned, code)])
    if pair.ordered is not None:
        rows.append([gettext("Seats ordered, by the customer"), "", formats.grouped(pair.ordered)])
    title = gettext("Line %(n)s of %(invoice)s") % {"n": line.position, "invoice": line.invoice.number}
    columns = [
        column("", num=False),
        column(gettext("21Vianet’s bill"), num=False, wide=True),
        column(gettext("Our invoice"), num=False, wide=True),
    ]
    return {"title": title, "rows": [], "columns": columns, "lines": rows}


def _theirs(pair: Paired) -> list[str]:
    source = pair.source
    assert source is not None
    charged = between(source.charge_starts_on, source.charge_ends_on)
    return [
        f"{source.bill.number} / {source.row}",
        source.offer_name,
        source.order_id,
        f"{source.charge_type}, {charged}",
        formats.grouped(source.quantity),
        formats.price(source.unit_price, source.currency),
        formats.bare(source.subtotal, source.currency),
        formats.bare(source.tax, source.currency),
        formats.amount(source.total, source.currency),
    ]


def claimable(pair: Paired) -> Decimal:
    """What of the provider's line is in question: as large a part of it as is questioned of our line."""
    if pair.source is None or pair.amount.line.total <= ZERO:
        return ZERO
    return quantise(pair.source.total * pair.amount.questioned / pair.amount.line.total, pair.source.currency)


def _timeline(it: Packed) -> dict[str, Any]:
    zone = it.escalation.partner.tz
    rows = [
        (one.at, str(one.actor or ""), told(one, today=it.now.astimezone(zone).date(), zone=zone))
        for one in it.timeline
        if one.code not in SAID_ELSEWHERE
    ]
    rows += [(one.at, _speaker(one), one.text) for one in it.entries]
    rows += [(one.decided_at, _answerer(one), with_lines(one.answer, one.line_answers)) for one in it.answers]
    shown = [[it.at(at), who, what] for at, who, what in sorted(rows, key=lambda row: row[0])]
    columns = [
        column(gettext("When"), num=False),
        column(pgettext("who did something", "Who"), num=False),
        column(pgettext("what happened", "What"), num=False, wide=True),
    ]
    return {"title": gettext("What has happened"), "columns": columns, "lines": shown}


def _answerer(one: EarlierAnswer) -> str:
    return formats.joined(str(one.decided_by), gettext("we, to the customer"))


def _speaker(entry: CaseEntry) -> str:
    name = str(entry.by) if entry.by else entry.from_email
    said = {
        CaseEntry.Kind.CUSTOMER: gettext("customer"),
        CaseEntry.Kind.STAFF: gettext("we, to the customer"),
        CaseEntry.Kind.NOTE: gettext("we"),
        CaseEntry.Kind.PROVIDER: gettext("21Vianet"),
    }[CaseEntry.Kind(entry.kind)]
    return formats.joined(name, said) if name else said


def _attachments(it: Packed) -> dict[str, Any]:
    rows = [
        [str(number), f"{one.name}\nSHA-256 {one.sha256}", f"{formats.grouped(one.size)} B"]
        for number, one in enumerate(it.files, 1)
    ]
    columns = [column("", num=False), column(gettext("File"), num=False, wide=True), column(gettext("Size"))]
    none = gettext("Nothing is attached.")
    return {"title": gettext("Attachments"), "columns": columns, "lines": rows, "none": none}
