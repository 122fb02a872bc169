"""Does each spelling the provider uses come out as the one thing it means, and nonsense as nonsense?"""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from subscriptions.gateway import reading
from subscriptions.gateway.addresses import ForeignAddressError, path_to, resolved
from subscriptions.gateway.protocol import (
    CredentialsRefused,
    OutcomeUnknown,
    PartnerAccountRestricted,
    ProviderError,
    ProviderRefused,
    ProviderStatus,
    ProviderUnavailable,
    StaleRead,
    UnusableAnswer,
)
from subscriptions.gateway.reading import OtherSubjectError, UnreadableError
from subscriptions.gateway.refusals import Answer, Ids, error_from
from subscriptions.gateway.settings import ProviderSettings

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
CUSTOMER = "7f3a2b10-1c44-4e0f-9a55-2d6c0e9b1a01"
SUBSCRIPTION = "b6b0c9de-3a71-4d0e-9f65-8d1f1a2b3c4d"
RESOURCE = {
    "id": SUBSCRIPTION.upper(),
    "offerName": "Office 365 Enterprise E3",
    "friendlyName": "HQ seats",
    "quantity": 25,
    "commitmentEndDate": "2025-03-14T00:00:00Z",
    "status": "suspended",
    "autoRenewEnabled": True,
    "suspensionReasons": ["Nonpayment"],
    "attributes": {"etag": "eyJpZCI6", "objectType": "Subscription"},
}


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1}',
        b'\xef\xbb\xbf{"a":1}',
        b'\xef\xbb\xbf\xef\xbb\xbf{"a":1}',
        b'\xff{"a":1}',
        b'\x00 \r\n{"a":1}',
        '\u00ef\u00bb\u00bf{"a":1}'.encode(),
    ],
)
def test_what_stands_before_the_document_is_skipped(body: bytes) -> None:
    assert reading.parse_json(body) == {"a": 1}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"<html>{}</html>",
        b'{"a":1',
        b'{"a":1} and more',
        b'{"a":1,"a":2}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":"\xff"}',
        b"OK {}",
        b"[" * 100_000,
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_not_a_whole_document_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        reading.parse_json(body)


def test_fractions_stay_exact_on_the_way_in_and_out() -> None:
    text = b'{"a":0.10,"b":1E+2,"c":[12345678901234567890.12,true,null,"\xe6\x9c\x88 \\"x\\""]}'
    document = reading.parse_json(text)
    assert document["a"] == Decimal("0.10") and str(document["a"]) == "0.10"
    assert reading.write_json(document) == text


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (0, "none"),
        (1, "active"),
        (2, "suspended"),
        (3, "deleted"),
        (4, "expired"),
        (5, "pending"),
        (6, "disabled"),
        ("active", "active"),
        ("Suspended", "suspended"),
        (" DELETED ", "deleted"),
        (7, "unknown"),
        (-1, "unknown"),
        (True, "unknown"),
        ("", "unknown"),
        ("paused", "unknown"),
        ("unknown", "unknown"),
        (None, "unknown"),
        (["active"], "unknown"),
    ],
)
def test_a_status_is_what_the_provider_says_or_unknown(value: object, meant: str) -> None:
    assert reading.status_of(value) is ProviderStatus(meant)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2025-03-14T00:00:00Z", datetime(2025, 3, 14, tzinfo=UTC)),
        ("2025-03-14T00:00:00", datetime(2025, 3, 14, tzinfo=UTC)),
        ("2025-03-14T08:00:00+08:00", datetime(2025, 3, 14, tzinfo=UTC)),
        ("2025-03-14T00:00:00.1234567Z", datetime(2025, 3, 14, 0, 0, 0, 123456, tzinfo=UTC)),
        ("2025-03-14 T01:02: 03Z", datetime(2025, 3, 14, 1, 2, 3, tzinfo=UTC)),
        ("2025-03-14 01:02:03", datetime(2025, 3, 14, 1, 2, 3, tzinfo=UTC)),
        ("2025-03-14", datetime(2025, 3, 14, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("9999-12-30T16:00:00Z", None),
        ("", None),
        ("soon", None),
        ("2025-02-30T00:00:00Z", None),
        (None, None),
        (20250314, None),
    ],
)
def test_a_moment_is_aware_or_no_date(text: object, meant: datetime | None) -> None:
    assert reading.moment_of(text) == meant


