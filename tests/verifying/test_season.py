"""Does a season with everything that happens in one break no promise, nor verify's patience?"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from billing.models import DisputedAmount, Hold
from disputes import resolving
from disputes.questioning import question
from dunning.approving import refuse
from dunning.models import Decision, Proposal
from subscriptions.models import Suspension
from tests import story
from tests.verifying.damaging import broken, judged


def days(first: str, number: int, every: int = 3):
    start = story.at(first).date()
    return [start + timedelta(days=every * n) for n in range(number)]


def test_a_debt_that_comes_back_after_its_question_is_chased_anew_and_keeps_every_promise(lived):
    """Lanhai questions everything while suspended, gets its access back, is refused, and is suspended again."""
    person = story.customer_person(lived.lanhai, "wang@lanhai.example")
    invoice = lived.lanhai.invoices.get()
    amounts = {line.pk: line.open for line in invoice.lines.all()}
    dispute = question(invoice, amounts, reason="price", text="Too dear.", by=person, now=story.at("2026-07-06"))
    story.settle_all(story.at("2026-07-06"))
    assert not Suspension.objects.filter(customer=lived.lanhai).live().exists()
    resolving.answer(
        dispute.pk,
        outcome="rejected",
        text="As agreed.",
        by=lived.people["owner"],
        now=story.at("2026-07-07"),
    )
    story.settle_all(story.at("2026-07-07"))
    for day in days("2026-07-08", 10):
        story.run_day(lived.partner, day)
        story.approve_all(lived.partner, lived.people["owner"], story.at(day, "12:30"))
    renewed = Decision.objects.get(invoice=invoice, because="renewed")
    assert (renewed.stage, renewed.round) == ("final", 2)
    assert Suspension.objects.filter(customer=lived.lanhai).live().count() == 2
    story.pay(lived.lanhai, (story.owed(lived.lanhai) / 2).quantize(Decimal("0.01")), story.at("2026-08-10"))
    story.pay(lived.lanhai, story.owed(lived.lanhai), story.at("2026-08-11"))
    verdict = judged()
    assert broken(verdict) == {}
    assert verdict.suspensions == 5


def test_holds_refusals_and_part_payments_keep_every_promise(lived, sandbox_url):
    partner = story.found_partner("nanhai", "Nanhai Net")
    people, companies = story.people_of(partner), [story.company(name) for name in ("Zhuhai", "Xiamen", "Shantou")]
    story.import_book(partner, companies, sandbox_url=sandbox_url)
    story.issue_all(partner)
    zhuhai, xiamen, shantou = (story.customer_named(partner, one.name) for one in companies)
    story.chase(partner, people["owner"], until=story.REMIND)
    person = story.customer_person(xiamen, "li@xiamen.example")
    invoice = xiamen.invoices.get()
    line = invoice.lines.get()
    dispute = question(
        invoice,
        {line.pk: Decimal("100.00")},
        reason="tax",
        text="Tax twice.",
        by=person,
        now=story.at("2026-06-18"),
    )
    row = DisputedAmount.objects.get(case_number=dispute.number)
    resolving.answer(
        dispute.pk,
        outcome="partly",
        text="Half of it.",
        by=people["help_desk"],
        now=story.at("2026-06-22"),
        refused={row.pk: Decimal("50.00")},
    )
    Hold.objects.create(
        partner=partner,
        customer=shantou,
        kind="hold",
        from_on=story.at("2026-06-20").date(),
        until_on=story.at("2026-06-26").date(),
        reason="Their bank is closed.",
        recorded_at=story.at("2026-06-19"),
    )
    story.pay(zhuhai, "300.00", story.at("2026-06-23"))
    for day in days("2026-06-24", 8):
        story.run_day(partner, day)
        for proposal in Proposal.objects.filter(state="proposed", customer=zhuhai):
            refuse(
                proposal.pk,
                by=people["owner"],
                reason="They called.",
                until=day + timedelta(days=4),
                now=story.at(day, "12:10"),
            )
        waiting = Proposal.objects.filter(state="proposed").exclude(customer=zhuhai)
        if waiting.exists():
            story.approve_all(partner, people["collections"], story.at(day, "12:30"))
    assert Suspension.objects.filter(customer=xiamen).live().exists()
    assert not Suspension.objects.filter(customer=zhuhai).exists()
    verdict = judged(partner)
    assert broken(judged()) == broken(verdict) == {}
    assert verdict.promises["I33"].checked == 1
