"""What does the side panel say of the chosen deed: how much, what happens if nobody acts, and the deed itself?"""

from collections.abc import Callable, Mapping
from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.roles import May

from . import panels_access, panels_escalations, panels_money, panels_people
from .deadlines import Row
from .desk import Desk
from .panels import Panel


def panel(row: Row, desk: Desk, form: forms.Form | None = None) -> Panel:
    """The panel of a row; `form` is one that was refused, with its input. Without the right there is no deed."""
    made = BUILDERS[row.kind](row, desk)
    if made.action and form is not None:
        made.form = form
    if made.action and not desk.membership.may(May.CHASE):
        made.action, made.form = "", None
        made.refused = _("Your role may look at this, not do it.")
    return made


BUILDERS: Final[Mapping[str, Callable[[Row, Desk], Panel]]] = {
    "approve": panels_access.approve,
    "stop": panels_access.stop,
    "breaker": panels_access.breaker,
    "deletion": panels_access.deletion,
    "call": panels_people.call,
    "promise": panels_people.promise,
    "claim": panels_people.claim,
    "bounced": panels_people.letters,
    "contact": panels_people.contact,
    "receipt": panels_money.receipt,
    "taken_back": panels_money.taken_back,
    "bank": panels_money.bank,
    "dispute": panels_people.dispute,
    "to_read": panels_escalations.to_read,
    "to_ask": panels_escalations.to_ask,
    "to_file": panels_escalations.to_file,
    "to_call_off": panels_escalations.to_call_off,
    "draft": panels_money.draft,
    "write_off": panels_money.write_off,
    "unmapped": panels_money.unmapped,
    "to_pay": panels_money.bill_to_pay,
    "finding": panels_money.finding,
    "access": panels_access.stuck,
    "reading": panels_access.stuck,
    "drift": panels_access.drift,
}
