"""Which changes of a table are kept, and by which trigger? A model says so in its Meta: `Kept()`."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any, Final

import pgtrigger
from django.db.models import Model

KEEPS: Final = "customers_keep_change"


class Kept(pgtrigger.Trigger):
    """After each change of a row the one function of the history writes down what it was and what it is.

    Where only some columns are people's, name them with `of`; rows that the portal makes and removes by itself are then
    no changes unless `added` or `taken_away` says so. `hidden` columns are kept as changed without their value:
    secrets. `skipped` ones don't count: stamps of the portal's own work.

    The function belongs to the owner of the tables, so the application can't write a history of its own making."""

    name = "kept"
    when = pgtrigger.After
    # pgtrigger makes a function for each trigger; this one is never called.
    func = "RETURN NULL;"

    def __init__(
        self,
        *,
        of: Sequence[str] = (),
        added: bool | None = None,
        taken_away: bool | None = None,
        hidden: Sequence[str] = (),
        skipped: Sequence[str] = (),
    ) -> None:
        self.of, self.hidden, self.skipped = tuple(of), tuple(hidden), tuple(skipped)
        operations: list[Any] = [pgtrigger.UpdateOf(*of) if of else pgtrigger.Update]  # type: ignore[no-untyped-call]
        if not of if added is None else added:
            operations.append(pgtrigger.Insert)
        if not of if taken_away is None else taken_away:
            operations.append(pgtrigger.Delete)
        super().__init__(operation=reduce(or_, operations))

    def render_execute(self, model: Model) -> str:
        """The one function, told which table this is and which columns count."""
        told = (model._meta.label, ",".join(self.hidden), ",".join(self.skipped), ",".join(self.of))
        return f"{KEEPS}({', '.join(repr(word) for word in told)})"
