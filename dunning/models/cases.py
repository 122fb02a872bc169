"""Where does each overdue invoice stand, what was decided, and who agreed?"""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models import Invoice
from customers.history.keeping import Kept
from customers.models import Customer, Message, OwnedQuerySet, PartnerOwned, User
from subscriptions.models import AccessChange, Suspension

from .policies import PolicyVersion, Stage


class Case(PartnerOwned):
    """One issued invoice under one policy version. What it says of the next step is what the last review
    found; the facts decide again each time."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="cases")
    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="case")
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="cases")
    opened_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    # The last answer: kind take, wait or clear; a code of the rulebook with its values.
    kind = models.CharField(max_length=5, blank=True)
    stage = models.CharField(max_length=40, blank=True)
    because = models.CharField(max_length=30, blank=True)
    values = models.JSONField(default=dict)
    undisputed = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    # Time alone changes nothing before this; empty means it takes a fact.
    look_again_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Minutes from the payment that cured a suspension to access read back as restored.
    restored_after_minutes = models.PositiveIntegerField(null=True, blank=True)

    objects = OwnedQuerySet["Case"].as_manager()

    class Meta:
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="whose", fields=["partner", "customer", "invoice"]),
        ]
        indexes = [
            models.Index(fields=["customer"], name="dunning_case_open", condition=Q(closed_at=None)),
        ]


class RunQuerySet(OwnedQuerySet["Run"]):
    """Runs; customers see nothing of them."""

    customer_path = None


class Run(PartnerOwned):
    """One day's look at the whole book, kept as a document."""

    on = models.DateField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    evaluated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    notices = models.PositiveIntegerField(default=0)
    tasks = models.PositiveIntegerField(default=0)
    proposals = models.PositiveIntegerField(default=0)
    reinstatements = models.PositiveIntegerField(default=0)
    # Why not, for the rest: {"not_yet": 12, "disputed": 1}.
    skipped = models.JSONField(default=dict)
    # Whose answer differs from the look before: {"not_yet>disputed": 2}.
    changed = models.JSONField(default=dict)

    objects = RunQuerySet.as_manager()

    class Meta:
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="whose", fields=["partner"]),
        ]
        indexes = [models.Index(fields=["partner", "-began_at"], name="dunning_run_newest")]

    def __str__(self) -> str:
        return f"run of {self.on}"


class DecisionQuerySet(OwnedQuerySet["Decision"]):
    """Decisions, narrowed."""

    customer_path = "case__customer_id"


class Decision(PartnerOwned):
    """A stage taken for an invoice: what was decided, on which facts, and what was printed.

    Once for each (invoice, round, stage, attempt). `facts` are the stored inputs from which verify decides
    again; `prints` binds: {"amount", "suspend_on", "not_before", "pay_by", "scope"}."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="decisions")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions")
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=40)
    attempt = models.PositiveSmallIntegerField()
    action = models.CharField(max_length=20, choices=Stage.Action)
    because = models.CharField(max_length=30)
    values = models.JSONField(default=dict)
    role = models.CharField(max_length=20, blank=True)
    decided_at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    # The SHA-256 of the facts as they were written, by the table itself.
    facts_print = models.CharField(max_length=64, default="", editable=False)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    suspend_on = models.DateField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    pay_by = models.DateTimeField(null=True, blank=True)
    # Subscriptions named, by primary key.
    scope = models.JSONField(default=list)
    # The letter that carried it (one a day to a customer).
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions")
    # A call was logged, a hand-over ticked off, or a named person waived the step.
    called_at = models.DateTimeField(null=True, blank=True)
    called_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    call_note = models.CharField(max_length=300, blank=True)
    waived_at = models.DateTimeField(null=True, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "round", "stage", "attempt"], name="dunning_decision_once")
        ]
        indexes = [models.Index(fields=["invoice", "decided_at"], name="dunning_decision_history")]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="as_decided",
                exclude=["message", "called_at", "called_by", "call_note", "waived_at"],
            ),
            pgtrigger.Trigger(
                name="facts_printed",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="NEW.facts_print = encode(sha256(convert_to(NEW.facts::text, 'UTF8')), 'hex'); RETURN NEW;",
            ),
            Kept(of=["called_at", "called_by_id", "call_note"]),
        ]


class Proposal(PartnerOwned):
    """A suspension that waits for people. Its scope is the decision's."""

    class State(models.TextChoices):
        """How it stands. Only a live one (proposed, approved) is a fact of the rulebook."""

        PROPOSED = "proposed", _("proposed")
        APPROVED = "approved", _("approved")
        CARRIED_OUT = "carried_out", _("carried out")
        REFUSED = "refused", _("refused")
        ABORTED = "aborted", _("aborted")

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="proposal")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="proposals")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="proposals")
    state = models.CharField(max_length=12, choices=State, default=State.PROPOSED)
    proposed_at = models.DateTimeField()
    approvals_needed = models.PositiveSmallIntegerField()
    approved_at = models.DateTimeField(null=True, blank=True)
    # Subscriptions to switch off, by primary key, base before add-on; `follows` are the add-ons among them.
    covers = models.JSONField(default=list)
    follows = models.JSONField(default=list)
    change = models.OneToOneField(
        AccessChange, on_delete=models.PROTECT, null=True, blank=True, related_name="proposal"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=300, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = OwnedQuerySet["Proposal"].as_manager()

    class Meta:
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="whose", fields=["partner", "customer", "case", "decision"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                name="dunning_one_live_proposal",
                condition=Q(state__in=["proposed", "approved"]),
            ),
            models.CheckConstraint(
                name="dunning_proposal_state_fits_dates",
                condition=Q(state="proposed", approved_at=None, ended_at=None)
                | Q(state="approved", approved_at__isnull=False, ended_at=None, change__isnull=False)
                | Q(state="carried_out", ended_at__isnull=False, change__isnull=False)
                | (Q(state__in=["refused", "aborted"], ended_at__isnull=False) & ~Q(ended_why="")),
            ),
        ]


class Approval(PartnerOwned):
    """One person's yes to a proposal."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="approvals")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = OwnedQuerySet["Approval"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "user"], name="dunning_approval_once_each")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class SuspensionDebt(PartnerOwned):
    """The debt behind a suspension for non-payment: which invoice, how much of it, by which decision."""

    suspension = models.OneToOneField(Suspension, on_delete=models.PROTECT, related_name="debt")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="suspension_debts")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="suspension_debts")
    debt = models.DecimalField(max_digits=18, decimal_places=2)
    # The promises of the policy at this moment: not before, and the instant of the last look.
    earliest_at = models.DateTimeField()
    looked_at = models.DateTimeField()
    # How many customers might lose access within 24 hours without two people, as the limit stood at this look.
    day_limit = models.PositiveIntegerField(null=True, blank=True)

    objects = OwnedQuerySet["SuspensionDebt"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dunning_never_before_the_printed_day",
                condition=Q(looked_at__gte=models.F("earliest_at")),
            )
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class Restart(PartnerOwned):
    """The debt came back, or a person chose to warn again: a new round begins."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="restarts")
    at = models.DateTimeField()
    why = models.CharField(max_length=300)

    objects = OwnedQuerySet["Restart"].as_manager()

    class Meta:
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
