"""What do those of the demo do who ask, doubt and are answered?"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Final

from billing.models import DisputedAmount
from customers.roles import Role
from disputes.asking import ask
from disputes.escalating import answered, file, prepare
from disputes.models import Dispute, Escalation
from disputes.reopening import reopen
from disputes.replying import write
from disputes.resolving import confirm
from disputes.working import begin
from outbox import clock

from .cast import FIRST_BILL, SECOND_BILL, Actor
from .parts_money import IN_TIME, pays_days_after, pays_first

if TYPE_CHECKING:
    from .book import Book, Part

HALF, TENTH, FIFTH = Decimal("0.5"), Decimal("0.1"), Decimal("0.2")
TRIED: Final = "Compared the seats of both months with the order history; opened the admin centre with the customer."
WHY: Final = "The partner tools show the order, not how its proration was reckoned."
ASKED_FOR: Final = "Check the proration of this subscription and correct the charge on the next bill."


def _rest(book: "Book", actor: Actor, day: date, on: date) -> None:
    """Pays on a day what is not in question of the second invoice."""
    if day != on:
        return
    invoice = book.invoice(actor, SECOND_BILL)
    asked = DisputedAmount.objects.filter(line__invoice=invoice, decided_at=None)
    open_ = invoice.balance - sum((row.amount for row in asked), Decimal(0))
    if open_ > 0:
        book.pay(actor, SECOND_BILL, open_)


def new_case(book: "Book", actor: Actor, day: date) -> None:
    """Asks this morning, two days after the final notice."""
    pays_first(book, actor, day)
    if day == date(2026, 11, 20):
        text = "We cancelled two seats on 28 September. They are on the invoice again."
        book.question(actor, SECOND_BILL, TENTH, "cancelled", text)


def asked_back(book: "Book", actor: Actor, day: date) -> None:
    """Asks, and is asked for the order confirmation."""
    pays_first(book, actor, day)
    if day == date(2026, 11, 17):
        text = "В договоре другая цена за место: 64 юаня. Просим пересчитать."
        book.question(actor, SECOND_BILL, TENTH, "price", text)
    if day == date(2026, 11, 18):
        text = "Пришлите, пожалуйста, страницу договора с ценой, мы сравним её с заказом."
        write(book.case(actor).pk, text=text, by=book.person(Role.HELP_DESK), now=clock.now(), wait=True)


def partly(book: "Book", actor: Actor, day: date) -> None:
    """Asks about half a line, is given half of that, agrees, and pays the rest."""
    pays_first(book, actor, day)
    if day == date(2026, 10, 26):
        book.question(actor, SECOND_BILL, HALF, "period", "本期只使用了半个月，请按实际天数计算。")
    if day == date(2026, 10, 28):
        case = book.case(actor)
        rows = DisputedAmount.objects.filter(partner=book.partner, case_number=case.number)
        refused = {row.pk: (row.amount / 2).quantize(Decimal("0.01")) for row in rows}
        text = "订阅从 15 日起算，前半部分费用有效；后半部分我们已开具贷项通知单。"
        book.answer(actor, "partly", text, refused=refused)
    if day == date(2026, 10, 30):
        confirm(book.case(actor).pk, by=book.user_of(actor), now=clock.now())
    _rest(book, actor, day, date(2026, 11, 4))


def reopened(book: "Book", actor: Actor, day: date) -> None:
    """Is refused, and does not agree."""
    pays_first(book, actor, day)
    if day == date(2026, 11, 9):
        text = "The tax rate on this line should be 3 %, we are a small taxpayer."
        book.question(actor, SECOND_BILL, TENTH, "tax", text)
    if day == date(2026, 11, 12):
        text = "Tax follows the seller: our services carry 6 % whoever buys them."
        book.answer(actor, "rejected", text)
    if day == date(2026, 11, 16):
        why = "Your own offer of March says 3 %. Please look at page two."
        reopen(book.case(actor).pk, why=why, by=book.user_of(actor), now=clock.now())


def told_late(book: "Book", actor: Actor, day: date) -> None:
    """Asks, and nobody answers in the promised time."""
    pays_first(book, actor, day)
    if day == date(2026, 10, 29):
        text = "За сентябрь нам обещали скидку за ранний заказ. В счёте её нет."
        book.question(actor, SECOND_BILL, FIFTH, "credit_missing", text)
    if day == date(2026, 10, 30):
        begin(book.case(actor).pk, by=book.person(Role.BILLING), now=clock.now())


def followed_up(book: "Book", actor: Actor, day: date) -> None:
    """Was right once, and asks whether it stays so."""
    pays_days_after(IN_TIME, by_bank=True)(book, actor, day)
    if day == date(2026, 9, 24):
        book.question(actor, FIRST_BILL, TENTH, "duplicate", "Exchange 的费用在上个月已经收过一次。")
    if day == date(2026, 9, 28):
        book.answer(actor, "upheld", "您说得对，这一行重复计费，已全额冲回。")
    if day == date(2026, 9, 29):
        confirm(book.case(actor).pk, by=book.user_of(actor), now=clock.now())
    if day == date(2026, 11, 17):
        ask(
            book.customer(actor),
            kind=Dispute.Kind.BILLING,
            title="11 月账单会不会再次重复？",
            text="上次重复收费已经解决。请确认 11 月的账单里没有同样的一行。",
            by=book.user_of(actor),
            now=clock.now(),
            follows=book.case(actor),
        )


def _taken_up(book: "Book", subject: Dispute, now: datetime) -> Escalation:
    return prepare(
        subject,
        tried=TRIED,
        why=[Escalation.Why.TOOLS],
        why_text=WHY,
        asked_for=ASKED_FOR,
        by=book.person(Role.HELP_DESK),
        now=now,
        no_source=True,
        no_evidence=True,
    )


def _goes_to_provider(asked: date, reason: str, text: str) -> "Part":
    """Asks; the case is taken up with 21Vianet the next day, under a reference."""

    def part(book: "Book", actor: Actor, day: date) -> None:
        pays_first(book, actor, day)
        if day == asked:
            book.question(actor, SECOND_BILL, FIFTH, reason, text)
        if day == asked + timedelta(days=1):
            found = _taken_up(book, book.case(actor), clock.now())
            reference = f"21V-{day:%Y-%m%d}-{Random(actor.name).randrange(100, 900):04}"
            file(found.pk, reference=reference, by=book.person(Role.HELP_DESK), now=clock.now())

    return part


escalated = _goes_to_provider(date(2026, 11, 16), "quantity", "10 月新增的 4 个席位按整月计费，应按天计算。")
_asks_early = _goes_to_provider(date(2026, 10, 21), "price", "The unit price rose in the middle of the term.")


def provider_answered(book: "Book", actor: Actor, day: date) -> None:
    """21Vianet agrees after three weeks, and so do we."""
    _asks_early(book, actor, day)
    if day == date(2026, 11, 12):
        answered(
            Escalation.objects.get(dispute=book.case(actor)).pk,
            result=Escalation.Result.ACCEPTED,
            text="价格表版本有误，将在下期账单中更正。",
            words="21Vianet agrees: an old price list was used. They correct it on the next bill.",
            by=book.person(Role.HELP_DESK),
            now=clock.now(),
        )
    if day == date(2026, 11, 19):
        book.answer(actor, "upheld", "21Vianet has agreed that the price was wrong. We credit the difference today.")
    _rest(book, actor, day, date(2026, 11, 4))


def common(book: "Book", actor: Actor, day: date) -> None:
    """One of three whom the same charge surprises."""
    pays_first(book, actor, day)
    texts = {
        "zh": "账单里出现了我们没有订购的续订差额。",
        "en": "There is a renewal difference on the invoice that nobody here ordered.",
    }
    if day == date(2026, 11, 16) + timedelta(days=len(actor.name) % 2):
        book.question(actor, SECOND_BILL, FIFTH, "price", texts[actor.language[0][:2]])


PARTS: Final = {
    "new_case": new_case,
    "asked_back": asked_back,
    "partly": partly,
    "reopened": reopened,
    "told_late": told_late,
    "followed_up": followed_up,
    "escalated": escalated,
    "provider_answered": provider_answered,
    "common": common,
}
