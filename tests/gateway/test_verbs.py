"""Does each verb do what its docstring says against a provider as it ordinarily is, oddities included?"""

from __future__ import annotations

import dataclasses
import json
import logging
import threading
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime

import pytest

from subscriptions.gateway.protocol import (
    BillingContact,
    Provider,
    ProviderRefused,
    ProviderStatus,
    ProviderUnavailable,
    StaleRead,
    UnusableAnswer,
)
from subscriptions.sandbox.loading import change
from subscriptions.sandbox.shapes import Habit, draw

from .conftest import SECRET, Running, a_case, a_customer, a_subscription, an_id


def test_the_client_is_a_provider(sandbox: Running) -> None:
    provider: Provider = sandbox.client()
    assert provider.billing_contact


def test_the_billing_contact_is_the_person_on_record(sandbox: Running) -> None:
    customer = a_customer()
    sandbox.holds(customer)
    contact = sandbox.client().billing_contact(customer["id"])
    assert contact == BillingContact(
        "billing@lanhai.partner.onmschina.cn", "Billing", "Contact", "zh-CHS", "zh-CN", "Lanhai Trading"
    )


def test_a_customer_without_a_billing_profile_has_no_contact(sandbox: Running) -> None:
    customer = a_customer(email=None)
    sandbox.holds(customer)
    assert sandbox.client().billing_contact(customer["id"]) is None


def test_a_customer_of_somebody_else_is_refused(sandbox: Running) -> None:
    client, stranger = sandbox.client(), str(uuid.uuid4())
    for verb in (client.billing_contact, client.subscriptions):
        with pytest.raises(ProviderRefused) as refused:
            verb(stranger)
        assert (refused.value.status, refused.value.code) == (403, "20002")
        assert refused.value.request_id and refused.value.correlation_id


def test_an_id_that_is_no_id_never_leaves_the_house(sandbox: Running) -> None:
    before = len(sandbox.log())
    with pytest.raises(ProviderRefused):
        sandbox.client().subscription("../customers", "x")
    assert len(sandbox.log()) == before


def test_a_subscription_is_seen_whole(sandbox: Running) -> None:
    base = a_subscription()
    add_on = a_subscription(parent=base["id"], ends=None, quantity=3, name="Archive")
    customer = a_customer(base, add_on)
    sandbox.holds(customer)
    client = sandbox.client()
    seen = client.subscription(customer["id"].upper(), base["id"].upper())
    assert (seen.id, seen.customer_id, seen.parent_id) == (base["id"], customer["id"], None)
    assert (seen.status, seen.quantity, seen.auto_renew) == (ProviderStatus.ACTIVE, 25, True)
    assert (seen.offer_name, seen.friendly_name) == ("Office 365 E3", "HQ seats")
    assert seen.commitment_ends_at == datetime(2027, 3, 14, tzinfo=UTC)
    child = client.subscription(customer["id"], add_on["id"])
    assert (child.parent_id, child.commitment_ends_at, child.quantity) == (base["id"], None, 3)


def test_a_subscription_that_is_not_there_is_a_404(sandbox: Running) -> None:
    customer = a_customer()
    sandbox.holds(customer)
    with pytest.raises(ProviderRefused) as refused:
        sandbox.client().subscription(customer["id"], str(uuid.uuid4()))
    assert (refused.value.status, refused.value.code) == (404, "20003")


@pytest.mark.parametrize("form", [0, 1], ids=["by continuation token", "by offset"])
@pytest.mark.parametrize("numbers", [0, 1], ids=["status as word", "status as number"])
def test_every_page_of_a_list_is_read(sandbox: Running, form: int, numbers: int) -> None:
    def fits(identifier: str) -> bool:
        return (draw(identifier, "paging") % 2, draw(identifier, "numbers") % 2) == (form, numbers)

    identifier = next(filter(fits, iter(lambda: str(uuid.uuid4()), "")))
    subscriptions = [a_subscription() for _ in range(60)]
    customer = a_customer(*subscriptions, id=identifier)
    sandbox.holds(customer)
    change(sandbox.url, identifier, subscriptions[7]["id"], status="suspended")
    found = sandbox.client().subscriptions(identifier)
    assert {seen.id for seen in found} == {given["id"] for given in subscriptions}
    assert [seen.id for seen in found if seen.status is ProviderStatus.SUSPENDED] == [subscriptions[7]["id"]]
    pages = [line for line in sandbox.log("GET") if line["customer"] == identifier]
    assert len(pages) == 3


