"""How do the letters read when access stops for a reason beside money, and when that is over?"""

import pytest

from tests.letters.samples import HANHAI, LANGUAGES, NEVSKY, write

SEATS = ["Microsoft 365 Business Standard", "Visio Plan 2"]
OFF = {
    "subscriptions": SEATS,
    "seats": 114,
    "since": "2026-11-18T01:22:00+00:00",
    "deletes_on": "2027-01-17",
    "deletion_days": 60,
    "link": "/my/subscriptions/",
}
OVER = {
    "subscriptions": SEATS,
    "seats": 114,
    "returned": SEATS,
    "still_off": [],
    "restored_at": "2026-11-20T01:22:00+00:00",
    "link": "/my/subscriptions/",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cause", ["fraud", "request"])
@pytest.mark.parametrize(("letter", "values"), [("suspended", OFF), ("restored", OVER)])
def test_it_names_what_is_off_and_asks_for_no_money(letter, values, cause, language):
    for house, other in ((HANHAI, NEVSKY), (NEVSKY, HANHAI)):
        written = write(house, letter, language, {**values, "cause": cause})
        page = written.page
        for seat in SEATS:
            assert seat in written.text and seat in page.words
        assert house.amount not in written.text and house.reference not in written.text
        assert not [mark for mark in other.canaries if mark in written.text + written.html + written.subject]
        assert any("/my/subscriptions/" in link for link in page.links)


def test_a_report_accuses_nobody_and_a_wish_is_no_fault():
    fraud = write(HANHAI, "suspended", "en", {**OFF, "cause": "fraud"}).text
    assert "This says nothing about who did what" in fraud and "not about an unpaid invoice" in fraud
    wish = write(HANHAI, "suspended", "en", {**OFF, "cause": "request"}).text
    assert "Nothing is wrong on your side" in wish


def test_what_stays_off_is_said():
    values = {**OVER, "cause": "fraud", "returned": SEATS[:1], "still_off": SEATS[1:]}
    written = write(HANHAI, "restored", "en", values)
    assert "another stands" in written.subject and "Everybody can sign in" not in written.text
    assert "Still suspended" in written.text and SEATS[1] in written.text
