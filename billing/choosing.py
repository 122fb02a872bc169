"""How are a partner's choices about its receivables made? Each change is a row of its own."""

from datetime import datetime

from customers.models import Partner, User, acting_for

from .models import ReceivablesSetting
from .models.settings import choices_of


def choose(partner: Partner, *, credits_meet_others: bool, online_payment: bool, by: User, now: datetime) -> bool:
    """Say what happens to the rest of a credit note and whether customers may pay online from now on; answers whether
    that is a change. The same answer again writes nothing."""
    with acting_for(partner):
        Partner.objects.select_for_update().get(pk=partner.pk)
        known = choices_of(partner)
        if (known.credits_meet_others, known.online_payment) == (credits_meet_others, online_payment):
            return False
        ReceivablesSetting.objects.create(
            partner=partner,
            credits_meet_others=credits_meet_others,
            online_payment=online_payment,
            set_at=now,
            set_by=by,
        )
    return True
