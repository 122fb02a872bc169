"""Is a file of a case taken by what it is, kept whole or not at all, and handed back as it came?"""

from __future__ import annotations

import io
import logging
import os
import resource
import subprocess
import sys
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.http import QueryDict
from django.test import Client
from django.utils.datastructures import MultiValueDict

from customers.models import Customer, TimelineEntry
from disputes import attaching, judging, shelving
from disputes.asking import ask
from disputes.attaching import Refused, attach, belong, clean_name, offered_name, open_file, staged, sweep
from disputes.fields import take
from disputes.models import CaseEntry, CaseFile
from outbox import clock
from tests import story
from tests.cases import corpus

NOW = story.at("2026-06-12")


@pytest.fixture
def shelf(settings, tmp_path) -> Path:
    """An empty shelf of the test's own."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "cases"


@pytest.fixture
def lanhai(hanhai, shelf):
    """A customer of Hanhai."""
    return hanhai_customer(hanhai, "Lanhai")


@pytest.fixture
def wang(lanhai):
    """The person there who writes."""
    return story.customer_person(lanhai, "wang@lanhai.example")


def hanhai_customer(partner, name) -> Customer:
    """A customer who has bought nothing yet."""
    identity = str(uuid.uuid4())
    return Customer.objects.create(partner=partner, name=name, provider_id=identity, zone=partner.zone, created_at=NOW)


def put(customer, content=b"five seats", name="note.txt", by=None, now=NOW) -> CaseFile:
    return attach(customer, name, io.BytesIO(content), by=by, now=now)


def case_of(customer, by, **more):
    return ask(customer, kind="billing", title="Seats", text="Why five?", by=by, now=NOW, **more)


@pytest.mark.parametrize("what", corpus.GOOD)
def test_a_file_is_taken_for_what_it_is(shelf, what):
    content, kind = corpus.GOOD[what]
    there = shelving.shelve(io.BytesIO(content), most=attaching.MOST_OF_A_FILE)
    assert (there.kind, there.size) == (kind, len(content))
    assert (shelf / there.stored_as).read_bytes() == content


def test_it_is_handed_back_as_it_came_under_a_name_that_no_machine_runs(lanhai):
    for what, (content, kind) in corpus.GOOD.items():
        file = put(lanhai, content, "harmless.exe")
        assert (file.content_type, file.name) == (kind, "harmless.exe"), what
        assert open_file(file, now=NOW).read() == content
        assert offered_name(file) == "harmless.exe" + attaching.ENDINGS[kind][0]
    assert offered_name(put(lanhai, corpus.pdf(), "A.PDF")) == "A.PDF"


@pytest.mark.parametrize("what", corpus.BAD)
def test_everything_else_is_refused_and_leaves_nothing(shelf, what):
    with pytest.raises((judging.Unfit, shelving.Empty)):
        shelving.shelve(io.BytesIO(corpus.BAD[what][0]), most=attaching.MOST_OF_A_FILE)
    assert list(shelf.iterdir()) == []


def test_a_refusal_names_the_file_and_the_reason(lanhai):
    for what, (content, why) in corpus.BAD.items():
        with pytest.raises(Refused) as refused:
            put(lanhai, content, "invoice.pdf")
        assert "“invoice.pdf”" in str(refused.value), what
        assert why in str(refused.value), what
    assert not CaseFile.objects.exists()


@pytest.mark.parametrize("name", corpus.NAMES)
def test_a_name_is_shown_without_its_folders_and_tricks(name):
    assert clean_name(name) == corpus.NAMES[name]


def test_a_file_of_exactly_the_limit_is_taken_and_one_byte_more_is_not_read_on(lanhai, shelf):
    assert put(lanhai, b"x" * attaching.MOST_OF_A_FILE).size == attaching.MOST_OF_A_FILE

    class Endless:
        read_so_far = 0

        def read(self, size):
            self.read_so_far += size
            return b"x" * size

    stream = Endless()
    with pytest.raises(Refused, match="larger than 10 MB"):
        attach(lanhai, "endless.txt", stream, by=None, now=NOW)
    assert stream.read_so_far <= attaching.MOST_OF_A_FILE + shelving.AT_ONCE
    assert len(list(shelf.iterdir())) == 1


def test_a_case_an_entry_and_a_partner_have_limits(lanhai, wang, monkeypatch):
    case = case_of(lanhai, wang)
    eleven = [put(lanhai, by=wang) for _ in range(11)]
    with pytest.raises(Refused, match="At most 10 files"):
        belong(eleven, case)
    monkeypatch.setattr(attaching, "MOST_OF_A_CASE", 15)
    belong(eleven[:1], case)
    with pytest.raises(Refused, match=case.number):
        belong(eleven[1:2], case)
    monkeypatch.setattr(attaching, "MOST_OF_A_PARTNER", 11 * 10)
    with pytest.raises(Refused, match="no room"):
        put(lanhai)


def test_two_customers_who_send_the_same_bytes_have_a_file_each(hanhai, lanhai):
    other = hanhai_customer(hanhai, "Mingyue")
    files = [put(lanhai), put(other)]
    assert files[0].sha256 == files[1].sha256
    assert files[0].stored_as != files[1].stored_as


FULL = """
import io, os, resource, signal, sys
import django
django.setup()
from disputes.shelving import folder, shelve
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    shelve(io.BytesIO(b"x" * 500_000), most=10**7)
except OSError as error:
    sys.exit(f"{error.errno} {len(os.listdir(folder()))}")
