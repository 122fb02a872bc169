"""Whom do we remind? The owner of a case that is past its promised time, and a customer whose word we wait for."""

from datetime import datetime
from typing import Any, Final

from customers.locking import lock_customer
from customers.models import Customer, Letter, Message, acting_for
from customers.writing import LANGUAGES, message_id, promise_letter

from .models import Dispute
from .opening import after_business_days
from .owning import NobodyToAnswer, may_own, owner_for
from .replying import PATIENCE_DAYS, about, letter_values
from .working import tell_case

UNDECIDED: Final = (
    Dispute.Status.NEW,
    Dispute.Status.INVESTIGATING,
    Dispute.Status.WAITING_CUSTOMER,
    Dispute.Status.WAITING_PROVIDER,
)


def remind(*, now: datetime) -> dict[str, int]:
    """Write once to the owner of each case whose promised time has passed, and once to each customer whose word we
    have waited for long enough; answers how many of each."""
    late = Dispute.objects.filter(status__in=UNDECIDED, answer_by__lt=now, late_told_at=None)
    silent = Dispute.objects.filter(
        status=Dispute.Status.WAITING_CUSTOMER, next_action=Dispute.Next.REMIND_CUSTOMER, next_at__lte=now
    )
    return {"owners": _each(late, _tell_owner, now), "customers": _each(silent, _remind_customer, now)}


def _each(found: Any, deed: Any, now: datetime) -> int:
    done = 0
    for one in list(found.select_related("partner").order_by("customer_id", "pk")):
        with acting_for(one.partner):
            customer = lock_customer(one.customer_id)
            case = (
                found.select_for_update(of=("self",))
                .select_related("invoice", "owner", "partner")
                .filter(pk=one.pk)
                .first()
            )
            if case is not None:
                deed(case, customer, now)
                done += 1
    return done


def _tell_owner(case: Dispute, customer: Customer, now: datetime) -> None:
    """A letter to one of ours: no contact of the customer's stands on it, and their timeline doesn't tell of it."""
    if not may_own(case.owner, case.partner):
        # Whoever left or lost the role reads nothing of it any more, and no case stays with them.
        try:
            case.owner = owner_for(case.partner)
        except NobodyToAnswer:
            return
    key, owner = f"letter:case_late:{case.pk}", case.owner
    values = {
        **letter_values(case),
        "link": f"/disputes/{case.pk}/",
        "person": str(owner),
        "action": case.next_action,
        "opened_at": case.opened_at.isoformat(),
    }
    Message.objects.get_or_create(
        key=key,
        defaults={
            "partner_id": case.partner_id,
            "customer": customer,
            "letter": Letter.CASE_LATE,
            "language": owner.language if owner.language in LANGUAGES else "en",
            "to_email": owner.email,
            "about": about(case),
            "values": values,
            "message_id": message_id(key),
            "queued_at": now,
            "due_at": now,
        },
    )
    case.late_told_at = now
    case.save(update_fields=["late_told_at", "owner"])
    tell_case(case, customer, "case_late", now=now, values={"person": str(owner)}, shared=False)


def _remind_customer(case: Dispute, customer: Customer, now: datetime) -> None:
    since = case.waiting_since or case.opened_at
    message = promise_letter(
        customer,
        Letter.CASE_WORD,
        key=f"letter:case_remind:{case.pk}:{since.isoformat()}",
        now=now,
        about=about(case),
        values={
            **letter_values(case),
            "text": _asked(case),
            "waits": True,
            "reminder": True,
            "since": since.isoformat(),
        },
    )
    case.next_action, case.next_at = Dispute.Next.CALL_CUSTOMER, after_business_days(customer, now, PATIENCE_DAYS)
    case.save(update_fields=["next_action", "next_at"])
    tell_case(case, customer, "case_reminded", now=now, message=message)


def _asked(case: Dispute) -> str:
    last = case.entries.filter(kind="staff").order_by("-at", "-pk").first()
    return last.text if last else ""
