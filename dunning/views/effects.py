"""What does a deed change, invoice by invoice? The dates before and after, as the form about it shows them."""

from collections.abc import Sequence
from typing import Any, Final

from customers.entering import Here
from dunning.picturing import Reading
from dunning.supposing import Supposed
from dunning.wording import stage

MOST: Final = 12


def effect_of(request: Here, found: Sequence[Supposed], *, asked: bool = True) -> dict[str, Any]:
    """What the effect at a form's foot shows; `asked` is false while the form says too little to suppose anything."""
    reading = Reading(request.now.astimezone(request.zone).date(), request.zone)
    return {
        "asked": asked,
        "rows": [_row(one, reading) for one in found[:MOST]],
        "more": max(len(found) - MOST, 0),
        "nothing": asked and not any(one.changes for one in found),
    }


def _row(one: Supposed, reading: Reading) -> dict[str, Any]:
    return {
        "invoice": one.invoice,
        "changes": one.changes,
        "because": reading.because(one.after.next.because, one.invoice.currency),
        "steps": [{"name": stage(step.stage), "step": step} for step in one.steps],
    }
