"""Does the board hold any number of cases, and does its table say the same?"""

import csv
import io
import re
from datetime import timedelta
from html import unescape
from urllib.parse import urljoin

import pytest

from billing.models import DisputedAmount
from disputes.asking import ask
from disputes.gathering import gather
from disputes.models import CommonCause, Dispute
from disputes.questioning import question
from disputes.resolving import answer, confirm
from tests import story
from tests.pages.staff.conftest import lanhai, text_of

ASKED = story.at("2026-06-01")


@pytest.fixture
def customer(small_book):
    return lanhai(small_book)


@pytest.fixture
def case(customer) -> Dispute:
    invoice = customer.invoices.get()
    line = invoice.lines.get(description="Visio Plan 2")
    by = story.customer_person(customer, "zhou@lanhai.example")
    return question(invoice, {line.pk: line.open}, reason="quantity", text="We use 2", by=by, now=ASKED)


def many(like: Dispute, number: int) -> None:
    """So many cases more, as the first one is."""
    rows = Dispute.objects.filter(pk=like.pk).values()[0]
    del rows["id"]
    Dispute.objects.bulk_create(
        Dispute(
            **rows
            | {
                "number": f"D-2026-9{n:05d}",
                "secret": f"{n:032x}",
                "status": ("new", "investigating", "waiting_customer", "waiting_provider")[n % 4],
                "answer_by": like.answer_by + timedelta(minutes=n),
            }
        )
        for n in range(number)
    )


def test_an_empty_board_says_what_will_stand_there(small_book, people, sit_down):
    assert "No open disputes" in text_of(sit_down(people["viewer"]).get("/disputes/"))
    assert "No case matches" in text_of(sit_down(people["viewer"]).get("/disputes/?q=nobody"))


def test_a_card_says_whose_it_is_what_about_and_how_long_is_left(case, people, sit_down):
    seen = text_of(sit_down(people["help_desk"], "2026-06-02").get("/disputes/"))
    assert f"{case.number} Claim Lanhai Trading Quantity or proration ¥" in seen
    assert "2 days left" in seen and "1 open, ¥" in seen and "Closed this month 0" in seen


def test_fifty_and_ten_thousand_cost_the_same_and_show_twenty_each(case, people, sit_down):
    desk = sit_down(people["owner"], "2026-06-02")
    desk.get("/disputes/")
    one = desk.queries("/disputes/")
    many(case, 400)
    page = desk.get("/disputes/")
    assert text_of(page).count("80 more") + text_of(page).count("81 more") == 4
    assert page.content.decode().count('class="card-number"') == 80
    assert desk.queries("/disputes/") == one <= 12
    assert desk.queries("/disputes/?view=table") <= 12


@pytest.mark.parametrize("path", ["/disputes/?view=table", "/disputes/causes/{cause}/"])
def test_a_list_turns_its_pages_without_losing_or_repeating_a_case(case, customer, people, sit_down, path):
    desk = sit_down(people["owner"], "2026-06-02")
    cause = gather(customer.partner, [case.pk], title="One", text="", by=people["owner"], now=desk.now)
    many(Dispute.objects.get(), 120)
    # Cases of the same instant, and one whose window runs instead of the promise.
    Dispute.objects.filter(number__endswith="7").update(answer_by=case.answer_by)
    page, seen, pages = path.format(cause=cause.pk), [], []
    while page:
        said = desk.get(page).content.decode()
        pages.append(NUMBER.findall(said))
        seen += pages[-1]
        before, page = href(page, said, "prev"), href(page, said, "next")
    assert [len(one) for one in pages] == [50, 50, 21]
    assert len(set(seen)) == 121 == Dispute.objects.count()
    assert NUMBER.findall(desk.get(before).content.decode()) == pages[1]


NUMBER = re.compile(r'<th scope="row" class="cell-name"><a[^>]*>(D-[0-9-]+)</a>')


def href(path: str, said: str, rel: str) -> str:
    """Where the button of a page leads; empty where there is none."""
    found = re.search(rf'href="([^"]*)" rel="{rel}"', said)
    return urljoin(path, unescape(found[1])) if found else ""


def test_filters_narrow_the_table_and_the_file_alike(case, customer, people, sit_down):
    ask(customer, kind="support", title="No sign-in", text="Nobody can", by=people["owner"], now=ASKED, source="staff")
    desk = sit_down(people["owner"], "2026-06-02")
    seen = text_of(desk.get("/disputes/?view=table&kind=support"))
    assert "No sign-in" in seen and case.number not in seen
    assert case.number in text_of(desk.get(f"/disputes/?view=table&q={case.invoice.number}"))
    assert case.number in text_of(desk.get("/disputes/?view=table&state=new&kind=dispute"))
    assert case.number not in text_of(desk.get("/disputes/?view=table&state=decided"))
    file = b"".join(desk.get("/disputes/?view=table&kind=support&export=csv"))
    rows = list(csv.reader(io.StringIO(file.decode("utf-8-sig"))))
    assert [row[3] for row in rows[1:]] == ["No sign-in"]


@pytest.mark.parametrize(
    "query",
    ["show=mine", "show=near", "show=late", "show=closed", "show=answered", "show=confirmed", "show=reopened",
     "owner=1", "cause=99", "customer=7", "show=x&state=y&kind=z", "owner=abc", "q=" + "x" * 3000,
     "owner=" + "9" * 40, "page=-1"],
)  # fmt: skip
def test_every_list_opens_whatever_the_address_says(case, people, sit_down, query):
    assert sit_down(people["viewer"], "2026-06-02").get(f"/disputes/?view=table&{query}").status_code == 200
    assert sit_down(people["viewer"], "2026-06-02").get(f"/disputes/?{query}").status_code == 200


