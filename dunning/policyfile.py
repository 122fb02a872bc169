"""How is a policy read from a file, and how is it written into one?"""

from collections.abc import Mapping
from typing import Any

import yaml

from .casefile import read_yaml
from .policy import Fault, Policy
from .policy.mapping import policy_from_mapping, policy_to_mapping
from .policy.reading import MappingError, amounts

LONGEST = 200_000


def read_policy(written: str) -> Policy:
    """The policy of a file, as docs/policy-file.md describes it: `min_overdue` at the top serves the stages that
    write none. Raises MappingError with all faults of the writing, by path; what a draft may not say is for
    `faults`."""
    if len(written) > LONGEST:
        raise MappingError(Fault("file", "is too large"))
    data = read_yaml(written)
    if not isinstance(data, Mapping) or "min_overdue" not in data:
        return policy_from_mapping(data)
    rest: dict[Any, Any] = dict(data)
    try:
        least = amounts(rest.pop("min_overdue"))
    except ValueError as error:
        raise MappingError(Fault("min_overdue", str(error))) from None
    return policy_from_mapping(rest, min_overdue=least)


def write_policy(policy: Policy) -> str:
    """The same policy as a file; reading it gives an equal one."""
    return yaml.safe_dump(policy_to_mapping(policy), sort_keys=False, allow_unicode=True, width=100)
