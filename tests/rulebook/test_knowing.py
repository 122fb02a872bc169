"""What of the facts was known at an instant, to the second? And are facts that need no copy given back as they are?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from dunning.policy import (
    CURED,
    NON_PAYMENT,
    Dispute,
    Facts,
    Invoice,
    Line,
    Notice,
    Outcome,
    Promise,
    Proposal,
    Receipt,
    ReceiptKind,
    Suspension,
    known,
)

from .worlds import DUE, PLAIN

AT = datetime(2027, 3, 24, 12, tzinfo=UTC)
EARLIER, LATER = AT - timedelta(hours=5), AT + timedelta(seconds=1)
BARE = Facts(Invoice("this", DUE, "CNY", (Line("a", Decimal(100), "A"),)), UTC, PLAIN)
FULL = replace(
    BARE,
    disputes=(
        Dispute("a", Decimal(5), EARLIER),
        Dispute("a", Decimal(5), EARLIER, AT, Outcome.REJECTED),
        Dispute("a", Decimal(5), EARLIER, EARLIER, Outcome.REJECTED, AT),
    ),
    promises=(Promise(Decimal(5), DUE, AT), Promise(Decimal(5), DUE, EARLIER, AT)),
    notices=(Notice("note", AT), Notice("note", EARLIER, AT, not_before=LATER), Notice("note", EARLIER, seen_at=AT)),
    suspensions=(
        Suspension("A", NON_PAYMENT, "this", AT),
        Suspension("A", NON_PAYMENT, "this", EARLIER, AT, AT, CURED),
    ),
    receipts=(Receipt(ReceiptKind.CLAIMED, Decimal(5), AT),),
    restarts=(AT,),
    letters=(AT,),
    bank_at=AT,
    proposal=Proposal(AT, 1, AT),
)


def test_what_came_in_that_very_instant_is_known_and_nothing_is_copied() -> None:
    assert known(FULL, AT) is FULL
    assert known(BARE, AT) is BARE


def test_it_is_known_beside_something_that_came_later_too() -> None:
    later = replace(FULL, letters=(AT, LATER))
    assert known(later, AT) == FULL


def test_what_came_later_is_not_known() -> None:
    before = AT - timedelta(seconds=1)
    then = known(FULL, before)
    assert [row.decided_at for row in then.disputes] == [None, None, EARLIER]
    assert [row.outcome for row in then.disputes] == [None, None, Outcome.REJECTED]
    assert [row.told_at for row in then.disputes] == [None, None, None]
    assert then.promises == (Promise(Decimal(5), DUE, EARLIER),)
    assert then.notices == (Notice("note", EARLIER, not_before=LATER), Notice("note", EARLIER))
    assert then.suspensions == (Suspension("A", NON_PAYMENT, "this", EARLIER),)
    assert (then.receipts, then.restarts, then.letters, then.bank_at, then.proposal) == ((), (), (), None, None)


@pytest.mark.parametrize(
    "odd",
    [
        Dispute("a", Decimal(5), EARLIER, None, Outcome.REJECTED),
        Dispute("a", Decimal(5), EARLIER, None, None, EARLIER),
    ],
)
def test_a_dispute_without_a_decision_has_no_outcome(odd: Dispute) -> None:
    assert known(replace(BARE, disputes=(odd,)), AT).disputes == (Dispute("a", Decimal(5), EARLIER),)


def test_a_suspension_that_is_on_has_no_reason_for_its_end() -> None:
    odd = Suspension("A", NON_PAYMENT, "this", EARLIER, ended_why=CURED)
    assert known(replace(BARE, suspensions=(odd,)), AT).suspensions == (replace(odd, ended_why=None),)
    ended = replace(odd, ended_at=EARLIER)
    both = replace(BARE, suspensions=(ended,), letters=(LATER,))
    assert known(both, AT).suspensions == (ended,)


def test_instants_stand_in_utc_afterwards() -> None:
    paris = ZoneInfo("Europe/Paris")
    there = replace(BARE, notices=(Notice("note", EARLIER, not_before=LATER.astimezone(paris)),))
    (notice,) = known(there, AT).notices
    assert notice.not_before is not None
    assert notice.not_before.tzinfo is UTC
    (letter,) = known(replace(BARE, letters=(EARLIER.astimezone(paris),)), AT).letters
    assert letter.tzinfo is UTC


@pytest.mark.parametrize(
    ("proposal", "then"),
    [
        (Proposal(EARLIER, 2, LATER), Proposal(EARLIER, 1)),
        (Proposal(EARLIER, 1, LATER), Proposal(EARLIER, 0)),
        (Proposal(EARLIER, 0, LATER), Proposal(EARLIER, 0)),
        (Proposal(EARLIER, 1), Proposal(EARLIER, 1)),
        (Proposal(AT, 1, AT), Proposal(AT, 1, AT)),
        (Proposal(LATER, 1), None),
    ],
)
def test_a_proposal_approved_later_lacked_that_approval(proposal: Proposal, then: Proposal | None) -> None:
    assert known(replace(BARE, proposal=proposal, letters=(LATER,)), AT).proposal == then
