"""Which letters are written here? Two partners, each with a customer, a currency, a zone and all eight letters."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any

from customers.models import Customer, Message, Partner
from customers.sending import words

LANGUAGES = ("en", "zh-hans", "ru")
QUEUED = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class House:
    """One partner with one customer and the figures that only they have."""

    partner: Partner
    customer: Customer
    prefix: str
    reference: str
    amount: str
    part: str
    rest: str
    link: int

    @property
    def canaries(self) -> set[str]:
        """What must never stand in a letter of another house."""
        partner = self.partner
        found = {
            partner.name, partner.address, partner.phone, partner.bank_number, partner.reply_email,
            self.customer.name, self.reference, f"{self.prefix}-", f"/{self.link}/",
        }  # fmt: skip
        return found - {""}


HANHAI = House(
    Partner(
        pk=1, slug="hanhai", name="Hanhai Cloud", mark="瀚", currency="CNY", zone="Asia/Shanghai",
        address="8 Jianguomenwai Street, Beijing", phone="+86 10 5550 0188", reply_email="billing@hanhai.example",
        bank_account="瀚海云科技有限公司", bank_name="CMB Beijing Jianguomen", bank_number="1109 0428 6610 902",
    ),
    Customer(pk=1, name="蓝海贸易有限公司", zone="Asia/Shanghai"),
    prefix="HH-2026", reference="LH-4Q8T", amount="9893.60", part="587.66", rest="9305.94", link=1187,
)  # fmt: skip
NEVSKY = House(
    Partner(
        pk=2, slug="nevsky", name="Невский Облако", mark="Н", currency="RUB", zone="Europe/Moscow",
        address="Литейный проспект 5, Санкт-Петербург", phone="+7 812 555 01 10",
    ),
    Customer(pk=2, name="ООО «Северная верфь»", zone="Europe/Moscow"),
    prefix="NO-2026", reference="SV-9K2M", amount="120450.05", part="450.05", rest="120000.00", link=4402,
)  # fmt: skip
HOUSES = (HANHAI, NEVSKY)


def owed(house: House, number: int = 1, **changes: Any) -> dict[str, Any]:
    """One invoice of a notice; overdue, its day of suspension named, unless changed."""
    return {
        "invoice": f"{house.prefix}-0{number}",
        "invoice_id": house.link + number - 1,
        "stage": "third letter",
        "amount": house.amount,
        "currency": house.partner.currency,
        "due_on": "2026-11-04",
        "reference": house.reference,
        "suspend_on": "2026-11-26",
        "not_before": "2026-11-26T01:00:00+00:00",
        "pay_by": "2026-11-25T10:00:00+00:00",
        "subscriptions": ["Microsoft 365 Business Standard", "Visio Plan 2"],
        "seats": 114,
        "deletion_days": 60,
        "link": f"/my/invoices/{house.link + number - 1}/",
        **changes,
    }


UNDATED: dict[str, Any] = {"suspend_on": "", "not_before": "", "pay_by": "", "subscriptions": [], "seats": 0}


def notice(*invoices: dict[str, Any]) -> dict[str, Any]:
    """The day's notice about these invoices."""
    return {"stage": "third letter", "currency": invoices[0]["currency"], "invoices": list(invoices)}


def values_of(house: House) -> dict[str, dict[str, Any]]:
    """The frozen values of all letters of one house."""
    one = owed(house)
    named = {name: one[name] for name in ("invoice", "amount", "currency", "reference", "link")}
    access = {name: one[name] for name in ("invoice", "subscriptions", "seats", "link")}
    case = {"case": f"{house.prefix}-D7", "invoice": one["invoice"], "currency": one["currency"],
            "link": f"/my/cases/{house.link}/"}  # fmt: skip
    credit = f"{house.prefix}-C3"
    return {
        "invoice": {**named, "open": house.rest, "issued_on": "2026-10-15", "due_on": "2026-11-04",
                    "period": "2026-09"},
        "link": {**named, "open": house.rest, "issued_on": "2026-10-15", "due_on": "2026-11-04", "period": "2026-09",
                 "days": 30},
        "credit_note": {"credit_note": credit, "amount": house.part, "currency": one["currency"], "period": "2026-09",
                        "issued_on": "2026-11-17"},
        "notice": notice(one),
        "deletion": {**one, "deletes_on": "2027-01-25"},
        "suspended": {**named, **access, "since": "2026-11-18T01:22:00+00:00", "deletes_on": "2027-01-17",
                      "deletion_days": 60},
        "restored": {**access, "paid_at": "2026-11-17T13:56:00+00:00", "restored_at": "2026-11-17T14:10:00+00:00",
                     "minutes": 14},
        "question_taken": {**case, "amount": house.part, "rest": house.rest, "text": "Five seats were cancelled.",
                           "answer_by": "2026-11-25T10:00:00+00:00"},
        "answer": {**case, "outcome": "partly", "answer": "Three were cancelled in time.", "credit_note": credit,
                   "credited": house.part, "window_days": 4},
        "case_turn": {**case, "turn": "filed", "reference": f"SR {house.link}-21V", "result": "", "words": "",
                      "amount": house.part, "on": "2026-11-18T01:22:00+00:00",
                      "ask_at": "2026-11-23T01:22:00+00:00"},
        "case_word": {**case, "freezes": True, "title": "29 seats billed", "person": "Chen Yu", "waits": True,
                      "text": "Which order do you mean?", "answer_by": "2026-11-25T10:00:00+00:00"},
        "case_late": {**case, "link": f"/disputes/{house.link}/", "title": "29 seats billed", "person": "Chen Yu",
                      "action": "answer", "answer_by": "2026-11-25T10:00:00+00:00",
                      "opened_at": "2026-11-17T08:48:00+00:00"},
        "received": {"amount": house.amount, "currency": one["currency"], "received_on": "2026-11-17",
                     "invoices": [one["invoice"]], "link": "/my/invoices/"},
        "statement": {"month": "2026-10", "first_on": "2026-10-01", "last_on": "2026-10-31",
                      "balances": [{"currency": one["currency"], "opening": house.part, "closing": house.amount}],
                      "link": "/my/statement/?from=2026-10-01&to=2026-10-31"},
        "policy": {"version": 5, "effective_on": "2026-12-01", "from_on": "2026-12-24", "link": "/my/policy/",
                   "changes": ["Final notice: 10 days after the due date, was 14 days after the due date"]},
    }  # fmt: skip