def test_what_was_listed_can_be_changed_as_well_as_what_was_fetched(sandbox: Running) -> None:
    case = a_case(sandbox)
    (listed,) = case.client.subscriptions(case.customer)
    case.suspend(seen=listed)
    assert case.seen().status is ProviderStatus.SUSPENDED


def test_suspending_answers_with_the_resource(sandbox: Running) -> None:
    case = a_case(sandbox)
    before = case.seen()
    after = case.suspend(seen=before)
    assert after is not None and after.status is ProviderStatus.SUSPENDED
    assert after.etag != before.etag and after.suspension_reasons
    assert case.seen().status is ProviderStatus.SUSPENDED


def test_a_slow_provider_is_followed_to_the_end(sandbox: Running) -> None:
    case = a_case(sandbox, Habit.SLOW)
    after = case.suspend()
    assert after is not None and after.status is ProviderStatus.SUSPENDED
    (line,) = [line for line in sandbox.log("PATCH") if line["subscription"] == case.subscription]
    assert (line["answered"], line["took_effect"]) == (202, True)


def test_a_short_throttle_is_waited_out_under_the_same_id(sandbox: Running) -> None:
    case, request_id = a_case(sandbox, Habit.THROTTLED), str(uuid.uuid4())
    case.suspend(request_id=request_id)
    lines = [line for line in sandbox.log("PATCH") if line["subscription"] == case.subscription]
    assert [(line["answered"], line["took_effect"]) for line in lines] == [(429, False), (200, True)]
    assert {line["request_id"] for line in lines} == {request_id}


def test_a_stale_read_says_begin_again_and_the_second_read_is_good(sandbox: Running) -> None:
    case = a_case(sandbox, Habit.TOUCHED)
    with pytest.raises(StaleRead) as stale:
        case.suspend(request_id="0f9bb0ac-0000-4000-8000-000000000001")
    assert (stale.value.code, stale.value.request_id) == ("2055", "0f9bb0ac-0000-4000-8000-000000000001")
    assert case.seen().status is ProviderStatus.ACTIVE
    case.suspend()
    assert case.seen().status is ProviderStatus.SUSPENDED


def test_two_who_read_the_same_version_cannot_both_write(sandbox: Running) -> None:
    case = a_case(sandbox)
    seen = case.seen()
    case.suspend(seen=seen)
    with pytest.raises(StaleRead):
        case.reactivate(seen=seen)


def test_nothing_but_the_status_is_lost_over_a_suspension_and_back(sandbox: Running) -> None:
    case = a_case(sandbox)
    before = case.seen()
    case.suspend()
    case.reactivate()
    after = case.seen()
    kept = {name: value for name, value in before.raw.items() if name != "attributes"}
    assert {name: value for name, value in after.raw.items() if name != "attributes"} == kept
    assert after.auto_renew is True


def test_auto_renew_can_be_put_back_in_the_same_write(sandbox: Running) -> None:
    case = a_case(sandbox)
    change(sandbox.url, case.customer, case.subscription, autoRenewEnabled=False)
    ids = {"request_id": str(uuid.uuid4()), "correlation_id": str(uuid.uuid4())}
    case.client.change_status(case.seen(), ProviderStatus.SUSPENDED, auto_renew=True, **ids)
    assert case.seen().auto_renew is True