def test_a_subscription_is_read_in_our_words() -> None:
    seen = reading.subscription_from(RESOURCE, CUSTOMER.upper(), SUBSCRIPTION)
    assert (seen.id, seen.customer_id) == (SUBSCRIPTION, CUSTOMER)
    assert seen.status is ProviderStatus.SUSPENDED
    assert (seen.quantity, seen.auto_renew, seen.etag, seen.parent_id) == (25, True, "eyJpZCI6", None)
    assert seen.suspension_reasons == ("Nonpayment",)
    assert seen.commitment_ends_at == datetime(2025, 3, 14, tzinfo=UTC)
    assert seen.raw == RESOURCE


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": ""},
        {"id": 7},
        {"quantity": None},
        {"quantity": "25"},
        {"quantity": True},
        {"quantity": Decimal("2.5")},
        {"quantity": Decimal("1e999999")},
        {"quantity": -1},
    ],
)
def test_a_subscription_without_its_essentials_is_unreadable(change: dict[str, object]) -> None:
    with pytest.raises(UnreadableError):
        reading.subscription_from({**RESOURCE, **change}, CUSTOMER)


@pytest.mark.parametrize("document", [[], None, "text", 5])
def test_a_document_of_another_kind_is_unreadable(document: object) -> None:
    with pytest.raises(UnreadableError):
        reading.subscription_from(document, CUSTOMER)


def test_an_answer_about_another_subscription_is_not_taken() -> None:
    with pytest.raises(OtherSubjectError):
        reading.subscription_from({**RESOURCE, "id": CUSTOMER}, CUSTOMER, SUBSCRIPTION)


def test_an_answer_that_links_to_another_customer_is_not_taken() -> None:
    links = {"self": {"uri": f"/v1/customers/{SUBSCRIPTION}/subscriptions/{SUBSCRIPTION}"}}
    with pytest.raises(OtherSubjectError):
        reading.subscription_from({**RESOURCE, "links": links}, CUSTOMER, SUBSCRIPTION)
    own = {"self": {"uri": f"/customers/{CUSTOMER.upper()}/subscriptions/{SUBSCRIPTION}"}}
    assert reading.subscription_from({**RESOURCE, "links": own}, CUSTOMER, SUBSCRIPTION).id == SUBSCRIPTION


@pytest.mark.parametrize(
    ("email", "usable"),
    [
        ("billing@lanhai.example", True),
        ("  billing@lanhai.example ", True),
        ("", False),
        ("nobody", False),
        ("a@b@c", False),
        ("a@b.example\nBcc: x@y.example", False),
        (None, False),
    ],
)
def test_a_contact_needs_an_address_one_can_write_to(email: object, usable: bool) -> None:
    contact = reading.contact_from({"email": email, "firstName": "Lan", "culture": "zh-CN"}, CUSTOMER)
    assert (contact is not None) is usable
    if contact:
        assert (contact.email, contact.first_name, contact.last_name) == ("billing@lanhai.example", "Lan", "")


@pytest.mark.parametrize(
    ("body", "code", "description"),
    [
        (b'{"code":"2055","description":"Stale","data":[],"source":"x"}', "2055", "Stale"),
        (b'\xef\xbb\xbf{"code":2055,"description":"Stale"}', "2055", "Stale"),
        (b'{"statusCode":429,"message":"Try again in 57 seconds."}', "", "Try again in 57 seconds."),
        (b'{"message":"The request is invalid."}', "", "The request is invalid."),
        (b'{"error":"invalid_client","error_description":"Unknown"}', "invalid_client", "Unknown"),
        (b'{"code":null,"description":null}', "", ""),
        (b'{"code":{"a":1},"description":"x"}', "", "x"),
        (b"<html>Bad gateway</html>", "", ""),
        (b"", "", ""),
        (b"[]", "", ""),
    ],
)
def test_every_shape_of_an_error_is_understood(body: bytes, code: str, description: str) -> None:
    assert reading.fault_from(body) == reading.Fault(code, description)


