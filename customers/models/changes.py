"""What did people change? One row for each change of a table whose rows people change."""

import json
from decimal import Decimal
from typing import Any

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from .customers import Customer
from .partners import OwnedQuerySet, Partner
from .people import User


class Exact(json.JSONDecoder):
    """Reads amounts as they were written, to the last digit."""

    def __init__(self, **words: Any) -> None:
        super().__init__(**{**words, "parse_float": Decimal})


class ChangeQuerySet(OwnedQuerySet["Change"]):
    """The history, narrowed; customers see nothing of it."""

    customer_path = None


class Change(models.Model):
    """One change of one row: who, what, from, to, why. Written by the database's own trigger, never changed.

    It keeps the person's name beside the key, so it still says who it was when the person has gone. `position` and
    `hash` are set once, when it is sealed into its partner's chain (customers.history.sealing)."""

    class What(models.TextChoices):
        """What was done to the row."""

        ADDED = "added", _("added")
        CHANGED = "changed", _("changed")
        TAKEN_AWAY = "taken_away", _("taken away")

    class Through(models.TextChoices):
        """Which way the change came."""

        REQUEST = "request", _("a page")
        TASK = "task", _("the background")
        COMMAND = "command", _("a command")
        DATABASE = "database", _("the database itself")

    # Empty for what belongs to no partner: a person's own account, a power over the whole installation.
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The model's label, such as billing.Hold, and the key of its row.
    table = models.CharField(max_length=60)
    row = models.BigIntegerField()
    what = models.CharField(max_length=10, choices=What)
    # What the changed columns held; of a row that was added only `after`, of one taken away only `before`.
    before = models.JSONField(null=True, blank=True, decoder=Exact)
    after = models.JSONField(null=True, blank=True, decoder=Exact)
    why = models.TextField(blank=True)
    person = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_constraint=False, null=True, blank=True, related_name="+"
    )
    # The person's name as it was then; without a person, the role that spoke to the database.
    name = models.CharField(max_length=254)
    through = models.CharField(max_length=10, choices=Through)
    # Which page, task or command, and the number of that one time: "customer_limit 3f9a1c02".
    work = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    machine_at = models.DateTimeField()
    position = models.BigIntegerField(null=True, blank=True)
    hash = models.CharField(max_length=64, null=True, blank=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["partner", "-id"], name="customers_change_newest"),
            models.Index(fields=["table", "row", "-id"], name="customers_change_of_row"),
            models.Index(fields=["id"], name="customers_change_unsealed", condition=models.Q(hash=None)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "position"],
                name="customers_change_place",
                nulls_distinct=False,
                condition=models.Q(position__isnull=False),
            ),
            models.CheckConstraint(
                name="customers_change_sealed",
                condition=models.Q(position=None, hash=None) | models.Q(position__gt=0, hash__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_sealed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.hash IS NOT NULL OR NEW.hash IS NULL OR to_jsonb(OLD) - 'hash' - 'position'"
                    " IS DISTINCT FROM to_jsonb(NEW) - 'hash' - 'position'"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row}, {self.what}"
