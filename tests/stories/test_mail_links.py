"""What does a mail's link open, for how long, and what does anybody learn who holds another's, an old one or none?"""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import translation

from billing.relinking import send_new_link
from customers import formats
from customers.addressing import remove_address, set_address
from customers.letterhead import Letterhead, set_letterhead
from customers.linking import fingerprint, live_link, revoke, token_of
from customers.models import Customer, MailLink, Message, Partner, TimelineEntry
from outbox import clock
from tests import story, witness
from tests.papers.conftest import pdf_text, squeezed

pytestmark = pytest.mark.django_db
LINK = re.compile(r"/link/([A-Za-z0-9_-]+)/")
LATER = story.at("2026-05-22")
HOSTS = (
    {"HTTP_HOST": "evil.example"},
    {"HTTP_HOST": "localhost:8000@evil.example"},
    {"HTTP_X_FORWARDED_HOST": "evil.example"},
    {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_SERVER": "evil.example"},
    {"HTTP_FORWARDED": "host=evil.example"},
    {"HTTP_X_ORIGINAL_HOST": "evil.example", "HTTP_X_HOST": "evil.example"},
)


def mailed(mail_dir, to: str) -> str:
    """The newest mail to an address, both twins."""
    mine = [mail for mail in witness.mails(mail_dir) if to in mail["To"]]
    return witness.text_of(mine[-1])


def token_in(mail_dir, to: str) -> str:
    [token] = set(LINK.findall(mailed(mail_dir, to)))
    return token


def visit(token: str, now=LATER, part: str = "", client: Client | None = None, **more):
    with clock.standing_at(now):
        return (client or Client()).get(f"/link/{token}/{part}", **more)


def ask(token: str, now=LATER, **more):
    with clock.standing_at(now):
        answer = Client(enforce_csrf_checks=True).post("/link/ask/", {"token": token}, **more)
    story.settle_all(now)
    return answer


def told(customer, code: str) -> int:
    return TimelineEntry.objects.filter(customer=customer, code=code).count()


def link_of(customer) -> MailLink:
    return MailLink.objects.get(customer=customer)


def test_a_link_opens_its_own_invoice_alone_and_without_a_password(small, mail_dir):
    token, invoice = token_in(mail_dir, "lanhai"), small.lanhai.invoices.get()
    answer = visit(token)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert invoice.number in page
    assert invoice.reference in page
    assert small.mingyue.invoices.get().number not in page
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert visit(token, part="pdf/").content.startswith(b"%PDF")
    with clock.standing_at(LATER):
        for path in (
            f"/my/invoices/{invoice.pk}/",
            f"/my/invoices/{invoice.pk}/pdf/",
            "/my/",
            f"/my/invoices/{invoice.pk}/paid/",
        ):
            assert Client().get(path).status_code == 302


def test_only_a_fingerprint_of_the_token_is_kept(small, mail_dir):
    token, link = token_in(mail_dir, "lanhai"), link_of(small.lanhai)
    assert token == token_of(link)
    assert link.token_hash == fingerprint(token)
    message = Message.objects.get(customer=small.lanhai)
    for row in (link, message):
        assert token not in str({field.name: getattr(row, field.name) for field in row._meta.concrete_fields})
    assert f"/my/invoices/{small.lanhai.invoices.get().pk}/" in message.body_text


def test_a_letter_handed_over_again_carries_the_same_link(small, mail_dir):
    token = token_in(mail_dir, "lanhai")
    Message.objects.filter(customer=small.lanhai).update(outcome="waiting", settled_at=None, delivered_at=None)
    story.settle_all(LATER)
    assert token_in(mail_dir, "lanhai") == token
    assert MailLink.objects.filter(customer=small.lanhai).count() == 1


def test_the_first_use_of_a_day_stands_on_the_timeline(small, mail_dir):
    token = token_in(mail_dir, "lanhai")
    for now in (LATER, LATER, story.at("2026-05-22", "18:00"), story.at("2026-05-23")):
        assert visit(token, now).status_code == 200
    assert told(small.lanhai, "link_used") == 2
    assert TimelineEntry.objects.filter(code="letter_seen").count() == 0


def closed(token: str, now=LATER, part: str = "") -> tuple[int, dict[str, str], str]:
    """How a token is refused: status, headers, and the page without the token and what differs by request."""
    answer = visit(token, now, part)
    page = re.sub(r"[A-Za-z0-9]{64}", "", answer.content.decode().replace(token, "TOKEN"))
    headers = {name: value for name, value in answer.headers.items() if name != "Content-Length"}
    return answer.status_code, headers, page


def test_whatever_opens_nothing_looks_the_same(small, mail_dir, people):
    mine, theirs = token_in(mail_dir, "lanhai"), token_in(mail_dir, "mingyue")
    assert revoke(small.lanhai, None, by=people["collections"], staff=True, now=LATER) == 1
    over = story.at("2026-06-21")
    answers = [closed("x" * 43, over), closed(mine, over), closed(theirs, over), closed(mine[:-1], over)]
    assert answers[0][0] == 404
    assert all(one == answers[0] for one in answers)
    assert all(closed(token, over, "pdf/")[0] == 404 for token in (mine, theirs))
    assert "Hanhai" not in answers[0][2]
    assert told(small.lanhai, "link_revoked") == 1


def test_a_link_is_over_after_the_days_of_the_settings(small, mail_dir, people):
    token = token_in(mail_dir, "lanhai")
    made = link_of(small.lanhai).made_at
    assert (link_of(small.lanhai).expires_at - made).days == 30
    assert visit(token, story.at("2026-06-20", "11:59")).status_code == 200
    assert visit(token, story.at("2026-06-20", "12:00")).status_code == 404


def test_a_partner_may_let_letters_lead_to_signing_in(hanhai, people, mail_dir):
    set_letterhead(hanhai, Letterhead("Hanhai Billing", "answers@hanhai.example", 0))
    story.import_book(hanhai, [story.company("Lanhai Trading")])
    story.issue_all(hanhai)
    words = mailed(mail_dir, "lanhai")
    assert "/link/" not in words
    assert "/my/invoices/" in words
    [mail] = [mail for mail in witness.mails(mail_dir) if "lanhai" in mail["To"]]
    assert str(mail["From"]).startswith("Hanhai Billing <")
    assert mail["Reply-To"] == "answers@hanhai.example"


def test_a_contact_that_gets_another_address_or_goes_takes_its_links_along(small, mail_dir, people):
    token, by = token_in(mail_dir, "lanhai"), people["owner"]
    mine = {"role": "billing", "name": "", "language": "", "by": by, "now": LATER}
    set_address(small.lanhai, email="billing@lanhaitrading.partner.onmschina.cn", **mine)
    assert visit(token).status_code == 200
    set_address(small.lanhai, email="new@lanhai.example", **mine)
    assert visit(token).status_code == 404
    assert link_of(small.lanhai).revoked_why == "contact"
    assert send_new_link(token, now=LATER) is None


def test_a_contact_that_is_removed_leaves_letters_and_links_behind_it_closed(small, mail_dir, people):
    set_address(
        small.lanhai, role="owner", email="boss@lanhai.example", name="", language="", by=people["owner"], now=LATER
    )
    again = {"outcome": "waiting", "settled_at": None, "delivered_at": None}
    theirs = {"contact": small.lanhai.contacts.get(role="owner"), "to_email": "boss@lanhai.example"}
    Message.objects.filter(customer=small.lanhai).update(**theirs, **again)
    MailLink.objects.filter(customer=small.lanhai).update(revoked_at=LATER, revoked_why="staff")
    story.settle_all(LATER)
    token = token_in(mail_dir, "boss@lanhai")
    assert visit(token).status_code == 200
    assert remove_address(small.lanhai, role="owner", by=people["owner"], now=LATER)
    assert visit(token).status_code == 404
    assert Message.objects.get(customer=small.lanhai).contact is None


def test_a_new_link_goes_to_the_contact_once_a_day_and_the_answer_is_always_the_same(small, mail_dir):
    token = token_in(mail_dir, "lanhai")
    over = story.at("2026-06-21")
    assert visit(token, over).status_code == 404
    answers = [ask(one, over) for one in (token, token, "x" * 43, "\x00", "")]
    assert {(one.status_code, one.headers["Location"]) for one in answers} == {(302, "/link/asked/")}
    new = Message.objects.get(customer=small.lanhai, letter="link")
    assert new.to_email.startswith("billing@lanhai")
    fresh = token_in(mail_dir, "lanhai")
    assert fresh != token
    assert visit(fresh, over).status_code == 200
    assert visit(token, over).status_code == 404
    assert told(small.lanhai, "link_asked") == 1


def test_each_link_of_a_notice_opens_its_own_invoice(small, mail_dir):
    story.run_day(small.partner, story.COURTESY)
    for customer, name in ((small.lanhai, "lanhai"), (small.mingyue, "mingyue")):
        page = visit(token_in(mail_dir, name), story.at(story.COURTESY)).content.decode()
        assert customer.invoices.get().number in page
        assert customer.name in page


def test_a_link_shows_the_partner_of_its_invoice_to_whoever_is_signed_in(small, bohai, mail_dir):
    token = token_in(mail_dir, "lanhai")
    client = Client()
    client.force_login(story.people_of(bohai)["owner"], backend="django.contrib.auth.backends.ModelBackend")
    page = visit(token, client=client).content.decode()
    assert "Hanhai Cloud" in page
    assert "Bohai" not in page


@pytest.mark.parametrize("language", ["en", "zh-hans", "ru"])
def test_mail_paper_page_and_link_name_the_same_facts(hanhai, people, mail_dir, language):
    bank = {"bank_account": "Hanhai Ltd", "bank_name": "CMB Beijing", "bank_number": "1109 0428 6610 902"}
    Partner.objects.filter(pk=hanhai.pk).update(**bank)
    hanhai.refresh_from_db()
    story.import_book(hanhai, [story.company("Lanhai Trading")])
    Customer.objects.update(language=language)
    story.issue_all(hanhai)
    customer = story.customer_named(hanhai, "Lanhai Trading")
    invoice = customer.invoices.get()
    client = Client(headers={"accept-language": language})
    person = story.customer_person(customer, "a@lanhai.example")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    with clock.standing_at(LATER), translation.override(language):
        page = client.get(f"/my/invoices/{invoice.pk}/").content.decode()
        due = formats.day(invoice.due_on, LATER.date(), weekday=False)
        facts = [invoice.number, invoice.reference, formats.amount(invoice.total, "CNY"), due, *bank.values()]
    token = token_in(mail_dir, "lanhai")
    paper = visit(token, part=f"pdf/?language={language}")
    every = {
        "mail": mailed(mail_dir, "lanhai"),
        "page": page,
        "link": visit(token).content.decode(),
        "paper": pdf_text(paper.content),
    }
    missing = [(where, one) for where, text in every.items() for one in facts if squeezed(one) not in squeezed(text)]
    assert missing == []


@pytest.mark.parametrize("hostile", HOSTS)
def test_links_come_from_the_settings_whatever_host_was_asked(small, mail_dir, settings, hostile):
    token = token_in(mail_dir, "lanhai")
    ask(token, **hostile)
    everything = "".join(mail.as_string() for mail in witness.mails(mail_dir))
    assert "evil.example" not in everything
    assert visit(token, **hostile).status_code in (200, 400)


def test_a_link_can_be_read_in_each_language_and_without_a_cookie(small, mail_dir):
    token = token_in(mail_dir, "lanhai")
    for language in ("en", "zh-hans", "ru"):
        answer = visit(token, part=f"?language={language}")
        assert f'<html lang="{language}"' in answer.content.decode()
        assert answer.headers["Content-Language"] == language
    assert visit(token, part="?language=%00").status_code in (200, 400)


def test_a_link_is_only_read(small, mail_dir):
    token = token_in(mail_dir, "lanhai")
    with clock.standing_at(LATER):
        assert Client().post(f"/link/{token}/").status_code == 405
        assert Client().get("/link/ask/").status_code == 405


def test_a_live_link_of_a_foreign_partner_is_another_row(small, bohai, mail_dir):
    story.import_book(bohai, [story.company("Donghai Steel")])
    story.issue_all(bohai)
    link = live_link(token_in(mail_dir, "donghai"), now=LATER)
    assert link is not None
    assert link.partner == bohai
    assert small.lanhai.name not in visit(token_of(link)).content.decode()
