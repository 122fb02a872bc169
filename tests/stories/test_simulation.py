"""Does a simulation say exactly whom another policy would reach earlier or later, and leave the book alone?"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
import yaml
from django.db import InternalError, connection, transaction

from billing.models import Hold
from customers.models import Customer, Partner
from dunning import policy as book
from dunning.drafting import begin, save
from dunning.facts import load
from dunning.founding import standard_policy
from dunning.models import Case, PolicyTold, Simulation
from dunning.policy.mapping import policy_to_mapping
from dunning.publishing import publish
from dunning.simulating import BadPolicy, all_moves, readable, simulate, simulate_draft
from tests import story
from tests.commanding import manage

pytestmark = pytest.mark.django_db
REMINDED = story.at(story.REMIND, "15:00")


@pytest.fixture
def owing(hanhai) -> Partner:
    """Two customers, both reminded of an invoice due on 10 June; nothing is out of the ordinary."""
    companies = [
        story.company("Lanhai Trading", story.Seats(), story.Seats("Visio Plan 2", 4, Decimal("99.00"))),
        story.company("Mingyue Logistics"),
    ]
    story.import_book(hanhai, companies)
    story.issue_all(hanhai)
    story.chase(hanhai, story.people_of(hanhai)["owner"], until=story.REMIND)
    return hanhai


def changed(stage: str, **fields) -> book.Policy:
    """The standard policy with one stage changed."""
    standard = standard_policy("CNY")
    stages = tuple(replace(one, **fields) if one.name == stage else one for one in standard.stages)
    return replace(standard, version=2, stages=stages)


def moved(result: dict, which: str = "earlier") -> list[tuple]:
    return [(row["customer"], row["old"]["on"], row["new"]["on"], row["days"]) for row in result[which]]


def test_the_policy_in_force_changes_nothing(owing):
    result = simulate(owing, standard_policy("CNY"), now=REMINDED)
    assert result["evaluated"] == 2 and result["subscriptions"] == 3
    assert result["found"] == {"earlier": 0, "later": 0, "steps": 0}
    assert result["suspended"] == {"earlier": 0, "later": 0}
    assert {name: result[name] for name in result["before"]} == result["before"]
    assert all(week["old"] == week["new"] and week["cash_old"] == week["cash_new"] for week in result["by_week"])


def test_three_days_less_before_the_suspension_move_exactly_who_has_no_printed_day(owing):
    """Both letters so far printed 1 July for those invoices; a third customer was never written to."""
    story.import_book(owing, [story.company("Qinghe Foods")], cycle=story.date(2026, 5, 15))
    story.issue_all(owing, "2026-05", on=story.date(2026, 6, 12))
    result = simulate(owing, changed("suspend", offset=4, gap=4), now=REMINDED)
    assert moved(result) == [("Qinghe Foods", "2026-07-23", "2026-07-20", 3)]
    assert result["evaluated"] == 3 and not result["later"]
    assert result["suspended"] == {"earlier": 1, "later": 0}
    [row] = result["earlier"]
    assert row["subscription"] == Customer.objects.get(name="Qinghe Foods").subscriptions.get().provider_id
    assert row["old"]["action"] == row["new"]["action"] == "suspend"


def test_a_later_notice_moves_every_subscription_later(owing):
    result = simulate(owing, changed("final", offset=20), now=REMINDED)
    assert [row["customer"] for row in result["later"]] == ["Lanhai Trading", "Lanhai Trading", "Mingyue Logistics"]
    assert {(row["old"]["on"], row["new"]["on"], row["days"]) for row in result["later"]} == {
        ("2026-07-01", "2026-07-07", -6)
    }
    assert result["suspended"] == {"earlier": 0, "later": 3} and not result["earlier"]
    assert (result["before"]["suspensions"], result["suspensions"]) == (3, 3)
    assert (result["before"]["seats"], result["seats"]) == (24, 24)
    weeks = {week["week"]: (week["old"]["suspensions"], week["new"]["suspensions"]) for week in result["by_week"]}
    assert {on: pair for on, pair in weeks.items() if any(pair)} == {"2026-06-29": (3, 0), "2026-07-06": (0, 3)}
    assert next(iter(weeks)) == "2026-06-15" and len(weeks) == 8


def test_a_policy_without_suspension_moves_them_to_never(owing):
    standard = standard_policy("CNY")
    gentle = replace(standard, stages=tuple(one for one in standard.stages[:3]))
    result = simulate(owing, gentle, now=REMINDED)
    assert result["suspended"]["later"] == 3 and result["suspensions"] == 0
    assert {row["days"] for row in result["later"]} == {None}
    assert {row["new"]["stage"] for row in result["later"]} == {"final"}


def test_where_nobody_is_suspended_the_next_steps_are_compared(owing):
    for customer in Customer.objects.all():
        customer.tags = ["calm"]
        customer.save()
    calm = changed("suspend", tags_none=frozenset({"calm"}))
    earlier = replace(
        calm, stages=tuple(replace(one, offset=11) if one.name == "final" else one for one in calm.stages)
    )
    publish(owing, calm, effective_on=story.ISSUED, now=story.at(story.ISSUED))
    Case.objects.update(version=owing_version(owing, 2))
    result = simulate(owing, earlier, now=REMINDED)
    assert result["found"] == {"earlier": 3, "later": 0, "steps": 0} and result["suspended"] == {
        "earlier": 0,
        "later": 0,
    }
    assert {(row["old"]["stage"], row["old"]["on"], row["new"]["on"]) for row in result["earlier"]} == {
        ("final", "2026-06-24", "2026-06-22")
    }


def test_a_later_reminder_moves_no_suspension_and_is_told_as_the_next_step_of_each(hanhai, people, mail_dir):
    story.import_book(hanhai, [story.company("Lanhai Trading"), story.company("Mingyue Logistics")])
    story.issue_all(hanhai)
    story.run_day(hanhai, story.COURTESY)
    result = simulate(hanhai, changed("remind", offset=7), now=story.at("2026-06-08"))
    assert result["found"] == {"earlier": 0, "later": 0, "steps": 2}
    [first, second] = result["steps"]
    assert (first["customer"], second["customer"]) == ("Lanhai Trading", "Mingyue Logistics")
    old, new = first["next"]["old"], first["next"]["new"]
    assert (old, new) == (first["old"], first["new"])
    assert (old["stage"], old["on"], new["stage"], new["on"]) == (
        "remind",
        "2026-06-15",
        "remind",
        "2026-06-17",
    ) and first["days"] == -2


def owing_version(partner: Partner, number: int):
    return Case._meta.get_field("version").related_model.objects.get(partner=partner, number=number)


def test_each_invoice_is_compared_with_the_version_that_governs_it(owing):
    """A second, gentler version is told; only the invoice issued after it is under it."""
    gentler = changed("final", offset=20)
    version = publish(owing, gentler, effective_on=story.date(2026, 6, 11), now=REMINDED)
    for customer in Customer.objects.all():
        PolicyTold.objects.create(
            partner=owing, customer=customer, version=version, told_at=story.at(story.date(2026, 6, 11))
        )
    companies = [story.company("Qinghe Foods")]
    story.import_book(owing, companies, cycle=story.date(2026, 5, 15))
    qinghe = Customer.objects.get(name="Qinghe Foods")
    PolicyTold.objects.create(
        partner=owing, customer=qinghe, version=version, told_at=story.at(story.date(2026, 6, 11))
    )
    story.issue_all(owing, "2026-05", on=story.date(2026, 6, 12))
    result = simulate(owing, gentler, now=REMINDED)
    assert {row["customer"] for row in result["later"]} == {"Lanhai Trading", "Mingyue Logistics"}
    assert not result["earlier"]
    back = simulate(owing, standard_policy("CNY"), now=REMINDED)
    assert {row["customer"] for row in back["earlier"]} == {"Qinghe Foods"} and not back["later"]


def test_cash_is_expected_at_the_next_letter_or_promise(owing):
    lanhai = Customer.objects.get(name="Lanhai Trading")
    invoice = lanhai.invoices.get()
    before = simulate(owing, standard_policy("CNY"), now=REMINDED)
    cash = {week["week"]: week["cash_old"] for week in before["by_week"]}
    assert cash["2026-06-22"] == str(story.owed(lanhai) + story.owed(Customer.objects.get(name="Mingyue Logistics")))
    Hold.objects.create(
        partner=owing, customer=lanhai, kind="hold", from_on=story.REMIND, reason="asked", recorded_at=REMINDED
    )
    held = simulate(owing, standard_policy("CNY"), now=REMINDED)
    assert held["cash_later"]["old"] == str(invoice.balance)
    assert held["before"]["suspensions"] == 1


def test_nothing_is_written_while_simulating(owing):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        result = simulate(owing, changed("final", offset=9), now=REMINDED)
        assert result["found"]["earlier"] == 0 and result["evaluated"] == 2
        rows = list(all_moves(owing, changed("final", offset=20), now=REMINDED))
        assert len(rows) == 3
        with pytest.raises(InternalError, match="read-only"), transaction.atomic():
            Customer.objects.update(domain="elsewhere.example")
        transaction.set_rollback(True)


def test_the_same_policy_on_the_same_book_gives_the_same_answer(owing):
    policy = changed("final", offset=20)
    first, second = (simulate(owing, policy, now=REMINDED) for _ in range(2))
    assert first == second
    assert {row["moves"] for row in all_moves(owing, policy, now=REMINDED)} == {"later"}


def test_an_invoice_closed_over_a_trifle_is_looked_at(owing):
    lanhai = Customer.objects.get(name="Lanhai Trading")
    story.pay(lanhai, story.owed(lanhai) - Decimal("0.50"), REMINDED, settled=False)
    assert Case.objects.get(customer=lanhai).closed_at is not None
    assert [one.customer for one in load([lanhai], now=REMINDED)] == []
    stricter = replace(standard_policy("CNY"), ignore_below={"CNY": Decimal("0.10")})
    assert simulate(owing, stricter, now=REMINDED)["evaluated"] == 2


def test_a_draft_is_simulated_and_the_result_kept(owing, people):
    draft = begin(owing, now=REMINDED, by=people["owner"])
    draft = save(draft.pk, changed("final", offset=20), edition=draft.edition, now=REMINDED, by=people["owner"])
    kept = simulate_draft(draft, now=REMINDED, by=people["owner"])
    kept.refresh_from_db()
    assert kept.edition == draft.edition and kept.mapping == draft.mapping and kept.draft == draft
    assert kept.result == simulate(owing, readable(draft.mapping), now=REMINDED)
    assert kept.result["found"]["later"] == 3
    assert Simulation.objects.get() == kept


def test_a_policy_with_faults_is_not_simulated():
    mapping = policy_to_mapping(changed("suspend", offset=1))
    with pytest.raises(BadPolicy) as bad:
        readable(mapping)
    assert bad.value.faults == ["stages[3].offset: leaves no days for a payment to arrive"]


def test_the_command_answers_and_writes_nothing(owing, tmp_path):
    file = tmp_path / "policy.yaml"
    file.write_text(yaml.safe_dump(policy_to_mapping(changed("final", offset=20))), encoding="utf-8")
    said = manage("simulate_policy", file, "--on", "2026-06-15")
    assert said.code == 0
    assert {"evaluated", "earlier", "later", "notices", "suspensions", "by_week"} <= set(said.answer)
    assert said["evaluated"] == 2 and len(said["later"]) == 3 and said["earlier"] == []
    assert said["suspensions"] == 3 and said["later"][0]["new"]["on"] == "2026-07-07"
    assert not Simulation.objects.exists()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("stages: [{name: a, action: shout}]", "stages[0].action: is none of"),
        ("version: [", "file: "),
        ("", "file: is not a mapping"),
        ("stages: []", "stages: is empty"),
    ],
)
def test_a_bad_file_is_named_by_path(owing, tmp_path, text, fault):
    file = tmp_path / "policy.yaml"
    file.write_text(text, encoding="utf-8")
    said = manage("simulate_policy", file)
    assert said.code == 2 and said["errors"] and said["errors"][0].startswith(fault)


def test_a_missing_file_is_bad_input(owing, tmp_path):
    said = manage("simulate_policy", tmp_path / "none.yaml")
    assert said.code == 2 and "none.yaml" in said["errors"][0]
