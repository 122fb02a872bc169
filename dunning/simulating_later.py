"""How does a long simulation go on after the page has answered? One at a time for each partner, with its progress."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final

from django.core.cache import cache

from customers.models import Partner, User

from .models import PolicyDraft
from .simulating import BadPolicy, open_invoices, simulate_draft

# Up to so many open invoices the page waits for the result.
AT_ONCE: Final = 5_000
# A simulation not heard of for so many seconds is gone.
SILENCE: Final = 600


@dataclass(frozen=True)
class Progress:
    """How far a simulation is; it has ended when there is a `simulation` or there are `faults`."""

    done: int
    all: int
    simulation: int | None = None
    faults: tuple[str, ...] = ()


def takes_long(partner: Partner) -> bool:
    """Whether the page should not wait for it."""
    return open_invoices(partner).count() >= AT_ONCE


def announce(partner: Partner) -> bool:
    """Take the partner's one place; False when a simulation is under way."""
    known = progress_of(partner)
    if known is not None and (known.simulation is not None or known.faults):
        forget(partner)
    # Of two presses at the same moment one gets it.
    return cache.add(_key(partner), asdict(Progress(0, 0)), SILENCE)


def progress_of(partner: Partner) -> Progress | None:
    """How far the partner's simulation is; None where there is none to tell of."""
    kept = cache.get(_key(partner))
    return Progress(**{**kept, "faults": tuple(kept["faults"])}) if kept else None


def forget(partner: Partner) -> None:
    """Its end was seen."""
    cache.delete(_key(partner))


def carry_on(draft: PolicyDraft, *, now: datetime, by: User | None) -> None:
    """Simulate a draft as it is now, say how far it is, keep the result."""
    partner = draft.partner
    try:
        done = simulate_draft(draft, now=now, by=by, heard=lambda done, whole: _say(partner, Progress(done, whole)))
    except BadPolicy as bad:
        _say(partner, Progress(0, 0, faults=tuple(bad.faults)))
    else:
        last = progress_of(partner) or Progress(0, 0)
        _say(partner, replace(last, simulation=done.pk))


def _say(partner: Partner, progress: Progress) -> None:
    cache.set(_key(partner), asdict(progress), SILENCE)


def _key(partner: Partner) -> str:
    return f"simulation:{partner.pk}"
