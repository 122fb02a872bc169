"""Which file is imported where imports are measured, how is one usually imported, and is what came of it right?"""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Final

from django.db import connection
from django.db.models import Sum

from customers.models import Customer, Partner, acting_for
from payables.charges import section_of
from payables.importing import Imported, import_file
from payables.models import ProviderBill, ProviderLine
from payables.sampling import COLUMNS, Charge, cells_of
from payables.staging import TABLE, fill, group, staging
from payables.streaming import COLUMNS as TYPED
from payables.streaming import Stream
from subscriptions.models import Subscription

from .checking import Wrong
from .copies import owner

# Lines of a customer, two to a subscription, as in a month with changes of seats.
LINES_A_CUSTOMER: Final = 20
OFFERS: Final = 40
STARTS_ON, ENDS_ON = date(2026, 10, 15), date(2026, 11, 14)
BATCH: Final = 1_000


def write_file(path: Path, lines: int) -> None:
    """A license file of so many lines, written without holding it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(COLUMNS)
        out.writerows(cells_of("bench", one) for one in _charges(lines))


def _charges(lines: int) -> Iterator[Charge]:
    for number in range(lines):
        customer, place = divmod(number, LINES_A_CUSTOMER)
        offer = (customer * 7 + place // 2) % OFFERS
        price = Decimal(20 + offer * 9)
        kind = "Prorate fees when purchase" if place % 2 else "Cycle fee"
        share = Decimal(1 + number % 29) / 31 if place % 2 else Decimal(1)
        yield Charge(
            f"Company {customer}",
            f"Offer {offer}",
            1 + number % 97,
            price,
            STARTS_ON,
            ENDS_ON,
            kind=kind,
            domain=f"c{customer}.example",
            share=share,
        )


def write_typed(source: Path, path: Path) -> None:
    """The same lines as COPY reads them."""
    statement = f"COPY staged_line ({', '.join(TYPED)}) TO STDOUT"
    with (
        source.open("rb") as file,
        path.open("wb") as typed,
        _staged(file),
        connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        typed.writelines(copy)


def make_plain() -> None:
    """The table that the plain COPY fills."""
    table = TABLE.replace("TEMPORARY TABLE staged_line", "TABLE plain_line").replace(
        " DEFAULT nextval('staged_number')", ""
    )
    with owner(str(connection.settings_dict["NAME"])) as link:
        link.execute(table)


def copy_typed(path: Path) -> None:
    """The least: typed rows into one table without an index, by the client's COPY. It is a table that lasts, as that of
    the booked lines does; the tables' owner makes it."""
    statement = f"COPY plain_line ({', '.join(TYPED)}) FROM STDIN"
    with (
        path.open("rb") as file,
        owner(str(connection.settings_dict["NAME"])) as link,
        link.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        while part := file.read(1 << 16):
            copy.write(part)


def type_and_key(path: Path) -> None:
    """The file's lines, typed, with the keys of their customers and subscriptions found."""
    with path.open("rb") as file, _staged(file):
        pass


@contextmanager
def _staged(file: BinaryIO) -> Iterator[None]:
    stream = Stream(file)
    with staging(stream.skipped):
        fill(stream.parts())
        stream.faults.check()
        group(stream.layout)
        yield


def bring_in(partner: Partner, path: Path, *, now: datetime) -> Imported:
    """Ours: all of it, booked."""
    with path.open("rb") as file:
        return import_file(partner, file, file_name=path.name, now=now)


def bring_in_by_objects(partner: Partner, path: Path, *, now: datetime) -> None:
    """What is usually written: each line read as a mapping, made an object, and saved in batches."""
    with acting_for(partner), path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
        billed = datetime.strptime(rows[0]["ChargeStartDate"].split()[0], "%m/%d/%Y").date()  # noqa: DTZ007
        sums = {name: Decimal(0) for name in ("amount", "subtotal", "tax", "total")}
        said = {"number": "by objects", "period": "2026-10", "billed_on": billed, "due_on": billed, "currency": "CNY"}
        bill = ProviderBill.objects.create(partner=partner, **said, **sums, file_sha256="by objects", imported_at=now)
        lines = []
        for number, row in enumerate(rows, 2):
            customer, _ = Customer.objects.get_or_create(
                partner=partner,
                provider_id=row["CustomerID"].lower(),
                defaults={"name": row["CustomerName"], "zone": partner.zone, "created_at": now},
            )
            subscription, _ = Subscription.objects.update_or_create(
                partner=partner,
                provider_id=row["SyndicationPartnerSubscriptionNumber"].lower(),
                defaults={
                    "customer": customer,
                    "offer_id": row["DurableOfferID"],
                    "offer_name": row["OfferName"],
                    "name": row["SubscriptionName"],
                    "quantity": int(row["Quantity"]),
                },
            )
            lines.append(_line(bill, customer, subscription, number, row))
        ProviderLine.objects.bulk_create(lines, batch_size=BATCH)


def _line(
    bill: ProviderBill, customer: Customer, subscription: Subscription, number: int, row: dict[str, str]
) -> ProviderLine:
    def day(name: str) -> date:
        return datetime.strptime(row[name].split()[0], "%m/%d/%Y").date()  # noqa: DTZ007

    return ProviderLine(
        partner_id=bill.partner_id,
        bill=bill,
        row=number,
        customer=customer,
        subscription=subscription,
        charge_type=row["ChargeType"],
        mapped=section_of(row["ChargeType"]) is not None,
        offer_name=row["OfferName"],
        order_id=row["OrderID"],
        charge_starts_on=day("ChargeStartDate"),
        charge_ends_on=day("ChargeEndDate"),
        unit_price=Decimal(row["UnitPrice"]),
        quantity=int(row["Quantity"]),
        amount=Decimal(row["Amount"]),
        discount=Decimal(row["TotalOtherDiscount"]),
        subtotal=Decimal(row["Subtotal"]),
        tax=Decimal(row["Tax"]),
        total=Decimal(row["TotalForCustomer"]),
        currency=row["Currency"],
    )


def booked_right(partner: Partner, path: Path, imported: Imported, *, now: datetime) -> None:
    """Raises Wrong unless every line is there with its amount, and the same file again changes nothing."""
    with path.open(encoding="utf-8", newline="") as file:
        amounts = [Decimal(row["Amount"]) for row in csv.DictReader(file)]
    lines = ProviderLine.objects.filter(partner=partner, bill__number=imported.bill)
    if (lines.count(), lines.aggregate(sum=Sum("amount"))["sum"]) != (len(amounts), sum(amounts)):
        raise Wrong("the imported lines are not those of the file")
    before = (Customer.objects.count(), Subscription.objects.count(), ProviderLine.objects.count())
    again = bring_in(partner, path, now=now)
    if not again.already_imported or before != (
        Customer.objects.count(),
        Subscription.objects.count(),
        ProviderLine.objects.count(),
    ):
        raise Wrong("the same file again changed something")
