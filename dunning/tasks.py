"""What does the background do for collections? Rings only; the database says what is due."""

from celery import shared_task

from customers.models import Partner, User
from outbox import clock

from .banking import go_on_with_all
from .judging_again import judge_all_again
from .models import PolicyDraft, PolicyVersion
from .running import alone, ran_on, review_due, run
from .simulating_later import carry_on

RUN_FROM_HOUR = 6
# So many entries of a bank statement fit well into one task's time; the next tick goes on.
ENTRIES_A_TICK = 2_000


@shared_task(name="dunning.tasks.review_due")
def review_due_customers() -> None:
    """Review whoever a recorded fact or a date calls for."""
    review_due(now=clock.now())


@shared_task
def daily_run() -> None:
    """Look at the whole book of each partner once a day, from six in its morning."""
    now = clock.now()
    for partner in Partner.objects.filter(pk__in=PolicyVersion.objects.values("partner_id")):
        local = now.astimezone(partner.tz)
        with alone(partner) as mine:
            if mine and local.hour >= RUN_FROM_HOUR and not ran_on(partner, local.date()):
                run(partner, now=now)


@shared_task
def go_on_with_statements() -> None:
    """Match what of the imported bank statements nobody has looked at yet, and what waits where the book has
    gained invoices or customers since."""
    go_on_with_all(now=clock.now(), most=ENTRIES_A_TICK)
    judge_all_again(now=clock.now(), most=ENTRIES_A_TICK)


@shared_task
def simulate_policy(draft_id: int, user_id: int) -> None:
    """Simulate a draft over a book too large for a page to wait for."""
    draft = PolicyDraft.objects.select_related("partner").filter(pk=draft_id).first()
    if draft is not None:
        carry_on(draft, now=clock.now(), by=User.objects.filter(pk=user_id).first())
