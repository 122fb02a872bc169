"""What does a house of the demo do on its own account: prices, limits, the bank, its provider, its policy?"""

import csv
import io
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from xml.sax.saxutils import escape

from django.conf import settings

from billing.models import PriceEntry
from billing.setting_prices import add
from customers.limiting import set_limit
from customers.roles import Role
from disputes.escalating import file, prepare
from disputes.gathering import gather
from disputes.models import Dispute, Escalation
from dunning.banking import declare_complete, import_statement
from dunning.breaking import lift, standing
from dunning.calling import log_call
from dunning.drafting import import_policy, offer
from dunning.models import Decision
from dunning.policy import Action
from dunning.publishing import newest, policy_of
from outbox import clock
from payables.banking import keep_balance
from payables.models import ProviderBill
from payables.paying import pay
from payables.reconciling import reconcile
from payables.sampling import guid
from payables.terms import agree_bill
from subscriptions.drifting import look
from subscriptions.sandbox.loading import change

from .book import Book, Wire
from .cast import E3, EARLY_BILL, EXCHANGE, FIRST_BILL, SECOND_BILL, VISIO
from .policies import easier

Plan = Callable[[Book], None]

STATEMENTS: Final = tuple(date(2026, *day) for day in ((9, 30), (10, 13), (10, 30), (11, 12), (11, 19)))
CAMT: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
# From here on calls stand open for people to make.
CALLS_UNTIL: Final = date(2026, 11, 12)
# Money of which nobody can say at once whose it is.
UNCLEAR: Final = {
    "hanhai": (
        Wire(date(2026, 11, 18), Decimal("3180.00"), "inv oct", "Sze D."),
        Wire(date(2026, 11, 18), Decimal("742.50"), "货款", "北京某某商贸"),
        Wire(date(2026, 11, 18), Decimal("88.00"), "refund coffee", "Guo Ping"),
    ),
    "bohai": (
        Wire(date(2026, 11, 18), Decimal("2000.00"), "服务费", "铁岭北方种业"),
        Wire(date(2026, 11, 18), Decimal("1260.30"), "оплата по договору", "Petrenko I."),
    ),
}


def morning(book: Book, day: date) -> None:
    """What comes before anything else on a day: the bank, calls to make, and what is planned for it."""
    if day in STATEMENTS:
        read_bank(book, day)
    if book.house.slug == "bohai" and day < CALLS_UNTIL:
        _make_calls(book)
    plan = _PLAN.get((book.house.slug, day)) or _PLAN.get(("", day))
    if plan:
        plan(book)


def before_run(book: Book, day: date) -> None:
    """Whoever reads the bank says before each run how far; nobody loses access on old news."""
    if day > STATEMENTS[0] and day not in STATEMENTS:
        declare_complete(book.partner, day, now=clock.now(), by=book.person(Role.BILLING))


def read_bank(book: Book, day: date) -> None:
    """Import a statement with what was wired since the last: camt.053 in one house, a CSV in the other."""
    wires = [*book.wires, *(UNCLEAR[book.house.slug] if day == STATEMENTS[-1] else ())]
    book.wires.clear()
    if not wires:
        declare_complete(book.partner, day, now=clock.now(), by=book.person(Role.BILLING))
        return
    as_camt = book.house.slug == "hanhai"
    content = _camt(book, wires, day) if as_camt else _sheet(wires, day)
    name = f"statement-{day:%Y-%m-%d}.{'xml' if as_camt else 'csv'}"
    by = book.person(Role.BILLING)
    import_statement(book.partner, io.BytesIO(content), file_name=name, now=clock.now(), by=by)


def _sheet(wires: Iterable[Wire], day: date) -> bytes:
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(("交易日期", "交易流水号", "对方户名", "金额", "币种", "附言"))
    for number, one in enumerate(wires, 1):
        out.writerow((one.on, f"{day:%Y%m%d}{number:04}", one.payer, one.amount, "CNY", one.text))
    return text.getvalue().encode()


def _camt(book: Book, wires: Iterable[Wire], day: date) -> bytes:
    entries = "".join(
        f'<Ntry><Amt Ccy="CNY">{one.amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>'
        f"<BookgDt><Dt>{one.on}</Dt></BookgDt><AcctSvcrRef>{day:%Y%m%d}-{number:04}</AcctSvcrRef><NtryDtls><TxDtls>"
        f"<RltdPties><Dbtr><Nm>{escape(one.payer)}</Nm></Dbtr></RltdPties>"
        f"<RmtInf><Ustrd>{escape(one.text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        for number, one in enumerate(wires, 1)
    )
    account = book.house.bank_number.replace(" ", "")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{CAMT}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>{day:%Y%m%d}</MsgId></GrpHdr><Stmt><Id>{day:%Y%m%d}</Id>"
        f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _make_calls(book: Book) -> None:
    """Calls that have stood open for a day are made and logged."""
    waiting = Decision.objects.filter(
        partner=book.partner,
        action=Action.CALL_TASK,
        called_at=None,
        waived_at=None,
        decided_at__lt=clock.now() - timedelta(hours=20),
    )
    for one in list(waiting.select_related("invoice")):
        log_call(
            book.partner,
            one.invoice.number or "",
            by=book.person(Role.COLLECTIONS),
            note="Spoke to accounts: they have the invoice and say it is with their management",
            now=clock.now(),
        )