def test_a_description_is_cut_and_on_one_line() -> None:
    fault = reading.fault_from(json.dumps({"code": "1", "description": "a\r\n" * 2000}).encode())
    assert len(fault.description) == 1024 and "\n" not in fault.description


@pytest.mark.parametrize(
    ("header", "body", "seconds"),
    [
        ("57", b"", 57),
        ("0", b"", 0),
        ("1.5", b"", 1.5),
        ("315360000", b"", 3600),
        ("999999999999999", b"", 3600),
        ("-5", b"", None),
        ("soon", b"", None),
        ("", b"", None),
        (None, b"", None),
        (None, b'{"statusCode":429,"message":"Rate limit is exceeded. Try again in 57 seconds."}', 57),
        (None, b'{"statusCode":429,"message":"Try again in 999999999 seconds."}', 3600),
        ("Fri, 20 Nov 2026 04:00:30 GMT", b"", 30),
        ("Fri, 20 Nov 2026 03:00:00 GMT", b"", 0),
        ("Fri, 20 Nov 2036 04:00:00 GMT", b"", 3600),
        ("Someday, 99 Foo 2026", b"", None),
    ],
)
def test_a_wait_is_seconds_a_date_or_a_sentence_and_at_most_an_hour(
    header: str | None, body: bytes, seconds: float | None
) -> None:
    meant = None if seconds is None else timedelta(seconds=seconds)
    assert reading.retry_after(header, body, NOW) == meant


@pytest.mark.parametrize(
    ("status", "code", "reading_means", "writing_means"),
    [
        (400, "3000", ProviderRefused, ProviderRefused),
        (400, "2055", StaleRead, StaleRead),
        (412, "", StaleRead, StaleRead),
        (400, "2011", ProviderRefused, ProviderRefused),
        (401, "", CredentialsRefused, CredentialsRefused),
        (403, "800039", PartnerAccountRestricted, PartnerAccountRestricted),
        (403, "900149", PartnerAccountRestricted, PartnerAccountRestricted),
        (403, "900150", ProviderRefused, ProviderRefused),
        (404, "20003", ProviderRefused, ProviderRefused),
        (405, "", ProviderRefused, ProviderRefused),
        (409, "27009", ProviderRefused, ProviderRefused),
        (409, "900278", ProviderUnavailable, ProviderUnavailable),
        (410, "", ProviderRefused, ProviderRefused),
        (417, "", ProviderRefused, ProviderRefused),
        (429, "", ProviderUnavailable, ProviderUnavailable),
        (408, "", ProviderUnavailable, OutcomeUnknown),
        (500, "", ProviderUnavailable, OutcomeUnknown),
        (503, "", ProviderUnavailable, OutcomeUnknown),
        (301, "", UnusableAnswer, OutcomeUnknown),
    ],
)
def test_later_no_again_and_unknown_are_told_apart(
    status: int, code: str, reading_means: type[ProviderError], writing_means: type[ProviderError]
) -> None:
    body = json.dumps({"code": code, "description": "words"}).encode()
    for writing, kind in ((False, reading_means), (True, writing_means)):
        error = error_from(Answer(status, {}, body), Ids("r", "c"), writing=writing)
        assert type(error) is kind
        facts = (error.status, error.code, error.description, error.request_id, error.correlation_id)
        assert facts == (status, code, "words", "r", "c")