"""
KILLED = """
import os, signal
import django
django.setup()
from disputes.shelving import shelve

class Stream:
    left = 5
    def read(self, size):
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        return b"x" * size

shelve(Stream(), most=10**9)
"""


def in_a_child(program: str, shelf: Path) -> subprocess.CompletedProcess[str]:
    """Run a few lines with a shelf of their own; they touch no table."""
    env = {**os.environ, "PORTAL_EMBEDDED": "", "DEBUG": "1", "MEDIA_ROOT": str(shelf.parent)}
    env["DJANGO_SETTINGS_MODULE"] = "partnerportal.settings"
    return subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False)


def test_a_full_disk_leaves_no_torso(shelf):
    done = in_a_child(FULL, shelf)
    assert done.stderr.strip().splitlines()[-1] == "27 0", "the file grew too large, and nothing is left of it"


def test_a_disk_that_fails_is_said_in_words_and_leaves_no_row(lanhai, shelf, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused, match="“note.txt” could not be kept just now"):
        put(lanhai)
    assert (list(shelf.iterdir()), CaseFile.objects.count()) == ([], 0)


def test_what_a_killed_upload_leaves_is_swept_after_a_day(shelf, db):
    done = in_a_child(KILLED, shelf)
    assert done.returncode == -9
    [torso] = shelf.iterdir()
    assert torso.name.endswith(".part")
    assert sweep(now=NOW, machine=clock.machine()) == 0, "it may still be written to"
    assert sweep(now=NOW, machine=clock.machine() + timedelta(hours=25)) == 1
    assert list(shelf.iterdir()) == []


def test_an_upload_no_case_took_is_gone_after_a_day_and_one_in_a_case_stays(lanhai, wang, shelf):
    taken, left = put(lanhai, by=wang), put(lanhai, by=wang)
    case_of(lanhai, wang, files=[taken])
    later = {"now": NOW + timedelta(hours=25), "machine": clock.machine() + timedelta(hours=25)}
    assert sweep(**later) == 1
    assert list(CaseFile.objects.values_list("pk", flat=True)) == [taken.pk]
    assert [path.name for path in shelf.iterdir()] == [taken.stored_as]
    assert sweep(**later) == 0
    assert left.pk not in CaseFile.objects.values_list("pk", flat=True)


def test_a_file_in_a_case_can_neither_be_changed_nor_deleted(lanhai, wang):
    file = put(lanhai, by=wang)
    case_of(lanhai, wang, files=[file])
    for change in ({"name": "other"}, {"sha256": "0" * 64}, {"shared": False}):
        with pytest.raises(DatabaseError), transaction.atomic():
            CaseFile.objects.filter(pk=file.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseFile.objects.filter(pk=file.pk).delete()


def test_uploads_wait_only_for_their_own_uploader_and_customer(hanhai, lanhai, wang, people):
    other = hanhai_customer(hanhai, "Mingyue")
    mine, by_staff, elsewhere = put(lanhai, by=wang), put(lanhai, by=people["billing"]), put(other, by=wang)
    ids = [mine.pk, str(by_staff.pk), elsewhere.pk, "x", "9" * 40, "٣", ""]
    assert staged(wang, lanhai, ids) == [mine]
    case_of(lanhai, wang, files=[mine])
    assert staged(wang, lanhai, ids) == []


def uploads(*contents: bytes) -> MultiValueDict:
    return MultiValueDict({"files": [SimpleUploadedFile(f"{n}.txt", some) for n, some in enumerate(contents)]})


def test_a_form_that_fails_keeps_its_files_and_says_what_is_wrong_with_each(lanhai, wang):
    first = take(QueryDict(), uploads(b"one", b"<html>", b"three"), lanhai, by=wang, now=NOW)
    assert [file.name for file in first.files] == ["0.txt", "2.txt"]
    assert [fault.split("”")[0] for fault in first.faults] == ["“1.txt"]
    again = QueryDict(mutable=True)
    again.setlist("files_kept", [str(file.pk) for file in first.files])
    again.setlist("files_out", [str(first.files[0].pk)])
    second = take(again, uploads(b"four"), lanhai, by=wang, now=NOW)
    assert [file.name for file in second.files] == ["2.txt", "0.txt"]
    assert second.faults == []


def test_the_eleventh_file_is_refused_and_the_ten_are_kept(lanhai, wang):
    taken = take(QueryDict(), uploads(*[b"x"] * 11), lanhai, by=wang, now=NOW)
    assert (len(taken.files), len(taken.faults)) == (10, 1)


@pytest.fixture
def filed(lanhai, wang) -> CaseFile:
    """A file in a case, with a name that no header takes as it is."""
    file = put(lanhai, corpus.pdf(), "账单\r\nX: y “5”.pdf", by=wang)
    case_of(lanhai, wang, files=[file])
    file.refresh_from_db()
    return file


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def addresses(file: CaseFile) -> tuple[str, str]:
    return f"/my/cases/{file.dispute_id}/files/{file.pk}/", f"/disputes/{file.dispute_id}/files/{file.pk}/"


def test_a_file_leaves_as_an_attachment_that_no_browser_opens(filed, wang, people):
    for user, address in zip((wang, people["viewer"]), addresses(filed), strict=True):
        answer = signed_in(user).get(address)
        assert (answer.status_code, b"".join(answer.streaming_content)) == (200, corpus.pdf())
        assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E8%B4%A6%E5%8D%95")
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]
        assert (answer["Content-Type"], answer["Content-Length"]) == ("application/pdf", str(len(corpus.pdf())))


def test_foreign_and_hidden_files_are_as_absent_as_none(hanhai, bohai, lanhai, wang, filed, people):
    stranger = story.customer_person(hanhai_customer(hanhai, "Mingyue"), "stranger@mingyue.example")
    mine, theirs = addresses(filed)
    assert signed_in(stranger).get(mine).status_code == 404
    assert signed_in(story.people_of(bohai)["owner"]).get(theirs).status_code == 404
    assert signed_in(wang).get(theirs).status_code == 404
    assert signed_in(wang).get(mine.replace(f"/{filed.dispute_id}/", "/987654/", 1)).status_code == 404
    note = CaseEntry.objects.create(partner=hanhai, dispute=filed.dispute, kind="note", text="ours", at=NOW)
    kept = put(lanhai, by=people["billing"])
    belong([kept], filed.dispute, note)
    kept.refresh_from_db()
    for_them, for_us = addresses(kept)
    assert signed_in(wang).get(for_them).status_code == 404, "the file of a note is ours alone"
    assert signed_in(people["help_desk"]).get(for_us).status_code == 200
    unclaimed = put(lanhai, by=wang)
    assert signed_in(wang).get(f"/my/cases/{filed.dispute_id}/files/{unclaimed.pk}/").status_code == 404


def damage(path: Path, how: str) -> None:
    content = path.read_bytes()
    match how:
        case "gone":
            path.unlink()
        case "flipped":
            path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        case "longer":
            path.write_bytes(content + b"x")
        case "shorter":
            path.write_bytes(content[:-1])


@pytest.mark.parametrize("how", ["gone", "flipped", "longer", "shorter"])
def test_a_damaged_file_is_not_handed_out_and_staff_are_told_once(filed, wang, shelf, caplog, how):
    damage(shelf / filed.stored_as, how)
    client = signed_in(wang)
    with caplog.at_level(logging.ERROR):
        answers = [client.get(addresses(filed)[0]) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [410, 410]
    assert "damaged" in answers[0].content.decode()
    assert f"File {filed.pk} of partner" in caplog.text
    told = TimelineEntry.objects.get(code="file_damaged")
    assert (told.shared, told.values["file"]) == (False, filed.pk)


def test_the_limit_of_the_operating_system_was_not_left_lowered():
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