def _prices_and_limits(book: Book) -> None:
    """Prices that differ from cost plus 15 %, from October on, and limits for the largest customers."""
    owner, now = book.person(Role.OWNER), clock.now()
    rules = [
        PriceEntry(
            offer_id=str(guid("durable", EXCHANGE)), method="fixed", unit_price=Decimal("31.90"), currency="CNY"
        ),
        PriceEntry(offer_id=str(guid("durable", VISIO)), method="cost_plus", percent=Decimal(18)),
    ]
    for actor in book.actors("early")[:2]:
        rules.append(PriceEntry(customer=book.customer(actor), method="discount", percent=Decimal(4)))
    for actor in book.actors("on_time")[:1]:
        customer, offer = book.customer(actor), str(guid("durable", E3))
        rules.append(
            PriceEntry(customer=customer, offer_id=offer, method="fixed", unit_price=Decimal("141.00"), currency="CNY")
        )
    for rule in rules:
        rule.partner, rule.from_on, rule.reason = book.partner, date(2026, 10, 1), "Price list of October 2026"
        add(rule, by=owner, now=now)
    for actor, limit in zip(book.actors("suspended", "final", "questions", "late"), (8, 20, 40, 15, 30), strict=False):
        set_limit(book.customer(actor), Decimal(limit * 1000), by=owner, now=now)


def _pays_provider(bill: date, share: Decimal = Decimal(1)) -> Plan:
    def plan(book: Book) -> None:
        found = ProviderBill.objects.get(partner=book.partner, billed_on=bill)
        pay(
            found,
            amount=(found.total * share).quantize(Decimal("0.01")),
            paid_on=book.today(),
            reference=f"{book.house.prefix} {found.number}",
            once=f"demo-{bill}",
            by=book.person(Role.BILLING),
            now=clock.now(),
        )

    return plan


def _more_time(book: Book) -> None:
    """21Vianet gives the first house eleven days more for October."""
    found = ProviderBill.objects.get(partner=book.partner, billed_on=SECOND_BILL)
    agree_bill(
        found, due_on=date(2026, 11, 25), why="Agreed with 21Vianet by mail, 10 November", by=book.person(Role.OWNER)
    )


def _common_cause(book: Book) -> None:
    """Three customers, one charge: one cause, taken up with 21Vianet at once."""
    by, now = book.person(Role.HELP_DESK), clock.now()
    customers = [book.customer(actor) for actor in book.actors("common")]
    cases = list(Dispute.objects.filter(customer__in=customers).values_list("pk", flat=True))
    title = "Renewal differences nobody ordered, October"
    text = "The October bill carries renewal differences for subscriptions that were not renewed."
    cause = gather(book.partner, cases, title=title, text=text, by=by, now=now)
    found = prepare(
        cause,
        tried="Compared the orders of all three customers with the bill: none was renewed in October.",
        why=[Escalation.Why.DOCUMENTATION],
        why_text="No document says when a renewal difference is charged in the middle of a term.",
        asked_for="Explain the charge, and take it back where no renewal was ordered.",
        by=by,
        now=now,
        no_source=True,
        no_evidence=True,
    )
    file(found.pk, reference="21V-2026-1118-0061", by=by, now=now)


def _new_policy(book: Book) -> None:
    """An easier policy is offered; somebody else has to publish it."""
    by, now, version = book.person(Role.COLLECTIONS), clock.now(), newest(book.partner)
    assert version is not None
    draft = import_policy(book.partner, easier(policy_of(version.pk)), now=now, by=by)
    offer(draft.pk, edition=draft.edition, effective_on=date(2026, 12, 15), now=now, by=by)


def _on_the_eighteenth(book: Book) -> None:
    """A full day."""
    _common_cause(book)
    _new_policy(book)


def _lift_breaker(book: Book) -> None:
    """Four in a day were more than the house allows itself; two people have looked, and it is right."""
    tripped = standing(book.partner)
    if tripped is None:
        return
    for role in (Role.COLLECTIONS, Role.OWNER):
        lift(tripped.pk, by=book.person(role), now=clock.now())


def _differs_there(book: Book) -> None:
    """Somebody changes subscriptions at 21Vianet, behind the portal's back; the night's look finds it."""
    if not settings.USES_SANDBOX:
        return
    for number, actor in enumerate(book.actors("drifted", "early", "overpaid")):
        offer = next(iter(actor.seats))
        off: dict[str, Any] = {"status": "suspended", "held": True}
        what = off if number == 1 else {"quantity": actor.seats[offer] + 3}
        customer, subscription = guid(book.house.slug, actor.name), guid(book.house.slug, actor.name, offer)
        change(settings.PARTNER_CENTER["base_url"], str(customer), str(subscription), **what)
    look(book.partner, now=clock.now())


def _last_week(book: Book) -> None:
    """The bank's balance is written down and the bills are compared; the gap shows."""
    owed = ProviderBill.objects.filter(partner=book.partner).latest("billed_on").total
    balance = (owed * Decimal("0.45")).quantize(Decimal("0.01"))
    keep_balance(book.partner, balance=balance, on=book.today(), by=book.person(Role.BILLING), now=clock.now())
    for bill in ProviderBill.objects.filter(partner=book.partner, billed_on__gte=FIRST_BILL).order_by("billed_on"):
        reconcile(bill, now=clock.now())
    _differs_there(book)


_PLAN: Final = {
    ("", date(2026, 9, 14)): _pays_provider(EARLY_BILL),
    ("", date(2026, 9, 22)): _prices_and_limits,
    ("", date(2026, 10, 14)): _pays_provider(FIRST_BILL),
    ("bohai", date(2026, 10, 28)): _lift_breaker,
    ("hanhai", date(2026, 11, 10)): _more_time,
    ("hanhai", date(2026, 11, 18)): _on_the_eighteenth,
    ("bohai", date(2026, 11, 13)): _pays_provider(SECOND_BILL, Decimal("0.6")),
    ("", date(2026, 11, 19)): _last_week,
}
