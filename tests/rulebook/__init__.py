"""Does the rulebook say what it should, by hand, by table and by chance?

RULEBOOK_EXAMPLES says how many examples each property is tried on; RULEBOOK_RANDOM makes them new ones.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "rulebook",
    max_examples=int(os.environ.get("RULEBOOK_EXAMPLES", "100")),
    derandomize="RULEBOOK_RANDOM" not in os.environ,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("rulebook")
