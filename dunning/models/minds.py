"""Who has taken a deed of the worklist on, until when may it rest, and which views does each person keep?"""

from django.db import models

from customers.history.keeping import Kept
from customers.models import OwnedQuerySet, PartnerOwned, User


class DeedMarkQuerySet(OwnedQuerySet["DeedMark"]):
    """Marks; customers see nothing of them."""

    customer_path = None


class DeedMark(PartnerOwned):
    """What people have said of one deed that waits: it is mine, or it may rest until an instant.

    A deed itself is read from the record each time; `key` is its name there ("call-17"). A mark moves no date of a
    customer, and one whose deed is done is of no use."""

    key = models.CharField(max_length=40)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Who said so: the owner themself, or whoever handed it over.
    owned_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    owned_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    snoozed_at = models.DateTimeField(null=True, blank=True)
    snoozed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    why = models.CharField(max_length=200, blank=True)
    # What the deed was about when it was snoozed: more than this, or an earlier day, and it comes back at once.
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)

    objects = DeedMarkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "key"], name="dunning_deed_mark_once"),
            models.CheckConstraint(
                name="dunning_deed_mark_owner",
                condition=models.Q(owner=None, owned_at=None) | models.Q(owner__isnull=False, owned_at__isnull=False),
            ),
            models.CheckConstraint(
                name="dunning_deed_mark_snooze",
                condition=models.Q(snoozed_until=None, snoozed_at=None)
                | (models.Q(snoozed_until__isnull=False, snoozed_at__isnull=False) & ~models.Q(why="")),
            ),
        ]
        triggers = [Kept()]

    def __str__(self) -> str:
        return self.key


class SavedViewQuerySet(OwnedQuerySet["SavedView"]):
    """Views of people of a book; each page narrows them to its reader's own."""

    customer_path = None


class SavedView(PartnerOwned):
    """A filter of the worklist that one person has given a name; one of them may be where their day begins."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    # As the address carries it: "owner=mine&show=call".
    query = models.CharField(max_length=300, blank=True)
    first = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "user", "name"], name="dunning_saved_view_name"),
            models.UniqueConstraint(
                fields=["partner", "user"], name="dunning_saved_view_first", condition=models.Q(first=True)
            ),
        ]
        triggers = [Kept()]

    def __str__(self) -> str:
        return self.name
