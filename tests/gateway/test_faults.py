"""When the provider misbehaves, is it called later, no, begin again or unknown, and never the wrong one?"""

from __future__ import annotations

import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from subscriptions.gateway.protocol import (
    CredentialsRefused,
    OutcomeUnknown,
    PartnerAccountRestricted,
    ProviderRefused,
    ProviderStatus,
    ProviderUnavailable,
    StaleRead,
    UnusableAnswer,
)
from subscriptions.sandbox.faults import magic_id
from subscriptions.sandbox.shapes import Habit

from .conftest import Case, Running, a_case, a_customer, a_subscription, until

Faulty = Callable[..., Running]


def patch(do: str, **more: Any) -> dict[str, Any]:
    return {"match": {"method": "PATCH"}, "do": do, **more}


def get(do: str, **more: Any) -> dict[str, Any]:
    match = {"method": "GET", "path": "/subscriptions/", **more.pop("match", {})}
    return {"match": match, "do": do, **more}


@pytest.mark.parametrize(
    ("rule", "took_effect"),
    [
        (patch("500_before"), False),
        (patch("500_after"), True),
        (patch("500_before", status=503), False),
        (patch("reset"), False),
        (patch("reset", after=True), True),
        (patch("truncate"), True),
        (patch("html"), False),
        (patch("html", after=True), True),
        (patch("other_customer"), True),
        (patch("hang", seconds=5), False),
        (patch("hang", seconds=5, after=True), True),
        (patch("drip", seconds=0.2), True),
        (patch("answer", status=301, headers={"Location": "https://evil.example/"}), False),
        (patch("answer", status=200, body={"id": str(uuid.uuid4()), "quantity": 1}), False),
        (patch("answer", status=200, body={"quantity": 25, "status": "suspended"}), False),
        (patch("answer", status=200, bytes=2_000_000), False),
        (patch("answer", status=200, bytes=20_000_000, headers={"Content-Encoding": "gzip"}), False),
        (patch("answer", status=200, body="{}", headers={"Content-Encoding": "gzip, gzip"}), False),
        (patch("answer", status=200, body='{"id":1,"id":2}'), False),
        (patch("answer", status=200, body="{}", headers={"MS-RequestId": str(uuid.uuid4())}), False),
        (patch("answer", status=400, body="{}", headers={"MS-RequestId": str(uuid.uuid4())}), False),
        (patch("answer", status=202), False),
        (patch("answer", status=202, headers={"Location": "https://evil.example/v1/x"}), False),
        (patch("answer", status=202, headers={"Location": "/customers/nowhere"}), False),
    ],
    ids=lambda value: value["do"] if isinstance(value, dict) else str(value),
)
def test_after_a_write_that_was_sent_and_not_plainly_answered_nobody_guesses(
    faulty: Faulty, rule: dict[str, Any], took_effect: bool
) -> None:
    case = a_case(faulty(rule), timeout=0.8 if rule["do"] in ("hang", "drip") else 10.0)
    with pytest.raises(OutcomeUnknown) as unknown:
        case.suspend(request_id="0f9bb0ac-0000-4000-8000-000000000002")
    assert unknown.value.request_id == "0f9bb0ac-0000-4000-8000-000000000002"
    assert unknown.value.correlation_id
    (line,) = case.running.log("PATCH")
    assert line["took_effect"] is took_effect
    assert case.seen().status is (ProviderStatus.SUSPENDED if took_effect else ProviderStatus.ACTIVE)


def test_a_late_commit_shows_only_later(faulty: Faulty) -> None:
    case = a_case(faulty(patch("late_commit", seconds=1.5)))
    with pytest.raises(OutcomeUnknown):
        case.suspend()
    assert case.seen().status is ProviderStatus.ACTIVE
    assert until(lambda: case.seen().status is ProviderStatus.SUSPENDED, 10)
    (line,) = case.running.log("PATCH")
    assert (line["took_effect"], line["answered"]) == (True, None)


def test_an_accepted_operation_that_never_ends_is_unknown(faulty: Faulty) -> None:
    case = a_case(faulty(get("answer", match={"path": "/operations/"}, status=202)), Habit.SLOW, poll_for=0.5)
    with pytest.raises(OutcomeUnknown):
        case.suspend()
    assert case.seen().status is ProviderStatus.SUSPENDED


