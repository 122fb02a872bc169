"""How did the customer find our answer? One question after the end, asked once."""

from datetime import datetime

from django.utils.translation import gettext

from customers.locking import lock_customer
from customers.models import TimelineEntry, User, acting_for
from customers.telling import tell

from .models import CaseEntry, Dispute
from .refusing import BadQuestion, NotOpen, check_may_speak, plain_text, worded


def rate(case_id: int, stars: int, *, by: User, now: datetime, word: str = "") -> Dispute:
    """Keep one to five stars, and a word if there is one, for a closed case. It can't be changed: the same stars
    again change nothing. Raises BadQuestion (stars, word), NotOpen before the end or where other stars were
    given already, PermissionError."""
    found = Dispute.objects.select_related("partner").get(pk=case_id)
    with acting_for(found.partner):
        customer = lock_customer(found.customer_id)
        check_may_speak(by, customer)
        if stars not in range(1, 6):
            raise BadQuestion("stars: " + gettext("Choose one of the five."))
        words = worded("word", word, "") if plain_text(word) else ""
        case = Dispute.objects.select_for_update(of=("self",)).select_related("invoice").get(pk=case_id)
        if case.status != Dispute.Status.CLOSED or case.rating not in (None, stars):
            raise NotOpen(case.number)
        if case.rating == stars:
            return case
        case.rating, case.rated_at = stars, now
        case.save(update_fields=["rating", "rated_at"])
        if words:
            CaseEntry.objects.create(
                partner_id=case.partner_id, dispute=case, kind=CaseEntry.Kind.CUSTOMER, text=words, at=now, by=by
            )
        number = case.invoice.number if case.invoice else ""
        tell(
            customer,
            TimelineEntry.Kind.DISPUTE,
            "case_rated",
            now=now,
            about=number or case.number,
            values={"case": case.number, "stars": str(stars), "link": f"/my/cases/{case.pk}/"},
            actor=by,
        )
        return case