def test_a_suspension_without_an_etag_is_not_sent(sandbox: Running) -> None:
    case = a_case(sandbox)
    with pytest.raises(UnusableAnswer):
        case.suspend(seen=dataclasses.replace(case.seen(), etag=""))
    assert case.seen().status is ProviderStatus.ACTIVE


@pytest.mark.parametrize("wanted", [ProviderStatus.UNKNOWN, ProviderStatus.NONE, ProviderStatus.PENDING])
def test_only_a_status_one_can_ask_for_is_asked_for(sandbox: Running, wanted: ProviderStatus) -> None:
    case = a_case(sandbox)
    with pytest.raises(ValueError, match="not a status one can ask for"):
        case.ask(wanted)


def test_a_deleted_subscription_is_a_matter_for_a_person(sandbox: Running) -> None:
    case = a_case(sandbox)
    change(sandbox.url, case.customer, case.subscription, status="deleted")
    with pytest.raises(ProviderRefused) as refused:
        case.reactivate()
    assert (refused.value.status, refused.value.code) == (400, "2011")


def test_a_status_that_cannot_follow_is_refused(sandbox: Running) -> None:
    case = a_case(sandbox)
    change(sandbox.url, case.customer, case.subscription, status="expired")
    with pytest.raises(ProviderRefused) as refused:
        case.suspend()
    assert refused.value.code == "800040"


def test_an_add_on_cannot_be_active_before_its_base(sandbox: Running) -> None:
    base = a_subscription()
    add_on = a_subscription(parent=base["id"])
    customer = a_customer(base, add_on)
    sandbox.holds(customer)
    for given in (base, add_on):
        change(sandbox.url, customer["id"], given["id"], status="suspended")
    client = sandbox.client()
    ids = {"request_id": str(uuid.uuid4()), "correlation_id": str(uuid.uuid4())}
    with pytest.raises(ProviderRefused) as refused:
        client.change_status(client.subscription(customer["id"], add_on["id"]), ProviderStatus.ACTIVE, **ids)
    assert (refused.value.status, refused.value.code) == (409, "27009")


def test_a_suspension_by_the_provider_itself_stays(sandbox: Running) -> None:
    case = a_case(sandbox)
    reasons = {"suspensionReasons": ["SuspendedByProvider"]}
    change(sandbox.url, case.customer, case.subscription, status="suspended", held=True, **reasons)
    after = case.reactivate()
    assert after is not None and after.status is ProviderStatus.SUSPENDED
    assert case.seen().suspension_reasons == ("SuspendedByProvider",)


def test_asking_for_what_already_is_changes_nothing(sandbox: Running) -> None:
    case = a_case(sandbox)
    case.suspend()
    effects = len([line for line in case.effects() if line["subscription"] == case.subscription])
    after = case.suspend()
    assert after is not None and after.status is ProviderStatus.SUSPENDED
    assert len([line for line in case.effects() if line["subscription"] == case.subscription]) == effects


def test_the_same_request_id_never_acts_twice(sandbox: Running) -> None:
    case, request_id = a_case(sandbox), str(uuid.uuid4())
    case.suspend(request_id=request_id)
    case.reactivate()
    again = case.suspend(request_id=request_id)
    assert again is not None and again.status is ProviderStatus.ACTIVE
    effects = [line for line in case.effects() if line["request_id"] == request_id]
    assert len(effects) == 1


def test_many_threads_share_one_client_and_one_token(sandbox: Running) -> None:
    cases = [a_case(sandbox) for _ in range(8)]
    client, tokens = sandbox.client(), len(sandbox.log("POST"))
    failed: list[Exception] = []

    def work(position: int) -> None:
        case = dataclasses.replace(cases[position], client=client)
        try:
            for _ in range(5):
                case.suspend()
                case.reactivate()
                assert case.seen().id == case.subscription
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(position,)) for position in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(sandbox.log("POST")) == tokens + 1