def test_an_accepted_operation_that_ends_without_a_body_is_accepted(faulty: Faulty) -> None:
    case = a_case(faulty(get("answer", match={"path": "/operations/"}, status=200)), Habit.SLOW)
    assert case.suspend() is None


@pytest.mark.parametrize("status", [200, 204])
def test_a_write_answered_by_nothing_is_accepted_and_shows_nothing(faulty: Faulty, status: int) -> None:
    case = a_case(faulty(patch("answer", status=status)))
    assert case.suspend() is None


def test_a_write_that_could_not_be_sent_is_just_later(start: Faulty) -> None:
    case = a_case(start())
    seen = case.seen()
    case.running.stop()
    with pytest.raises(ProviderUnavailable) as later:
        case.suspend(seen=seen)
    assert later.value.status is None and later.value.retry_after is None


@pytest.mark.parametrize(
    ("wait", "asked"),
    [
        ("57", timedelta(seconds=57)),
        ("315360000", timedelta(hours=1)),
        ("-5", None),
        (None, None),
        ("Fri, 20 Nov 2099 04:00:00 GMT", timedelta(hours=1)),
    ],
)
def test_a_long_throttle_is_left_to_whoever_asked(faulty: Faulty, wait: str | None, asked: timedelta | None) -> None:
    case = a_case(faulty(patch("429", retry_after=wait)))
    with pytest.raises(ProviderUnavailable) as later:
        case.suspend()
    assert (later.value.status, later.value.retry_after) == (429, asked)
    assert len(case.running.log("PATCH")) == 1


def test_a_short_throttle_is_waited_out_twice_and_no_more(faulty: Faulty) -> None:
    case = a_case(faulty(patch("429", retry_after="0")))
    with pytest.raises(ProviderUnavailable):
        case.suspend()
    assert len(case.running.log("PATCH")) == 3
    assert not case.effects()


def test_a_read_waits_out_a_short_throttle_and_not_a_long_one(faulty: Faulty) -> None:
    case = a_case(faulty(get("429", retry_after="0", match={"nth": 1}), get("429", match={"nth": 3}, retry_after="9")))
    assert case.seen().status is ProviderStatus.ACTIVE
    with pytest.raises(ProviderUnavailable) as later:
        case.seen()
    assert later.value.retry_after == timedelta(seconds=9)


@pytest.mark.parametrize("fault", ["500_before", "reset", "truncate"])
def test_a_read_that_fails_once_is_read_again(faulty: Faulty, fault: str) -> None:
    case = a_case(faulty(get(fault, match={"nth": 1})))
    assert case.seen().status is ProviderStatus.ACTIVE
    first, second = case.running.log("GET")
    # The same call as long as nobody answered it; after an answer another one.
    assert (first["request_id"] == second["request_id"]) is (fault != "500_before")


def test_a_read_that_keeps_failing_is_given_up(faulty: Faulty) -> None:
    case = a_case(faulty(get("500_before", status=503)))
    with pytest.raises(ProviderUnavailable) as later:
        case.seen()
    assert later.value.status == 503
    assert len(case.running.log("GET")) == 4


@pytest.mark.parametrize(
    "rule",
    [
        get("html"),
        get("other_customer"),
        get("answer", body="[]"),
        get("answer", body=""),
        get("answer", status=204),
        get("answer", body={"id": "x"}),
        get("answer", body="{}", headers={"MS-RequestId": str(uuid.uuid4())}),
        get("answer", status=302, headers={"Location": "http://evil.example/"}),
    ],
)
def test_a_read_answered_by_something_else_is_unusable_and_not_asked_again(
    faulty: Faulty, rule: dict[str, Any]
) -> None:
    case = a_case(faulty(rule))
    with pytest.raises(UnusableAnswer):
        case.seen()
    assert len(case.running.log("GET")) == 1


def test_a_list_with_a_strangers_subscription_in_it_is_unusable(faulty: Faulty) -> None:
    case = a_case(faulty({"match": {"path": "/subscriptions$"}, "do": "other_customer"}))
    with pytest.raises(UnusableAnswer):
        case.client.subscriptions(case.customer)


