"""Does a mail reach the case whose address it knows, once, in words, and does nothing else get in?"""

from __future__ import annotations

import io
import json
import time
import uuid
from email.message import EmailMessage

import pytest
from django.core.cache import cache
from django.core.management import call_command

from billing.models import DisputedAmount
from customers.addressing import set_address
from customers.models import Customer, Letter, Message, TimelineEntry
from disputes import receiving_mail
from disputes.asking import ask
from disputes.case_address import address_of
from disputes.collecting_mail import SEEN, collect
from disputes.escalating import file, prepare
from disputes.mail_text import from_html, part
from disputes.models import CaseEntry, CaseMail, Dispute
from disputes.reading_mail import MOST_BYTES, read
from disputes.receiving_mail import receive
from tests import story, witness
from tests.cases import corpus
from tests.cases.letters import QUOTES, mail_to, report_of

NOW = story.at("2026-06-12")
LATER = story.at("2026-06-12", "14:00")


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path):
    """A shelf of the test's own."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "cases"


@pytest.fixture
def lanhai(hanhai) -> Customer:
    """A customer with an address."""
    identity = str(uuid.uuid4())
    made = Customer.objects.create(
        partner=hanhai, name="Lanhai", provider_id=identity, zone=hanhai.zone, created_at=NOW, contact_read_at=NOW
    )
    made.contacts.create(partner=hanhai, role="billing", email="billing@lanhai.example")
    return made


@pytest.fixture
def case(lanhai) -> Dispute:
    """An open case of theirs."""
    wang = story.customer_person(lanhai, "wang@lanhai.example")
    return ask(lanhai, kind="billing", title="Seats", text="Why five?", by=wang, now=NOW)


def words(case: Dispute) -> list[str]:
    return list(case.entries.filter(kind="customer").order_by("pk").values_list("text", flat=True))


def test_a_reply_becomes_a_word_of_the_customers_with_what_it_repeats_apart(case):
    mail = mail_to(case, "Since June.\n\nOn Fri, Jun 12, 2026 at 1:00 PM Hanhai <b@hanhai.example> wrote:\n> Since?")
    received = receive(mail.as_bytes(), now=LATER)
    entry = case.entries.get(kind="customer")
    assert (received.verdict, received.entry) == ("taken", entry)
    assert (entry.text, entry.quoted.splitlines()[-1]) == ("Since June.", "> Since?")
    assert (entry.by, entry.from_email, entry.at) == (None, "wang@lanhai.example", LATER)
    told = TimelineEntry.objects.get(code="case_heard")
    assert told.values["person"] == "wang@lanhai.example"
    kept = CaseMail.objects.get()
    assert (kept.dispute, kept.entry, kept.message_id) == (case, entry, "<1@lanhai.example>")


@pytest.mark.parametrize("field", ["To", "Cc", "Delivered-To", "X-Original-To", "X-RcptTo"])
def test_the_address_may_stand_in_any_field_of_recipients(case, field):
    mail = mail_to(case)
    address = str(mail["To"])
    del mail["To"]
    mail["To"] = "somebody@hanhai.example"
    if field in mail:
        mail.replace_header(field, f"x@y.example, <{address.upper()}>")
    else:
        mail[field] = f"<{address}>"
    assert receive(mail.as_bytes(), now=LATER).taken


def test_without_the_secret_nothing_is_known_whoever_it_says_it_is(case):
    secret = case.secret
    for wrong in (secret[:-1], secret[:-1] + ("0" if secret[-1] != "0" else "1"), "", secret + "0", "*" * 32):
        mail = mail_to(case)
        mail.replace_header("To", f"cases+{wrong}@portal.example")
        assert receive(mail.as_bytes(), now=LATER).verdict == "unknown"
    other = mail_to(case, To=f"cases+{secret}@evil.example")
    assert receive(other.as_bytes(), now=LATER).verdict == "unknown"
    assert (words(case), CaseMail.objects.count()) == ([], 0)


def test_a_mail_is_taken_once_however_it_travels(case):
    mail = mail_to(case)
    assert receive(mail.as_bytes(), now=LATER).verdict == "taken"
    mail["Received"] = "from a by b"
    assert receive(mail.as_bytes(), now=LATER).verdict == "twice"
    other = mail_to(case, "Other words under the same Message-ID.")
    assert receive(other.as_bytes(), now=LATER).verdict == "taken"
    assert len(words(case)) == 2


def drop_of(name: str) -> dict[str, str]:
    """One field that only programs write."""
    field, _, value = name.partition(": ")
    return {field: value}


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; x=y",
        "Precedence: bulk",
        "Precedence: auto_reply",
        "Precedence: list",
        "X-Autoreply: yes",
        "Return-Path: <>",
    ],
)
def test_what_a_program_says_is_dropped_with_a_trace(case, field):
    assert receive(mail_to(case, **drop_of(field)).as_bytes(), now=LATER).verdict == "automatic"
    assert words(case) == []
    assert CaseMail.objects.get().why in field or "empty sender" in CaseMail.objects.get().why


def test_a_person_s_auto_submitted_no_is_heard(case):
    assert receive(mail_to(case, Auto_Submitted="no").as_bytes(), now=LATER).taken


def test_our_own_letters_and_addresses_are_a_loop(case, settings):
    ours = mail_to(case, Message_ID=f"<{'a' * 32}@localhost>")
    assert receive(ours.as_bytes(), now=LATER).verdict == "loop"
    for sender in (settings.DEFAULT_FROM_EMAIL, address_of(case.secret), "support@hanhai.example"):
        assert receive(mail_to(case, From=sender).as_bytes(), now=LATER).verdict == "loop"
    assert words(case) == []


def test_two_programs_that_hide_what_they_are_are_stopped(case, monkeypatch):
    monkeypatch.setattr(receiving_mail, "MOST_AN_HOUR", 2)
    verdicts = [
        receive(mail_to(case, f"{n}", Message_ID=f"<{n}@x.example>").as_bytes(), now=LATER).verdict for n in range(4)
    ]
    assert verdicts == ["taken", "taken", "loop", "loop"]


def test_files_come_along_and_a_refused_one_is_named_in_the_words(case):
    mail = mail_to(case, "See the order.")
    mail.add_attachment(corpus.pdf(), maintype="application", subtype="octet-stream", filename="订单 五月.pdf")
    mail.add_attachment(b"MZ\x90\0" + bytes(60), maintype="image", subtype="png", filename="photo.png")
    mail.add_attachment(corpus.png(), maintype="image", subtype="png", filename="../../a.png")
    assert receive(mail.as_bytes(), now=LATER).taken
    entry = case.entries.get(kind="customer")
    assert sorted(entry.files.values_list("name", "content_type")) == [
        ("a.png", "image/png"),
        ("订单 五月.pdf", "application/pdf"),
    ]
    assert entry.text.startswith("See the order.\n\n“photo.png” was not taken: it is a program.")


def test_the_words_are_heard_where_the_case_has_no_room_for_the_files(case, monkeypatch):
    monkeypatch.setattr("disputes.attaching.MOST_OF_A_CASE", 10)
    mail = mail_to(case, "See the order.")
    mail.add_attachment(corpus.png(), maintype="image", subtype="png", filename="a.png")
    assert receive(mail.as_bytes(), now=LATER).taken
    assert words(case)[0].startswith("See the order.\n\nThe files of case") and not case.files.exists()


def test_names_in_rfc_2231_and_in_raw_gbk_are_read(case):
    head = f"From: w@lanhai.example\r\nTo: {address_of(case.secret)}\r\nMIME-Version: 1.0\r\n".encode()
    body = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee.\r\n"
        b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
        b"Content-Disposition: attachment; filename*0*=UTF-8''%D0%B7%D0%B0; filename*1*=%D0%BA.txt\r\n\r\none\r\n"
        b'--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename="\xd5\xcb\xb5\xa5.txt"\r\n\r\n'
        b"two\r\n--b--\r\n"
    )
    assert receive(head + body, now=LATER).taken
    assert list(case.files.order_by("pk").values_list("name", flat=True)) == ["зак.txt", "账单.txt"]


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("gb18030", "五个席位。"),
        ("gb2312", "五个席位。"),
        ("koi8-r", "Пять мест."),
        ("utf-16", "five"),
        ("utf-7", "five"),
    ],
)
def test_every_script_is_read(case, charset, text):
    head = f"From: w@lanhai.example\r\nTo: {address_of(case.secret)}\r\nContent-Type: text/plain; charset={charset}"
    raw = head.encode() + b"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text.encode(charset)
    assert receive(raw, now=LATER).taken
    assert words(case) == [text]


def test_an_unknown_or_wrong_charset_is_read_as_well_as_can_be(case):
    for charset in ("x-unknown", "us-ascii", "utf-8"):
        head = f"From: w@lanhai.example\r\nTo: {address_of(case.secret)}\r\nContent-Type: text/plain; charset={charset}"
        raw = head.encode() + b"\r\n\r\n" + b"5 seats \xff\xfe" + charset.encode()
        assert receive(raw, now=LATER).taken
    assert all(text.startswith("5 seats") and "\x00" not in text for text in words(case))


def test_a_page_alone_is_read_as_text_without_what_nobody_sees(case):
    mail = mail_to(case)
    mail.set_content(
        "<html><head><title>no</title><style>p{}</style></head><body><p>Five <b>seats</b>.<br>Since June.</p>"
        '<div style="display:none">ignore all rules</div><script>alert(1)</script><img src="http://x.example/t.png">'
        '<div class="gmail_quote">On Friday Hanhai wrote:<blockquote>Since?</blockquote></div></body></html>',
        subtype="html",
    )
    assert receive(mail.as_bytes(), now=LATER).taken
    entry = case.entries.get(kind="customer")
    assert (entry.text, entry.quoted) == ("Five seats.\nSince June.", "On Friday Hanhai wrote:\nSince?")


@pytest.mark.parametrize("program", QUOTES)
def test_what_a_mail_program_repeats_is_kept_apart(program):
    written, repeated = QUOTES[program]
    assert part(f"{written}\n\n\n{repeated}\n") == (written, repeated)
    assert part(f"{written}\r\n\r\n{repeated}".replace("\n", "\r\n").replace("\r\r", "\r")) == (written, repeated)


def test_what_only_repeats_was_forwarded_and_counts_as_written():
    assert part("---------- Forwarded message ---------\nFrom: x@y.example\nDate: 2026\n\nHello")[1] == ""
    assert from_html("<p>a<p>b" + "<div>" * 5_000 + "c") == "a\nb\n\nc"


BOUNDARY = "Content-Type: multipart/mixed; boundary={0}\r\n\r\n--{0}\r\n"
HOSTILE = {
    "a thousand parts": BOUNDARY.format("b") + "Content-Type: text/plain\r\n\r\nx\r\n--b\r\n" * 1_000,
    "sixty parts": BOUNDARY.format("b") + "Content-Type: text/plain\r\n\r\nx\r\n--b\r\n" * 60,
    "a nest of envelopes": "".join(BOUNDARY.format(f"b{n}") for n in range(40)) + "\r\nx",
    "a nest of mails": "Content-Type: message/rfc822\r\n\r\n" * 600 + "x",
    "a head of a megabyte": "Subject: " + "x" * 1_000_000 + "\r\n\r\nx",
    "encoded words without end": "Subject: " + "=?utf-8?Q?=41?=" * 10_000 + "\r\n\r\nx",
    "two senders": "From: other@x.example\r\n\r\nx",
    "nothing": "\r\n\r\n",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_mail_written_to_break_programs_is_put_aside_quickly_and_seen_by_us(case, what):
    raw = f"From: w@lanhai.example\r\nTo: {address_of(case.secret)}\r\nMessage-ID: <h@x>\r\n{HOSTILE[what]}".encode()
    began = time.monotonic()
    received = receive(raw, now=LATER)
    assert time.monotonic() - began < 5
    if received.taken:
        assert what == "encoded words without end", "its words are harmless once the subject is cut"
        return
    assert received.refused, what
    assert words(case) == []
    told = TimelineEntry.objects.get(code="case_mail_refused")
    assert (told.shared, told.values["case"]) == (False, case.number)
    assert receive(raw, now=LATER).verdict == "twice"


def test_a_mail_that_is_too_big_is_not_read_on_and_seen_by_us(case):
    mail = mail_to(case).as_bytes() + b"x" * MOST_BYTES
    assert receive(mail, now=LATER).verdict == "too_big"
    assert TimelineEntry.objects.filter(code="case_mail_refused").count() == 1


def test_noise_is_no_mail():
    for raw in (b"", b"\0" * 1_000, b"\xff" * 1_000, b"\r\r\r", b": x\n\ny"):
        assert read(raw[:10_000]).recipients == []


def test_a_mail_after_the_end_opens_a_case_that_follows(case):
    at = {"decided_at": LATER, "told_at": LATER, "closed_at": LATER, "answer": "So."}
    letter = Message.objects.get(letter=Letter.QUESTION_TAKEN)
    Dispute.objects.filter(pk=case.pk).update(status="closed", told_by=letter, decided_by=case.owner, **at)
    received = receive(mail_to(case).as_bytes(), now=LATER)
    assert received.verdict == "closed"
    assert case.followed_by.get().text == "Since June."
    assert not DisputedAmount.objects.exists()


def test_a_mail_to_an_escalation_waits_for_a_person_and_the_customer_is_not_told(case, people):
    taken = prepare(
        case,
        tried="Compared the lines.",
        why=["tools"],
        why_text="We can't see its clock.",
        asked_for="Say which days were billed.",
        by=people["billing"],
        now=NOW,
        no_source="Nothing on it.",
        no_evidence="None was sent.",
        tell="We take it up.",
    )
    file(taken.pk, reference="SR-1", by=people["billing"], now=NOW)
    shared = TimelineEntry.objects.shared().count()
    received = receive(mail_to(taken, "By the day.", From="desk@21vbluecloud.example").as_bytes(), now=LATER)
    assert (received.verdict, received.entry.kind) == ("taken", CaseEntry.Kind.PROVIDER)
    assert (received.entry.dispute, received.entry.text) == (case, "By the day.")
    assert TimelineEntry.objects.shared().count() == shared
    assert CaseMail.objects.get().escalation == taken


def test_a_letter_about_a_case_is_answered_into_the_case(case, mail_dir):
    story.settle_all(NOW)
    [mail] = witness.mails(mail_dir)
    assert str(mail["Reply-To"]) == address_of(case.secret)
    assert "A reply to this mail goes into the case." in witness.text_of(mail)
    assert "support@hanhai.example" in witness.text_of(mail)
    reply = EmailMessage()
    reply["From"], reply["To"], reply["Subject"] = "w@lanhai.example", mail["Reply-To"], f"Re: {mail['Subject']}"
    reply.set_content("Since June.\n\n> " + "\n> ".join(witness.text_of(mail).splitlines()))
    assert receive(reply.as_bytes(), now=LATER).taken
    assert words(case) == ["Since June."]


@pytest.fixture
def delivered(case, mail_dir) -> Message:
    """A letter of ours that the mail server has taken."""
    story.settle_all(NOW)
    return Message.objects.get(letter=Letter.QUESTION_TAKEN, outcome="done")


def test_a_bounce_of_our_letter_voids_its_delivery_once_and_a_new_address_gets_it(delivered, people, mail_dir):
    raw = report_of(delivered.message_id, "Billing@lanhai.example")
    assert [receive(raw, now=LATER).verdict for _ in range(2)] == ["bounced", "bounced"]
    delivered.refresh_from_db()
    assert (delivered.bounced_at, delivered.outcome) == (LATER, "parked")
    assert delivered.reason == "billing@lanhai.example: smtp; 550 no such user"
    assert TimelineEntry.objects.filter(code="letter_bounced").count() == 1
    assert delivered.customer.__class__.objects.get(pk=delivered.customer_id).review_due_at == LATER
    by = people["collections"]
    set_address(delivered.customer, role="billing", email="ap@lanhai.example", name="", language="", by=by, now=LATER)
    story.settle_all(LATER)
    delivered.refresh_from_db()
    assert (delivered.bounced_at, delivered.delivered_at, delivered.outcome) == (None, LATER, "done")
    assert [mail["X-RcptTo"] for mail in witness.mails(mail_dir)][-1] == "ap@lanhai.example"


@pytest.mark.parametrize("what", ["another letter", "another address", "only late"])
def test_a_foreign_forged_or_passing_bounce_changes_nothing(delivered, what):
    message_id = f"<{'0' * 32}@localhost>" if what == "another letter" else delivered.message_id
    address = "other@lanhai.example" if what == "another address" else delivered.to_email
    raw = report_of(message_id, address, action="delayed" if what == "only late" else "failed")
    assert receive(raw, now=LATER).verdict == "foreign_bounce"
    delivered.refresh_from_db()
    assert (delivered.bounced_at, delivered.outcome) == (None, "done")


def test_a_maildir_is_read_and_each_mail_moves_to_where_it_was_seen(case, settings, tmp_path, monkeypatch):
    settings.CASES_MAILDIR, settings.USES_MAIL_SINK = str(tmp_path / "box"), False
    assert collect(now=LATER) == {}
    (tmp_path / "box" / "new" / "1.a").write_bytes(mail_to(case).as_bytes())
    (tmp_path / "box" / "new" / "2.b").write_bytes(b"To: x@y.example\n\nx")
    assert collect(now=LATER) == {"taken": 1, "unknown": 1}
    assert sorted(path.name for path in (tmp_path / "box" / "cur").iterdir()) == ["1.a:2,S", "2.b:2,S"]
    (tmp_path / "box" / "new" / "3.c").write_bytes(mail_to(case, "x").as_bytes())
    monkeypatch.setattr("disputes.collecting_mail.receive", lambda raw, now: 1 / 0)
    assert collect(now=LATER) == {}
    assert (tmp_path / "box" / "cur" / "3.c:2,F").exists(), "it lies there for a person, and the next is read"


def test_a_reply_mailed_to_the_sink_arrives(case, settings, mail_dir):
    cache.delete(SEEN)
    settings.USES_MAIL_SINK, settings.MAIL_SINK_DIR = True, mail_dir
    (mail_dir / "20260612T060000.000000-a.eml").write_bytes(
        b"X-MailFrom: w@lanhai.example\r\nX-RcptTo: "
        + address_of(case.secret).encode()
        + b"\r\n"
        + mail_to(case).as_bytes()
    )
    (mail_dir / "20260612T060001.000000-b.eml").write_bytes(b"X-MailFrom: a\r\nX-RcptTo: b@c.example\r\n\r\nx")
    assert collect(now=LATER) == {"taken": 1}
    assert collect(now=LATER) == {"twice": 1}
    assert words(case) == ["Since June."]


def test_the_command_takes_files_and_standard_input(case, tmp_path, capsys, monkeypatch):
    (tmp_path / "a.eml").write_bytes(mail_to(case).as_bytes())
    (tmp_path / "b.eml").write_bytes(mail_to(case, "Away.", Precedence="bulk").as_bytes())
    call_command("receive_mail", str(tmp_path / "a.eml"), str(tmp_path / "b.eml"), json=True)
    assert json.loads(capsys.readouterr().out) == {"taken": 1, "dropped": {"automatic": 1}, "refused": 0}

    class Piped:
        buffer = io.BytesIO(mail_to(case, "By the pipe.").as_bytes())

    monkeypatch.setattr("sys.stdin", Piped)
    call_command("receive_mail", json=True)
    assert json.loads(capsys.readouterr().out) == {"taken": 1, "dropped": {}, "refused": 0}
    with pytest.raises(SystemExit) as ended:
        call_command("receive_mail", str(tmp_path / "a.eml"), str(tmp_path / "gone.eml"), json=True)
    assert ended.value.code == 2
    assert "gone.eml" in capsys.readouterr().err
    assert words(case) == ["Since June.", "By the pipe."]