def test_a_pending_operation_asks_for_a_day() -> None:
    error = error_from(Answer(409, {}, b'{"code":"900278","description":""}'), Ids("r", "c"), writing=True)
    assert error.retry_after == timedelta(hours=24)


def test_an_error_survives_being_handed_to_another_process() -> None:
    error = StaleRead("moved on", code="2055", status=400, request_id="r", correlation_id="c")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(copy) is StaleRead and vars(copy) == vars(error) and str(copy) == str(error)


def test_unknown_is_never_mistaken_for_later() -> None:
    assert not issubclass(OutcomeUnknown, ProviderUnavailable)
    assert not issubclass(ProviderRefused, ProviderUnavailable)


BASE = "https://partner.example"


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("/customers/x?size=2&offset=2", f"{BASE}/v1/customers/x?size=2&offset=2"),
        ("/v1/customers/x", f"{BASE}/v1/customers/x"),
        ("customers/x", f"{BASE}/v1/customers/x"),
        (f"{BASE}/v1/customers/x", f"{BASE}/v1/customers/x"),
        (f"{BASE}:443/customers/x", f"{BASE}/v1/customers/x"),
    ],
)
def test_a_link_is_followed_on_the_providers_own_server(link: str, address: str) -> None:
    assert resolved(BASE, link) == address


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1/customers/x",
        "http://partner.example/v1/customers/x",
        "https://partner.example:8443/v1",
        "https://partner.example@evil.example/v1",
        "//evil.example/v1",
        "https://[bad/v1",
        "/customers/x\r\nHost: evil",
        "\\\\evil.example\\v1",
        "file:///etc/passwd",
    ],
)
def test_a_link_that_leads_away_is_not_followed(link: str) -> None:
    with pytest.raises(ForeignAddressError):
        resolved(BASE, link)


@pytest.mark.parametrize("part", ["", "..", "a/b", "a?b", "a b", "a%2f", "a\n", "-a", "x" * 101, "é"])
def test_what_is_not_an_id_never_gets_into_a_path(part: str) -> None:
    with pytest.raises(ValueError, match="not an id"):
        path_to("customers", part)


def test_the_next_page_keeps_a_second_question_mark_from_hiding_the_offset() -> None:
    link = {"uri": "/customers/x/subscriptions?size=2?offset=2", "method": "GET", "headers": []}
    page = reading.next_page({"links": {"next": link}})
    assert page == ("/customers/x/subscriptions?size=2&offset=2", "")


def test_only_the_continuation_token_is_taken_from_a_links_headers() -> None:
    headers = [{"key": "Authorization", "value": "Bearer x"}, {"key": "ms-continuationtoken", "value": "t"}]
    assert reading.next_page({"links": {"next": {"uri": "/a", "headers": headers}}}) == ("/a", "t")


@pytest.mark.parametrize("links", [None, {}, {"next": None}, {"next": {}}, {"next": {"uri": ""}}, []])
def test_without_a_next_link_the_list_ends(links: object) -> None:
    assert reading.next_page({"items": [], "links": links}) is None


def given(**more: str) -> ProviderSettings:
    facts = {"base_url": "", "authority": "", "tenant": "t", "client_id": "i", "client_secret": "hush"}
    return ProviderSettings(**{**facts, **more})


def test_empty_addresses_are_the_clouds_own() -> None:
    assert given().base_url == "https://partner.partnercenterapi.microsoftonline.cn"
    assert given(profile="global").authority == "https://login.microsoftonline.com"


def test_a_secret_is_not_shown() -> None:
    assert "hush" not in repr(given())


@pytest.mark.parametrize(
    "change",
    [
        {"base_url": "http://partner.example"},
        {"base_url": "ftp://localhost"},
        {"base_url": "https://user@partner.example"},
        {"authority": "http://login.example"},
        {"tenant": ""},
        {"tenant": "a/b"},
        {"client_secret": ""},
        {"profile": "moon"},
    ],
)
def test_settings_that_would_leak_or_fail_are_refused_at_once(change: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        given(**change)
