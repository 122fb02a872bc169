"""For whom do we act? Is a person's consent used, renewed and kept, and never shown?"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from subscriptions.gateway.consent import Consent
from subscriptions.gateway.protocol import CredentialsRefused, NeedsPerson

from .conftest import SECRET, Running


def given(running: Running, **more: Any) -> Any:
    running.holds()
    return running.client(**more)


def test_a_renewed_consent_takes_the_place_of_the_old_one_in_its_file(sandbox: Running, tmp_path: Path) -> None:
    file = tmp_path / "consent"
    file.write_text("consent-first\n")
    file.chmod(0o644)
    client = given(sandbox, refresh_token_file=str(file))
    assert client.balances() == () or client.balances()
    renewed = file.read_text().strip()
    assert renewed.startswith("consent-") and renewed != "consent-first"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["consent"]
    assert given(sandbox, refresh_token_file=str(file)).balances() == client.balances()


def test_a_consent_from_the_environment_is_renewed_in_memory(sandbox: Running) -> None:
    client = given(sandbox, refresh_token="consent-first")
    client.balances()
    assert client._wire.consent.token() not in ("", "consent-first")


def test_a_file_that_cannot_be_written_costs_nothing_but_a_warning(
    sandbox: Running, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "gone" / "consent"
    client = given(sandbox, refresh_token="consent-first", refresh_token_file=str(file))
    with caplog.at_level(logging.WARNING):
        client.balances()
    assert "could not be written back" in caplog.text
    assert client._wire.consent.token() != "consent-first"


def test_a_consent_that_has_ended_is_a_matter_of_credentials(sandbox: Running) -> None:
    client = given(sandbox, refresh_token="revoked-long-ago")
    with pytest.raises(CredentialsRefused):
        client.balances()
    assert client.customers() is not None


def test_what_the_application_may_ask_alone_needs_nobody(sandbox: Running) -> None:
    client, before = given(sandbox), len(sandbox.log("POST"))
    client.invoices()
    with pytest.raises(NeedsPerson):
        client.balances()
    assert len(sandbox.log("POST")) == before + 1


def test_a_consent_stands_in_no_log_no_error_and_no_repr(
    faulty: Callable[..., Running], caplog: pytest.LogCaptureFixture
) -> None:
    told = {"error": "invalid_grant", "error_description": f"consent-x of {SECRET} has ended"}
    running = faulty({"match": {"path": "oauth2"}, "do": "answer", "status": 400, "body": told})
    client = running.client(refresh_token="consent-x")
    with caplog.at_level(logging.DEBUG), pytest.raises(CredentialsRefused) as refused:
        client.balances()
    end = running.noted.calls[-1][1]
    assert end is not None and end.answer == "… of … has ended"
    shown = "".join([caplog.text, repr(client), repr(vars(refused.value)), repr(client._wire.consent), repr(end)])
    assert "consent-x" not in shown.replace("Consent(", "") and SECRET not in shown
    assert "consent-x" not in repr(client._settings)


def test_two_processes_share_one_file(tmp_path: Path) -> None:
    file = tmp_path / "consent"
    file.write_text("first")
    one, other = Consent("", str(file)), Consent("", str(file))
    one.renew("second")
    assert other.token() == "second"
    one.renew("")
    assert one.token() == "second" and one.is_given
    assert not Consent("", "").is_given


def test_a_file_that_stayed_as_it_was_does_not_bring_the_old_consent_back(tmp_path: Path) -> None:
    directory = tmp_path / "there"
    directory.mkdir()
    file = directory / "consent"
    file.write_text("first")
    consent = Consent("", str(file))
    # No file can be made beside it any more.
    file.rename(tmp_path / "moved")
    directory.rmdir()
    with pytest.raises(OSError, match=r".+"):
        consent.renew("second")
    directory.mkdir()
    file.write_text("")
    assert consent.token() == "second"
