"""How is time spared where rows come by the hundred thousand? Python looks for garbage in cycles seldom."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def few_collections() -> Iterator[None]:
    """Rows go by themselves; looking for cycles among all objects of the process each time costs more than
    deciding. Whoever works in batches calls `gc.collect(0)` after each."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
