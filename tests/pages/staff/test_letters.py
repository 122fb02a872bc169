"""Can staff give letters words of their own, see and try them, and does the next letter say them?"""

from __future__ import annotations

import pytest
from django.core import mail

from customers.models import LetterWords, MailLink, Message, Partner
from tests import story, witness

EDITOR = "/settings/letters/invoice/en/"
OWN = {"opening": "Dear $customer,\nplease pay $amount.", "closing": "Yours, $partner"}


def desk_of(people, sit_down, role="owner"):
    return sit_down(people[role], story.ISSUED)


def test_words_are_kept_shown_and_said_by_the_next_letter(hanhai, people, sit_down, mail_dir):
    desk = desk_of(people, sit_down)
    assert desk.post(EDITOR, OWN).status_code == 302
    kept = LetterWords.objects.get()
    assert (kept.opening, kept.closing, kept.written_by) == (*OWN.values(), people["owner"])
    assert "With your words" in desk.get("/settings/letters/").content.decode()
    story.import_book(hanhai, [story.company("Lanhai Trading")])
    story.issue_all(hanhai)
    [letter] = witness.mails(mail_dir)
    words = witness.text_of(letter).replace("\r\n", "\n")
    assert "Dear Lanhai Trading,\nplease pay ¥731.40." in words
    assert "Yours, Hanhai Cloud" in words
    desk.post(EDITOR, {"reset": "1"})
    assert not LetterWords.objects.exists()
    assert "Dear Lanhai" in Message.objects.get(letter="invoice").body_text


def test_unknown_names_are_refused_with_their_place_and_nothing_is_kept(people, sit_down):
    answer = desk_of(people, sit_down).post(EDITOR, {"opening": "Hello\nyou $nosuch", "closing": "Bye"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Line 2, place 5" in page
    assert "you $nosuch" in page
    assert not LetterWords.objects.exists()


@pytest.mark.parametrize("hostile", ["{{7*7}}", "{% debug %}", "{0.__init__}", "<script>alert(1)</script>"])
def test_the_preview_shows_what_is_typed_and_runs_nothing(people, sit_down, hostile):
    answer = desk_of(people, sit_down).post(f"{EDITOR}preview/", {"opening": hostile, "closing": ""})
    page = answer.content.decode()
    assert hostile.replace("<", "&lt;").replace(">", "&gt;") in page
    assert "<script" not in page
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert not LetterWords.objects.exists()


def test_the_preview_takes_the_figures_of_the_last_letter(hanhai, people, sit_down, mail_dir):
    desk = desk_of(people, sit_down)
    assert "With invented figures" in desk.get(EDITOR).content.decode()
    story.import_book(hanhai, [story.company("Lanhai Trading")])
    story.issue_all(hanhai)
    assert "Lanhai Trading" in desk.get(EDITOR).content.decode()
    for part in ("", "?part=text"):
        assert "¥731.40" in desk.get(f"{EDITOR}preview/{part}").content.decode()
    assert desk.queries(EDITOR) <= 12


def test_every_letter_can_be_edited_and_previewed_before_any_was_sent(people, sit_down):
    desk = desk_of(people, sit_down)
    page = desk.get("/settings/letters/").content.decode()
    for letter in ("invoice", "notice", "deletion", "suspended", "restored", "credit_note", "received", "statement",
                   "policy", "question_taken", "answer", "case_word", "case_turn", "link"):  # fmt: skip
        assert f"/settings/letters/{letter}/ru/" in page
        assert desk.get(f"/settings/letters/{letter}/ru/").status_code == 200
        assert desk.get(f"/settings/letters/{letter}/zh-hans/preview/").status_code == 200
    for nowhere in ("case_late/en", "invoice/de", "nosuch/en"):
        assert desk.get(f"/settings/letters/{nowhere}/").status_code == 404


def test_a_test_goes_to_whoever_asks_and_keeps_nothing(people, sit_down, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    answer = desk_of(people, sit_down).post(EDITOR, {**OWN, "test": "1"})
    assert "The words are not saved yet" in answer.content.decode()
    [sent] = mail.outbox
    assert sent.to == [people["owner"].email]
    assert sent.subject.startswith("Test: ")
    assert "Yours, Hanhai Cloud" in sent.body
    assert (LetterWords.objects.count(), MailLink.objects.count(), Message.objects.count()) == (0, 0, 0)


def test_the_sender_is_set_and_a_sign_that_would_break_a_mails_head_is_refused(hanhai, people, sit_down):
    desk = desk_of(people, sit_down)
    good = {"sender_name": "Hanhai Billing", "reply_email": "a@hanhai.example", "link_days": "7"}
    assert desk.post("/settings/letters/sender/", good).status_code == 302
    partner = Partner.objects.get(pk=hanhai.pk)
    assert (partner.sender_name, partner.reply_email, partner.link_days) == ("Hanhai Billing", "a@hanhai.example", 7)
    for bad in ({"sender_name": "A\nBcc: b@c.example"}, {"link_days": "181"}, {"link_days": "x"}, {"reply_email": "x"}):
        answer = desk.post("/settings/letters/sender/", {**good, **bad})
        assert answer.status_code == 422
    assert Partner.objects.get(pk=hanhai.pk).sender_name == "Hanhai Billing"


def test_another_partners_words_are_never_said(hanhai, bohai, people, sit_down, mail_dir):
    desk_of(people, sit_down).post(EDITOR, OWN)
    story.import_book(bohai, [story.company("Donghai Steel")])
    story.issue_all(bohai)
    [letter] = witness.mails(mail_dir)
    assert "Dear" not in witness.text_of(letter)
    theirs = sit_down(story.people_of(bohai)["owner"], story.ISSUED)
    assert "Dear $customer" not in theirs.get(EDITOR).content.decode()


def test_staff_revokes_links_on_the_customers_page(hanhai, people, sit_down, mail_dir):
    story.import_book(hanhai, [story.company("Lanhai Trading")])
    story.issue_all(hanhai)
    link = MailLink.objects.get()
    desk = desk_of(people, sit_down, "collections")
    path = f"/customers/{link.customer_id}/links/"
    assert path in desk.get(f"/customers/{link.customer_id}/").content.decode()
    assert link.about in desk.get(path).content.decode()
    assert desk.post(path, {"link": "0"}).status_code == 302
    assert MailLink.objects.filter(revoked_at=None).count() == 1
    desk.post(path)
    link.refresh_from_db()
    assert (link.revoked_why, link.revoked_by) == ("staff", people["collections"])
