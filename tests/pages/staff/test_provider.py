"""Does a reconciliation file become drafts and invoices on the pages, and is a bad one refused whole?"""

import uuid

from django.core.files.uploadedfile import SimpleUploadedFile

from billing.models import Invoice
from payables.models import Intake, ProviderBill
from tests import story
from tests.pages.staff.conftest import text_of


def upload(content: bytes) -> dict[str, object]:
    return {"file": SimpleUploadedFile("recon.csv", content, content_type="text/csv")}


def imported(desk, content: bytes):
    """Upload it, look, agree; the page that follows."""
    desk.post("/provider/import/", upload(content))
    return desk.post(f"/provider/import/{Intake.objects.latest('pk').pk}/apply/", follow=True)


def a_file(*names: str) -> bytes:
    companies = [story.company(name) for name in names]
    return story.reconciliation(companies, partner_id=str(uuid.uuid4()))


def test_from_the_file_to_issued_invoices(hanhai, people, mail_dir, sit_down):
    desk = sit_down(people["billing"])
    content = a_file("Lanhai Trading", "Mingyue Logistics")
    page = imported(desk, content)
    assert "2 lines of 2 customers imported, ¥1,272.00" in text_of(page)
    bill = ProviderBill.objects.get()
    drafted = desk.post(f"/provider/bills/{bill.pk}/draft/", follow=True)
    assert "2 drafts made, ¥1,462.80" in text_of(drafted)
    asked = desk.post("/invoices/issue/", {"all": "1", "issued_on": "2026-05-21"})
    assert "Issue 2 invoices?" in text_of(asked)
    assert Invoice.objects.issued().count() == 0
    sent = desk.post("/invoices/issue/", {"all": "1", "issued_on": "2026-05-21", "sure": "1"}, follow=True)
    assert "2 invoices issued" in text_of(sent)
    assert Invoice.objects.issued().count() == 2


def test_only_the_chosen_drafts_are_issued(hanhai, people, mail_dir, sit_down):
    story.import_book(hanhai, [story.company("Lanhai Trading"), story.company("Mingyue Logistics")])
    story.rebilling.draft(hanhai, story.PERIOD, now=story.at(story.ISSUED))
    chosen = Invoice.objects.get(customer__name="Mingyue Logistics")
    form = {"draft": [str(chosen.pk)], "issued_on": "2026-05-21", "sure": "1"}
    desk = sit_down(people["billing"])
    desk.post("/invoices/issue/", form)
    assert [one.customer.name for one in Invoice.objects.issued()] == ["Mingyue Logistics"]
    again = desk.post("/invoices/issue/", form, follow=True)
    assert "issued already" in text_of(again) and Invoice.objects.issued().count() == 1


def test_the_same_file_again_changes_nothing(hanhai, people, sit_down):
    desk = sit_down(people["billing"])
    content = a_file("Lanhai Trading")
    imported(desk, content)
    page = desk.post("/provider/import/", upload(content), follow=True)
    assert "was imported before" in text_of(page) and ProviderBill.objects.count() == 1


def test_faults_are_listed_line_by_line_and_nothing_is_changed(hanhai, people, sit_down):
    content = a_file("Lanhai Trading", "Mingyue Logistics").replace(b"600.00", b"1e3")
    answer = sit_down(people["billing"]).post("/provider/import/", upload(content))
    seen = text_of(answer)
    assert answer.status_code == 422
    assert "Nothing was imported" in seen and "line 2, Amount" in seen and "line 3, Amount" in seen
    assert not ProviderBill.objects.exists()


def test_an_unknown_charge_waits_in_its_bucket_and_on_the_worklist(hanhai, people, sit_down):
    desk = sit_down(people["billing"])
    imported(desk, a_file("Lanhai Trading").replace(b"Cycle fee", b"Moon tax"))
    bill = ProviderBill.objects.get()
    seen = text_of(desk.get(f"/provider/bills/{bill.pk}/?show=unmapped"))
    assert "Moon tax" in seen and "nobody knows this charge" in seen
    assert "Look at charges we don’t know" in text_of(desk.get("/worklist/"))
    assert "Look at charges we don’t know" not in text_of(sit_down(people["viewer"]).get("/worklist/"))


def test_who_may_not_issue_may_not_import(hanhai, people, sit_down):
    assert sit_down(people["collections"]).post("/provider/import/", upload(a_file("A"))).status_code == 403
    assert sit_down(people["sales"]).post("/invoices/issue/", {"all": "1"}).status_code == 403
