"""Does the whole story go by commands alone, with the answers and exit codes that scripts rely on?"""

from __future__ import annotations

from datetime import date

import pytest

from customers.models import Customer
from tests import story, witness
from tests.commanding import manage, process

E3, VISIO = story.Seats(), story.Seats("Visio Plan 2", 4, story.Decimal("99.00"))
OWNER, VIEWER, COLLECTIONS = (f"{who}@hanhai.example" for who in ("owner", "viewer", "collections"))


@pytest.fixture
def file(tmp_path):
    """A month's file with two customers."""
    companies = [
        story.company("Lanhai Trading", E3, VISIO, domain="lanhai.cn"),
        story.company("Qinghe Foods", domain="qinghe.cn"),
    ]
    path = tmp_path / "license_recon_2026-04.csv"
    path.write_bytes(story.reconciliation(companies, partner_id=story.plain_id()))
    return path


@pytest.fixture
def hanhai_by_command(db, sandbox_url, mail_dir):
    said = manage("add_partner", "hanhai", "--name", "Hanhai Cloud", "--currency", "CNY", "--on", "2026-05-20")
    assert (said.code, said["partner"], len(said["logins"])) == (0, "hanhai", 7)
    assert said["logins"][0]["email"] == OWNER
    return said


@pytest.fixture
def billed(hanhai_by_command, file):
    """The file imported, drafted, issued and mailed."""
    assert manage("sandbox_load", file).answer == {"customers": 2, "subscriptions": 3}
    said = manage("import_reconciliation", file, "--on", "2026-05-20")
    assert (said["period"], said["lines"], said["customers"], said["subscriptions"]) == ("2026-04", 3, 2, 3)
    assert (said["amount"], said["tax"], said["total"]) == ("1596.00", "95.76", "1691.76")
    assert (said["credits"], said["unmapped"], said["already_imported"]) == (0, {}, False)
    assert manage("settle")["done"] == 2
    said = manage("draft_invoices", "--period", "2026-04", "--issue", "--issued-on", "2026-05-21", "--on", "2026-05-21")
    assert said.answer == {"drafted": 2, "issued": 2, "lines": 3, "total": "1945.52"}
    assert manage("settle")["done"] == 2


def run_on(day, **more):
    said = manage("run_collections", "--on", day)
    assert (said.code, said["on"], said["breaker"]) == (0, str(day), None)
    for name, wanted in more.items():
        assert said[name] == wanted, (name, said.answer)
    assert manage("settle").code == 0


def test_the_story_goes_by_commands_alone(billed):
    invoices = manage("list", "invoices", "--open")["rows"]
    assert [(row["number"], row["due_on"], row["balance"], row["status"]) for row in invoices] == [
        ("HA-2026-00001", "2026-06-10", "1214.12", "not_due"),
        ("HA-2026-00002", "2026-06-10", "731.40", "not_due"),
    ]
    for day in (story.COURTESY, story.REMIND, story.FINAL):
        run_on(day, evaluated=2, unchanged=0, notices=2, tasks=0, proposals=0, skipped={})
    run_on("2026-06-30", notices=0, unchanged=2, skipped={"not_yet": 2})
    explained = manage("explain", "HA-2026-00001")
    assert explained["next"]["on"] == "2026-07-01"
    assert (explained["next"]["stage"], explained["next"]["because"]) == ("suspend", "not_yet")
    assert [row["stage"] for row in explained["history"]] == ["courtesy", "remind", "final"]
    run_on(story.SUSPEND, proposals=2, notices=0)
    approve_and_suspend()
    pay_and_restore()
    verified = manage("verify")
    assert (verified.code, verified["suspensions"]) == (0, 3), verified.answer


