"""Do the provider's log and the mail that arrived contradict a record that was made to look right?"""

from __future__ import annotations

import json

from django.conf import settings

from billing.models import DisputedAmount
from dunning.models import Decision
from subscriptions.models import AccessAttempt, AccessChange, Suspension
from tests import story
from tests.verifying.damaging import broken, damage, judged

BY_PROVIDER = "the provider took access"


def lose_mail(mail_dir, customer, stage) -> Decision:
    """The mail sink never had this notice."""
    row = Decision.objects.get(invoice__customer=customer, stage=stage)
    (file,) = mail_dir.glob(f"*{row.message.message_id.strip('<>')}.eml")
    file.unlink()
    return row


def said(verdict, promise: str) -> set[str]:
    """What is the matter, by one promise."""
    return {row["wrong"] for row in broken(verdict).get(promise, [])}


def forget(*requests: str) -> None:
    """The provider's log never had these requests."""
    log = settings.SANDBOX_DIR / "operations.jsonl"
    lines = [line for line in log.read_text().splitlines() if json.loads(line)["request_id"] not in requests]
    log.write_text("".join(f"{line}\n" for line in lines))


def requests(customer, wanted: str) -> list[str]:
    return [
        str(one.request_id) for one in AccessAttempt.objects.filter(change__customer=customer, change__wanted=wanted)
    ]


def test_all_of_it_was_looked_at(lived):
    assert broken(judged()) == {}


def test_a_final_notice_that_never_arrived_is_no_warning(lived, mail_dir):
    lose_mail(mail_dir, lived.lanhai, "final")
    verdict = judged()
    assert "the provider took access before the day that a mail in the sink printed" in said(verdict, "I1")
    assert set(broken(verdict)) == {"I1", "I15"}


def test_a_notice_without_the_one_before_it_is_out_of_turn(lived, mail_dir):
    lose_mail(mail_dir, lived.lanhai, "remind")
    assert said(judged(), "I3") == {"a notice lies in the mail sink, and the one before it never arrived"}


def test_bills_paid_before_the_switch_speak_against_it(lived):
    """Somebody rewrites when a payment was booked: the record agrees with itself, the provider was faster."""
    lines = list(lived.mingyue.invoices.get().lines.values_list("pk", flat=True))
    early = story.at("2026-06-20")
    damage("UPDATE billing_allocation SET at = %s WHERE line_id = ANY(%s)", early, lines, table="billing_allocation")
    verdict = judged()
    assert "the provider took access from somebody who had paid" in said(verdict, "I8")
    assert "the provider took access though the bills say that nothing was owed" in said(verdict, "I4")


def test_lines_wholly_in_question_speak_against_the_switch(lived):
    for line in lived.mingyue.invoices.get().lines.all():
        DisputedAmount.objects.create(
            partner=lived.partner,
            customer=lived.mingyue,
            line=line,
            case_number="D-1",
            questioned=line.total,
            amount=line.total,
            opened_at=story.at("2026-06-30"),
        )
    assert "the provider took access for lines that were wholly in question" in said(judged(), "I5")


def test_a_payment_that_brought_nothing_back_is_seen_at_the_provider(lived):
    forget(*requests(lived.mingyue, "active"))
    verdict = judged()
    assert said(verdict, "I29") == {"the bills are paid, and the provider's last word is that it is off"}
    assert said(verdict, "I30") == {"the provider's last word is not what the reasons that are left say"}
    assert said(verdict, "I11") == {"a change counts as done, and the provider's log lacks a part of it"}


def test_a_reason_that_vanished_from_the_record_is_still_off_at_the_provider(lived):
    row = Suspension.objects.filter(customer=lived.lanhai, ended_at=None).first()
    change = AccessChange.objects.filter(customer=lived.mingyue, wanted="active").get()
    damage(
        "UPDATE subscriptions_suspension SET ended_at = now(), ended_why = 'cured', lifted_by_id = %s WHERE id = %s",
        change.pk,
        row.pk,
        table="subscriptions_suspension",
    )
    assert "the provider's last word is not what the reasons that are left say" in said(judged(), "I30")


def test_more_customers_in_a_day_than_agreed_are_counted_in_the_log(lived):
    damage(
        "UPDATE dunning_suspensiondebt SET day_limit = 1 WHERE day_limit IS NOT NULL", table="dunning_suspensiondebt"
    )
    assert "the provider took access from more customers than two people agreed to" in said(judged(), "I12")
