"""What happens to the provider's charges when a draft is changed or deleted? They follow their line, or wait again."""

from collections.abc import Collection, Sequence
from datetime import date

from django.utils.translation import gettext

from billing import drafting
from billing.drafting import Wanted
from billing.invoicing import NotADraft
from billing.models import Invoice
from billing.refusing import NotPossible
from customers.locking import lock_customer
from customers.models import acting_for

from .models import ProviderLine
from .unbilling import free


def change(invoice: Invoice, lines: Sequence[Wanted], *, due_on: date | None, seen: Collection[int]) -> Invoice:
    """Put these lines in place of a draft's. `seen` are the primary keys of the lines the person looked at: where
    somebody else changed them meanwhile nothing is done. A charge whose line is gone waits for the next drafts.

    Raises NotADraft, NotPossible."""
    with acting_for(invoice.partner):
        draft = _locked(invoice)
        if set(seen) != set(draft.lines.values_list("pk", flat=True)):
            if drafting.same(draft, lines, due_on=due_on):
                return draft
            raise NotPossible(gettext("Somebody changed this draft while you looked. See what it says now."))
        sources = list(ProviderLine.objects.select_for_update().filter(invoice_line__invoice=draft).order_by("pk"))
        of_line = {source.pk: source.invoice_line_id for source in sources}
        free(draft)
        made = drafting.rewrite(draft, lines, due_on=due_on)
        for source in sources:
            source.invoice_line = made.get(of_line[source.pk] or 0)
        ProviderLine.objects.bulk_update(sources, ["invoice_line"], batch_size=500)
        return draft


def delete(invoice: Invoice) -> int:
    """Delete a draft; answers how many of the provider's charges wait for the next drafts again.

    Raises NotADraft where it was issued or deleted meanwhile."""
    with acting_for(invoice.partner):
        draft = _locked(invoice)
        freed = free(draft)
        draft.lines.all().delete()
        draft.delete()
        return freed


def _locked(invoice: Invoice) -> Invoice:
    lock_customer(invoice.customer_id)
    draft = Invoice.objects.select_for_update().filter(pk=invoice.pk, status=Invoice.Status.DRAFT).first()
    if draft is None:
        raise NotADraft(str(invoice))
    return draft