def test_figures_count_what_was_answered_and_closed(case, people, sit_down):
    desk = sit_down(people["owner"], "2026-06-03")
    assert "Answered in time, 90 days –" in text_of(desk.get("/disputes/"))
    answer(case.pk, outcome="rejected", text="No", by=people["owner"], now=desk.now)
    story.settle_all(desk.now)
    seen = text_of(desk.get("/disputes/"))
    assert "Answered in time, 90 days 100 % 1 of 1" in seen and "Time to answer, median 2 days" in seen
    assert "Loop closed 0 % 0 of 1 confirmed" in seen and "Closed this month 0" in seen
    confirm(case.pk, by=case.opened_by, now=desk.now)
    ask(case.customer, kind="billing", title="Due", text="When?", by=case.opened_by, now=desk.now)
    seen = text_of(desk.get("/disputes/"))
    assert "Loop closed 100 % 1 of 1 confirmed" in seen and "Closed this month 1" in seen
    assert "Closed this month 0" in text_of(desk.at("2026-07-01").get("/disputes/"))


def test_cases_are_gathered_from_the_table_and_shown_as_one(case, customer, small_book, people, sit_down):
    other = story.customer_named(small_book, "Mingyue Logistics")
    line = other.invoices.get().lines.get()
    asker = story.customer_person(other, "li@mingyue.example")
    second = question(line.invoice, {line.pk: line.open}, reason="quantity", text="Too many", by=asker, now=ASKED)
    desk = sit_down(people["owner"], "2026-06-02")
    assert desk.post("/disputes/causes/gather/", {"case": [case.pk, second.pk]}).status_code == 422
    assert desk.post("/disputes/causes/gather/", {"title": "Decreases not billed"}).status_code == 422
    page = desk.post(
        "/disputes/causes/gather/", {"case": [case.pk, second.pk], "title": "Decreases not billed"}, follow=True
    )
    cause = CommonCause.objects.get()
    assert "2 cases to answer" in text_of(page) and cause.number.startswith("P-2026-")
    board = text_of(desk.get("/disputes/"))
    assert f"Common cause {cause.number} Decreases not billed 2 customers, one answer for all" in board
    assert "Decreases not billed" in text_of(desk.get("/disputes/causes/"))
    form = {"outcome": "rejected", "answer": "21Vianet billed what was ordered"}
    assert desk.post(f"/disputes/causes/{cause.pk}/answer/", {"outcome": "partly", "answer": "x"}).status_code == 422
    done = desk.post(f"/disputes/causes/{cause.pk}/answer/", form, follow=True)
    assert "2 cases answered; each customer is told" in text_of(done)
    assert desk.post(f"/disputes/causes/{cause.pk}/answer/", form).status_code == 409
    assert set(DisputedAmount.objects.values_list("outcome", flat=True)) == {"rejected"}


def test_a_case_joins_a_cause_by_its_number(case, customer, people, sit_down):
    desk = sit_down(people["owner"], "2026-06-02")
    cause = gather(customer.partner, [case.pk], title="One", text="", by=people["owner"], now=desk.now)
    more = ask(customer, kind="billing", title="Why", text="Why", by=people["owner"], now=ASKED, source="staff")
    assert desk.post(f"/disputes/causes/{cause.pk}/add/", {"number": "D-1999-1"}).status_code == 422
    assert desk.post(f"/disputes/causes/{cause.pk}/add/", {}).status_code == 422
    page = desk.post(f"/disputes/causes/{cause.pk}/add/", {"number": more.number.lower()}, follow=True)
    assert "1 case added" in text_of(page) and more.number in text_of(page)


def test_staff_open_a_case_for_a_customer(customer, people, sit_down):
    invoice, desk = customer.invoices.get(), sit_down(people["help_desk"], "2026-06-02")
    assert "Lanhai Trading" in text_of(desk.get("/disputes/new/?q=lanhai"))
    line = invoice.lines.get(description="Visio Plan 2")
    path, form = f"/disputes/new/?invoice={invoice.pk}", {"reason": "price", "text": "They called: too dear"}
    assert desk.post(path, form).status_code == 422
    assert desk.post(path, {**form, f"line_{line.pk}": "1e3"}).status_code == 422
    assert desk.post(path, {**form, f"line_{line.pk}": "999999"}).status_code == 422
    alone = desk.post(path, {**form, f"ordered_{line.pk}": "2"})
    assert alone.status_code == 422 and "Say the amount in question beside the seats" in text_of(alone)
    assert desk.post(path, {**form, f"line_{line.pk}": "10.00", f"ordered_{line.pk}": "-1"}).status_code == 422
    said = {**form, f"line_{line.pk}": "10.00", f"ordered_{line.pk}": "2"}
    page = desk.post(path, said, follow=True)
    made = Dispute.objects.get()
    assert made.lines.get().ordered == 2 and "Seats ordered, by the customer 2" in text_of(page)
    assert (made.source, made.opened_by) == ("staff", people["help_desk"]) and made.number in text_of(page)
    asked = desk.post(
        f"/disputes/new/?customer={customer.pk}", {"kind": "billing", "title": "Due date", "text": "When?"}
    )
    assert asked.status_code == 302 and Dispute.objects.filter(kind="billing").count() == 1
    assert desk.get("/disputes/new/?invoice=999999").status_code == 404
    assert desk.get("/disputes/new/?customer=x").status_code == 404