def approve_and_suspend():
    refused = manage("approve_suspensions", "--by", VIEWER, "--all")
    assert (refused.code, refused["approved"], set(refused["refused"].values())) == (1, [], {"role"})
    first, second = sorted(map(int, refused["refused"]))
    said = manage("approve_suspensions", "--by", COLLECTIONS, first)
    assert (said.code, said.answer) == (0, {"approved": [first], "waiting_for_another": [], "refused": {}})
    again = manage("approve_suspensions", "--by", OWNER, first)
    assert (again.code, again["refused"]) == (1, {str(first): "not_live"})
    assert manage("approve_suspensions", "--by", OWNER, "--all")["approved"] == [second]
    said = manage("settle")
    assert (said.code, said.answer) == (0, {"done": 4, "moot": 0, "parked": 0, "waiting_until": None})
    assert {row["status"] for row in manage("list", "subscriptions")["rows"]} == {"suspended"}


def pay_and_restore():
    words = ["--currency", "cny", "--reference", "HA-2026-00001", "--received-on", "2026-07-03"]
    pay = ["record_payment", "--customer", "Lanhai Trading", "--amount", "1,300.00", *words]
    said = manage(*pay, "--on", "2026-07-03")
    assert said["allocated"] == [{"invoice": "HA-2026-00001", "amount": "1214.12"}]
    assert (said["unapplied"], sorted(said["reinstated"])) == ("85.88", sorted([E3.id, VISIO.id]))
    before = witness.everything("Clock")
    assert manage(*pay)["payment"] == said["payment"], "the same words are the same payment"
    assert witness.everything("Clock") == before
    assert manage("settle")["done"] == 2
    states = {row["provider_id"]: row["status"] for row in manage("list", "subscriptions")["rows"]}
    assert (states.pop(E3.id), states.pop(VISIO.id), set(states.values())) == ("active", "active", {"suspended"})
    done = manage("explain", "HA-2026-00001")
    assert (done["next"], done["undisputed_due"]) == (None, "0.00")


def test_the_same_file_twice_changes_nothing(billed, file):
    before = witness.everything()
    said = manage("import_reconciliation", file)
    assert (said.code, said["already_imported"], said["lines"]) == (0, True, 3)
    assert manage("draft_invoices", "--period", "2026-04").answer == {
        "drafted": 0,
        "issued": 0,
        "lines": 0,
        "total": "0.00",
    }
    assert witness.everything() == before


def test_a_dry_run_writes_nothing_and_says_what_a_run_then_does(billed):
    before = witness.everything()
    dry = manage("run_collections", "--dry-run", "--on", "2026-06-05")
    assert witness.everything() == before
    real = manage("run_collections", "--on", "2026-06-05")
    assert (dry["run"], {**dry.answer, "run": real["run"]}) == (None, real.answer)


def test_a_day_before_the_last_run_is_refused_but_may_be_looked_at(billed):
    run_on(story.REMIND)
    before = witness.everything()
    said = manage("run_collections", "--on", "2026-06-14")
    assert (said.code, list(said.answer)) == (2, ["errors"])
    assert said.errors == said["errors"] == ["--on: 2026-06-14 lies before this partner's last run of 2026-06-15"]
    assert manage("explain", "HA-2026-00001", "--on", "2026-06-01").code == 0
    assert manage("run_collections", "--dry-run", "--on", "2026-06-01").code == 0
    assert witness.everything() == before


def test_with_several_partners_the_book_must_be_named(billed):
    manage("add_partner", "bohai", "--name", "Bohai Software", "--currency", "CNY")
    said = manage("run_collections", "--on", "2026-06-05")
    assert (said.code, said["errors"]) == (2, ["--partner: say whose book: bohai, hanhai"])
    assert manage("run_collections", "--on", "2026-06-05", "--partner", "bohai")["evaluated"] == 0
    assert manage("run_collections", "--on", "2026-06-05", "--partner", "hanhai")["evaluated"] == 2
    assert {row["slug"] for row in manage("list", "partners")["rows"]} == {"bohai", "hanhai"}


