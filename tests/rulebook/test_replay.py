"""Do the facts stored with a decision give that decision again?"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.policy import schedule
from dunning.recording import edition, keep, recall

from .test_decisions import World, pressing, suspending
from .worlds import worlds

pytestmark = pytest.mark.django_db


@given(st.one_of(worlds, pressing, suspending))
def test_the_stored_inputs_give_the_stored_decision(world: World) -> None:
    policy, facts, now = world
    again = recall(json.loads(json.dumps(keep(facts, edition(facts.calendar)))))
    assert schedule(policy, again, now) == schedule(policy, facts, now)