def test_every_call_is_noted_before_and_after_with_the_ids_the_provider_logged(sandbox: Running) -> None:
    case, start = a_case(sandbox), len(sandbox.noted.calls)
    correlation = str(uuid.uuid4())
    case.client.subscription(case.customer, case.subscription, correlation_id=correlation)
    (token, token_end), (read, read_end) = sandbox.noted.calls[start:]
    assert token.verb == "token" and token.path.endswith("/oauth2/token")
    assert token_end is not None and token_end.status == 200
    line = sandbox.log("GET")[-1]
    assert (read.verb, read.method, read.path) == ("subscription", "GET", line["path"])
    assert (read.request_id, read.correlation_id) == (line["request_id"], correlation)
    assert read_end is not None and (read_end.status, read_end.code, read_end.answer) == (line["answered"], "", "")
    assert read.began.tzinfo and read.began <= read_end.ended


def test_a_refusal_is_noted_with_its_code_and_its_words(sandbox: Running) -> None:
    case = a_case(sandbox)
    with pytest.raises(ProviderRefused):
        case.client.subscription(case.customer, str(uuid.uuid4()))
    end = sandbox.noted.calls[-1][1]
    assert end is not None and (end.status, end.code) == (404, "20003") and end.answer


@dataclasses.dataclass
class Broken:
    """A log that fails when a call begins or when it ends."""

    at: str

    def began(self, _: object) -> None:
        if self.at == "began":
            raise RuntimeError("disk full")

    def ended(self, *_: object) -> None:
        raise RuntimeError("disk full")


def test_a_log_of_ours_that_fails_afterwards_does_not_spoil_the_call(
    sandbox: Running, caplog: pytest.LogCaptureFixture
) -> None:
    case = a_case(sandbox)
    with caplog.at_level(logging.ERROR):
        client = type(case.client)(case.client._settings, calls=Broken("ended"))
        assert client.subscription(case.customer, case.subscription).id == case.subscription
    assert "could not be noted" in caplog.text


def test_a_call_that_cannot_be_noted_is_not_made(sandbox: Running, caplog: pytest.LogCaptureFixture) -> None:
    case = a_case(sandbox)
    client, before = type(case.client)(case.client._settings, calls=Broken("began")), len(sandbox.log())
    with pytest.raises(ProviderUnavailable):
        client.subscription(case.customer, case.subscription)
    assert len(sandbox.log()) == before


def test_the_secret_and_the_token_are_in_no_log_and_no_error(
    sandbox: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        case = a_case(sandbox, Habit.THROTTLED)
        case.suspend()
        with pytest.raises(ProviderRefused) as refused:
            case.client.subscription(case.customer, str(uuid.uuid4()))
    token = case.client._wire._tokens.current().value
    shown = "".join([caplog.text, repr(case.client), repr(refused.value), repr(vars(refused.value))])
    assert caplog.text
    assert SECRET not in shown and token not in shown and "Bearer" not in caplog.text


@pytest.mark.parametrize("path", ["/v1/customers", "/v1/customers/x/subscriptions/y"])
def test_without_a_token_nobody_gets_in(sandbox: Running, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(sandbox.url + path)  # noqa: S310
    assert refused.value.code == 401
    refused.value.close()


def test_a_body_may_begin_with_a_bom(sandbox: Running) -> None:
    case = a_case(sandbox)
    answer = case.client._wire.authorised(
        "GET",
        f"{sandbox.url}/v1/customers/{case.customer}/subscriptions/{case.subscription}",
        type("Ids", (), {"request": "r", "correlation": "c"})(),
        {},
    )
    assert answer.body.startswith(b"\xef\xbb\xbf")
    assert json.loads(answer.body.decode("utf-8-sig"))["quantity"] == 25


def test_ids_come_in_either_case_and_mean_the_same(sandbox: Running) -> None:
    upper = an_id(where=lambda identifier: bool(draw(identifier, "case") % 2))
    customer = a_customer(a_subscription(upper))
    sandbox.holds(customer)
    seen = sandbox.client().subscription(customer["id"], upper)
    assert seen.raw["id"] == upper.upper() != upper and seen.id == upper
