"""What may a policy, a calendar and the facts of an invoice look like?"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from dunning.policy import (
    CURED,
    NON_PAYMENT,
    Action,
    Anchor,
    Calendar,
    CureLevel,
    Dispute,
    Eve,
    Facts,
    Hold,
    HoldKind,
    HoldScope,
    Invoice,
    Line,
    Notice,
    Outcome,
    Policy,
    Promise,
    Proposal,
    Receipt,
    ReceiptKind,
    Stage,
    Suspension,
    Unit,
    faults,
    midnight,
    schedule,
    window,
)

DUE = date(2026, 3, 20)
ZONES = [
    ZoneInfo(name)
    for name in (
        "UTC",
        "Asia/Shanghai",
        "Europe/Berlin",
        "America/New_York",
        "America/Santiago",
        "Africa/Cairo",
        "Asia/Beirut",
        "Australia/Lord_Howe",
        "Pacific/Kiritimati",
        "Pacific/Honolulu",
        "Asia/Kathmandu",
    )
]
zones = st.sampled_from(ZONES)
PLAIN = Calendar(UTC, weekend=frozenset(), eve=Eve.NONE)
SUBSCRIPTIONS = ("A", "B", "X", "Y")
CENTS = Decimal("0.01")


def cents(low: int, high: int) -> st.SearchStrategy[Decimal]:
    """Amounts from low to high whole units, some with cents."""
    return st.one_of(
        st.integers(low, high).map(Decimal), st.integers(low * 100, high * 100).map(lambda n: Decimal(n) * CENTS)
    )


@st.composite
def calendars(draw: st.DrawFn, zone: ZoneInfo | None = None) -> Calendar:
    near = st.dates(DUE - timedelta(days=30), DUE + timedelta(days=150))
    opens = draw(st.sampled_from([time(0), time(8), time(9), time(10, 30)]))
    return Calendar(
        zone=zone or draw(zones),
        holidays=draw(st.frozensets(near, max_size=12)),
        worked=draw(st.frozensets(near, max_size=4)),
        weekend=draw(st.sampled_from([frozenset({6, 7}), frozenset(), frozenset({5, 6}), frozenset({7})])),
        opens=opens,
        closes=draw(st.sampled_from([time(12), time(17), time(18), time(23, 59)])),
        eve=draw(st.sampled_from(list(Eve))),
    )


@st.composite
def stages_before(draw: st.DrawFn) -> list[Stage]:
    """Notices and call tasks that lead up to a suspension."""
    found: list[Stage] = []
    if draw(st.booleans()):
        found.append(Stage("courtesy", Action.NOTICE, offset=draw(st.integers(-8, 0))))
    for n in range(draw(st.integers(0, 2))):
        action = draw(st.sampled_from([Action.NOTICE, Action.NOTICE, Action.CALL_TASK]))
        anchor = draw(st.sampled_from([Anchor.DUE, Anchor.DUE, Anchor.MONTH_END]))
        found.append(Stage(f"step{n}", action, anchor, offset=draw(st.integers(1, 15)), unit=draw(units)))
    anchors = [Anchor.DUE]
    last = [stage for stage in found if stage.action is Action.NOTICE and not stage.before_due]
    if last:
        anchors.append(Anchor.DELIVERED)
    anchor = draw(st.sampled_from(anchors))
    of = last[-1].name if anchor is Anchor.DELIVERED else None
    found.append(Stage("final", Action.NOTICE, anchor, of, draw(st.integers(1, 20)), draw(units)))
    return found


units = st.sampled_from([Unit.DAYS, Unit.DAYS, Unit.BUSINESS_DAYS])


@st.composite
def stages_after(draw: st.DrawFn, deletion_days: int) -> list[Stage]:
    """What follows a suspension."""
    found: list[Stage] = []
    if draw(st.booleans()):
        found.append(Stage("demand", Action.NOTICE, Anchor.SUSPENDED, offset=draw(st.integers(1, 20))))
    for n, offset in enumerate(sorted(draw(st.sets(st.integers(1, deletion_days - 1), max_size=3)))):
        found.append(Stage(f"delete{n}", Action.DELETION_NOTICE, Anchor.SUSPENDED, offset=offset))
    if draw(st.booleans()):
        found.append(Stage("agency", Action.HAND_OVER, Anchor.SUSPENDED, offset=draw(st.integers(1, 90))))
    return found


@st.composite
def policies(draw: st.DrawFn, *, tags: bool = True, before_due: bool = True, suspends: bool = False) -> Policy:
    """Policies without the faults a draft may not have."""
    settle, deletion = draw(st.integers(0, 2)), draw(st.integers(20, 90))
    stages = draw(stages_before())
    if not before_due:
        stages = [stage for stage in stages if not stage.before_due]
    if suspends or draw(st.integers(0, 4)):
        offset = draw(st.integers(settle + 1, 12))
        suspend = Stage(
            "suspend",
            Action.SUSPEND,
            Anchor.DELIVERED,
            "final",
            offset,
            draw(units),
            approvals=draw(st.integers(0, 2)),
        )
        stages += [suspend, *draw(stages_after(deletion))]
    found = []
    for stage in stages:
        least = {"CNY": draw(st.sampled_from([Decimal(0), Decimal(50), Decimal(100), Decimal(300)]))}
        roles = draw(st.sampled_from([("billing",), ("billing", "owner"), ("billing", "owner", "admin")]))
        none = frozenset({"calm"}) if tags and stage.name.startswith("step") and draw(st.booleans()) else frozenset()
        gap = draw(st.integers(1, 9))
        found.append(replace(stage, min_overdue=least, roles=roles, gap=gap, tags_none=none))
    policy = Policy(1, tuple(found), settle_days=settle, deletion_days=deletion, **draw(figures()))
    return policy if not any(fault.path.endswith(".of") for fault in faults(policy)) else untagged(policy)


@st.composite
def figures(draw: st.DrawFn) -> dict[str, Any]:
    """The figures of a policy that are free of each other."""
    covers = [None, {"CNY": Decimal(0)}, {"CNY": Decimal(50)}, {"CNY": Decimal(200)}]
    pausing = [action for action in Action if action is not Action.DELETION_NOTICE]
    return {
        "ignore_below": {"CNY": draw(st.sampled_from([Decimal(0), Decimal(1), Decimal(5)]))},
        "cover_min": draw(st.sampled_from(covers)),
        "promise_days": draw(st.integers(0, 20)),
        "promise_count": draw(st.integers(0, 2)),
        "promise_pauses": draw(st.frozensets(st.sampled_from(pausing))),
        "broken_days": draw(st.integers(0, 4)),
        "resume_days": draw(st.integers(0, 5)),
        "claim_days": draw(st.integers(0, 4)),
        "stale_cash_hours": draw(st.sampled_from([1, 24, 72])),
        "cure_level": draw(st.sampled_from(list(CureLevel))),
        "cure_share": draw(st.sampled_from([Decimal(1), Decimal("0.5")])),
        "undo_minutes": draw(st.sampled_from([0, 60, 1500])),
    }


def untagged(policy: Policy) -> Policy:
    """The policy without conditions on tags."""
    return replace(policy, stages=tuple(replace(stage, tags_none=frozenset()) for stage in policy.stages))


def instants(first: int = -30, last: int = 130) -> st.SearchStrategy[datetime]:
    """Instants some days before and after the due day, often on the hour."""
    base = datetime(DUE.year, DUE.month, DUE.day, tzinfo=UTC)
    hours = st.integers(first * 24, last * 24).map(lambda n: base + timedelta(hours=n))
    return st.one_of(hours, hours, st.integers(first * 1440, last * 1440).map(lambda n: base + timedelta(minutes=n)))


dates = st.integers(-20, 120).map(lambda n: DUE + timedelta(days=n))


def later(draw: st.DrawFn, at: datetime, hours: int = 24 * 20) -> datetime | None:
    """Nothing, or an instant after another."""
    if not draw(st.booleans()):
        return None
    return at + timedelta(hours=draw(st.integers(0, hours)))


@st.composite
def disputes(draw: st.DrawFn) -> Dispute:
    opened = draw(instants())
    decided = later(draw, opened)
    outcome = draw(st.sampled_from(list(Outcome))) if decided else None
    told = later(draw, decided, 72) if decided else None
    line = draw(st.sampled_from(("a", "b", "x", "y", "z")))
    return Dispute(line, draw(cents(1, 700)), opened, decided, outcome, told)


@st.composite
def promises(draw: st.DrawFn) -> Promise:
    made = draw(instants())
    by = made.date() + timedelta(days=draw(st.integers(-2, 20)))
    kept = later(draw, made, 24 * 10)
    return Promise(draw(cents(1, 900)), by, made, kept)


@st.composite
def holds(draw: st.DrawFn, *kinds: HoldKind) -> Hold:
    kind = draw(st.sampled_from(kinds or tuple(HoldKind)))
    scopes = [HoldScope.CUSTOMER, HoldScope.INVOICE]
    if kind is not HoldKind.EXTENSION:
        scopes.append(HoldScope.SUBSCRIPTION)
    scope = draw(st.sampled_from(scopes))
    start = draw(dates)
    end = start + timedelta(days=draw(st.integers(-1, 30))) if draw(st.integers(0, 3)) else None
    subscription = draw(st.sampled_from(SUBSCRIPTIONS)) if scope is HoldScope.SUBSCRIPTION else None
    return Hold(kind, scope, start, end, subscription)


@st.composite
def notices(draw: st.DrawFn, policy: Policy, calendar: Calendar, zone: ZoneInfo) -> Notice:
    names = [stage.name for stage in policy.stages if stage.action is not Action.SUSPEND]
    queued = draw(instants())
    says = draw(st.one_of(st.none(), dates))
    opens = window(midnight(says, zone), calendar, zone) if says else None
    return Notice(
        stage=draw(st.sampled_from([*names, "old"])),
        queued_at=queued,
        delivered_at=draw(st.sampled_from([queued, queued, None])),
        bounced_at=queued + timedelta(hours=1) if not draw(st.integers(0, 4)) else None,
        seen_at=later(draw, queued, 100) if not draw(st.integers(0, 5)) else None,
        called_at=later(draw, queued, 100) if not draw(st.integers(0, 5)) else None,
        waived_at=later(draw, queued, 100) if not draw(st.integers(0, 8)) else None,
        suspend_on=says,
        not_before=opens,
        scope=draw(st.one_of(st.none(), st.frozensets(st.sampled_from(SUBSCRIPTIONS)))),
    )


@st.composite
def suspensions(draw: st.DrawFn) -> Suspension:
    began = draw(instants(0))
    confirmed = later(draw, began, 24)
    ended = later(draw, began)
    return Suspension(
        subscription=draw(st.sampled_from(SUBSCRIPTIONS)),
        cause=draw(st.sampled_from([NON_PAYMENT, NON_PAYMENT, NON_PAYMENT, "fraud"])),
        invoice=draw(st.sampled_from(["this", "this", "this", "other"])),
        began_at=began,
        confirmed_at=confirmed,
        ended_at=ended,
        ended_why=draw(st.sampled_from([CURED, "person"])) if ended else None,
        debt=draw(cents(1, 900)),
    )


@st.composite
def receipts(draw: st.DrawFn) -> Receipt:
    return Receipt(draw(st.sampled_from(list(ReceiptKind))), draw(cents(1, 900)), draw(instants()))


def lines(draw: st.DrawFn, *, negative: bool = True) -> tuple[Line, ...]:
    """Three to five lines: two bases, two add-ons, one without a subscription."""
    low = -50 if negative and not draw(st.integers(0, 3)) else 0
    owners = (("a", "A"), ("b", "B"), ("x", "X"), ("y", "Y"), ("z", None), ("a2", "A"))
    count = draw(st.integers(1, len(owners)))
    return tuple(
        Line(name, draw(st.one_of(st.just(Decimal(0)), cents(low, 800), cents(100, 800))), owner)
        for name, owner in owners[:count]
    )


ADDONS = st.sampled_from([(), (("X", "A"),), (("X", "A"), ("Y", "B")), (("X", "A"), ("Y", "X"))])


@st.composite
def wild(draw: st.DrawFn, policy: Policy) -> Facts:
    """Facts thrown together without regard to how they could have come about."""
    zone, calendar = draw(zones), draw(calendars())
    if draw(st.booleans()):
        calendar = replace(calendar, zone=zone)
    some = lambda rows, most=2: tuple(draw(st.lists(rows, max_size=most)))  # noqa: E731
    return Facts(
        invoice=Invoice("this", DUE, "CNY", lines(draw)),
        zone=zone,
        calendar=calendar,
        disputes=some(disputes()),
        promises=some(promises()),
        holds=some(holds()),
        notices=some(notices(policy, calendar, zone), 5),
        suspensions=some(suspensions()),
        receipts=some(receipts(), 1),
        restarts=some(instants(), 1),
        letters=some(instants(), 1),
        tags=draw(st.sampled_from([frozenset(), frozenset({"calm"})])),
        addons=draw(ADDONS),
        bank_at=draw(st.one_of(st.none(), instants(0))),
        proposal=draw(st.one_of(st.none(), proposals())),
    )


@st.composite
def proposals(draw: st.DrawFn) -> Proposal:
    at = draw(instants(0))
    approved = later(draw, at, 30)
    return Proposal(at, draw(st.integers(0, 2)), approved)


@st.composite
def fresh(draw: st.DrawFn) -> Facts:
    """An invoice just issued, about which nothing has happened."""
    zone = draw(zones)
    calendar = draw(calendars(zone)) if draw(st.booleans()) else draw(calendars())
    invoice = Invoice("this", DUE, "CNY", lines(draw, negative=False))
    tags = draw(st.sampled_from([frozenset(), frozenset({"calm"})]))
    return Facts(invoice, zone, calendar, tags=tags, addons=draw(ADDONS))


def carried_out(policy: Policy, facts: Facts, now: datetime) -> tuple[Facts, str | None]:
    """The facts after acting on the decision of `now`, with the bank just read; and what was taken."""
    facts = replace(facts, bank_at=now)
    decision = schedule(policy, facts, now, forecast=False)
    step = decision.next
    if step.kind != "take":
        return facts, None
    if step.action is Action.SUSPEND:
        begun = tuple(
            Suspension(each, NON_PAYMENT, "this", now, now, debt=decision.undisputed) for each in decision.covers
        )
        return replace(facts, suspensions=facts.suspensions + begun), step.stage
    printed = step.prints
    row = Notice(
        step.stage,
        now,
        now if step.action is not Action.CALL_TASK else None,
        called_at=now if step.action is Action.CALL_TASK else None,
        suspend_on=printed.suspend_on if printed else None,
        not_before=printed.not_before if printed else None,
        scope=printed.scope if printed and printed.suspend_on else None,
    )
    letters = (*facts.letters, now) if step.action is Action.NOTICE else facts.letters
    return replace(facts, notices=(*facts.notices, row), letters=letters), step.stage


@st.composite
def lived(draw: st.DrawFn, policy: Policy, most: int = 6) -> tuple[Facts, datetime]:
    """Facts as they come about when the rulebook is followed, with life in between; and an instant."""
    facts = draw(fresh())
    now = draw(instants(-20, 10))
    for _ in range(draw(st.integers(0, most))):
        now = _next_look(draw, policy, facts, now)
        facts, taken = carried_out(policy, facts, now)
        if taken is None or not draw(st.integers(0, 2)):
            facts = _event(draw, facts, now)
        now += timedelta(minutes=draw(st.sampled_from([1, 60, 600])))
    if draw(st.booleans()):
        now = _next_look(draw, policy, facts, now)
    return replace(facts, bank_at=now), now


def _next_look(draw: st.DrawFn, policy: Policy, facts: Facts, now: datetime) -> datetime:
    """The instant the decision says to look again, or some time later."""
    step = schedule(policy, replace(facts, bank_at=now), now, forecast=False).next
    if step.kind == "wait" and step.until is not None and draw(st.integers(0, 4)):
        return step.until
    return now + timedelta(hours=draw(st.sampled_from([0, 0, 5, 24, 72, 300])))


def _event(draw: st.DrawFn, facts: Facts, now: datetime) -> Facts:
    """One more fact, recorded now."""
    kind = draw(
        st.sampled_from(["none", "none", "pay", "dispute", "answer", "promise", "hold", "bounce", "restart", "end"])
    )
    names = [line.id for line in facts.invoice.lines]
    if kind == "pay":
        return paid(facts, draw(st.sampled_from(names)), draw(st.sampled_from([Decimal("0.3"), Decimal(1)])))
    if kind == "dispute":
        return replace(
            facts, disputes=(*facts.disputes, Dispute(draw(st.sampled_from(names)), draw(cents(1, 500)), now))
        )
    if kind == "answer" and facts.disputes and facts.disputes[-1].decided_at is None:
        outcome = draw(st.sampled_from([Outcome.REJECTED, Outcome.PARTLY, Outcome.WITHDRAWN]))
        row = replace(facts.disputes[-1], decided_at=now, told_at=now, outcome=outcome)
        return replace(facts, disputes=(*facts.disputes[:-1], row))
    if kind == "promise":
        by = now.date() + timedelta(days=draw(st.integers(0, 14)))
        return replace(facts, promises=(*facts.promises, Promise(Decimal(100), by, now)))
    if kind == "hold":
        start = now.astimezone(facts.zone).date()
        end = draw(st.sampled_from([start, start + timedelta(days=5), start + timedelta(days=20), None]))
        what = draw(st.sampled_from([HoldKind.HOLD, HoldKind.EXEMPTION]))
        return replace(facts, holds=(*facts.holds, Hold(what, HoldScope.INVOICE, start, end)))
    return _setback(draw, facts, now, kind)


def _setback(draw: st.DrawFn, facts: Facts, now: datetime, kind: str) -> Facts:
    if kind == "bounce" and facts.notices:
        row = replace(facts.notices[-1], bounced_at=now)
        return replace(facts, notices=(*facts.notices[:-1], row))
    if kind == "restart":
        return replace(facts, restarts=(*facts.restarts, now))
    if kind == "end" and facts.suspensions:
        why = draw(st.sampled_from([CURED, "person"]))
        rows = tuple(
            replace(row, ended_at=now, ended_why=why) if row.ended_at is None else row for row in facts.suspensions
        )
        return replace(facts, suspensions=rows)
    return facts


def paid(facts: Facts, line: str, share: Decimal) -> Facts:
    """The facts with a share of a line's open amount paid."""
    rows = tuple(
        replace(row, open=row.open - (row.open * share).quantize(CENTS)) if row.id == line else row
        for row in facts.invoice.lines
    )
    return replace(facts, invoice=replace(facts.invoice, lines=rows))


