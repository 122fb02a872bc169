"""Which of the provider's charges wait again because their invoice is gone?"""

from billing.models import Invoice

from .models import ProviderLine


def free(invoice: Invoice) -> int:
    """Let go of the provider's lines that this invoice passed on, so that the next drafts take them up; answers
    how many. The caller holds the customer's lock and knows that the invoice is no longer owed."""
    return ProviderLine.objects.filter(invoice_line__invoice=invoice).update(invoice_line=None)