BAD = [
    (["run_collections", "--on", "5.6.2026"], "'5.6.2026' is not a date like 2026-11-20"),
    (["run_collections", "--partner", "nobody"], "--partner: there is no partner 'nobody'"),
    (["draft_invoices", "--period", "2026-13"], "--period: '2026-13' is not a month like 2026-10"),
    (["draft_invoices", "--period", "2026-04", "--issued-on", "2026-05-21"], "--issued-on: goes with --issue"),
    (["explain", "HA-1"], "invoice: there is no issued invoice 'HA-1'"),
    (["approve_suspensions", "--by", "nobody@hanhai.example", "--all"], "nobody with the address"),
    (["approve_suspensions", "--by", OWNER], "ids: name proposals, or --all of them"),
    (["approve_suspensions", "--by", OWNER, "987654"], "ids: there is no proposal 987654"),
    (["import_reconciliation", "/nowhere/april.csv"], "/nowhere/april.csv: No such file or directory"),
    (["add_partner", "hanhai", "--name", "H", "--currency", "CNY"], "slug: 'hanhai' is taken"),
    (["add_partner", "x y", "--name", "", "--currency", "XXX", "--zone", "Mars"], "zone: 'Mars' is not a time zone"),
    (["log_call", "HA-2026-00001", "--by", OWNER], "invoice: no call stands open for 'HA-2026-00001'"),
]


@pytest.mark.parametrize(("words", "fault"), BAD, ids=lambda value: value[0] if isinstance(value, list) else "")
def test_what_cannot_be_done_ends_with_2_and_changes_nothing(billed, words, fault):
    before = witness.everything()
    said = manage(*words)
    assert (said.code, list(said.answer)) == (2, ["errors"])
    assert any(fault in line for line in said["errors"]), said["errors"]
    assert said.errors == said["errors"], "a line for each fault on standard error too"
    assert witness.everything() == before


PAYMENTS = [
    ({"--amount": "1e3"}, "--amount: '1e3' is not an amount"),
    ({"--amount": "-5"}, "--amount: '-5' is not an amount"),
    ({"--amount": "0.00"}, "amount: 0.00 is not more than zero"),
    ({"--amount": "10.005"}, "amount: 10.005 has more decimals than CNY knows"),
    ({"--amount": "1,00"}, "--amount: '1,00' is not an amount"),
    ({"--amount": "١٢٣"}, "is not an amount"),
    ({"--amount": "9" * 16}, "is too large"),
    ({"--customer": "Nobody"}, "--customer: no customer is called 'Nobody'"),
    ({"--received-on": "2026-05-22"}, "received-on: 2026-05-22 lies in the future"),
]


@pytest.mark.parametrize(
    ("changed", "fault"), PAYMENTS, ids=lambda value: str(value) if isinstance(value, dict) else ""
)
def test_a_payment_that_cannot_be_booked_is_refused(billed, changed, fault):
    before = witness.everything()
    words = {"--customer": "Qinghe Foods", "--amount": "731.40", "--currency": "CNY", "--reference": "transfer"}
    options = words | {"--received-on": "2026-05-21"} | changed
    said = manage("record_payment", *[word for pair in options.items() for word in pair])
    assert said.code == 2
    assert fault in said["errors"][0]
    assert witness.everything() == before


def test_a_letter_that_nobody_takes_ends_settle_with_1(billed):
    Customer.objects.get(name="Qinghe Foods").contacts.update(email="bounce@qinghe.cn")
    manage("run_collections", "--on", "2026-06-05")
    said = manage("settle")
    assert (said.code, said["done"], said["parked"]) == (1, 1, 1)
    assert "bounce@qinghe.cn: 550" in said.errors[0]


def test_without_json_a_person_reads_lines(billed):
    said = manage("list", "partners", as_json=False)
    assert said["lines"][0] == "rows:"
    assert "slug hanhai" in said["lines"][1]


@pytest.mark.django_db(transaction=True)
def test_a_process_of_its_own_says_the_same(book):
    good = process("run_collections", "--dry-run", "--on", "2026-06-05")
    assert (good.code, good["notices"]) == (0, 3)
    bad = process("run_collections", "--on", "yesterday")
    assert (bad.code, bad.errors) == (2, bad["errors"])
    before = witness.counts()
    assert process("run_collections", "--on", date(2026, 6, 5))["notices"] == 3
    after = witness.counts()
    assert {name for name in after if after[name] != before[name]} == {
        "Case",
        "Clock",
        "CalendarEdition",
        "Decision",
        "Message",
        "Run",
        "TimelineEntry",
    }
