"""Where one comparison more would decide otherwise: is each rule right on its very edge, and does it name its values?

Written as worked cases are, but asked for what those do not show: the values of a reason, what a notice prints."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dunning.policy import Calendar, Code, Decision, Eve, Policy, schedule
from dunning.policy.mapping import policy_from_mapping
from dunning.policy.reading import Fields
from dunning.policy.worked import FactsReader, instant_in

PARIS = ZoneInfo("Europe/Paris")
SHOP: dict[str, Any] = {
    "ignore_below": {"EUR": 2},
    "cover_min": {"EUR": 20},
    "resume_days": 2,
    "stages": [
        {"name": "hint", "action": "notice", "offset": -5},
        {"name": "first", "action": "notice", "offset": 4, "roles": ["billing", "owner"]},
        {"name": "vip", "action": "notice", "offset": 6, "all": ["vip"]},
        {"name": "last", "action": "notice", "offset": 15, "gap": 4, "roles": ["billing", "owner"]},
        {"name": "late", "action": "notice", "offset": 17, "all": ["slow"]},
        {"name": "stop", "action": "suspend", "anchor": "delivered", "of": "last", "offset": 8, "gap": 8},
        {"name": "warn", "action": "deletion_notice", "anchor": "suspended", "offset": 20},
        {"name": "desk", "action": "hand_over", "anchor": "suspended", "offset": 70},
    ],
}
TWO: dict[str, Any] = {"P": 90, "Q": 60}
SENT = [{"stage": "first", "at": "2027-03-05"}, {"stage": "last", "at": "2027-03-16", "says": "2027-03-24"}]
OFF = [{"sub": name, "began": "2027-03-24", "confirmed": "2027-03-24 10:05", "debt": 150} for name in ("P", "Q")]


def policy(stages: dict[str, dict[str, Any]] | None = None, **patch: Any) -> Policy:
    """The shop's policy with some fields, and some of its stages' fields, written otherwise."""
    rows = [row | (stages or {}).get(row["name"], {}) for row in SHOP["stages"]]
    return policy_from_mapping(SHOP | {"stages": rows} | patch, min_overdue={"EUR": Decimal(30)})


def decided(now: str, under: Policy | None = None, lines: dict[str, Any] | None = None, **case: Any) -> Decision:
    """What is decided of an invoice due on 1 March 2027, with these facts; all that follows only if asked for."""
    found: list[Any] = []
    forecast = case.pop("forecast", False)
    zone, calendar = case.pop("zone", PARIS), case.pop("calendar", Calendar(PARIS))
    invoice = {"due": "2027-03-01", "cur": "EUR", "lines": lines or TWO} | case.pop("invoice", {})
    at = instant_in(zone)(now)
    facts = FactsReader(Fields({"invoice": invoice, **case}, "", found), zone, calendar).read(at)
    assert found == []
    return schedule(under or policy(), facts, at, forecast=forecast)


def said(decision: Decision) -> tuple[str, dict[str, Any]]:
    return str(decision.next.because.code), dict(decision.next.because.values)


def until(decision: Decision) -> tuple[str, str, str | None]:
    """Why and about which stage it waits, and until when in Paris."""
    step = decision.next
    assert step.kind == "wait", step
    ends = step.until.astimezone(PARIS).isoformat(timespec="minutes")[:16] if step.until else None
    return str(step.because.code), step.stage or "", ends


def taken(decision: Decision) -> tuple[str, str]:
    step = decision.next
    assert step.kind == "take", step
    return step.stage, str(step.because.code)


# What is cleared, and what is too little.


def test_a_cent_is_not_settled_and_what_we_ignore_is_only_what_lies_below() -> None:
    free = policy(ignore_below={})
    assert until(decided("2027-03-05", free, {"P": "0.5"})) == ("below_minimum", "first", None)
    assert said(decided("2027-03-05", None, {"P": 2}))[0] == "below_minimum"
    assert said(decided("2027-03-05", None, {"P": "1.99"})) == ("trifle", {"owed": Decimal("1.99")})


def test_settled_names_the_number_or_else_the_invoice() -> None:
    assert said(decided("2027-03-05", None, {"P": 0}, invoice={"number": "HH-7"}))[1] == {"invoice": "HH-7"}
    assert said(decided("2027-03-05", None, {"P": 0}, invoice={"id": "7", "number": ""}))[1] == {"invoice": "7"}


def test_cured_is_measured_by_the_largest_debt_and_to_the_cent() -> None:
    half = policy(cure_share="0.5")
    rows = [OFF[0] | {"debt": 100}, OFF[1]]
    known: dict[str, Any] = {"notices": SENT, "suspensions": rows}
    assert said(decided("2027-04-01", half, {"P": 15, "Q": 60}, **known)) == ("cured", {"due": Decimal(75)})
    assert said(decided("2027-04-01", half, {"P": 16, "Q": 60}, **known))[0] == "not_yet"


def test_what_is_left_beside_a_dispute_is_cured_only_below_what_we_ignore() -> None:
    asked = [{"line": "P", "amount": 90, "opened": "2027-03-30"}]
    known: dict[str, Any] = {"notices": SENT, "suspensions": OFF, "disputes": asked}
    assert said(decided("2027-04-01", None, {"P": 90, "Q": 2}, **known))[0] != "cured"
    assert said(decided("2027-04-01", None, {"P": 90, "Q": "1.99"}, **known))[0] == "cured"
    assert said(decided("2027-04-01", policy(ignore_below={}), {"P": 90, "Q": "0.5"}, **known))[0] != "cured"


def test_only_where_the_policy_says_so_the_subscriptions_own_debts_cure_it() -> None:
    lines = {"P": 0, "Q": 0, "setup": {"open": 60, "sub": None}}
    known: dict[str, Any] = {"notices": SENT, "suspensions": OFF}
    assert said(decided("2027-04-01", None, lines, **known))[0] == "not_yet"
    each = policy(cure_level="subscription")
    assert said(decided("2027-04-01", each, lines, **known))[0] == "cured"
    assert decided("2027-04-01", each, {"P": 2, "Q": 60}, **known).release == ()
    assert decided("2027-04-01", each, {"P": "1.99", "Q": 60}, **known).release == ("P",)


# Whom a suspension reaches.


def test_a_debt_of_exactly_the_least_amount_brings_a_subscription_into_scope_and_none_of_nothing() -> None:
    assert decided("2027-03-24", None, {"P": 20, "Q": 60}, notices=SENT).covers == ("P", "Q")
    assert decided("2027-03-24", None, {"P": "19.99", "Q": 60}, notices=SENT).covers == ("Q",)
    small = policy(ignore_below={}, cover_min={"EUR": 0})
    assert decided("2027-03-24", small, {"P": 0, "Q": 60}, notices=SENT).covers == ("Q",)
    assert decided("2027-03-24", small, {"P": "0.75", "Q": 60}, notices=SENT).covers == ("P", "Q")


def test_one_whose_question_was_answered_later_is_called_off_after_the_others() -> None:
    asked = [{"line": "Q", "amount": 60, "opened": "2027-03-18", "told": "2027-03-28", "outcome": "rejected"}]
    again = decided("2027-04-05", None, notices=SENT, suspensions=OFF[:1], disputes=asked)
    assert (taken(again), again.covers) == (("stop", "suspension_due"), ("Q",))


def test_a_suspension_that_was_waived_is_not_made_up_for() -> None:
    waived = [*SENT, {"stage": "stop", "waived": "2027-03-24"}]
    step = decided("2027-03-31", None, notices=waived, forecast=True)
    assert said(step)[0] != "suspension_due"
    assert all(entry.stage != "stop" for entry in step.schedule)


def test_the_first_of_two_suspensions_to_come_is_the_one_whose_scope_is_printed() -> None:
    asked = [{"line": "Q", "amount": 60, "opened": "2027-03-06", "told": "2027-03-15", "outcome": "rejected"}]
    step = decided("2027-03-16", None, notices=SENT[:1], disputes=asked, forecast=True)
    assert [entry.stage for entry in step.schedule].count("stop") == 2
    assert step.next.kind == "take"
    assert step.next.prints is not None
    assert step.next.prints.scope == {"P"}


# What is frozen.


def test_a_hold_of_just_the_least_amount_is_the_reason_and_ends_the_wait() -> None:
    hold = [{"from": "2027-03-02", "until": "2027-03-07"}]
    assert until(decided("2027-03-04", None, {"P": 30}, holds=hold)) == ("on_hold", "first", "2027-03-11T00:00")
    assert until(decided("2027-03-04", None, {"P": "29.99"}, holds=hold))[0] == "not_yet", "too little even without it"


def test_just_enough_beside_what_is_frozen_is_pressed_for() -> None:
    asked = [{"line": "Q", "amount": 60, "opened": "2027-03-03"}]
    assert taken(decided("2027-03-05", None, {"P": 30, "Q": 60}, disputes=asked)) == ("first", "stage_due")
    assert until(decided("2027-03-05", None, {"P": "29.99", "Q": 60}, disputes=asked))[0] == "disputed"


def test_a_line_of_little_is_held_like_any_other() -> None:
    assert decided("2027-03-05", None, {"P": 30, "Q": "0.5"}, holds=[{"from": "2027-03-02"}]).ripe == 0


def test_a_hold_that_was_lifted_before_it_ended_its_first_day_still_resumes() -> None:
    at_once = [{"from": "2027-03-05", "until": "2027-03-04"}]
    assert until(decided("2027-03-05", holds=at_once)) == ("resuming", "first", "2027-03-07T00:00")
    one_day = [{"from": "2027-03-05", "until": "2027-03-05"}]
    assert until(decided("2027-03-05", holds=one_day)) == ("on_hold", "first", "2027-03-08T00:00")
    never = [{"from": "2027-03-05", "until": "2027-03-03"}]
    assert taken(decided("2027-03-05", holds=never)) == ("first", "stage_due")


def test_a_hold_of_one_subscription_holds_its_lines_only() -> None:
    lines = {"P": 90, "Q": 60, "setup": {"open": 7, "sub": None}}
    assert decided("2027-03-05", None, lines, holds=[{"from": "2027-03-02", "sub": "P"}]).ripe == 67
    nobody = [{"from": "2027-03-02", "scope": "subscription"}]
    assert decided("2027-03-05", None, lines, holds=nobody).ripe == 157


def test_a_promise_for_the_last_day_that_is_allowed_counts() -> None:
    for by, reason in (("2027-03-16", "promised"), ("2027-03-17", "stage_due")):
        promised = [{"amount": 150, "by": by, "made": "2027-03-02"}]
        assert said(decided("2027-03-05", promises=promised))[0] == reason


def test_reasons_of_a_freeze_name_their_values() -> None:
    asked = [{"line": "P", "amount": 90, "opened": "2027-03-03"}, {"line": "Q", "amount": 60, "opened": "2027-03-03"}]
    assert said(decided("2027-03-05", disputes=asked)) == ("disputed", {"amount": Decimal(90), "case": "P"})
    named = [row | {"case": "D-1"} for row in asked]
    assert said(decided("2027-03-05", disputes=named)) == ("disputed", {"amount": Decimal(90), "case": "D-1"})
    back = [row | {"decided": "2027-03-05 09:00", "outcome": "withdrawn"} for row in asked]
    assert said(decided("2027-03-05", disputes=back)) == ("resuming", {"day": date(2027, 3, 5), "n": 2})
    hold = [{"from": "2027-03-02", "reason": "talks"}]
    assert said(decided("2027-03-05", holds=hold)) == ("on_hold", {"until": None, "reason": "talks"})
    promised = [{"amount": 150, "by": "2027-03-10", "made": "2027-03-02"}]
    assert said(decided("2027-03-05", promises=promised))[1] == {"amount": Decimal(150), "by": date(2027, 3, 10)}


def test_a_thaw_before_the_next_stage_does_not_shorten_the_wait_for_it() -> None:
    asked = [{"line": "Q", "amount": 60, "opened": "2027-03-02", "told": "2027-03-04", "outcome": "rejected"}]
    step = decided("2027-03-05 12:00", None, notices=SENT[:1], disputes=asked)
    assert until(step) == ("not_yet", "last", "2027-03-16T00:00")


def test_a_spell_of_a_promise_and_a_hold_ends_with_the_longer_of_their_pauses() -> None:
    late = policy(broken_days=5)
    known: dict[str, Any] = {
        "promises": [{"amount": 150, "by": "2027-03-09", "made": "2027-03-08"}],
        "holds": [{"from": "2027-03-08", "until": "2027-03-09"}],
    }
    assert until(decided("2027-03-10", late, **known)) == ("promised", "first", "2027-03-16T00:00")


def test_days_before_the_due_day_are_not_days_left() -> None:
    hold = [{"from": "2027-02-26", "until": "2027-03-01"}]
    step = decided("2027-03-04", None, notices=[{"stage": "hint", "at": "2027-02-24"}], holds=hold)
    assert until(step) == ("resuming", "first", "2027-03-06T00:00")


def test_a_hold_on_a_ladder_without_a_suspension_or_at_its_end_is_counted_by_the_next_stage_or_not_at_all() -> None:
    mild = policy_from_mapping(SHOP | {"stages": SHOP["stages"][:4]}, min_overdue={"EUR": Decimal(30)})
    hold = [{"from": "2027-03-06", "until": "2027-03-08"}]
    step = decided("2027-03-16", mild, notices=SENT[:1], holds=hold)
    assert until(step) == ("resuming", "last", "2027-03-19T00:00")
    late = [{"from": "2027-03-20", "until": "2027-03-22"}]
    assert until(decided("2027-03-25", mild, notices=SENT, holds=late))[0] == "ladder_done"


def test_a_question_after_the_suspension_keeps_the_days_to_the_next_stage() -> None:
    asked = [{"line": "Q", "amount": 60, "opened": "2027-03-26", "told": "2027-03-28", "outcome": "rejected"}]
    step = decided("2027-04-01", None, notices=SENT, suspensions=OFF[:1], disputes=asked)
    assert until(step) == ("not_yet", "warn", "2027-04-13T00:00")


def test_nobody_looks_again_for_a_thaw_that_changes_nothing() -> None:
    asked = [{"line": "Q", "amount": 60, "opened": "2027-03-18", "told": "2027-03-28", "outcome": "rejected"}]
    off = [{"sub": "P", "began": "2027-03-24", "debt": 90}]
    step = decided("2027-03-29", None, notices=SENT, suspensions=off, disputes=asked)
    assert until(step) == ("awaiting_confirmation", "warn", None)


# What has not got through.


def test_one_confirmed_suspension_of_two_is_enough_to_go_on() -> None:
    rows = [OFF[0], {"sub": "Q", "began": "2027-03-24", "debt": 150}]
    assert until(decided("2027-04-01", None, notices=SENT, suspensions=rows))[0] == "not_yet"


def test_a_letter_of_an_earlier_round_that_never_arrived_is_waited_for() -> None:
    lost = [{"stage": "first", "at": "2027-03-05", "delivered": None}, SENT[1]]
    step = decided("2027-04-14", None, notices=lost, restarts=["2027-04-01"], forecast=True)
    assert said(step) == ("awaiting_delivery", {"stage": "first", "day": date(2027, 3, 5)})
    assert step.schedule[0].stage == "last"


def test_a_letter_nobody_has_heard_of_has_not_bounced() -> None:
    single = policy({"first": {"roles": ["billing"]}})
    lost = [{"stage": "first", "at": "2027-03-05", "delivered": None}]
    assert said(decided("2027-03-20", single, notices=lost))[0] == "awaiting_delivery"
    bounced = [{"stage": "first", "at": "2027-03-05", "bounced": "2027-03-06"}]
    assert said(decided("2027-03-20", single, notices=bounced)) == ("bounced", {"stage": "first"})


def test_a_fallback_names_both_roles_and_comes_on_another_day() -> None:
    lost = {"stage": "first", "at": "2027-03-05", "bounced": "2027-03-05 11:00"}
    step = decided("2027-03-08", None, notices=[lost])
    assert (taken(step)[0], said(step)[1]) == ("first", {"first": "billing", "role": "owner"})
    step = decided("2027-03-08", None, notices=[lost | {"role": "technical"}])
    assert said(step)[1] == {"first": "technical", "role": "owner"}
    assert until(decided("2027-03-05 15:00", None, notices=[lost])) == ("letter_today", "first", "2027-03-06T00:00")


def test_what_the_policy_does_not_know_is_no_letter_of_today() -> None:
    assert taken(decided("2027-03-05", notices=[{"stage": "old", "at": "2027-03-05 08:00"}])) == ("first", "stage_due")


def test_of_two_tries_in_one_instant_the_one_that_did_not_bounce_is_the_later() -> None:
    at = "2027-03-16 10:00"
    open_ = {"stage": "last", "at": at, "delivered": None}
    rows = [open_, {"stage": "last", "at": at, "bounced": "2027-03-17"}]
    assert said(decided("2027-03-20", None, notices=[SENT[0], *rows]))[0] == "awaiting_delivery"
    rows = [open_ | {"role": "owner"}, open_]
    assert said(decided("2027-03-20", None, notices=[SENT[0], *rows]))[0] == "awaiting_delivery"


def test_tries_are_ordered_by_when_they_were_made_not_by_how_they_are_listed() -> None:
    rows = [
        {"stage": "last", "at": "2027-03-18", "delivered": None},
        {"stage": "last", "at": "2027-03-16", "bounced": "2027-03-17"},
    ]
    assert said(decided("2027-03-20", None, notices=rows))[1] == {"stage": "last", "day": date(2027, 3, 18)}


# On which day.


def test_a_stage_is_finished_when_it_first_got_through() -> None:
    seen = SENT[1] | {"seen": "2027-03-20"}
    assert taken(decided("2027-03-24", None, notices=[SENT[0], seen])) == ("stop", "suspension_due")
    twice = [*SENT, {"stage": "last", "at": "2027-03-19"}]
    assert taken(decided("2027-03-24", None, notices=twice)) == ("stop", "suspension_due")


def test_of_earlier_rounds_the_last_time_counts() -> None:
    slow = policy({"last": {"gap": 10}})
    rows = [*SENT, {"stage": "first", "at": "2027-04-09"}]
    step = decided("2027-04-14", slow, notices=rows, restarts=["2027-04-12"])
    assert until(step) == ("not_yet", "last", "2027-04-19T00:00")


def test_a_stage_left_out_by_its_tags_does_not_break_the_gap() -> None:
    step = decided("2027-03-15", None, notices=[{"stage": "first", "at": "2027-03-14"}])
    assert until(step) == ("not_yet", "last", "2027-03-18T00:00")


def test_the_gap_after_a_suspension_counts_from_its_confirmation() -> None:
    wide = policy({"warn": {"gap": 25}})
    off = [OFF[0] | {"confirmed": "2027-03-26"}]
    step = decided("2027-04-05", wide, {"P": 90}, notices=SENT, suspensions=off)
    assert until(step) == ("not_yet", "warn", "2027-04-20T00:00")


def test_a_suspension_that_ended_unconfirmed_is_finished_when_it_ended() -> None:
    off = [{"sub": "P", "began": "2027-03-24", "ended": "2027-04-01", "why": "person", "debt": 90}]
    step = decided("2027-04-05", None, {"P": 90}, notices=SENT, suspensions=off)
    assert until(step) == ("not_yet", "desk", "2027-06-10T00:00")


def test_no_stage_after_the_due_day_comes_on_it() -> None:
    monthly = policy({"first": {"anchor": "month_end", "offset": -25}})
    step = decided(
        "2027-03-12", monthly, invoice={"due": "2027-03-15"}, notices=[{"stage": "hint", "at": "2027-03-10"}]
    )
    assert until(step) == ("not_yet", "first", "2027-03-16T00:00")


def test_an_extension_moves_what_hangs_on_a_delivery_beyond_its_days_to_resume_and_nothing_else() -> None:
    moved = [{"kind": "extension", "from": "2027-03-20", "until": "2027-03-30"}]
    assert until(decided("2027-03-24", None, notices=SENT, holds=moved)) == ("extended", "stop", "2027-04-01T00:00")
    assert until(decided("2027-03-30", None, notices=SENT, holds=moved))[0] == "extended"
    assert until(decided("2027-03-31", None, notices=SENT, holds=moved))[0] == "not_yet"
    assert said(decided("2027-03-24", None, notices=SENT, holds=moved))[1] == {"due": date(2027, 3, 30)}
    soon = policy({"first": {"offset": 1}})
    early = [{"kind": "extension", "from": "2027-03-02", "until": "2027-03-10"}]
    hinted = [{"stage": "hint", "at": "2027-02-24"}]
    assert until(decided("2027-03-05", soon, notices=hinted, holds=early)) == ("extended", "first", "2027-03-11T00:00")


def test_a_stage_before_the_due_day_may_still_come_on_it() -> None:
    assert taken(decided("2027-03-01"))[0] == "hint"
    assert until(decided("2027-03-02"))[1] == "first"


# Rounds.


def test_in_a_new_round_only_the_first_letter_is_a_repetition() -> None:
    rows = [*SENT, {"stage": "first", "at": "2027-04-05"}]
    step = decided("2027-04-12", None, notices=rows, restarts=["2027-04-01"])
    assert taken(step) == ("last", "stage_due")
    step = decided("2027-03-05", None, restarts=["2027-03-02"])
    assert said(step) == ("stage_due", {"stage": "first", "n": 4, "anchor": "due"})


def test_a_row_of_the_very_first_stage_is_a_row_of_the_round() -> None:
    rows = [*SENT, {"stage": "hint", "at": "2027-04-05"}]
    assert taken(decided("2027-04-12", None, notices=rows, restarts=["2027-04-01"])) == ("first", "stage_due")
    twice = policy({"hint": {"roles": ["billing", "owner"]}})
    lost = [{"stage": "hint", "at": "2027-02-24", "bounced": "2027-02-24 11:00"}]
    assert taken(decided("2027-02-25", twice, notices=lost)) == ("hint", "fallback_contact")


def test_the_latest_of_two_restarts_begins_the_round() -> None:
    rows = [*SENT, {"stage": "last", "at": "2027-04-06", "says": "2027-04-14"}]
    step = decided("2027-04-23", None, notices=rows, restarts=["2027-04-20", "2027-04-01"])
    assert (taken(step)[0], said(step)) == ("last", ("renewed", {"restart": date(2027, 4, 20)}))


def test_what_is_renewed_is_a_notice_even_where_the_ladder_had_gone_further() -> None:
    rows = [*SENT, {"stage": "warn", "at": "2027-04-13"}]
    cured = [OFF[0] | {"ended": "2027-04-14", "why": "cured"}]
    assert taken(decided("2027-04-20", None, {"P": 90}, notices=rows, suspensions=cured)) == ("last", "renewed")


# Money, the bank, and days of rest.


def test_money_on_its_way_does_not_hold_up_a_warning_of_deletion() -> None:
    step = decided(
        "2027-04-13",
        None,
        notices=SENT,
        suspensions=OFF,
        receipts=[{"kind": "unapplied", "amount": 500, "at": "2027-04-12"}],
    )
    assert taken(step) == ("warn", "deletion_near")
    assert said(step)[1] == {"date": date(2027, 5, 23), "n": 40}


def test_the_data_are_deleted_counting_from_the_first_that_was_off() -> None:
    rows = [OFF[0] | {"confirmed": "2027-03-26"}, OFF[1], OFF[1] | {"sub": "R", "confirmed": None}]
    step = decided("2027-04-15", None, notices=SENT, suspensions=rows)
    assert said(step)[1] == {"date": date(2027, 5, 23), "n": 38}


def test_a_reported_payment_counts_if_it_would_leave_too_little() -> None:
    for amount, reason in (("120", "suspension_due"), ("120.01", "claimed_paid")):
        claim = [{"kind": "claimed", "amount": amount, "at": "2027-03-23"}]
        assert said(decided("2027-03-24", None, notices=SENT, receipts=claim))[0] == reason
    both = [{"kind": "claimed", "amount": amount, "at": "2027-03-23"} for amount in (10, 149)]
    assert said(decided("2027-03-24", None, notices=SENT, receipts=both))[0] == "claimed_paid"


def test_a_notice_whose_tags_leave_it_out_need_not_have_announced_anything() -> None:
    assert taken(decided("2027-03-24", None, notices=SENT))[0] == "stop"
    slow = [*SENT, {"stage": "late", "at": "2027-03-18"}]
    assert said(decided("2027-04-05", None, notices=slow, tags=["slow"]))[0] == "not_announced"


def test_the_latest_printed_day_is_named() -> None:
    rows = [SENT[0] | {"says": "2027-04-02"}, SENT[1]]
    assert said(decided("2027-03-24", None, notices=rows)) == ("printed_date", {"suspend_on": date(2027, 4, 2)})
    assert said(decided("2027-04-02", None, notices=rows)) == (
        "suspension_due",
        {"due": Decimal(150), "suspend_on": date(2027, 4, 2)},
    )


def test_the_bank_may_have_been_read_a_day_ago_and_no_longer() -> None:
    assert taken(decided("2027-03-24", None, notices=SENT, bank="2027-03-23 10:00"))[0] == "stop"
    assert said(decided("2027-03-24", None, notices=SENT, bank="2027-03-23 09:00")) == ("stale_cash", {"hours": 25})
    assert said(decided("2027-03-24", None, notices=SENT, bank="2027-03-23 09:00:01")) == ("stale_cash", {"hours": 24})


def test_a_day_of_rest_of_the_customer_alone_is_one() -> None:
    honolulu = Calendar(ZoneInfo("Pacific/Honolulu"), eve=Eve.NONE)
    zone = ZoneInfo("Pacific/Kiritimati")
    step = decided("2027-03-27 10:00", None, notices=SENT, zone=zone, calendar=honolulu)
    assert said(step)[0] == "rest_day"


# What is looked at again, and what is told.


def test_a_stage_that_lapses_ends_the_wait_that_is_about_it() -> None:
    dear = policy({"hint": {"min_overdue": {"EUR": 1000}}})
    assert until(decided("2027-02-26", dear)) == ("below_minimum", "hint", "2027-03-02T00:00")


def test_an_extension_that_begins_can_bring_a_stage_back() -> None:
    dear = policy({"first": {"min_overdue": {"EUR": 1000}}})
    moved = [{"kind": "extension", "from": "2027-03-10", "until": "2027-03-30"}]
    assert until(decided("2027-03-05", dear, holds=moved)) == ("below_minimum", "first", "2027-03-10T00:00")


def test_a_notice_prints_the_day_and_until_when_a_payment_arrives_in_time() -> None:
    step = decided("2027-03-05").next
    assert step.kind == "take"
    prints = step.prints
    assert prints is not None
    assert (prints.amount, prints.suspend_on, prints.scope) == (150, date(2027, 3, 24), {"P", "Q"})
    assert prints.not_before == datetime(2027, 3, 24, 8, tzinfo=UTC)
    assert prints.pay_by == datetime(2027, 3, 23, 17, tzinfo=UTC)


def test_where_nothing_is_ever_suspended_no_day_is_printed() -> None:
    mild = policy_from_mapping(SHOP | {"stages": SHOP["stages"][:4]}, min_overdue={"EUR": Decimal(30)})
    step = decided("2027-03-05", mild).next
    assert step.kind == "take"
    assert step.prints is not None
    assert (step.prints.amount, step.prints.suspend_on, step.prints.pay_by, step.prints.scope) == (
        150,
        None,
        None,
        set(),
    )
    named = policy({"last": {"anchor": "delivered", "of": "first", "offset": 11}})
    assert said(decided("2027-03-16", named, notices=SENT[:1]))[1] == {"stage": "last", "n": 11, "anchor": "first"}


@pytest.mark.parametrize(("now", "kind"), [("2027-03-05", "take"), ("2027-03-04", "wait")])
def test_without_a_forecast_there_is_none_but_what_a_notice_prints(now: str, kind: str) -> None:
    found: list[Any] = []
    case = Fields({"invoice": {"due": "2027-03-01", "cur": "EUR", "lines": TWO}}, "", found)
    at = instant_in(PARIS)(now)
    facts = FactsReader(case, PARIS, Calendar(PARIS)).read(at)
    plain, whole = schedule(policy(), facts, at, forecast=False), schedule(policy(), facts, at)
    assert (plain.next.kind, plain.schedule, plain.ends) == (kind, (), None)
    assert plain.next == whole.next
    assert (len(whole.schedule), whole.ends) == (5, Code.LADDER_DONE)


def test_a_letter_goes_to_the_first_contact_first() -> None:
    step = decided("2027-03-05").next
    assert step.kind == "take"
    assert step.role == "billing"


def test_the_forecast_supposes_only_what_the_wait_is_for() -> None:
    lost = [SENT[0], SENT[1] | {"delivered": None}]
    step = decided("2027-03-20", None, notices=lost, proposal={"at": "2027-03-19"}, forecast=True)
    assert (said(step)[0], step.schedule[0].stage) == ("awaiting_delivery", "stop")
    fraud = {"sub": "Q", "cause": "fraud", "invoice": None, "began": "2027-03-23"}
    off = [{"sub": "P", "began": "2027-03-24", "debt": 90}, fraud]
    step = decided("2027-03-25", None, {"P": 90}, notices=SENT, suspensions=off, forecast=True)
    assert (said(step)[0], step.schedule[0].stage) == ("awaiting_confirmation", "warn")


def test_what_is_cleared_has_no_future() -> None:
    step = decided("2027-03-05", None, {"P": 0}, forecast=True)
    assert (step.schedule, step.ends, step.ripe, step.covers) == ((), None, 0, ())
