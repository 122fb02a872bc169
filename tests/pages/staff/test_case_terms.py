"""Can a partner say by when its cases are answered, how often a line may be questioned, and how it is reached?"""

import pytest

from customers.channels import channels_of
from disputes.models import Dispute
from disputes.owning import owner_for
from disputes.questioning import question
from disputes.refusing import BadQuestion
from tests import story
from tests.pages.staff.conftest import lanhai, text_of

PAGE = "/disputes/settings/"
WHOLE = {"answer_days": "5", "confirm_days": "6", "questions_per_line": "1", "ask_again_days": "2", "case_owner": ""}


def test_what_is_set_holds_for_the_next_case(small_book, people, sit_down):
    desk = sit_down(people["owner"], "2026-06-01")
    assert "Cases and support" in text_of(desk.get("/settings/"))
    reached = {"support_email": "help@hanhai.example", "support_phone": "+86  400", "support_hours": "Mon to Fri"}
    form = WHOLE | reached | {"case_owner": people["billing"].pk}
    assert "Saved" in text_of(desk.post(PAGE, form, follow=True))
    assert "Nothing was changed" in text_of(desk.post(PAGE, form, follow=True))
    small_book.refresh_from_db()
    assert channels_of(small_book).phone == "+86 400" and owner_for(small_book) == people["billing"]

    customer = lanhai(small_book)
    invoice, asker = customer.invoices.get(), story.customer_person(customer, "zhou@lanhai.example")
    line = invoice.lines.get(description="Visio Plan 2")
    case = question(invoice, {line.pk: line.open / 2}, reason="price", text="Dear", by=asker, now=desk.now)
    assert (case.owner, case.answer_by) == (people["billing"], story.at("2026-06-08", "18:00"))
    with pytest.raises(BadQuestion, match="questioned 1 times already"):
        question(invoice, {line.pk: line.open / 4}, reason="price", text="More", by=asker, now=desk.now)
    assert Dispute.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("answer_days", value) for value in ("0", "-1", "31", "NaN", "", "9" * 30)),
        ("questions_per_line", "0"),
        ("confirm_days", "1.5"),
        ("support_email", "not an address"),
        ("support_hours", "x" * 201),
        ("support_phone", "\x00"),
        ("case_owner", "999999"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_it(hanhai, people, sit_down, field, value):
    answer = sit_down(people["owner"]).post(PAGE, WHOLE | {field: value})
    assert answer.status_code == 422
    hanhai.refresh_from_db()
    assert hanhai.answer_days == 3 and hanhai.support_email != value


def test_whoever_has_left_or_may_not_answer_owns_no_new_case(hanhai, people, sit_down):
    gone = people["billing"]
    desk = sit_down(people["owner"])
    desk.post(PAGE, WHOLE | {"case_owner": gone.pk})
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    hanhai.refresh_from_db()
    assert hanhai.case_owner == gone and owner_for(hanhai) != gone
    for person in (gone, people["viewer"]):
        assert desk.post(PAGE, WHOLE | {"case_owner": person.pk}).status_code == 422


def test_who_may_not_decide_on_the_policy_does_not_decide_on_this(people, sit_down):
    assert sit_down(people["help_desk"]).get(PAGE).status_code in (403, 404)
