"""Is it seen when the bytes of a file are not those that were taken, or lie there without a row? (I44)"""

from __future__ import annotations

import io
import os

import pytest

from disputes.attaching import attach
from disputes.models import AccessNews
from disputes.shelving import clear, folder
from outbox import clock
from tests import story
from tests.verifying.damaging import broken, damage, judged


@pytest.fixture
def file(lived):
    """A file Lanhai sent, whole on the shelf."""
    found = attach(lived.lanhai, "order.txt", io.BytesIO(b"Eight seats"), by=None, now=story.at("2026-07-06"))
    yield found
    clear(found.stored_as)


def test_a_file_that_changed_or_is_gone_breaks_i44(lived, file, only_breaks):
    assert broken(judged()) == {} and judged().promises["I44"].checked >= 1
    path = folder() / file.stored_as
    path.write_bytes(b"Nine seats!")
    (row,) = only_breaks("I44")
    assert (row["file"], row["why"]) == (file.pk, "is not what was taken")
    path.unlink()
    (row,) = only_breaks("I44")
    assert row["file"] == file.pk


def test_bytes_that_no_row_names_are_named_once_the_sweep_had_its_time(lived, file, only_breaks):
    torso = folder() / ".torso.part"
    torso.write_bytes(b"half")
    try:
        assert broken(judged()) == {}, "it may be written this moment"
        old = clock.machine().timestamp() - 3 * 86_400
        os.utime(torso, (old, old))
        (row,) = only_breaks("I44")
        assert row["stored_as"] == ".torso.part"
        assert broken(judged(lived.partner)) == {}, "it is nobody's"
    finally:
        torso.unlink()


def test_news_of_access_closed_on_a_letter_that_came_back_breaks_i31(lived, only_breaks):
    one = AccessNews.objects.filter(customer=lived.lanhai).earliest("pk")
    closing = "UPDATE disputes_accessnews SET closed_at = window_ends_at WHERE id = %s"
    damage(closing, one.pk, table="disputes_accessnews")
    assert broken(judged()) == {}
    back = "UPDATE customers_message SET bounced_at = delivered_at WHERE id = %s"
    damage(back, one.told_by_id, table="customers_message")
    assert one.pk in {row["news"] for row in only_breaks("I31")}
