"""Which of the provider's credits and prorations stay with us? Those the price book of their day absorbs."""

from collections.abc import Iterable

from billing.pricing import Books, absorbed

from .costing import charge_of
from .models import ProviderLine


def bear(lines: Iterable[ProviderLine], books: Books) -> list[ProviderLine]:
    """Mark the lines that stay with us; answers the others, in their order. Lines come locked, with their bill and
    subscription."""
    billed: list[ProviderLine] = []
    ours: list[ProviderLine] = []
    for line in lines:
        line.absorbed = absorbed(books.on(line.bill.billed_on), charge_of(line))
        (ours if line.absorbed else billed).append(line)
    ProviderLine.objects.bulk_update(ours, ["absorbed"], batch_size=500)
    return billed


def let_go(lines: Iterable[ProviderLine], books: Books) -> list[ProviderLine]:
    """Absorbed lines that the book no longer absorbs wait to be billed again; answers them."""
    freed = []
    for line in lines:
        if line.absorbed and not absorbed(books.on(line.bill.billed_on), charge_of(line)):
            line.absorbed = ""
            freed.append(line)
    ProviderLine.objects.bulk_update(freed, ["absorbed"], batch_size=500)
    return freed