@pytest.mark.parametrize(
    "uri", ["https://evil.example/v1/customers/x", "//evil.example/x", "/customers/again", "http:///"]
)
def test_pages_that_lead_away_or_in_a_circle_are_not_followed(faulty: Faulty, uri: str) -> None:
    page = {"items": [], "links": {"next": {"uri": uri, "method": "GET", "headers": []}}}
    case = a_case(faulty({"match": {"method": "GET"}, "do": "answer", "body": page}))
    with pytest.raises(UnusableAnswer):
        case.client.subscriptions(case.customer)
    assert len(case.running.log("GET")) <= 2


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "800039", PartnerAccountRestricted),
        (403, "900149", PartnerAccountRestricted),
        (403, "900150", ProviderRefused),
        (400, "3000", ProviderRefused),
        (404, "20003", ProviderRefused),
        (409, "27009", ProviderRefused),
        (417, "", ProviderRefused),
        (412, "", StaleRead),
    ],
)
def test_a_no_is_said_once_and_not_asked_again(faulty: Faulty, status: int, code: str, kind: type[Exception]) -> None:
    body = {"code": code, "description": "No."}
    case = a_case(faulty(patch("answer", status=status, body=body)))
    with pytest.raises(kind) as refused:
        case.suspend()
    assert type(refused.value) is kind
    assert len(case.running.log("PATCH")) == 1


def test_an_etag_that_was_overtaken_is_a_stale_read(faulty: Faulty) -> None:
    case = a_case(faulty({"match": {"method": "PATCH", "nth": 1}, "do": "etag_mismatch"}))
    with pytest.raises(StaleRead):
        case.suspend()
    assert case.suspend() is not None


def test_a_read_that_lags_behind_shows_what_was_before(faulty: Faulty) -> None:
    case = a_case(faulty(get("stale_read", match={"nth": 2})))
    case.suspend()
    assert case.seen().status is ProviderStatus.ACTIVE
    assert case.seen().status is ProviderStatus.SUSPENDED


def test_a_token_that_ended_early_is_replaced_once(faulty: Faulty) -> None:
    case = a_case(faulty({"match": {"method": "PATCH", "nth": 1}, "do": "401"}))
    assert case.suspend() is not None
    assert [line["answered"] for line in case.running.log("PATCH")] == [401, 200]
    assert len(case.running.log("POST")) == 2


def test_a_fresh_token_that_is_refused_is_a_matter_of_credentials(faulty: Faulty) -> None:
    case = a_case(faulty(patch("401")))
    with pytest.raises(CredentialsRefused) as refused:
        case.suspend()
    assert refused.value.status == 401
    assert len(case.running.log("PATCH")) == 2 and not case.effects()


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_client_that_gets_no_token_is_a_matter_of_credentials(faulty: Faulty, status: int) -> None:
    body = {"error": "invalid_client", "error_description": "The secret has ended."}
    case = a_case(faulty({"match": {"path": "oauth2"}, "do": "answer", "status": status, "body": body}))
    with pytest.raises(CredentialsRefused):
        case.seen()


@pytest.mark.parametrize("body", ["", "{}", '{"access_token":"a b","expires_in":9}', '{"access_token":"a"}'])
def test_a_token_answer_without_a_token_is_unusable(faulty: Faulty, body: str) -> None:
    case = a_case(faulty({"match": {"path": "oauth2"}, "do": "answer", "body": body}))
    with pytest.raises(UnusableAnswer):
        case.seen()


def test_a_token_about_to_end_is_renewed_before_it_is_sent(faulty: Faulty) -> None:
    rule = {"match": {"path": "oauth2", "nth": 1}, "do": "answer"}
    case = a_case(faulty({**rule, "body": {"access_token": "short", "expires_in": "29"}}))
    tokens = case.client._wire._tokens
    assert tokens.current().value == "short"
    assert tokens.current().value != "short"
    tokens.current()
    assert len(case.running.log("POST")) == 2


def test_a_storm_drawn_from_a_seed_ends_with_one_effect_per_change(start: Faulty) -> None:
    running = start("--seed", "7")
    cases = [a_case(running, timeout=1.0) for _ in range(12)]
    for case in cases:
        request_id = str(uuid.uuid4())

        def settled(case: Any = case, request_id: str = request_id) -> bool:
            try:
                if case.seen().status is ProviderStatus.SUSPENDED:
                    return True
                case.suspend(request_id=request_id)
            except (ProviderUnavailable, OutcomeUnknown):
                return False
            return False

        assert until(settled, 60)
    time.sleep(2.1)
    for case in cases:
        taken = [line for line in case.effects() if line["subscription"] == case.subscription]
        assert len(taken) == 1
    assert any(line["answered"] != 200 for line in running.log("PATCH"))


