"""What may an admin see of a partner's choices about its receivables?"""

from django.contrib import admin

from billing.models import ReceivablesSetting
from customers.ledgers import Ledger, linked

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)


@admin.register(ReceivablesSetting)
class ReceivablesSettingAdmin(Ledger):
    """What was chosen, when and by whom. It is changed on the portal's own page."""

    list_display = ("id", linked("partner"), "credits_meet_others", "online_payment", "set_at", linked("set_by"))
    list_select_related = ("partner", "set_by")
    list_filter = (BY_PARTNER,)
    date_hierarchy = "set_at"
    ordering = ("-id",)
    page_select_related = ("partner", "set_by")