def facts_of(house: House) -> dict[str, tuple[list[str], list[str]]]:
    """The amounts, and the days and instants, that each letter has to name."""
    pay_by, day = "2026-11-25T10:00:00+00:00", "2026-11-26T01:00:00+00:00"
    return {
        "invoice": ([house.amount, house.rest], ["2026-10-15", "2026-11-04"]),
        "link": ([house.amount, house.rest], ["2026-11-04"]),
        "credit_note": ([house.part], ["2026-11-17"]),
        "notice": ([house.amount], ["2026-11-04", pay_by, day, "2027-01-25"]),
        "deletion": ([house.amount], ["2026-11-04", "2027-01-25"]),
        "suspended": ([house.amount], ["2026-11-18T01:22:00+00:00", "2027-01-17"]),
        "restored": ([], ["2026-11-17T13:56:00+00:00", "2026-11-17T14:10:00+00:00"]),
        "question_taken": ([house.part, house.rest], [pay_by]),
        "answer": ([house.part], ["2026-11-18"]),
        "case_turn": ([house.part], ["2026-11-18T01:22:00+00:00", "2026-11-23T01:22:00+00:00"]),
        "case_word": ([], ["2026-11-18"]),
        "case_late": ([], [pay_by, "2026-11-17T08:48:00+00:00"]),
        "received": ([house.amount], ["2026-11-17"]),
        "statement": ([house.part, house.amount], ["2026-10-01", "2026-10-31"]),
        "policy": ([], ["2026-12-01", "2026-12-24"]),
    }


@dataclass(frozen=True)
class Written:
    """A letter as it leaves."""

    subject: str
    text: str
    html: str

    @property
    def page(self) -> "Page":
        """The HTML as a reader meets it."""
        page = Page()
        page.feed(self.html)
        page.close()
        return page


class Page(HTMLParser):
    """Visible words, links, the button and the tags of an HTML letter."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.links, self.tags, self.button = "", [], [], ""
        self._open: list[str] = []
        self._in_button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.words += " " if tag in ("br", "tr", "td", "th", "p", "h1", "h2", "div", "blockquote", "table") else ""
        if tag == "a":
            self.links.append(given["href"])
            self._in_button = "label" in (given.get("class") or "")
        if tag not in ("meta", "br"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> closes another tag"
        self._in_button = False

    def handle_data(self, data: str) -> None:
        if not {"style", "title"} & set(self._open):
            self.words += data
            self.button += data if self._in_button else ""


def write(house: House, letter: str, language: str, values: dict[str, Any] | None = None) -> Written:
    """One letter, worded by the same function that words those that leave."""
    customer = Customer(pk=house.customer.pk, partner=house.partner, name=house.customer.name, zone=house.customer.zone)
    message = Message(
        partner=house.partner, customer=customer, letter=letter, language=language, queued_at=QUEUED,
        values=values_of(house)[letter] if values is None else values,
    )  # fmt: skip
    return Written(*words(message))


def in_turn() -> Iterator[tuple[House, str, str]]:
    """Every letter of both houses in every language, so that neighbours differ in house and language."""
    for letter in values_of(HANHAI):
        for step in range(len(LANGUAGES) * 2):
            yield HOUSES[step % 2], letter, LANGUAGES[step % 3]


def parsed(value: str) -> date | datetime:
    """A frozen day or instant."""
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
