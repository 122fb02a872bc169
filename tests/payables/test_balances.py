"""What does the provider say we owe, and is its refusal heeded?"""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from payables.balances import heed_refusals, read_balances
from payables.models import ProviderBalance
from payables.standing import How, lift, stands
from subscriptions.models import ProviderCall
from subscriptions.provisioning import provider_for
from tests import story
from tests.payables.conftest import DUE, NOW

pytestmark = pytest.mark.django_db


def test_the_balance_is_read_from_the_provider_and_kept_each_time(hanhai, sandbox_url):
    first = read_balances(hanhai, provider_for(hanhai), now=NOW)
    read_balances(hanhai, provider_for(hanhai), now=NOW + timedelta(days=1))

    assert ProviderBalance.objects.count() == 2 * len(first)
    assert all(one.read_at >= NOW for one in ProviderBalance.objects.all())


def refused(partner, code, at):
    return ProviderCall.objects.create(
        partner=partner,
        verb="change_status",
        method="PATCH",
        path="/v1/customers",
        began_at=at,
        began_machine_at=at,
        request_id=uuid.uuid4(),
        correlation_id=uuid.uuid4(),
        status=403,
        code=code,
        answer="the programme status is not active",
    )


@pytest.mark.parametrize("code", ["800039", "900149"])
def test_a_refusal_about_our_own_account_restricts_us_until_it_is_over(hanhai, code):
    refused(hanhai, code, NOW)

    standing = heed_refusals(hanhai, now=NOW)
    assert standing.why.startswith(code) and heed_refusals(hanhai, now=NOW) is None
    assert stands(hanhai, today=DUE).how == How.RESTRICTED
    lift(hanhai, by=story.people_of(hanhai)["owner"], now=NOW + timedelta(hours=1))

    assert heed_refusals(hanhai, now=NOW + timedelta(hours=2)) is None, "what was said before is over"
    refused(hanhai, code, NOW + timedelta(hours=3))
    assert heed_refusals(hanhai, now=NOW + timedelta(hours=3)) is not None


def test_other_refusals_say_nothing_about_our_account(hanhai):
    refused(hanhai, "2011", NOW)
    assert heed_refusals(hanhai, now=NOW) is None
