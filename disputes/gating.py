"""Is this ready to be taken up with 21Vianet? What the record says of a case, and what a person has yet to say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Exists, OuterRef
from django.db.models.fields.json import KT
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.models import DisputedAmount
from customers.models import Letter, Message
from payables.models import ProviderLine

from .models import CaseFile, CaseLine, Dispute, Escalation

# Fewer signs than this say nothing to somebody who doesn't know the case.
FEWEST_SIGNS: Final = 10


class NotReady(Exception):
    """Something is missing or wrong: for each field, what. Nothing was written."""

    def __init__(self, faults: "Mapping[str, str | Promise]") -> None:
        super().__init__("; ".join(f"{field}: {why}" for field, why in faults.items()))
        self.faults = dict(faults)


@dataclass(frozen=True)
class Paired:
    """A questioned amount, its invoice line and the provider's line that it passes on, if there is one."""

    case: Dispute
    amount: DisputedAmount
    source: ProviderLine | None
    # How many seats the customer says they ordered.
    ordered: int | None = None


@dataclass(frozen=True)
class Said:
    """What a person says when an escalation is prepared."""

    tried: str = ""
    why: Sequence[str] = ()
    why_text: str = ""
    asked_for: str = ""
    # There is no line of the provider's for some questioned line, or nothing of the customer's to attach.
    no_source: bool = False
    no_evidence: bool = False
    # The customers are told now that it is taken up.
    tell: bool = False


@dataclass(frozen=True)
class Check:
    """One thing that has to be so; `field` is where a person can say it, `says` what the record says."""

    field: str
    name: "str | Promise"
    done: bool
    says: "str | Promise" = ""


@dataclass(frozen=True)
class Known:
    """What the record holds of the cases that would be taken up."""

    pairs: Sequence[Paired]
    evidence: Mapping[int, int] = field(default_factory=dict)
    told: frozenset[int] = frozenset()

    @property
    def unpaired(self) -> list[Paired]:
        """Questioned lines that pass on no line of the provider's."""
        return [pair for pair in self.pairs if pair.source is None]


def known_of(cases: Sequence[Dispute]) -> Known:
    """Read what the checklist needs of these cases of one partner, in a number of queries that doesn't grow."""
    return Known(pairs=paired(cases), evidence=_evidence(cases), told=told_of(cases))


def paired(cases: Sequence[Dispute]) -> list[Paired]:
    """Every questioned amount of these cases beside the provider's line, in the order of invoice lines."""
    by_number = {case.number: case for case in cases}
    rows = list(
        DisputedAmount.objects.filter(partner_id__in={case.partner_id for case in cases}, case_number__in=by_number)
        .select_related("line__invoice", "line__subscription")
        .order_by("line__invoice__number", "line__position", "pk")
    )
    sources = {
        source.invoice_line_id: source
        for source in ProviderLine.objects.filter(invoice_line__in=[row.line_id for row in rows]).select_related("bill")
    }
    own = CaseLine.objects.filter(dispute__in=cases).values_list("dispute_id", "line_id", "ordered")
    ordered = {(case, line): seats for case, line, seats in own}

    def pair(row: DisputedAmount) -> Paired:
        case = by_number[row.case_number]
        return Paired(case, row, sources.get(row.line_id), ordered.get((case.pk, row.line_id)))

    return [pair(row) for row in rows]


def _evidence(cases: Sequence[Dispute]) -> dict[int, int]:
    counted = {case.pk: 0 for case in cases}
    for (pk,) in CaseFile.objects.filter(dispute__in=counted, shared=True).values_list("dispute"):
        counted[pk] += 1
    return counted


def told_of(cases: Sequence[Dispute]) -> frozenset[int]:
    """The cases whose customers have a letter that says so."""
    numbers = {case.number: case.pk for case in cases}
    letters = Message.objects.filter(
        customer__in=[case.customer_id for case in cases],
        letter=Letter.CASE_TURN,
        values__turn="taken_up",
        values__case__in=list(numbers),
    )
    return frozenset(numbers[one] for one in letters.values_list("values__case", flat=True))


def told_it() -> Exists:
    """The same of each case, for a page that reads a case anyhow."""
    letters = Message.objects.filter(
        customer=OuterRef("customer"), letter=Letter.CASE_TURN, values__turn="taken_up"
    ).annotate(about_case=KT("values__case"))
    return Exists(letters.filter(about_case=OuterRef("number")))


def checklist(cases: Sequence[Dispute], known: Known, said: Said) -> list[Check]:
    """What has to be so before anything is prepared, in the order in which a person would look."""
    return [
        _compared(known, said),
        _attached(cases, known, said),
        Check("tried", _("What we tried is written down"), _enough(said.tried)),
        _why_not(said),
        Check("asked_for", _("What we ask 21Vianet for"), _enough(said.asked_for)),
        _customers_told(cases, known, said),
    ]


def _compared(known: Known, said: Said) -> Check:
    name = _("21Vianet’s line and our line compared")
    if not known.pairs:
        return Check("no_source", name, True, _("No invoice line is in question"))
    missing = known.unpaired
    if not missing:
        return Check("no_source", name, True)
    lines = ", ".join(f"{pair.amount.line.invoice.number}/{pair.amount.line.position}" for pair in missing)
    return Check("no_source", name, said.no_source, gettext("21Vianet billed no line for %(lines)s") % {"lines": lines})


def _attached(cases: Sequence[Dispute], known: Known, said: Said) -> Check:
    name = _("The customer’s evidence attached")
    without = [case.number for case in cases if not known.evidence.get(case.pk)]
    if not without:
        return Check("no_evidence", name, True)
    says = gettext("Nothing is attached to %(cases)s") % {"cases": ", ".join(without)}
    return Check("no_evidence", name, said.no_evidence, says)


def _why_not(said: Said) -> Check:
    known = bool(said.why) and set(said.why) <= set(Escalation.Why.values)
    return Check("why", _("Why we can’t resolve it ourselves"), known and _enough(said.why_text))


def _customers_told(cases: Sequence[Dispute], known: Known, said: Said) -> Check:
    name = _("The customer is told that we take it up")
    waiting = [case.number for case in cases if case.pk not in known.told]
    if not waiting:
        return Check("tell", name, True)
    return Check("tell", name, said.tell)


def _enough(text: str) -> bool:
    return len("".join(text.split())) >= FEWEST_SIGNS


def faults_of(checks: Sequence[Check], said: Said) -> "dict[str, str | Promise]":
    """For each thing that is missing, what a person has to do about it."""
    texts: dict[str, str | Promise] = {
        "no_source": _("Say that 21Vianet billed no such line, or question lines that it billed"),
        "no_evidence": _("Attach what the customer sent, or say that there is none"),
        "tried": _("Say what was tried, so that 21Vianet need not ask"),
        "why": _("Choose what we lack: training, documentation or tools, and say it in a sentence"),
        "asked_for": _("Say what 21Vianet is to do"),
        "tell": _("The customer has to know that it is taken up"),
    }
    found = {check.field: texts[check.field] for check in checks if not check.done}
    if "why" in found and said.why and set(said.why) <= set(Escalation.Why.values):
        found["why_text"] = found.pop("why")
    return found
