"""Is the sandbox a provider one can rely on: its rules, its memory, its log, and its two doors?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from subscriptions.gateway.protocol import (
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderStatus,
    ProviderUnavailable,
    StaleRead,
)
from subscriptions.gateway.reading import write_json
from subscriptions.gateway.refusals import Answer, Ids
from subscriptions.sandbox.faults import BadFaultsError, read_faults
from subscriptions.sandbox.loading import SandboxError, change, load
from subscriptions.sandbox.shapes import Habit, habit_of

from .conftest import ROOT, Case, Running, a_case, a_customer, a_subscription, until

Start = Callable[..., Running]
KEYS = ["at", "method", "path", "request_id", "correlation_id"]
KEYS += ["customer", "subscription", "took_effect", "answered"]


def call(case: Case, method: str, path: str, *, if_match: str | None = None, body: Any = None) -> Answer:
    """One request of any kind, with a token, as somebody who writes their own client would send it."""
    headers = {} if if_match is None else {"If-Match": if_match}
    content = None if body is None else write_json(body)
    ids = Ids(str(uuid.uuid4()), str(uuid.uuid4()))
    return case.client._wire.authorised(method, case.running.url + path, ids, headers, content)


def path_of(case: Case) -> str:
    return f"/v1/customers/{case.customer}/subscriptions/{case.subscription}"


def code_of(answer: Answer) -> tuple[int, str]:
    return answer.status, json.loads(answer.body)["code"]


def test_leaving_auto_renew_out_of_the_resource_turns_it_off(sandbox: Running) -> None:
    case = a_case(sandbox)
    seen = case.seen()
    body = {name: value for name, value in seen.raw.items() if name != "autoRenewEnabled"}
    answer = call(case, "PATCH", path_of(case), if_match=f'"{seen.etag}"', body={**body, "status": "suspended"})
    assert answer.status == 200
    assert case.seen().auto_renew is False


@pytest.mark.parametrize("missing", ["id", "offerId", "quantity", "friendlyName", "status"])
def test_a_part_of_the_resource_is_not_enough(sandbox: Running, missing: str) -> None:
    case = a_case(sandbox)
    seen = case.seen()
    body = {name: value for name, value in seen.raw.items() if name != missing}
    answer = call(case, "PATCH", path_of(case), if_match=f'"{seen.etag}"', body=body)
    assert code_of(answer) == (400, "3000")


def test_names_in_pascal_case_are_taken_too(sandbox: Running) -> None:
    case = a_case(sandbox)
    seen = case.seen()
    body = {name[:1].upper() + name[1:]: value for name, value in seen.raw.items()}
    answer = call(case, "PATCH", path_of(case), if_match=f'"{seen.etag}"', body={**body, "Status": "suspended"})
    assert answer.status == 200 and case.seen().status is ProviderStatus.SUSPENDED


@pytest.mark.parametrize("form", [None, "{etag}", '"other"', "*"])
def test_a_suspension_needs_the_latest_etag_in_quotes(sandbox: Running, form: str | None) -> None:
    case = a_case(sandbox)
    seen = case.seen()
    if_match = form.replace("{etag}", seen.etag) if form else None
    body = {**seen.raw, "status": "suspended"}
    assert code_of(call(case, "PATCH", path_of(case), if_match=if_match, body=body)) == (400, "2055")


def test_a_reactivation_may_come_without_an_etag(sandbox: Running) -> None:
    case = a_case(sandbox)
    case.suspend()
    body = {**case.seen().raw, "status": "active"}
    assert call(case, "PATCH", path_of(case), body=body).status == 200
    assert case.seen().status is ProviderStatus.ACTIVE


@pytest.mark.parametrize(
    ("status", "changes", "code"),
    [
        ("suspended", {"quantity": 30, "status": "suspended"}, "2001"),
        ("suspended", {"friendlyName": "Other", "status": "suspended"}, "800091"),
        ("active", {"quantity": 0}, "2002"),
        ("active", {"status": "paused"}, "3000"),
        ("active", {"id": "other"}, "3000"),
        ("active", {"status": "deleted"}, "800096"),
        ("active", {"status": "pending"}, "800040"),
        ("pending", {"status": "active"}, "800040"),
        ("disabled", {"status": "active"}, "800040"),
        ("deleted", {"status": "active"}, "2011"),
    ],
)
def test_what_may_not_be_changed_is_refused(sandbox: Running, status: str, changes: dict[str, Any], code: str) -> None:
    case = a_case(sandbox)
    change(sandbox.url, case.customer, case.subscription, status=status)
    seen = case.seen()
    answer = call(case, "PATCH", path_of(case), if_match=f'"{seen.etag}"', body={**seen.raw, **changes})
    assert code_of(answer) == (400, code)
    assert case.seen() == seen


def test_seats_can_be_changed_while_active(sandbox: Running) -> None:
    case = a_case(sandbox)
    seen = case.seen()
    body = {**seen.raw, "quantity": 30}
    assert call(case, "PATCH", path_of(case), if_match=f'"{seen.etag}"', body=body).status == 200
    assert case.seen().quantity == 30


def with_an_add_on(running: Running) -> tuple[Case, Case]:
    base, other = a_case(running), a_subscription()
    add_on = a_subscription(parent=base.subscription)
    running.holds(a_customer(add_on, other, id=base.customer))
    return base, Case(running, base.customer, add_on["id"], base.client)


@pytest.mark.parametrize(("profile", "taken"), [("global", True), ("21vianet", False)])
def test_a_base_takes_its_add_ons_with_it_only_globally(start: Start, profile: str, taken: bool) -> None:
    base, add_on = with_an_add_on(start("--profile", profile))
    base.suspend()
    assert (add_on.seen().status is ProviderStatus.SUSPENDED) is taken
    base.reactivate()
    assert (add_on.seen().status is ProviderStatus.SUSPENDED) is taken
    if taken:
        add_on.reactivate()
        assert add_on.seen().status is ProviderStatus.ACTIVE


def test_only_the_global_cloud_cancels_and_drops_auto_renew(start: Start) -> None:
    running = start("--profile", "global")
    case, yearly = a_case(running), a_subscription(term="P1Y")
    running.holds(a_customer(yearly, id=case.customer))
    case.ask(ProviderStatus.DELETED)
    assert case.seen().status is ProviderStatus.DELETED
    renewing = Case(running, case.customer, yearly["id"], case.client)
    renewing.suspend()
    assert renewing.seen().auto_renew is False
    renewing.reactivate()
    assert renewing.seen().auto_renew is False


def test_customers_are_listed_and_shown(start: Start) -> None:
    running = start()
    given = [a_customer(name=f"Customer {n}") for n in range(45)]
    running.holds(*given)
    case = Case(running, given[0]["id"], "", running.client())
    first = json.loads(call(case, "GET", "/v1/customers?size=40").body)
    assert first["totalCount"] == 45 and len(first["items"]) == 40
    assert "billingProfile" not in first["items"][0]
    assert first["links"]["next"]["uri"]
    whole = json.loads(call(case, "GET", f"/v1/customers/{given[0]['id']}").body.decode("utf-8-sig"))
    assert whole["companyProfile"]["companyName"] == "Customer 0"
    assert whole["billingProfile"]["email"] == given[0]["email"]


def test_a_billing_profile_is_changed_under_its_etag(sandbox: Running) -> None:
    case = a_case(sandbox)
    path = f"/v1/customers/{case.customer}/profiles/billing"
    shown = json.loads(call(case, "GET", path).body.decode("utf-8-sig"))
    wanted = {**shown, "email": "new@lanhai.example"}
    assert code_of(call(case, "PUT", path, body=wanted)) == (400, "2055")
    etag = f'"{shown["attributes"]["etag"]}"'
    assert call(case, "PUT", path, if_match=etag, body=wanted).status == 200
    assert code_of(call(case, "PUT", path, if_match=etag, body=wanted)) == (400, "2055")
    contact = case.client.billing_contact(case.customer)
    assert contact is not None and contact.email == "new@lanhai.example"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nowhere", 404), ("DELETE", "/v1/customers", 405), ("GET", "/v1/customers?size=x", 400)],
)
def test_other_addresses_are_refused(sandbox: Running, method: str, path: str, status: int) -> None:
    assert call(a_case(sandbox), method, path).status == status


def test_each_request_that_reached_it_is_one_line_with_exactly_these_keys(sandbox: Running) -> None:
    case, before = a_case(sandbox), len(sandbox.log())
    request_id = str(uuid.uuid4())
    case.suspend(request_id=request_id)
    lines = sandbox.log()[before:]
    assert [line["method"] for line in lines] == ["POST", "GET", "PATCH"]
    assert all(list(line) == KEYS for line in lines)
    line = lines[-1]
    assert (line["path"], line["request_id"]) == (path_of(case), request_id)
    assert (line["customer"], line["subscription"]) == (case.customer, case.subscription)
    assert (line["took_effect"], line["answered"]) == (True, 200)
    at = datetime.fromisoformat(line["at"])
    assert at.tzinfo == UTC and abs((datetime.now(UTC) - at).total_seconds()) < 30


def test_health_and_the_side_door_are_no_operations(sandbox: Running) -> None:
    before = len(sandbox.log())
    with urllib.request.urlopen(f"{sandbox.url}/healthz") as answer:  # noqa: S310
        assert answer.status == 200
    sandbox.holds(a_customer())
    assert len(sandbox.log()) == before


def test_what_was_done_is_remembered_over_a_restart(start: Start) -> None:
    running = start()
    case, request_id = a_case(running), str(uuid.uuid4())
    seen = case.seen()
    case.suspend(seen=seen, request_id=request_id)
    lines = len(running.log())
    assert running.stop() == 0
    running.start()
    again = Case(running, case.customer, case.subscription, running.client())
    assert again.seen().status is ProviderStatus.SUSPENDED
    assert again.seen().etag != seen.etag
    again.suspend(seen=seen, request_id=request_id)
    assert len(running.log()) > lines
    assert len(again.effects()) == 1


def test_a_token_does_not_outlive_a_restart_and_the_client_does_not_mind(start: Start) -> None:
    running = start()
    case = a_case(running)
    case.seen()
    port = running.url.rpartition(":")[2]
    running.stop(signal.SIGKILL)
    command = [sys.executable, "-m", "subscriptions.sandbox", "--bind", f"127.0.0.1:{port}"]
    running.process = subprocess.Popen(
        [*command, "--state", str(running.state)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert running.process.stdout and running.process.stdout.readline()
    assert case.seen().status is ProviderStatus.ACTIVE
    assert [line["answered"] for line in running.log("GET")] == [200, 401, 200]


def test_after_a_kill_the_log_and_the_state_tell_the_same_story(start: Start) -> None:
    running = start()
    subscriptions = [a_subscription() for _ in range(300)]
    customers = [a_customer(*subscriptions[start : start + 30]) for start in range(0, 300, 30)]
    running.holds(*customers)

    def suspend_all(customer: dict[str, Any]) -> None:
        client = running.client()
        for given in customer["subscriptions"]:
            case = Case(running, customer["id"], given["id"], client)
            try:
                case.suspend()
            except ProviderError:
                return

    threads = [threading.Thread(target=suspend_all, args=(customer,)) for customer in customers[:4]]
    for thread in threads:
        thread.start()
    assert until(lambda: len(running.log("PATCH")) > 30, 30)
    running.stop(signal.SIGKILL)
    for thread in threads:
        thread.join()
    running.start()
    client = running.client()
    suspended = {
        seen.id
        for customer in customers
        for seen in client.subscriptions(customer["id"])
        if seen.status is ProviderStatus.SUSPENDED
    }
    logged = [line["subscription"] for line in running.log("PATCH") if line["took_effect"]]
    assert len(logged) == len(set(logged)) and set(logged) == suspended
    assert 30 < len(logged) < 120


@pytest.mark.parametrize("logged", [False, True], ids=["before its line", "after its line"])
def test_a_deed_cut_off_halfway_is_finished_at_the_next_start(start: Start, logged: bool) -> None:
    running = start()
    case = a_case(running)
    running.stop()
    record = json.loads((running.state / "customers" / f"{case.customer}.json").read_text())
    record["subscriptions"][case.subscription]["resource"]["status"] = "suspended"
    line = json.dumps({"method": "PATCH", "subscription": case.subscription, "took_effect": True})
    (running.state / "pending.json").write_text(json.dumps({"record": record, "line": line}))
    with (running.state / "operations.jsonl").open("a") as log:
        log.write(f"{line}\n" if logged else line[:20])
    running.start()
    again = Case(running, case.customer, case.subscription, running.client())
    assert again.seen().status is ProviderStatus.SUSPENDED
    assert len(again.effects()) == 1
    assert not (running.state / "pending.json").exists()


def test_loading_again_changes_nothing_and_keeps_what_happened(sandbox: Running) -> None:
    case = a_case(sandbox)
    case.suspend()
    seen = case.seen()
    given = a_subscription(case.subscription)
    given["offer_id"] = seen.raw["offerId"]
    for _ in range(2):
        assert load(sandbox.url, [a_customer(given, id=case.customer.upper())]) == (1, 1)
    assert case.seen() == seen
    load(sandbox.url, [a_customer({**given, "quantity": 40}, id=case.customer)])
    assert (case.seen().quantity, case.seen().status) == (40, ProviderStatus.SUSPENDED)


def test_a_whole_book_is_loaded_in_batches(start: Start) -> None:
    running = start()
    customers = [a_customer(a_subscription(), a_subscription()) for _ in range(1200)]
    assert load(running.url, customers) == (1200, 2400)
    last = customers[-1]
    assert len(running.client().subscriptions(last["id"])) == 2


@pytest.mark.parametrize(
    "customers",
    [
        [{"name": "no id"}],
        [{"id": "../../etc", "name": "x"}],
        [{"id": "a", "name": "x", "subscriptions": [{"id": "b"}]}],
        [{"id": "a", "name": "x", "subscriptions": [{"id": "b", "quantity": "many"}]}],
        [{"id": "a", "name": "x", "subscriptions": [{"id": "b", "quantity": 1, "ends": "soon"}]}],
        ["text"],
    ],
)
def test_a_load_that_makes_no_sense_changes_nothing(start: Start, customers: list[Any]) -> None:
    running = start()
    with pytest.raises(SandboxError):
        load(running.url, [a_customer(id="good"), *customers])
    assert not list((running.state / "customers").iterdir())


def test_without_a_sandbox_loading_says_so() -> None:
    with pytest.raises(SandboxError, match="no sandbox"):
        load("http://127.0.0.1:9", [a_customer()])


def test_a_page_in_a_browser_cannot_use_the_side_door(sandbox: Running) -> None:
    request = urllib.request.Request(  # noqa: S310
        f"{sandbox.url}/_sandbox/load", b"{}", {"Origin": "https://evil.example"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)  # noqa: S310
    assert refused.value.code == 405
    refused.value.close()


def test_drift_shows_at_the_next_read_and_spoils_a_write_in_flight(sandbox: Running) -> None:
    case = a_case(sandbox)
    seen = case.seen()
    change(sandbox.url, case.customer, case.subscription, quantity=31, friendlyName="By hand")
    with pytest.raises(StaleRead):
        case.suspend(seen=seen)
    assert (case.seen().quantity, case.seen().friendly_name) == (31, "By hand")
    change(sandbox.url, case.customer, case.subscription, gone=True)
    with pytest.raises(ProviderRefused) as refused:
        case.seen()
    assert refused.value.status == 404


def test_each_habit_has_about_its_share_and_is_for_life() -> None:
    drawn = [habit_of(str(uuid.UUID(int=n))) for n in range(4000)]
    assert drawn == [habit_of(str(uuid.UUID(int=n)).upper()) for n in range(4000)]
    for habit in Habit:
        assert abs(drawn.count(habit) / 40 - habit.value[1]) < 3


def test_faults_come_from_a_file_and_strike_where_they_say(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text(
        "- match: {method: PATCH, path: /subscriptions/, nth: [2, 3]}\n"
        "  do: 500_after\n"
        "- match: {method: PATCH}\n"
        "  do: 429\n"
        "  retry_after: 30\n"
    )
    case = a_case(start("--faults", str(file)))
    with pytest.raises(ProviderUnavailable) as later:
        case.suspend()
    assert later.value.retry_after == timedelta(seconds=30)
    for wanted in (ProviderStatus.SUSPENDED, ProviderStatus.ACTIVE):
        with pytest.raises(OutcomeUnknown):
            case.ask(wanted)
        assert case.seen().status is wanted
    with pytest.raises(ProviderUnavailable):
        case.suspend()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "not YAML"),
        ("a: b", "a list of rules"),
        ("- {do: explode}", "rule 1: do 'explode' is none of"),
        ("- {match: {method: GET}}", "rule 1: do 'None' is none of"),
        ("- {do: hang}\n- {do: hang, for: 3}", "rule 2: 'for' is not known"),
        ("- {match: {colour: red}, do: hang}", "rule 1: 'colour' is not known"),
        ("- {match: {path: '['}, do: hang}", "rule 1: path:"),
        ("- hang", "rule 1: a mapping"),
    ],
)
def test_a_file_of_faults_is_checked_before_anything_starts(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text(text)
    with pytest.raises(BadFaultsError, match=complaint.replace("[", r"\[")):
        read_faults(file, None)


@pytest.mark.parametrize("options", [["--bind", "nonsense"], ["--bind", "127.0.0.1:0", "--faults", "/nowhere"]])
def test_options_that_cannot_be_used_end_it_with_2(tmp_path: Path, options: list[str]) -> None:
    command = [sys.executable, "-m", "subscriptions.sandbox", "--state", str(tmp_path), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert done.returncode == 2 and done.stderr and not done.stdout


def test_it_ends_with_the_parent_it_was_given(tmp_path: Path) -> None:
    starter = (
        "import os, subprocess, sys\n"
        "p = subprocess.Popen([sys.executable, '-m', 'subscriptions.sandbox', '--bind', '127.0.0.1:0',"
        " '--state', sys.argv[1], '--parent-pid', str(os.getpid())], stdout=subprocess.PIPE, text=True)\n"
        "p.stdout.readline()\n"
        "print(p.pid)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", starter, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=20
    )
    pid = int(done.stdout)

    def is_gone() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"

    assert until(is_gone, 10)
