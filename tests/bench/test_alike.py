"""Are the decisions about many invoices, made once for those alike, the same as each made for itself?"""

from hypothesis import given, settings
from hypothesis import strategies as st

from dunning.policy import schedule
from dunning.policy.outlook import Decisions
from tests.rulebook.test_outlook import alike
from tests.rulebook.worlds import instants, policies


@settings(max_examples=400)
@given(st.data())
def test_alike_or_not_the_decision_is_its_own(data):
    policy, now = data.draw(policies()), data.draw(instants())
    many = Decisions(policy, now)
    for one in data.draw(alike(policy)):
        assert many.of(one) == schedule(policy, one, now, forecast=False)