@st.composite
def wild_worlds(draw: st.DrawFn) -> tuple[Policy, Facts, datetime]:
    policy = draw(policies())
    return policy, draw(wild(policy)), draw(instants())


@st.composite
def lived_worlds(draw: st.DrawFn, **kind: bool) -> tuple[Policy, Facts, datetime]:
    policy = draw(policies(**kind))
    facts, now = draw(lived(policy))
    return policy, facts, now


worlds = st.one_of(wild_worlds(), lived_worlds())


@st.composite
def taking_worlds(draw: st.DrawFn, *actions: Action) -> tuple[Policy, Facts, datetime]:
    """A world in which, before some last facts came in, a step of one of these kinds was due."""
    policy, facts = draw(policies(suspends=Action.SUSPEND in actions)), draw(fresh())
    lines = tuple(replace(line, open=line.open + 300) for line in facts.invoice.lines)
    facts = replace(facts, invoice=replace(facts.invoice, lines=lines))
    now = midnight(DUE - timedelta(days=15), facts.zone)
    skip = draw(st.integers(0, 2)) if len(actions) > 1 or Action.NOTICE in actions else 0
    for _ in range(60):
        facts = replace(facts, bank_at=now)
        step = schedule(policy, facts, now, forecast=False).next
        if step.kind == "clear" or (step.kind == "wait" and step.until is None):
            break
        if step.kind == "wait":
            now = step.until
        elif step.action in actions and not skip:
            break
        else:
            skip -= step.action in actions
            facts, _ = carried_out(policy, facts, now)
            facts = _event(draw, facts, now) if not draw(st.integers(0, 3)) else facts
    return policy, _disturbed(draw, policy, facts, now), now


def _disturbed(draw: st.DrawFn, policy: Policy, facts: Facts, now: datetime) -> Facts:
    """The facts, perhaps with one more that bears on a step due now."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return replace(facts, notices=(*facts.notices, draw(notices(policy, facts.calendar, facts.zone))))
    if kind == 1:
        return replace(facts, receipts=(draw(receipts()),))
    if kind == 2:
        return replace(facts, bank_at=now - timedelta(hours=draw(st.integers(0, 80))))
    if kind == 3:
        return replace(facts, proposal=Proposal(now, draw(st.integers(0, 2))))
    return _event(draw, facts, now) if kind < 7 else facts
