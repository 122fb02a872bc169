"""Does the policy page say what the engine will do, and is agreeing kept?"""

from dataclasses import replace

import pytest

from dunning.announcing import announce
from dunning.drafting import with_stage
from dunning.models import PolicyTold, PolicyVersion
from dunning.publishing import policy_of
from tests import story

from .conftest import explained, invoice_of, text_of


def test_each_stage_has_the_date_explain_gives_it(book, sign_in):
    visitor = sign_in(book.lanhai, "2026-05-22")
    rows = visitor.get("/my/policy/").context["rows"]
    shown = [getattr(row.at, "date", lambda row=row: row.at)() for row in rows if row.at]
    schedule = explained(book.lanhai, visitor.now).decision.schedule
    wanted = [entry.on for entry in schedule if entry.action != "deletion_notice"]
    assert set(wanted) <= set(shown)


def test_what_has_happened_shows_when_it_was_delivered(warned, sign_in):
    rows = sign_in(warned.lanhai, "2026-06-25").get("/my/policy/").context["rows"]
    final = next(row for row in rows if row.strong.startswith("Final notice"))
    assert (final.at, final.near) == (story.at(story.FINAL), "delivered")


def test_the_row_that_counts_now_is_the_suspension(warned, sign_in):
    rows = sign_in(warned.lanhai, "2026-06-25").get("/my/policy/").context["rows"]
    assert [row.strong for row in rows if row.current] == ["Sign-in stops"]


def test_the_deletion_is_one_row_with_all_its_warnings(book, sign_in):
    text = text_of(sign_in(book.lanhai, "2026-05-22").get("/my/policy/"))
    assert "60 days suspended 21Vianet deletes the data." in text
    assert "We tell you 30, 14, 7, 3 and 1 days before." in text


def test_agreeing_is_kept_once_with_who_and_when(warned, sign_in):
    visitor = sign_in(warned.lanhai, "2026-06-25")
    number = PolicyVersion.objects.get(partner=warned.partner).number
    visitor.post(f"/my/policy/{number}/agree/")
    visitor.on("2026-06-26").post(f"/my/policy/{number}/agree/")
    told = PolicyTold.objects.get(customer=warned.lanhai)
    assert (told.acknowledged_at, told.acknowledged_by) == (visitor.now, visitor.user)
    assert told.told_at < visitor.now
    assert "You agreed to this version on" in text_of(visitor.get("/my/policy/"))


def test_a_viewer_cannot_agree(warned, sign_in):
    viewer = sign_in(warned.lanhai, "2026-06-25", role="customer_viewer")
    assert "Agree to version" not in text_of(viewer.get("/my/policy/"))
    assert viewer.post("/my/policy/1/agree/").status_code == 403
    assert not PolicyTold.objects.filter(acknowledged_at__isnull=False).exists()


def test_another_version_than_the_partners_is_absent(warned, sign_in):
    assert sign_in(warned.lanhai, "2026-06-25").post("/my/policy/7/agree/").status_code == 404


@pytest.mark.parametrize("asked", ["999999", "x", "-1", "9" * 30])
def test_dates_of_an_invoice_that_is_not_theirs_are_absent(warned, sign_in, asked):
    visitor = sign_in(warned.lanhai, "2026-06-25")
    assert visitor.get(f"/my/policy/?invoice={asked}").status_code == 404
    foreign = invoice_of(warned.mingyue).pk
    assert visitor.get(f"/my/policy/?invoice={foreign}").status_code == 404


def test_without_open_invoices_the_policy_still_stands_there(warned, sign_in):
    story.pay(warned.lanhai, story.owed(warned.lanhai), story.at("2026-06-25"))
    page = sign_in(warned.lanhai, "2026-06-26").get("/my/policy/")
    assert "Sign-in stops" in text_of(page)
    assert "Your dates" not in text_of(page)


def test_a_coming_version_says_from_when_and_what_changes_and_can_be_agreed_to(warned, sign_in):
    now = story.at("2026-06-25")
    policy = policy_of(PolicyVersion.objects.get(partner=warned.partner).pk)
    place = [one.name for one in policy.stages].index("final")
    harder = with_stage(policy, place, replace(policy.stages[place], offset=10))
    announce(warned.partner, harder, effective_on=now.date(), now=now)
    story.settle_all(now)
    visitor = sign_in(warned.lanhai, "2026-06-26")
    text = text_of(visitor.get("/my/policy/"))
    assert "Invoices issued from Sat 25 Jul 2026 follow version 2" in text
    assert "Final notice: 10 days after the due date, was 14 days after the due date" in text
    assert "version 1, in force since" in text, "running invoices keep theirs"
    visitor.post("/my/policy/2/agree/")
    assert PolicyTold.objects.get(customer=warned.lanhai, version__number=2).acknowledged_by == visitor.user
    assert "Agree to version 2" not in text_of(visitor.get("/my/policy/"))
