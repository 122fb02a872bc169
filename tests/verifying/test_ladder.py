"""Are steps that came too early, twice or out of turn seen? (I1, I2, I3, I9, R)"""

from __future__ import annotations

import shutil
from datetime import timedelta

from customers.models import Message, TimelineEntry
from dunning.models import Decision
from subscriptions.models import AccessAttempt
from tests import story
from tests.verifying.damaging import broken, damage, judged, unguarded


def of(customer, stage: str) -> Decision:
    return Decision.objects.get(invoice__customer=customer, stage=stage)


def test_asking_the_provider_before_the_printed_day_breaks_i1(lived, only_breaks):
    attempt = AccessAttempt.objects.filter(change__customer=lived.lanhai).first()
    early = attempt.began_at - timedelta(days=1)
    damage(
        "UPDATE subscriptions_accessattempt SET began_at = %s WHERE id = %s",
        early,
        attempt.pk,
        table="subscriptions_accessattempt",
    )
    (row,) = only_breaks("I1")
    assert row["access_attempt"] == attempt.pk


def test_a_step_decided_twice_breaks_i2(lived, only_breaks):
    row = of(lived.lanhai, "final")
    columns = ", ".join(f.column for f in Decision._meta.concrete_fields if f.column != "id")
    with unguarded("dunning_decision") as cursor:
        cursor.execute("ALTER TABLE dunning_decision DROP CONSTRAINT dunning_decision_once")
        copied = columns.replace("values", '"values"')
        cursor.execute(
            f"INSERT INTO dunning_decision ({copied}) SELECT {copied} FROM dunning_decision WHERE id = %s", [row.pk]
        )
    (found,) = only_breaks("I2")
    assert (found["invoice"], found["stage"], found["decisions"]) == (row.invoice_id, "final", 2)


def test_a_mail_that_lies_in_the_sink_twice_breaks_i2(lived, only_breaks, mail_dir):
    message = of(lived.lanhai, "final").message
    (file,) = mail_dir.glob(f"*{message.message_id.strip('<>')}.eml")
    shutil.copy(file, file.with_name(file.name.replace("T", "T1", 1)))
    (row,) = only_breaks("I2")
    assert (row["message"], row["files"]) == (message.pk, 2)


def test_a_second_notice_letter_on_one_day_breaks_i9(lived):
    other = of(lived.lanhai, "courtesy").message
    copied = ", ".join(
        f'"{f.column}"' for f in Message._meta.concrete_fields if f.column not in ("id", "key", "message_id")
    )
    with unguarded("customers_message", "dunning_decision") as cursor:
        cursor.execute(
            f"INSERT INTO customers_message (key, message_id, {copied})"
            f" SELECT key || ':again', '<again@localhost>', {copied} FROM customers_message WHERE id = %s RETURNING id",
            [other.pk],
        )
        again = cursor.fetchone()[0]
        columns = ", ".join(
            f'"{f.column}"' for f in Decision._meta.concrete_fields if f.column not in ("id", "message_id", "attempt")
        )
        cursor.execute(
            f"INSERT INTO dunning_decision (message_id, attempt, {columns})"
            f" SELECT %s, 2, {columns} FROM dunning_decision WHERE id = %s",
            [again, of(lived.lanhai, "courtesy").pk],
        )
    found = broken(judged())
    assert set(found) == {"I2", "I9"}, "the notice that is sent again had arrived, too"
    (row,) = found["I9"]
    assert (row["customer"], row["letters"]) == (lived.lanhai.pk, 2)


def test_a_stage_that_was_left_out_breaks_i3(lived, only_breaks):
    """The reminder disappears from the record with all its traces: the final notice then came out of turn."""
    row = of(lived.lanhai, "remind")
    message = row.message
    with unguarded(
        "dunning_decision",
        "customers_message",
        "customers_messageattempt",
        "customers_timelineentry",
        "customers_maillink",
    ) as cursor:
        for statement in (
            f"DELETE FROM dunning_decision WHERE id = {row.pk}",
            f"DELETE FROM customers_timelineentry WHERE message_id = {message.pk}",
            f"DELETE FROM customers_messageattempt WHERE message_id = {message.pk}",
            f"DELETE FROM customers_maillink WHERE message_id = {message.pk}",
            f"DELETE FROM customers_message WHERE id = {message.pk}",
        ):
            cursor.execute(statement)
    (found,) = only_breaks("I3")
    assert (found["decision"], found["skipped"]) == (of(lived.lanhai, "final").pk, "remind")


def test_a_gap_that_was_not_kept_breaks_i3(lived, only_breaks):
    """The reminder was delivered two days before the final notice; five are promised."""
    message = of(lived.lanhai, "remind").message
    late = story.at("2026-06-22")
    damage(
        "UPDATE customers_message SET delivered_at = %s, settled_at = %s WHERE id = %s",
        late,
        late,
        message.pk,
        table="customers_message",
    )
    handed = TimelineEntry.objects.get(message=message, code="letter_handed")
    damage("UPDATE customers_timelineentry SET at = %s WHERE id = %s", late, handed.pk, table="customers_timelineentry")
    (row,) = only_breaks("I3")
    assert (row["decision"], row["stage_before"]) == (of(lived.lanhai, "final").pk, "remind")


def test_a_decision_that_does_not_follow_from_its_facts_breaks_the_replay(lived, only_breaks):
    row = of(lived.lanhai, "suspend")
    damage(
        "UPDATE dunning_decision SET facts = jsonb_set(facts, '{invoice,lines,0,open}', '\"1.00\"') WHERE id = %s",
        row.pk,
        table="dunning_decision",
    )
    replayed, reprinted = only_breaks("R")
    assert reprinted["written"] != reprinted["now"]
    found = replayed
    assert found["decision"] == row.pk
    assert found["amount"]["stored"] == row.amount


def test_facts_that_were_changed_to_no_effect_break_the_replay(lived, only_breaks):
    """The decision still follows from them; the print says that they are not those it was made on."""
    row = of(lived.lanhai, "final")
    damage(
        "UPDATE dunning_decision SET facts = jsonb_set(facts, '{tags}', '[\"nobody asks\"]') WHERE id = %s",
        row.pk,
        table="dunning_decision",
    )
    (found,) = only_breaks("R")
    assert found["decision"] == row.pk and found["written"] == row.facts_print != found["now"]


def test_a_reason_that_was_rewritten_breaks_the_replay(lived, only_breaks):
    row = of(lived.mingyue, "remind")
    damage("UPDATE dunning_decision SET because = 'deletion_near' WHERE id = %s", row.pk, table="dunning_decision")
    (found,) = only_breaks("R")
    assert found["because"] == {"stored": "deletion_near", "again": "stage_due"}
