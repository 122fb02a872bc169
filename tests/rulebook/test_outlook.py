"""Are the outlooks of many invoices, worked out once for those alike, the same as each looked at for itself?"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from dunning.policy import Action, Calendar, Facts, Invoice, Line, Notice, Policy, schedule
from dunning.policy.outlook import Outlooks, outlook

from .test_policies import POLICY
from .worlds import instants, lived, lived_worlds, policies, wild

AMOUNTS = st.sampled_from([Decimal(n) for n in ("0", "0.01", "40", "50", "99.99", "100", "150", "300", "301")])


@st.composite
def alike(draw: st.DrawFn, policy: Policy) -> list[Facts]:
    """Several invoices of one book; most differ in little more than names and amounts."""
    found = [draw(wild(policy)), draw(lived(policy))[0]]
    for n in range(draw(st.integers(1, 4))):
        names = draw(st.lists(st.sampled_from(["A", "B", "C", None]), min_size=1, max_size=4))
        lines = tuple(Line(f"{n}-{m}", draw(AMOUNTS), name) for m, name in enumerate(names))
        like = draw(st.sampled_from(found))
        invoice = replace(like.invoice, id=f"i{n}", lines=lines)
        bare = Facts(
            invoice,
            like.zone,
            like.calendar,
            notices=tuple(_moved(draw, row) for row in like.notices),
            letters=like.letters,
            tags=like.tags,
            addons=draw(st.sampled_from([(), (("C", "A"),), (("C", "A"), ("A", "B")), (("Z", "B"),)])),
            bank_at=like.bank_at,
        )
        found.append(bare)
    return found


def _moved(draw: st.DrawFn, row: Notice) -> Notice:
    """The same letter some seconds later, about other subscriptions."""
    later = timedelta(seconds=draw(st.integers(0, 30)))
    moved = {name: getattr(row, name) for name in ("queued_at", "delivered_at", "bounced_at", "seen_at")}
    scope = draw(st.sampled_from([None, frozenset({"A"}), frozenset({"A", "B", "C"})])) if row.suspend_on else None
    return replace(row, scope=scope, **{name: at + later for name, at in moved.items() if at is not None})


@given(st.data())
def test_alike_or_not_the_outlook_is_its_own(data):
    policy, now = data.draw(policies()), data.draw(instants())
    many = Outlooks(policy, now)
    for one in data.draw(alike(policy)):
        assert many.of(one) == outlook(policy, one, now)


def test_a_subscription_with_exactly_the_least_debt_is_called_off_in_both():
    least = POLICY.cover("CNY")
    lines = (Line("1", Decimal(600), "A"), Line("2", least, "B"), Line("3", least - Decimal("0.01"), "C"))
    facts = Facts(Invoice("i", date(2026, 6, 10), "CNY", lines), UTC, Calendar(UTC))
    now = datetime(2026, 6, 1, tzinfo=UTC)
    assert Outlooks(POLICY, now).of(facts).covers == outlook(POLICY, facts, now).covers == ("A", "B")


@given(lived_worlds())
def test_the_outlook_is_the_schedule_up_to_the_first_suspension(world):
    policy, one, now = world
    whole = [(entry.on, entry.at, entry.stage, entry.action) for entry in schedule(policy, one, now).schedule]
    found = [(step.on, step.at, step.stage, step.action) for step in outlook(policy, one, now).steps]
    first = next((n for n, entry in enumerate(whole, 1) if entry[3] is Action.SUSPEND), len(whole))
    assert found == whole[:first]
