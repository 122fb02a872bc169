"""Who was asked to join, by whom, and what became of each person's place?"""

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.history.keeping import Kept
from customers.roles import CUSTOMER_ROLES, STAFF_ROLES, Role
from outbox.models import Effect

from .customers import Customer
from .partners import OwnedQuerySet, Partner, PartnerOwned
from .people import User


class InvitationQuerySet(OwnedQuerySet["Invitation"]):
    """Invitations, narrowed."""

    def open(self) -> "InvitationQuerySet":
        """Nobody has taken them up and nobody has taken them back; they may have run out."""
        return self.filter(accepted_at=None, revoked_at=None)


class Invitation(PartnerOwned):
    """A place that is offered to whoever reads the mail of an address. Its secret is in that mail alone."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations")
    email = models.EmailField()
    name = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=20, choices=Role)
    language = models.CharField(max_length=10, default="en")
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # SHA-256 of the secret, written when the mail leaves; the mail that leaves last counts.
    secret_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            Kept(taken_away=False, skipped=["secret_hash"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "customer", "email"],
                name="customers_invitation_open_once",
                condition=Q(accepted_at=None, revoked_at=None),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="customers_invitation_role_fits",
                condition=Q(customer=None, role__in=[str(role) for role in STAFF_ROLES])
                | Q(customer__isnull=False, role__in=[str(role) for role in CUSTOMER_ROLES]),
            ),
            models.CheckConstraint(
                name="customers_invitation_ends_once",
                condition=Q(accepted_at=None, accepted_by=None) | Q(accepted_by__isnull=False, revoked_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}, {self.get_role_display()}"

    def counts(self, now: datetime) -> bool:
        """Whether it can still be taken up."""
        return self.accepted_at is None and self.revoked_at is None and now < self.expires_at


class PlaceChange(PartnerOwned):
    """One change of who belongs here: what it was, what it is, and who said so. Appended, never changed."""

    class What(models.TextChoices):
        """What happened to a place."""

        INVITED = "invited", _("invited")
        REVOKED = "revoked", _("invitation taken back")
        JOINED = "joined", _("joined")
        ROLE = "role", _("role changed")
        ENDED = "ended", _("place ended")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    what = models.CharField(max_length=10, choices=What)
    email = models.EmailField()
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    role_before = models.CharField(max_length=20, choices=Role, blank=True)
    role_after = models.CharField(max_length=20, choices=Role, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = OwnedQuerySet["PlaceChange"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["partner", "-at", "-id"], name="customers_place_newest")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class AccountMail(Effect):
    """A mail about signing in: an invitation, or a password that somebody asked to set anew.

    A reset names an address that may be nobody's; who it belongs to is looked up when the mail is due, so that
    asking takes as long for a stranger as for a member."""

    class Kind(models.TextChoices):
        """What it is for."""

        INVITATION = "invitation", _("invitation")
        RESET = "reset", _("password reset")
        CHANGED = "changed", _("sign-in changed")

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    to_email = models.EmailField()
    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, null=True, blank=True, related_name="mails")
    # What changed, for a mail that only tells: a name of customers.account_mail.CHANGES.
    about = models.CharField(max_length=40, blank=True)
    message_id = models.CharField(max_length=200, unique=True)
    handed_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager["AccountMail"]()

    class Meta(Effect.Meta):
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="whose", fields=["partner", "key"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.to_email}"
