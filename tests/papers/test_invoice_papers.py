"""Does the paper say what the screen says, once and for good, in three languages, whatever a customer is called?"""

from __future__ import annotations

import hashlib
import io
import threading

import pytest
from django.db import connection, transaction
from django.utils import translation
from pypdf import PdfReader

from billing.invoicing import issue
from billing.models import InvoiceLine
from customers import formats, printing, sending
from customers.models import Document, Message
from customers.printing import Unprinted, print_paper
from dunning import lateness
from dunning.lateness import print_with_policy
from tests import story

from .conftest import a_customer, issued, pdf_text, squeezed

NOW = story.at("2026-06-02")


@pytest.fixture
def invoice(named):
    return issued(a_customer(named, "ООО «Северная верфь» 蓝海"), [story.Decimal("6000.00"), story.Decimal("12.34")])


@pytest.mark.parametrize("language", ["en", "zh-hans", "ru"])
def test_paper_and_screen_name_the_same_number_amounts_reference_and_parties(invoice, sit_down, people, language):
    document = print_with_policy(invoice, language=language, now=NOW)
    found = squeezed(pdf_text(bytes(document.content)))
    with translation.override(language):
        said = [formats.amount(invoice.total, "CNY"), formats.bare(story.Decimal("12.34"), "CNY")]
    said += [invoice.number, invoice.reference, "1109 0428 6610 902", "ООО «Северная верфь» 蓝海", "Hanhai Cloud"]
    for one in said:
        assert squeezed(one) in found
    assert document.sha256 == hashlib.sha256(bytes(document.content)).hexdigest()
    assert document.pages == 1


def test_it_says_its_pages_and_what_happens_if_it_is_late(invoice):
    text = pdf_text(bytes(print_with_policy(invoice, language="en", now=NOW).content))
    assert "Page 1 of 1" in text
    assert "We write to you on:" in text
    assert "sign-in stops for users of the unpaid subscriptions" in text


