"""Whose money is it? By a number in the text, else by amount and payer, else by the payer's account; else nobody's."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.bank.matching import SURE, Guess, Known, Match, Money, Named, Open, match
from billing.bank.names import close, likenesses, numbers_in, same_form, same_number

LANHAI, MINGYUE = 1, 2


def known(**more) -> Known:
    """Lanhai owes 636.00 and 100.00, Mingyue 500.00."""
    numbers = {"HH-2026-00001": 11, "HH-2026-00012": 12, "HH-4Q8T7K": 11, "HH-2026-00003": 21}
    documents = {same_number(number): [Named(pk, pk // 10, number, "CNY")] for number, pk in numbers.items()}
    called = {LANHAI: same_form("Lanhai Trading Co., Ltd."), MINGYUE: same_form("上海明月物流有限公司")}
    return Known(
        documents=documents,
        names={name: {pk} for pk, name in called.items()},
        alike={key: {name} for name in called.values() for key in likenesses(name)},
        called=called,
        open={
            (LANHAI, "CNY"): [
                Open(11, "HH-2026-00001", Decimal("636.00")),
                Open(12, "HH-2026-00012", Decimal("100.00")),
            ],
            (MINGYUE, "CNY"): [Open(21, "HH-2026-00003", Decimal("500.00"))],
        },
        by_amount={
            ("CNY", Decimal("636.00")): {LANHAI},
            ("CNY", Decimal("736.00")): {LANHAI},
            ("CNY", Decimal("500.00")): {MINGYUE},
        },
        **more,
    )


def judged(amount: str, payer: str = "", text: str = "", account: str = "", currency: str = "CNY", **more) -> Match:
    return match(Money(Decimal(amount), currency, payer, account, text), known(**more))


def best(found: Match) -> Guess:
    return found.guesses[0]


TEXTS = [
    "HH-2026-00001",
    "inv hh 2026 00001 thanks",
    "货款HH-2026-00001请查收",
    "HH202600001",
    "ＨＨ－２０２６－００００１",
    "RG:HH-2026-00001/rest",
    "HH–2026–00001",
    "hh-4q8t7k",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_number_in_the_text_is_found_however_it_is_written(text):
    found = judged("7.77", text=text)
    assert found.sure and (best(found).customer, best(found).told) == (LANHAI, (11,))


OTHERS = ["HH-2026-000015", "HH-2026-00001-7", "XHH-2026-00001", "7-HH-2026-00001", "2026-00001", "00001", "HH-2026"]


@pytest.mark.parametrize("text", OTHERS)
def test_a_part_of_a_longer_number_is_not_that_number(text):
    assert judged("7.77", text=text).guesses == ()


def test_a_reference_with_another_amount_is_still_theirs():
    assert judged("7.77", text="HH-2026-00001").sure


def test_a_reference_outweighs_the_payer():
    found = judged("500.00", "上海明月物流有限公司", "HH-2026-00001")
    assert found.sure and best(found).customer == LANHAI


def test_references_of_two_customers_are_unclear():
    found = judged("636.00", text="HH-2026-00001 HH-2026-00003")
    assert not found.sure and found.customers == {LANHAI, MINGYUE}


def test_a_reference_in_another_currency_waits():
    found = judged("636.00", text="HH-2026-00001", currency="EUR")
    assert not found.sure and best(found).confidence < SURE


NAMES = [
    "Lanhai Trading Co., Ltd.",
    "LANHAI TRADING LIMITED",
    "lanhai trading",
    "Trading Lanhai",
    "Lanhai Tradin",
    "LANHAI TRADING SHANGHAI BR",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("amount", ["636.00", "736.00"])
def test_amount_and_payer_together_are_enough(name, amount):
    assert judged(amount, name).sure


@pytest.mark.parametrize("name", ["上海明月物流", "上海明月物流股份有限公司"])
def test_chinese_names_are_compared_without_their_form(name):
    assert judged("500.00", name).sure


@pytest.mark.parametrize("name", ["Lanhаi Trading", "Contoso", "", "Ltd.", "Lanhai"])
def test_another_name_with_the_amount_waits(name):
    """The first is written with a Cyrillic а."""
    found = judged("636.00", name)
    assert not found.sure and best(found).customer == LANHAI


def test_a_name_alone_waits():
    found = judged("7.77", "Lanhai Trading")
    assert not found.sure and best(found).why == [["name"]]


def test_two_customers_with_the_same_amount_and_no_name_are_both_possible():
    more = known()
    more.by_amount["CNY", Decimal("636.00")] = {LANHAI, MINGYUE}
    more.open[MINGYUE, "CNY"] = [Open(21, "HH-2026-00003", Decimal("636.00"))]
    found = match(Money(Decimal("636.00"), "CNY", "", "", ""), more)
    assert not found.sure and found.customers == {LANHAI, MINGYUE}


def test_two_invoices_that_add_up_count_for_whoever_is_named():
    more = known()
    more.open[LANHAI, "CNY"].append(Open(13, "HH-2026-00013", Decimal("50.00")))
    found = match(Money(Decimal("686.00"), "CNY", "Lanhai Trading", "", ""), more)
    assert found.sure and best(found).told == (11, 13)


def test_a_known_account_and_the_amount_are_enough():
    assert judged("636.00", account="62", accounts={"62": {LANHAI}}).sure


def test_an_account_two_customers_pay_from_says_little():
    found = judged("7.77", account="62", accounts={"62": {LANHAI, MINGYUE}})
    assert not found.sure and found.customers == {LANHAI, MINGYUE}


def test_what_cures_a_suspension_is_an_amount_too():
    cures = {(MINGYUE, "CNY"): [Open(21, "HH-2026-00003", Decimal("412.34"))]}
    found = judged("412.34", "上海明月物流", cures=cures)
    assert found.sure and best(found).why[-1] == ["cure", "HH-2026-00003"]


def test_near_names_differ_by_more_than_a_digit():
    assert not close("lanhai trading 1", "lanhai trading 2")
    assert close("lanhai tradin", "lanhai trading")


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.text(alphabet="HH-2026 0123/.货", max_size=40))
def test_a_number_is_never_found_inside_a_longer_one(text):
    for number in numbers_in(text):
        assert number.isalnum() and number.isascii()
        assert number in "".join(one for one in text if one.isascii() and one.isalnum())


customers = st.integers(1, 4)
amounts = st.sampled_from([Decimal("1.00"), Decimal("2.00"), Decimal("3.00")])
worlds = st.builds(
    lambda debts, names, accounts: (debts, names, accounts),
    st.lists(st.tuples(customers, amounts), max_size=6),
    st.dictionaries(st.sampled_from(["alpha", "beta", "gamma"]), st.sets(customers, min_size=1, max_size=2)),
    st.dictionaries(st.sampled_from(["62", "63"]), st.sets(customers, min_size=1, max_size=2)),
)


@settings(max_examples=400, derandomize=True, deadline=None)
@given(worlds, amounts, st.sampled_from(["", "alpha", "beta"]), st.sampled_from(["", "62"]))
def test_what_could_be_two_customers_is_never_sure(world, amount, payer, account):
    debts, names, accounts = world
    everything = Known(names=names, accounts=accounts)
    for pk, (customer, owed) in enumerate(debts):
        everything.open.setdefault((customer, "CNY"), []).append(Open(pk, str(pk), owed))
        everything.by_amount.setdefault(("CNY", owed), set()).add(customer)
    found = match(Money(amount, "CNY", payer, account, ""), everything)
    evidence = {}
    for one in found.guesses:
        codes = frozenset(reason[0].replace("_two", "").replace("_all", "") for reason in one.why)
        evidence.setdefault(codes, set()).add(one.customer)
    if found.sure:
        best_codes = next(codes for codes, who in evidence.items() if found.guesses[0].customer in who)
        assert len(evidence[best_codes]) == 1, "nobody else has the same reasons"
        assert len(best_codes) >= 2, "one reason alone is never enough without a reference"
