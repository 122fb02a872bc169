"""Which of a customer's people gets which letter, what can be switched off, and who changes that?"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from .locking import lock_customer
from .models import ContactPreference, ContactRole, Customer, Letter, TimelineEntry, User, acting_for
from .telling import tell

# Letters a customer may do without: each tells what stands on their pages too, and asks for nothing.
CAN_BE_OFF: Final = (Letter.RECEIVED, Letter.STATEMENT, Letter.CASE_TURN)
# Letters that may go to another of their people than the billing contact.
CAN_GO_ELSEWHERE: Final = (
    Letter.INVOICE,
    Letter.CREDIT_NOTE,
    Letter.STATEMENT,
    Letter.RECEIVED,
    Letter.QUESTION_TAKEN,
    Letter.CASE_WORD,
    Letter.CASE_TURN,
    Letter.ANSWER,
)
# Letters whose readers the collections policy names, since access hangs on them.
FIXED: Final = (Letter.NOTICE, Letter.SUSPENDED, Letter.DELETION, Letter.RESTORED, Letter.POLICY)
NOBODY: Final = ""


class BadChoice(Exception):
    """It can't be so. `letter` is the one, `why` one of: fixed, needed (it can't be switched off), unknown (nobody is
    known in that role)."""

    def __init__(self, letter: str, why: str) -> None:
        super().__init__(f"{letter}: {why}")
        self.letter, self.why = letter, why


def choices_of(customers: Iterable[int]) -> dict[tuple[int, str], str]:
    """What customers (by primary key) have chosen, in one query: for customer and letter the role, "" for nobody."""
    rows = ContactPreference.objects.filter(customer_id__in=list(customers))
    return {(customer, letter): role for customer, letter, role in rows.values_list("customer_id", "letter", "role")}


def roles_for(letter: str, roles: Sequence[str], chosen: str | None) -> Sequence[str]:
    """Who is asked for an address, in this order: the role that was chosen, then those the letter goes to anyway."""
    return roles if not chosen or letter not in CAN_GO_ELSEWHERE else (chosen, *roles)


def is_off(letter: str, chosen: str | None) -> bool:
    """Whether the customer does without this letter."""
    return chosen == NOBODY and letter in CAN_BE_OFF


def choose(customer: Customer, wanted: Mapping[str, str], *, by: User, now: datetime) -> bool:
    """Let these letters go to these roles from the next one on; "" switches a letter off. The billing contact is
    where letters go by themselves. Answers whether that changes anything. Raises BadChoice, and then keeps nothing."""
    with acting_for(customer.partner):
        locked = lock_customer(customer.pk)
        known = set(locked.contacts.values_list("role", flat=True)) | {str(ContactRole.BILLING)}
        for letter, role in wanted.items():
            _check(letter, role, known)
        before = {letter: role for (_customer, letter), role in choices_of([locked.pk]).items()}
        changed = {letter: role for letter, role in wanted.items() if before.get(letter, ContactRole.BILLING) != role}
        for letter, role in changed.items():
            mine: dict[str, Any] = {"partner_id": locked.partner_id, "customer": locked, "letter": letter}
            ContactPreference.objects.update_or_create(
                **mine, defaults={"role": role, "chosen_at": now, "chosen_by": by}
            )
        if changed:
            tell(locked, TimelineEntry.Kind.NOTE, "letters_chosen", now=now, values={"person": str(by)}, actor=by)
        return bool(changed)


def _check(letter: str, role: str, known: set[str]) -> None:
    if letter not in CAN_GO_ELSEWHERE:
        raise BadChoice(letter, "fixed")
    if role == NOBODY:
        if letter not in CAN_BE_OFF:
            raise BadChoice(letter, "needed")
    elif role not in known:
        raise BadChoice(letter, "unknown")
