"""What must be known to judge a few entries? Read in a number of queries that doesn't grow with them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from django.db.models import F, QuerySet, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Replace, Upper

from billing.models import BankEntry, Invoice
from customers.models import Customer, Partner

from .matching import Known, Money, Named, Open
from .names import likenesses, numbers_in, same_form

Cures = Mapping[tuple[int, str], list[Open]]


class Book:
    """A partner's customers by name, kept for a whole import; the rest is read for each batch of entries."""

    def __init__(self, partner: Partner) -> None:
        self.partner = partner
        rows = Customer.objects.of(partner).values_list("pk", "name")
        self.called = {pk: same_form(name) for pk, name in rows}
        self.names: dict[str, set[int]] = defaultdict(set)
        self.alike: dict[str, set[str]] = defaultdict(set)
        for pk, name in self.called.items():
            self.names[name].add(pk)
            for key in likenesses(name):
                self.alike[key].add(name)

    def about(self, entries: Iterable[BankEntry], cures: Cures) -> Known:
        """What may tell whose these entries are. `cures` are amounts that would lift suspensions."""
        entries = list(entries)
        known = Known(names=self.names, alike=self.alike, called=self.called, cures=dict(cures))
        known.documents = self._documents({number for one in entries for number in numbers_in(one.text)})
        known.accounts = self._accounts({one.payer_account for one in entries if one.payer_account})
        known.by_amount = self._by_amount({one.amount for one in entries})
        for (customer, currency), rows in cures.items():
            for one in rows:
                known.by_amount[currency, one.balance].add(customer)
        return known

    def refresh(self, known: Known, customers: Collection[int], cures: Cures) -> None:
        """What these customers owe now; the caller holds their locks where it means to act."""
        for key in [key for key in known.open if key[0] in customers]:
            del known.open[key]
        for key in [key for key in known.cures if key[0] in customers]:
            del known.cures[key]
        known.cures.update(cures)
        rows = Invoice.objects.of(self.partner).open().filter(customer_id__in=customers).order_by("due_on", "pk")
        for pk, customer, currency, number, balance in rows.values_list(
            "pk", "customer_id", "currency", "number", "balance"
        ):
            known.open.setdefault((customer, currency), []).append(Open(pk, number or "", balance))

    def _documents(self, numbers: set[str]) -> dict[str, list[Named]]:
        if not numbers:
            return {}
        found: dict[str, list[Named]] = defaultdict(list)
        issued = Invoice.objects.of(self.partner).issued()
        for column in ("number", "reference"):
            rows: QuerySet[Invoice] = issued.annotate(plain=_plain(column)).filter(plain__in=numbers)
            for plain, pk, customer, number, currency in rows.values_list(
                "plain", "pk", "customer_id", column, "currency"
            ):
                found[plain].append(Named(pk, customer, number or "", currency))
        return found

    def _accounts(self, accounts: set[str]) -> dict[str, set[int]]:
        """Who has paid from these accounts before."""
        found: dict[str, set[int]] = defaultdict(set)
        rows = BankEntry.objects.of(self.partner).filter(payer_account__in=accounts, payment__isnull=False)
        for account, customer in rows.values_list("payer_account", "payment__customer_id").distinct():
            found[account].add(customer)
        return found

    def _by_amount(self, amounts: set[Decimal]) -> dict[tuple[str, Decimal], set[int]]:
        found: dict[tuple[str, Decimal], set[int]] = defaultdict(set)
        owed = Invoice.objects.of(self.partner).open()
        for customer, currency, balance in owed.filter(balance__in=amounts).values_list(
            "customer_id", "currency", "balance"
        ):
            found[currency, balance].add(customer)
        sums = owed.order_by().values("customer_id", "currency").annotate(sum=Sum("balance")).filter(sum__in=amounts)
        for row in sums:
            found[row["currency"], row["sum"]].add(row["customer_id"])
        return found


def money_of(entry: BankEntry) -> Money:
    """What of an entry tells whose it is."""
    return Money(entry.amount, entry.currency, entry.payer, entry.payer_account, entry.text)


def _plain(column: str) -> Combinable:
    """A column as `same_number` writes it, worked out by the database."""
    made: Combinable = Upper(F(column))
    for mark in ("-", " ", "_", ".", "/"):
        made = Replace(made, Value(mark), Value(""))
    return made
