"""Can a customer ask about anything, and do they see at once how to reach us?"""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from customers.models import Partner
from disputes import fields
from disputes.attaching import MOST_OF_A_FILE, Refused
from disputes.models import CaseFile, Dispute
from tests.pages.my.conftest import text_of as words

ASK = "/my/ask/"
SAID = {"kind": "support", "title": "Nobody can sign in", "text": "Since eight.", "about": ""}


@pytest.fixture
def wang(book, sign_in, settings, tmp_path):
    """Somebody at Lanhai."""
    settings.MEDIA_ROOT = tmp_path
    return sign_in(book.lanhai, "2026-06-12")


def test_a_question_with_files_becomes_a_case_of_its_kind(book, wang):
    subscription = book.lanhai.subscriptions.earliest("pk")
    sent = {**SAID, "about": f"s{subscription.pk}", "attached": SimpleUploadedFile("log.txt", b"error 53003")}
    answer = wang.post(ASK, sent)
    case = Dispute.objects.get()
    assert answer["Location"] == f"/my/cases/{case.pk}/taken/"
    assert (case.kind, case.title, case.source, case.opened_by) == ("support", SAID["title"], "customer", wang.user)
    assert case.text.startswith(f"Subscription: {subscription.name} ({subscription.provider_id})\n\nSince eight.")
    assert case.files.get().name == "log.txt"
    assert wang.post(ASK, {key: value for key, value in sent.items() if key != "attached"}).status_code == 302
    assert Dispute.objects.count() == 1, "a second click finds the first"


def test_misuse_and_a_bill_are_asked_here_too(book, wang):
    invoice = book.lanhai.invoices.get()
    wang.post(ASK, {**SAID, "kind": "billing", "about": f"i{invoice.pk}"})
    wang.post(ASK, {**SAID, "kind": "misuse"})
    assert list(Dispute.objects.order_by("pk").values_list("kind", "invoice")) == [
        ("billing", invoice.pk),
        ("misuse", None),
    ]


def test_what_was_written_and_sent_is_kept_when_something_is_missing(wang):
    files = [SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("b.txt", b"<html>")]
    answer = wang.post(ASK, {**SAID, "title": "", "attached": files})
    page = answer.content.decode()
    kept = CaseFile.objects.get()
    assert answer.status_code == 422
    assert "Since eight." in page
    assert f'name="attached_kept" value="{kept.pk}"' in page
    assert "“b.txt” was not taken: it is a web page" in words(answer)
    assert not Dispute.objects.exists()
    wang.post(ASK, {**SAID, "attached_kept": str(kept.pk)})
    assert Dispute.objects.get().files.get() == kept


@pytest.mark.parametrize(
    "wrong", [{"kind": "dispute"}, {"kind": "x"}, {"about": "i999999"}, {"about": "s1' OR 1=1"}, {"text": "\u200b"}]
)
def test_what_is_not_offered_is_refused(book, wang, wrong):
    assert wang.post(ASK, {**SAID, **wrong}).status_code == 422
    assert not Dispute.objects.exists()


def test_a_sibling_s_invoice_and_subscription_are_not_offered(book, wang):
    theirs = book.mingyue.invoices.get(), book.mingyue.subscriptions.earliest("pk")
    for about in (f"i{theirs[0].pk}", f"s{theirs[1].pk}"):
        assert wang.post(ASK, {**SAID, "about": about}).status_code == 422
    assert theirs[0].number not in wang.get(ASK).content.decode()


def test_the_partner_s_support_stands_first_here_and_at_the_foot_of_every_page(book, wang):
    Partner.objects.update(support_email="help@hanhai.cn", support_phone="+86 400 1", support_hours="Day and night")
    page = words(wang.get(ASK))
    assert page.index("At once: +86 400 1 , help@hanhai.cn , Day and night") < page.index("What is it about?")
    invoice = f"/my/invoices/{book.lanhai.invoices.get().pk}/"
    for address in ("/my/", "/my/invoices/", "/my/cases/", "/my/policy/", invoice):
        page = words(wang.get(address)).replace(" ,", ",").replace(" .", ".")
        assert "Hanhai Cloud, +86 400 1, help@hanhai.cn, Day and night. Ask us" in page, address


def test_without_a_support_of_its_own_the_office_is_named(book, wang):
    Partner.objects.update(support_email="", support_phone="", support_hours="", reply_email="b@h.cn", phone="+86 10 2")
    assert "At once: +86 10 2 , b@h.cn" in words(wang.get(ASK))


def test_who_may_only_look_can_not_ask(book, sign_in):
    viewer = sign_in(book.lanhai, "2026-06-12", "customer_viewer")
    assert viewer.get(ASK).status_code == 403
    assert "/my/ask/" not in viewer.get("/my/").content.decode()


def test_a_file_that_is_too_large_is_cut_off_on_its_way_and_refused_by_name(wang, monkeypatch):
    kept = []
    monkeypatch.setattr(fields, "attach", lambda customer, name, upload, **more: kept.append(upload.size) or refuse())

    def refuse():
        raise Refused("“big.txt” is larger than 10 MB.")

    big = SimpleUploadedFile("big.txt", b"x" * (MOST_OF_A_FILE + 1_000_000))
    answer = wang.post(ASK, {**SAID, "attached": big})
    assert answer.status_code == 422
    assert "“big.txt” is larger than 10 MB." in words(answer)
    assert MOST_OF_A_FILE < kept[0] <= MOST_OF_A_FILE + 2 * 64 * 1024
