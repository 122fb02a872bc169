"""What did we bill beside what 21Vianet billed us, and what does the difference say?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext, ngettext

from billing.models import CreditNoteLine, DisputedAmount
from billing.money import ZERO, quantise
from billing.price_words import because, percent_said
from customers import formats
from disputes.gating import Known, Paired
from disputes.models import CaseFile, CaseLine, Dispute, EarlierAnswer
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
    # By the customer's word.
    ordered: int | None = None
    # What our answer says of this line alone.
    words: str = ""

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
            *self._ordered(),
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

    def _ordered(self) -> list[Fact]:
        """What is billed beside what the customer says they ordered."""
        if self.ordered is None:
            return []
        ours = self.line.quantity - self.ordered
        theirs = self.source.quantity - self.ordered if self.source else None
        return [
            Fact(
                gettext("Seats ordered, by the customer"),
                formats.grouped(self.ordered),
                says=more_than_ordered(ours, theirs),
                differs=bool(ours or theirs),
                strong=True,
            )
        ]

    def _price(self) -> str:
        said = because(self.line.priced_by, self.currency)
        return gettext("our price is %(rule)s") % {"rule": said} if said else gettext("cost and our price")

    def _tax(self) -> str:
        if self.source is None or not self.source.subtotal:
            return ""
        rate = (self.source.tax / self.source.subtotal).quantize(Decimal("0.001"))
        same = abs(rate - self.line.tax_rate) < Decimal("0.001")
        return gettext("same rate") if same else gettext("%(rate)s there") % {"rate": percent_said(rate * 100)}


def more_than_ordered(ours: int, theirs: int | None) -> str:
    """How many seats more than were ordered each side bills; without a line of theirs only ours counts."""
    if ours > 0 and ours == theirs:
        return ngettext("21Vianet and we bill %(n)s more", "21Vianet and we bill %(n)s more", ours) % {"n": ours}
    said = []
    if theirs is not None and theirs > 0:
        said.append(ngettext("21Vianet bills %(n)s more", "21Vianet bills %(n)s more", theirs) % {"n": theirs})
    if ours > 0:
        said.append(ngettext("we bill %(n)s more", "we bill %(n)s more", ours) % {"n": ours})
    if len(said) == 2:
        return formats.joined(said[0], said[1])
    return said[0] if said else gettext("no more than that is billed")


def _same(ours: str, theirs: str) -> str:
    return gettext("same") if ours.strip() == theirs.strip() else gettext("differs")


def compared(case: Dispute, earlier: Sequence[EarlierAnswer] = (), *, costs: bool) -> list[Compared]:
    """The questioned lines of a case, each once, beside the provider's where this person may see that. `earlier` are
    the answers that were not accepted. One query."""
    if case.invoice is None:
        return []
    own = CaseLine.objects.filter(dispute=case, line=OuterRef("line"))
    rows: Any = DisputedAmount.objects.filter(partner_id=case.partner_id, case_number=case.number).annotate(
        ordered=Subquery(own.values("ordered")[:1]),
        words=Subquery(own.values("answer")[:1]),
        credited=_credited(case, earlier),
    )
    latest: dict[int, Any] = {}
    asked: dict[int, Decimal] = {}
    beside = ("line__subscription", "line__provider_line__bill")
    for row in rows.select_related(*beside).order_by("line__position", "pk"):
        row.line.invoice = case.invoice
        latest[row.line_id] = row
        asked.setdefault(row.line_id, row.questioned)
    return [
        Compared(
            row,
            source_of(row) if costs else None,
            asked[pk],
            row.credited,
            case.invoice.currency,
            row.ordered,
            row.words or "",
        )
        for pk, row in latest.items()
    ]


def source_of(amount: DisputedAmount) -> ProviderLine | None:
    """The provider's line that the questioned one passes on."""
    return getattr(amount.line, "provider_line", None)


def known_here(case: Dispute, lines: Sequence[Compared], files: Sequence[CaseFile]) -> Known:
    """What the checklist of an escalation needs, from what the page has read; the case comes with `told_it`."""
    pairs = [Paired(case, one.amount, source_of(one.amount), one.ordered) for one in lines]
    told = frozenset([case.pk] if getattr(case, "told_it", False) else [])
    return Known(pairs, {case.pk: sum(file.shared for file in files)}, told)


def said_of_lines(lines: Sequence[Compared]) -> list[dict[str, Any]]:
    """What the answer says of single lines."""
    return [{"line": one.line.position, "name": one.line.description, "text": one.words} for one in lines if one.words]


def over_ordered(cases: Iterable[int], *, costs: bool) -> dict[int, str]:
    """For each of these cases (by primary key) in which the customer said how many seats they ordered: how many more
    are billed, over all its lines. Two queries."""
    lines = list(CaseLine.objects.filter(dispute__in=cases, ordered__isnull=False).select_related("line"))
    found = ProviderLine.objects.filter(invoice_line__in=[one.line_id for one in lines]) if costs else ()
    theirs = {source.invoice_line_id: source.quantity for source in found}
    sums: dict[int, tuple[int, int | None]] = {}
    for one in lines:
        assert one.ordered is not None
        ours, other = sums.get(one.dispute_id, (0, 0))
        billed = theirs.get(one.line_id)
        known = None if billed is None or other is None else other + billed - one.ordered
        sums[one.dispute_id] = ours + one.line.quantity - one.ordered, known
    return {case: more_than_ordered(*sum_) for case, sum_ in sums.items()}


def _credited(case: Dispute, earlier: Sequence[EarlierAnswer]) -> Coalesce:
    """What came back on a line, by the answer that stands and by earlier ones."""
    notes = [one for one in (case.credit_note_id, *(each.credit_note_id for each in earlier)) if one]
    back = CreditNoteLine.objects.filter(credit_note__in=notes, invoice_line=OuterRef("line")).order_by()
    summed = back.values("invoice_line").annotate(sum=Sum("total")).values("sum")
    return Coalesce(Subquery(summed), ZERO, output_field=DecimalField())