def test_the_same_paper_is_the_same_bytes_and_two_readers_keep_one(invoice):
    first = print_with_policy(invoice, language="en", now=NOW)
    again = print_with_policy(invoice, language="en", now=story.at("2026-09-01"))
    assert (first.pk, first.sha256) == (again.pk, again.sha256)
    assert Document.objects.filter(kind="invoice").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_get_one_paper(named):
    invoice = issued(a_customer(named), [story.Decimal("100")])
    got: list[int] = []

    def read() -> None:
        try:
            got.append(print_with_policy(invoice, language="en", now=NOW).pk)
        finally:
            connection.close()

    both = [threading.Thread(target=read) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert len(got) == 2
    assert len(set(got)) == 1
    assert Document.objects.count() == 1


def test_many_lines_go_over_pages_with_their_heads_repeated(named):
    invoice = issued(a_customer(named), [story.Decimal("1.00")] * 400)
    document = print_with_policy(invoice, language="en", now=NOW)
    pages = PdfReader(io.BytesIO(bytes(document.content))).pages
    assert document.pages == len(pages) > 8
    assert all("Seats" in (page.extract_text() or "") for page in pages[:-1])
    assert f"Page 2 of {len(pages)}" in pdf_text(bytes(document.content))


def test_what_a_text_says_is_never_markup(named):
    hostile = '#set page(fill: red) $x$ *b* `c` \\ "quoted" #read("/etc/passwd")'
    customer = a_customer(named, hostile)
    from_there = issued(customer, [story.Decimal("1.00")])
    text = pdf_text(bytes(print_with_policy(from_there, language="en", now=NOW).content))
    assert squeezed(hostile) in squeezed(text)
    assert "root:" not in text


def test_a_later_tax_invoice_number_makes_another_paper(invoice):
    before = print_with_policy(invoice, language="en", now=NOW)
    invoice.tax_invoice, invoice.tax_invoice_number = "issued", "25112000000087"
    invoice.save()
    after = print_with_policy(invoice, language="en", now=NOW)
    assert before.pk != after.pk
    assert "25112000000087" in pdf_text(bytes(after.content))


def test_taxes_of_two_rates_are_summed_by_rate(named):
    customer = a_customer(named)
    made = issued(customer, [story.Decimal("1.00")])
    draft = made.customer.invoices.create(
        partner=named, period="2026-06", currency="CNY", net=300, tax="31.00", total="331.00", balance="331.00",
        created_at=NOW,
    )  # fmt: skip
    for place, (net, rate) in enumerate([("100", "0.06"), ("100", "0.12"), ("100", "0.13")], 1):
        tax = story.Decimal(net) * story.Decimal(rate)
        InvoiceLine.objects.create(
            partner=named, invoice=draft, position=place, description="x", quantity=1, unit_price=net, net=net,
            tax_rate=rate, tax=tax, total=story.Decimal(net) + tax, open=story.Decimal(net) + tax,
        )  # fmt: skip
    paper = print_with_policy(issue(draft.pk, on=NOW.date(), now=NOW), language="en", now=NOW)
    text = squeezed(pdf_text(bytes(paper.content)))
    for said in ("Tax6%¥6.00", "Tax12%¥12.00", "Tax13%¥13.00", "¥331.00"):
        assert said in text


def test_the_customer_and_staff_download_the_same_bytes(invoice, sign_in, sit_down, people):
    theirs = sign_in(invoice.customer, "2026-06-02").get(f"/my/invoices/{invoice.pk}/pdf/")
    ours = sit_down(people["viewer"], "2026-06-02").get(f"/invoices/{invoice.pk}/pdf/")
    assert theirs.content == ours.content
    assert theirs.content.startswith(b"%PDF")
    assert theirs["Content-Disposition"] == f'attachment; filename="invoice-{invoice.number}-en.pdf"'
    assert theirs["X-Content-Type-Options"] == "nosniff"
    assert theirs["Cache-Control"] == "private, no-store"


def test_a_reader_gets_their_own_language(invoice, sign_in):
    visitor = sign_in(invoice.customer, "2026-06-02")
    answer = visitor.get(f"/my/invoices/{invoice.pk}/pdf/", headers={"accept-language": "ru"})
    assert answer["Content-Disposition"].endswith('-ru.pdf"')


def test_a_draft_is_no_paper(invoice, sit_down, people):
    draft = invoice.customer.invoices.create(
        partner=invoice.partner, period="2026-06", currency="CNY", net=1, tax=0, total=1, balance=1, created_at=NOW
    )
    assert sit_down(people["owner"], "2026-06-02").get(f"/invoices/{draft.pk}/pdf/").status_code == 404


def test_staff_read_the_fingerprint_where_a_paper_was_made(invoice, sit_down, people):
    desk = sit_down(people["viewer"], "2026-06-02")
    document = print_with_policy(invoice, language="en", now=NOW)
    assert document.sha256[:16] in desk.get(f"/invoices/{invoice.pk}/").content.decode()


def test_a_paper_that_cannot_be_printed_says_so_on_the_page_one_came_from(invoice, sign_in, settings, tmp_path):
    settings.BASE_DIR = tmp_path
    folder = tmp_path / "templates" / "pdf"
    folder.mkdir(parents=True)
    (folder / "frame.typ").write_text("")
    (folder / "invoice.typ").write_text('#panic("broken")')
    answer = sign_in(invoice.customer, "2026-06-02").get(f"/my/invoices/{invoice.pk}/pdf/")
    assert answer.status_code == 302
    assert answer["Location"] == f"/my/invoices/{invoice.pk}/"
    assert not Document.objects.exists()


def test_endless_work_and_endless_memory_end(settings, tmp_path, monkeypatch):
    settings.BASE_DIR = tmp_path
    folder = tmp_path / "templates" / "pdf"
    folder.mkdir(parents=True)
    (folder / "frame.typ").write_text("")
    (folder / "grows.typ").write_text(
        '#let s = "x" * 1000000\n#let all = range(2000).map(i => s * 100 + str(i))\n#all.len()'
    )
    with pytest.raises(Unprinted):
        print_paper("grows", {}, at=NOW)
    (folder / "lasts.typ").write_text("#let i = 0\n#while true { i += 1; if i > 5000 { i = 0 } }")
    monkeypatch.setattr(printing.press, "SECONDS", -1)
    with pytest.raises(Unprinted):
        print_paper("lasts", {}, at=NOW)


def test_nothing_outside_its_own_folder_can_be_read(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    folder = tmp_path / "templates" / "pdf"
    folder.mkdir(parents=True)
    (folder / "frame.typ").write_text("")
    for name, body in (("outside", '#read("/../../etc/passwd")'), ("package", '#import "@preview/cetz:0.3.0": *')):
        (folder / f"{name}.typ").write_text(body)
        with pytest.raises(Unprinted):
            print_paper(name, {}, at=NOW)


def test_a_paper_is_never_changed_or_deleted(invoice):
    document = print_with_policy(invoice, language="en", now=NOW)
    for change in (lambda: Document.objects.filter(pk=document.pk).update(sha256="x"), document.delete):
        with pytest.raises(Exception, match="append_only|Cannot"), transaction.atomic():
            change()


def test_the_mail_of_an_invoice_may_carry_its_paper_and_leaves_without_one_that_cannot_be_printed(
    named, mail_dir, monkeypatch
):
    monkeypatch.setitem(sending._rules, "invoice", sending.LetterRule(attach=lateness.attached))
    invoice = issued(a_customer(named), [story.Decimal("100.00")])
    message = Message.objects.get(letter="invoice")
    [name, content, kind] = sending._mail(message, {}).attachments[0]
    assert (name, kind) == (f"invoice-{invoice.number}-en.pdf", "application/pdf")
    assert content.startswith(b"%PDF")

    def broken(*_args, **_named):
        raise Unprinted("no paper today")

    monkeypatch.setattr(lateness, "print_with_policy", broken)
    assert sending._mail(message, {}).attachments == []