@contextmanager
def a_hostile_server(answer: bytes, *, pause: float = 0.0) -> Iterator[str]:
    """A server that answers every connection with these bytes, one by one where there is a pause."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                try:
                    for byte in answer if pause else ():
                        connection.sendall(bytes([byte]))
                        time.sleep(pause)
                    connection.sendall(b"" if pause else answer)
                except OSError:
                    continue

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


@pytest.mark.parametrize(
    ("answer", "pause"),
    [
        (b"HTTP/1.1 200 OK\r\n" + b"X-Drip: 1\r\n" * 1000, 0.05),
        (b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1_000_000 + b"\r\n\r\n{}", 0.0),
        (b"nonsense\r\n\r\n", 0.0),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n{}", 0.0),
        (b"", 0.0),
    ],
    ids=["headers that drip", "a header of a megabyte", "not HTTP", "two lengths", "nothing at all"],
)
def test_a_hostile_server_costs_no_more_than_the_time_a_call_has(sandbox: Running, answer: bytes, pause: float) -> None:
    case = a_case(sandbox)
    seen = case.seen()
    with a_hostile_server(answer, pause=pause) as address:
        client = sandbox.client(base_url=address, timeout=0.5)
        begun = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            client.change_status(seen, ProviderStatus.SUSPENDED, request_id=str(uuid.uuid4()), correlation_id="c")
        assert time.monotonic() - begun < 5
    assert case.seen().status is ProviderStatus.ACTIVE


@pytest.mark.parametrize(
    ("kind", "told", "took_effect"),
    [
        ("500_before", OutcomeUnknown, False),
        ("500_after", OutcomeUnknown, True),
        ("reset", OutcomeUnknown, False),
        ("etag_mismatch", StaleRead, False),
    ],
)
def test_seats_are_asked_for_as_carefully_as_access(
    faulty: Faulty, kind: str, told: type[Exception], took_effect: bool
) -> None:
    case = a_case(faulty(patch(kind)))
    seen = case.seen()
    with pytest.raises(told):
        case.client.change_quantity(seen, 30, request_id=str(uuid.uuid4()), correlation_id=str(uuid.uuid4()))
    assert case.seen().quantity == (30 if took_effect else seen.quantity)
    assert len(case.running.log("PATCH")) == 1


@pytest.mark.parametrize("kind", ["html", "swapped", "wrong_type", "duplicate_keys", "huge", "gzip_bomb"])
def test_a_magic_id_spoils_what_is_read_of_it(sandbox: Running, kind: str) -> None:
    subscription = a_subscription(magic_id(kind))
    customer = a_customer(subscription)
    sandbox.holds(customer)
    with pytest.raises(UnusableAnswer):
        sandbox.client().subscription(customer["id"], subscription["id"])


@pytest.mark.parametrize(
    ("kind", "took_effect"), [("500_after", True), ("late_commit", True), ("reset", False), ("500_before", False)]
)
def test_a_magic_id_spoils_what_is_asked_of_it_and_leaves_the_reads(
    sandbox: Running, kind: str, took_effect: bool
) -> None:
    subscription = a_subscription(magic_id(kind))
    customer = a_customer(subscription)
    sandbox.holds(customer)
    case = Case(sandbox, customer["id"], subscription["id"], sandbox.client())
    assert case.seen().status is ProviderStatus.ACTIVE
    with pytest.raises(OutcomeUnknown):
        case.suspend()
    wanted = ProviderStatus.SUSPENDED if took_effect else ProviderStatus.ACTIVE
    assert until(lambda: case.seen().status is wanted, 10)


def test_answers_swapped_between_two_calls_reach_neither(faulty: Faulty) -> None:
    case = a_case(faulty({"match": {"method": "GET", "nth": [1, 3]}, "do": "swapped"}))
    other = a_case(case.running)
    for one in (case, other):
        with pytest.raises(UnusableAnswer, match="another request"):
            one.seen()
        assert one.seen().id == one.subscription
