"""How does a guess about an entry read? Each reason a short sentence."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from customers import formats

PLAIN: Final[Mapping[str, str | Promise]] = {
    "name": _("the payer is called the same"),
    "name_close": _("the payer’s name is nearly the same"),
    "account": _("this account has paid for them before"),
    "account_shared": _("this account has paid for them and for others"),
    "unclear": _("it may be from more than one customer, or the signs are too weak"),
    "nobody": _("nothing points to a customer"),
    "returned": _("the bank took a payment back"),
    "returned_unknown": _("the bank took money back that no payment of ours fits"),
    "returned_ours": _("the bank gave a transfer of ours back"),
}


def reason(why: Sequence[str]) -> str:
    """One reason: a code with its values."""
    code, values = why[0], list(why[1:])
    made = _WITH_VALUES.get(code)
    return made(values) if made and values else str(PLAIN.get(code, ""))


def reasons(why: Sequence[Sequence[str]]) -> list[str]:
    """All of them, those that can be said."""
    return [text for text in map(reason, why) if text]


def _all(values: list[str]) -> str:
    n = int(values[0])
    return ngettext("%(n)s open invoice is as much", "all %(n)s open invoices add up to it", n) % {
        "n": formats.grouped(n)
    }


_WITH_VALUES: Final[Mapping[str, Callable[[list[str]], str]]] = {
    "reference": lambda values: gettext("the text names %(number)s") % {"number": values[0]},
    "amount": lambda values: gettext("it is what is open of %(number)s") % {"number": values[0]},
    "amount_two": lambda values: (
        gettext("%(first)s and %(second)s add up to it") % {"first": values[0], "second": values[1]}
    ),
    "amount_all": _all,
    "cure": lambda values: gettext("it is what is undisputed of %(number)s") % {"number": values[0]},
    "person": lambda values: gettext("%(person)s said so") % {"person": values[0]},
}


def likelihood(confidence: int) -> str:
    """How likely a guess is, in a word."""
    if confidence >= 80:
        return gettext("very likely")
    return gettext("likely") if confidence >= 45 else gettext("possible")
