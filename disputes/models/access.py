"""Whoever was told that access is off, or on again: do they say that it is so?"""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.history.keeping import Kept
from customers.models import Customer, Message, OwnedQuerySet, PartnerOwned, User

from .cases import Dispute


class AccessNewsQuerySet(OwnedQuerySet["AccessNews"]):
    """News, narrowed."""

    def asking(self) -> "AccessNewsQuerySet":
        """Those that reached the customer and to which they have said nothing yet."""
        return self.filter(closed_at=None, objected_at=None, told_at__isnull=False, told_by__bounced_at=None)


class AccessNews(PartnerOwned):
    """A suspension or a reinstatement of which a customer was told, until the loop is closed: by their word, by their
    silence until the window has passed, or with the case in which they said what is wrong.

    It begins when the letter is delivered. A letter that comes back later voids that, unless the loop is closed."""

    class Kind(models.TextChoices):
        """What they were told."""

        SUSPENDED = "suspended", _("access suspended")
        RESTORED = "restored", _("access restored")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="access_news")
    kind = models.CharField(max_length=10, choices=Kind)
    told_by = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="access_news")
    # Empty while the letter that came back waits for another address.
    told_at = models.DateTimeField(null=True, blank=True)
    window_ends_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    objected_at = models.DateTimeField(null=True, blank=True)
    # Who said yes or no.
    said_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Opened by a no; the loop ends with it.
    case = models.OneToOneField(Dispute, on_delete=models.PROTECT, null=True, blank=True, related_name="access_news")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = AccessNewsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "access news"
        constraints = [
            models.CheckConstraint(
                name="disputes_news_closed_only_when_told",
                condition=Q(closed_at=None) | Q(told_at__isnull=False, closed_at__gte=F("told_at")),
            ),
            models.CheckConstraint(
                name="disputes_news_yes_or_no",
                condition=Q(confirmed_at=None, objected_at=None, said_by=None, case=None)
                | Q(confirmed_at__isnull=False, objected_at=None, said_by__isnull=False, case=None)
                | Q(confirmed_at=None, objected_at__isnull=False, said_by__isnull=False, case__isnull=False),
            ),
            models.CheckConstraint(
                name="disputes_news_confirmed_is_closed",
                condition=Q(confirmed_at=None) | Q(closed_at=F("confirmed_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["window_ends_at"], name="disputes_news_open", condition=Q(closed_at=None)),
            models.Index(fields=["customer", "-id"], name="disputes_news_of_customer"),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="as_told", fields=["customer", "kind", "told_by"]),
            Kept(of=["confirmed_at", "objected_at", "said_by_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.told_by_id}"
