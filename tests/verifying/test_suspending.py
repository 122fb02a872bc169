"""Are suspensions seen that were not owed, not approved, or not of the scope that was decided? (I4, I10, I12, I16)"""

from __future__ import annotations

import json
import uuid

from django.conf import settings

from billing.models import DisputedAmount, Hold
from dunning.models import Approval, Breaker, BreakerLift
from outbox import clock
from subscriptions import provisioning
from subscriptions.gateway.protocol import ProviderStatus
from subscriptions.models import AccessAttempt, AccessChange, Subscription, Suspension
from tests import story
from tests.verifying.damaging import broken, damage, judged


def suspend_change(customer) -> AccessChange:
    return AccessChange.objects.get(customer=customer, wanted="suspended")


def audio(book) -> Subscription:
    return Subscription.objects.get(customer=book.lanhai, name="Audio Conferencing")


def ask_provider(subscription: Subscription, request_id: str) -> None:
    """A request of ours that really reaches the sandbox."""
    provider = provisioning.provider_for(subscription.partner)
    seen = provider.subscription(subscription.customer.provider_id, subscription.provider_id)
    provider.change_status(seen, ProviderStatus.SUSPENDED, request_id=request_id, correlation_id=str(uuid.uuid4()))


def test_a_debt_that_was_disputed_at_the_last_look_breaks_i4(lived, only_breaks):
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
    (row,) = only_breaks("I4")
    assert row["suspension"] == Suspension.objects.get(customer=lived.mingyue).pk
    assert row["undisputed"] == "0.00"


def test_a_suspension_against_a_hold_breaks_i4(lived, only_breaks):
    Hold.objects.create(
        partner=lived.partner,
        customer=lived.mingyue,
        kind="hold",
        from_on=story.FINAL,
        reason="They are merging.",
        recorded_at=story.at("2026-06-30"),
    )
    (row,) = only_breaks("I4")
    assert row["held"] == "They are merging."


def test_a_suspension_nobody_approved_breaks_i4(lived, only_breaks):
    approval = Approval.objects.get(proposal__customer=lived.mingyue)
    damage("DELETE FROM dunning_approval WHERE id = %s", approval.pk, table="dunning_approval")
    (row,) = only_breaks("I4")
    assert (row["approvals"], row["approvals_needed"]) == (0, 1)


def test_more_customers_in_a_day_than_the_limit_break_i12(lived, only_breaks):
    damage(
        "UPDATE dunning_suspensiondebt SET day_limit = 1 WHERE partner_id = %s",
        lived.partner.pk,
        table="dunning_suspensiondebt",
    )
    rows = only_breaks("I12")
    assert {(row["customers"], row["most"]) for row in rows} == {(2, 1)}
    breaker = Breaker.objects.create(
        partner=lived.partner,
        tripped_at=story.at(story.SUSPEND, "11:59"),
        limit=1,
        customers=[lived.lanhai.pk, lived.mingyue.pk],
        lifted_at=story.at(story.SUSPEND),
    )
    for role in ("owner", "admin_agent"):
        assert only_breaks("I12"), "two people must have agreed"
        BreakerLift.objects.create(
            partner=lived.partner, breaker=breaker, user=lived.people[role], at=story.at(story.SUSPEND)
        )
    assert broken(judged(lived.partner)) == {}


def test_a_scope_that_grew_after_the_decision_breaks_i10(lived, only_breaks):
    change = suspend_change(lived.lanhai)
    damage(
        "UPDATE subscriptions_accesschange SET scope = scope || %s::bigint WHERE id = %s",
        audio(lived).pk,
        change.pk,
        table="subscriptions_accesschange",
    )
    (row,) = only_breaks("I10")
    assert row["access_change"] == change.pk
    assert audio(lived).pk in row["scope"]


def test_a_request_that_reached_another_subscription_breaks_i10(lived, only_breaks):
    """Under the change that suspends the others, the provider really switched this one off."""
    change, other = suspend_change(lived.lanhai), audio(lived)
    attempt = AccessAttempt.objects.create(
        partner=lived.partner,
        change=change,
        subscription=other,
        began_at=story.at(story.SUSPEND),
        began_machine_at=clock.machine(),
        ended_machine_at=clock.machine(),
        request_id=uuid.uuid4(),
        correlation_id=uuid.uuid4(),
        answer="accepted",
    )
    ask_provider(other, str(attempt.request_id))
    (row,) = only_breaks("I10")
    assert (row["access_attempt"], row["subscription"]) == (attempt.pk, other.provider_id)


def test_a_siblings_subscription_in_the_log_breaks_i10(lived, only_breaks):
    """The log says that our request for Lanhai changed Qinghe's subscription."""
    attempt = AccessAttempt.objects.filter(change=suspend_change(lived.lanhai)).first()
    sibling = Subscription.objects.get(customer=lived.qinghe)
    log = settings.SANDBOX_DIR / "operations.jsonl"
    lines = [json.loads(line) for line in log.read_bytes().splitlines()]
    for line in lines:
        if line["request_id"] == str(attempt.request_id):
            line["customer"], line["subscription"] = lived.qinghe.provider_id, sibling.provider_id
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (row,) = only_breaks("I10")
    assert row["subscription"] == sibling.provider_id


def test_a_change_at_the_provider_without_an_attempt_breaks_i16(lived, only_breaks):
    request_id = str(uuid.uuid4())
    ask_provider(Subscription.objects.get(customer=lived.qinghe), request_id)
    (row,) = only_breaks("I16")
    assert (row["request_id"], row["took_effect"]) == (request_id, True)


def test_a_change_that_took_effect_twice_breaks_i16(lived, only_breaks):
    """Paid and restored, the subscription is switched off once more under the change that was done."""
    change = suspend_change(lived.mingyue)
    subscription = Subscription.objects.get(customer=lived.mingyue)
    attempt = AccessAttempt.objects.create(
        partner=lived.partner,
        change=change,
        subscription=subscription,
        began_at=story.at(story.SUSPEND),
        began_machine_at=clock.machine(),
        ended_machine_at=clock.machine(),
        request_id=uuid.uuid4(),
        correlation_id=uuid.uuid4(),
        answer="accepted",
    )
    ask_provider(subscription, str(attempt.request_id))
    (row,) = only_breaks("I16")
    assert (row["access_change"], row["effects"]) == (change.pk, 2)


def test_an_accepted_request_the_provider_does_not_know_breaks_i16(lived, only_breaks):
    attempt = AccessAttempt.objects.filter(change=suspend_change(lived.lanhai)).first()
    log = settings.SANDBOX_DIR / "operations.jsonl"
    kept = [line for line in log.read_bytes().splitlines(True) if str(attempt.request_id).encode() not in line]
    log.write_bytes(b"".join(kept))
    (row,) = only_breaks("I16")
    assert row["access_attempt"] == attempt.pk
