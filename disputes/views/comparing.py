"""What did we bill beside what 21Vianet billed us, and what does the difference say?"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext

from billing.models import CreditNoteLine, DisputedAmount
from billing.money import ZERO, quantise
from billing.price_words import because, percent_said
from customers import formats
from disputes.models import Dispute
from payables.models import ProviderLine


@dataclass(frozen=True)
class Fact:
    """One row of the comparison; `theirs` is empty where there is no line of the provider's to show."""

    label: str
    ours: str
    theirs: str = ""
    says: str = ""
    differs: bool = False
    strong: bool = False


@dataclass
class Compared:
    """A questioned line beside the provider's line it passes on. `questioned` is what the case asks of it now, or
    asked; `credited` what came back."""

    amount: DisputedAmount
    source: ProviderLine | None
    questioned: Decimal
    credited: Decimal
    currency: str

    @property
    def line(self) -> Any:
        """The invoice's line."""
        return self.amount.line

    @property
    def claim(self) -> Decimal | None:
        """The same part of the provider's line: what we could claim back."""
        if self.source is None or self.line.total <= ZERO:
            return None
        return quantise(self.source.total * min(self.questioned / self.line.total, Decimal(1)), self.source.currency)

    @property
    def facts(self) -> list[Fact]:
        """Row by row, ours, theirs, and what that says."""
        line, source = self.line, self.source
        cost = source.currency if source else ""
        return [
            Fact(
                gettext("Subscription"),
                line.description,
                source.offer_name if source else "",
                _same(line.description, source.offer_name) if source else "",
            ),
            self._seats(),
            Fact(
                gettext("Unit price"),
                formats.price(line.unit_price, self.currency),
                formats.price(source.unit_price, cost) if source else "",
                self._price() if source else "",
            ),
            Fact(gettext("Amount"), formats.bare(line.net, self.currency), self._theirs("subtotal")),
            Fact(
                gettext("Tax %(rate)s") % {"rate": percent_said(line.tax_rate * 100)},
                formats.bare(line.tax, self.currency),
                self._theirs("tax"),
                self._tax(),
            ),
            Fact(gettext("With tax"), formats.bare(line.total, self.currency), self._theirs("total"), strong=True),
        ]

    def _theirs(self, name: str) -> str:
        return formats.bare(getattr(self.source, name), self.source.currency) if self.source else ""

    def _seats(self) -> Fact:
        ours, label = formats.grouped(self.line.quantity), gettext("Seats")
        if self.source is None:
            return Fact(label, ours)
        more = self.source.quantity - self.line.quantity
        says = gettext("same")
        if more > 0:
            says = ngettext("21Vianet bills %(n)s more", "21Vianet bills %(n)s more", more) % {"n": more}
        elif more < 0:
            says = ngettext("we bill %(n)s more", "we bill %(n)s more", -more) % {"n": -more}
        return Fact(label, ours, formats.grouped(self.source.quantity), says, differs=more != 0, strong=True)

    def _price(self) -> str:
        said = because(self.line.priced_by, self.currency)
        return gettext("our price is %(rule)s") % {"rule": said} if said else gettext("cost and our price")

    def _tax(self) -> str:
        if self.source is None or not self.source.subtotal:
            return ""
        rate = (self.source.tax / self.source.subtotal).quantize(Decimal("0.001"))
        same = abs(rate - self.line.tax_rate) < Decimal("0.001")
        return gettext("same rate") if same else gettext("%(rate)s there") % {"rate": percent_said(rate * 100)}


def _same(ours: str, theirs: str) -> str:
    return gettext("same") if ours.strip() == theirs.strip() else gettext("differs")


def compared(case: Dispute, *, costs: bool) -> list[Compared]:
    """The questioned lines of a case, each once, beside the provider's where this person may see that."""
    if case.invoice is None:
        return []
    rows = DisputedAmount.objects.filter(partner_id=case.partner_id, case_number=case.number)
    latest: dict[int, DisputedAmount] = {}
    asked: dict[int, Decimal] = {}
    for row in rows.select_related("line__subscription").order_by("line__position", "pk"):
        latest[row.line_id] = row
        asked.setdefault(row.line_id, row.questioned)
    found = ProviderLine.objects.filter(invoice_line__in=latest).select_related("bill") if costs else ()
    sources = {source.invoice_line_id: source for source in found}
    credits = _credited(case)
    return [
        Compared(row, sources.get(pk), asked[pk], credits.get(pk, ZERO), case.invoice.currency)
        for pk, row in latest.items()
    ]


def _credited(case: Dispute) -> dict[int | None, Decimal]:
    """What came back on each line, by the answer that stands and by earlier ones."""
    earlier = case.earlier_answers.exclude(credit_note=None).values("credit_note")
    notes = CreditNoteLine.objects.filter(credit_note__in=earlier) | CreditNoteLine.objects.filter(
        credit_note=case.credit_note_id
    )
    credits: dict[int | None, Decimal] = {}
    for pk, total in notes.values_list("invoice_line_id", "total"):
        credits[pk] = credits.get(pk, ZERO) + total
    return credits
