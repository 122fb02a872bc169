"""How is a good file made, and how is it spoilt? Cell by cell, in any encoding and any order of columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from payables.sampling import COLUMNS, Charge, guid, write

SEPTEMBER = (date(2026, 9, 15), date(2026, 10, 14))
E3 = "Office 365 E3"


def charge(customer: str, offer: str = E3, seats: int = 10, price: str = "60.00", **more) -> Charge:
    """One line of the September file."""
    starts_on, ends_on = SEPTEMBER
    return Charge(customer, offer, seats, Decimal(price), starts_on, ends_on, **more)


def good(*charges: Charge, partner: str = "Hanhai") -> bytes:
    """A file that can be imported: three lines of two customers, one of them money given back."""
    standard = (
        charge("Lanhai Trading", domain="lanhai.partner.onmschina.cn"),
        charge("Lanhai Trading", "Visio Plan 2", 4, "99.00", domain="lanhai.partner.onmschina.cn"),
        charge("Qinghe Foods", seats=3, kind="Cancel instance prorate", share=Decimal("-0.5")),
    )
    return write(partner, charges or standard)


class Sheet:
    """A file's cells, to be changed and written again."""

    def __init__(self, content: bytes) -> None:
        self.rows = list(csv.reader(io.StringIO(content.decode(), newline="")))

    def put(self, column: str, value: str, line: int = 2) -> Sheet:
        """Write one cell; lines count from 1, the header among them."""
        self.rows[line - 1][self.rows[0].index(column)] = value
        return self

    def everywhere(self, column: str, change: Callable[[str], str]) -> Sheet:
        """Change every cell of a column."""
        at = self.rows[0].index(column)
        for row in self.rows[1:]:
            row[at] = change(row[at])
        return self

    def header(self, change: Callable[[str], str]) -> Sheet:
        """Rename every column."""
        self.rows[0] = [change(name) for name in self.rows[0]]
        return self

    def ordered(self, names: Sequence[str]) -> Sheet:
        """Only these columns, in this order."""
        at = [self.rows[0].index(name) for name in names]
        self.rows = [[row[place] for place in at] for row in self.rows]
        return self

    def with_column(self, name: str, value: str) -> Sheet:
        """One column more."""
        self.rows[0].append(name)
        for row in self.rows[1:]:
            row.append(value)
        return self

    def with_columns(self, many: int) -> Sheet:
        """So many columns more, each with a name of its own."""
        self.rows = [[*row, *(f"x{line}-{number}" for number in range(many))] for line, row in enumerate(self.rows)]
        return self

    def bytes(self, *, ends: str = "\r\n", encoding: str = "utf-8") -> bytes:
        """The file again."""
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator=ends).writerows(self.rows)
        return out.getvalue().encode(encoding)


def sheet(*charges: Charge) -> Sheet:
    """A good file's cells."""
    return Sheet(good(*charges))


ALL = list(COLUMNS)


USAGE_COLUMNS = (
    *("PartnerID", "PartnerName", "PartnerBillableAccountID", "CustomerName", "MPNID", "ResellerMPNID"),
    *("InvoiceNumber", "ChargeStartDate", "ChargeEndDate", "SubscriptionID", "SubscriptionName"),
    *("SubscriptionDescription", "OrderID", "ServiceName", "ServiceType", "ResourceGUID", "Resource Name", "Region"),
    *("SKU", "DetailLineItemId", "ConsumedQuantity", "IncludedQuantity", "OverageQuantity", "ListPrice"),
    *("PretaxCharges", "TaxAmount", "PostTaxTotal", "Currency", "PretaxEffectiveRate", "PostTaxEffectiveRate"),
    *("ChargeType", "CustomerBillableAccount", "UsageDate", "MeteredRegion", "MeteredService"),
    *("MeteredServiceType", "Project", "ServiceInfo", "CustomerID", "DomainName"),
)
ONE_TIME_COLUMNS = (
    *("PartnerId", "CustomerId", "CustomerName", "CustomerDomainName", "CustomerCountry", "InvoiceNumber", "MpnId"),
    *("ResellerMpnId", "OrderId", "OrderDate", "ProductId", "SkuId", "AvailabilityId", "SkuName", "ProductName"),
    *("ChargeType", "UnitPrice", "Quantity", "Subtotal", "TaxTotal", "Total", "Currency"),
    *("PriceAdjustmentDescription", "PublisherName", "PublisherId", "SubscriptionDescription", "SubscriptionId"),
    *("ChargeStartDate", "ChargeEndDate", "TermAndBillingCycle", "EffectiveUnitPrice", "UnitType", "AlternateId"),
    *("BillableQuantity", "BillingFrequency", "PricingCurrency", "PCToBCExchangeRate", "PCToBCExchangeRateDate"),
    *("MeterDescription", "ReservationOrderId", "CreditReasonCode", "SubscriptionStartDate", "SubscriptionEndDate"),
    *("ReferenceID", "ProductQualifiers", "PromotionID"),
)
DAILY_COLUMNS = (
    *("PartnerId", "PartnerName", "CustomerId", "CustomerName", "CustomerDomainName", "CustomerCountry", "MpnId"),
    *("Tier2MpnId", "InvoiceNumber", "ProductId", "SkuId", "AvailabilityId", "SkuName", "ProductName"),
    *("PublisherName", "PublisherId", "SubscriptionDescription", "SubscriptionId", "ChargeStartDate"),
    *("ChargeEndDate", "UsageDate", "MeterType", "MeterCategory", "MeterId", "MeterSubCategory", "MeterName"),
    *("MeterRegion", "Unit", "ResourceLocation", "ConsumedService", "ResourceGroup", "ResourceURI", "ChargeType"),
    *("UnitPrice", "Quantity", "UnitType", "BillingPreTaxTotal", "BillingCurrency", "PricingPreTaxTotal"),
    *("PricingCurrency", "ServiceInfo1", "ServiceInfo2", "Tags", "AdditionalInfo", "EffectiveUnitPrice"),
    *("PCToBCExchangeRate", "PCToBCExchangeRateDate", "EntitlementId", "EntitlementDescription"),
    *("PartnerEarnedCreditPercentage", "CreditPercentage", "CreditType"),
)


def other(columns: Sequence[str], *lines: dict[str, str], partner: str = "Hanhai") -> bytes:
    """A file in another layout: what a line doesn't say is blank."""
    common = {
        "PartnerId": str(guid("partner", partner)),
        "CustomerId": str(guid(partner, "Lanhai Trading")),
        "CustomerName": "Lanhai Trading",
        "SubscriptionId": str(guid(partner, "Lanhai Trading", "Azure")),
        "ChargeStartDate": "9/15/2026",
        "ChargeEndDate": "10/14/2026",
        "Currency": "CNY",
        "BillingCurrency": "CNY",
    }
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for line in lines:
        said = {name.casefold(): value for name, value in (common | line).items()}
        writer.writerow([said.get(name.casefold(), "") for name in columns])
    return out.getvalue().encode()


def usage(number: str = "D020001IVK", **more: str) -> dict[str, str]:
    """One line of a usage file."""
    said = {"InvoiceNumber": number, "ServiceName": "Virtual machines", "SKU": "A1-VM", "ConsumedQuantity": "744.25"}
    money = {"ListPrice": "0.1234567", "PretaxCharges": "91.88", "TaxAmount": "5.51", "PostTaxTotal": "97.39"}
    return said | money | {"ChargeType": "Assess usage fee for current cycle", "Resource Name": "Hours"} | more


def purchase(number: str = "G000024135", **more: str) -> dict[str, str]:
    """One line of a one-time file."""
    said = {"InvoiceNumber": number, "ProductId": "CFQ7TTC0LH18", "SkuId": "0001", "SkuName": "Business Basic"}
    money = {"UnitPrice": "39.00", "Quantity": "12", "Subtotal": "468.00", "TaxTotal": "28.08", "Total": "496.08"}
    return said | money | {"ChargeType": "new", "SubscriptionDescription": "Business Basic"} | more


def day_of_use(number: str = "G000024135", **more: str) -> dict[str, str]:
    """One line of a daily-rated file."""
    said = {"InvoiceNumber": number, "ProductId": "DZH318Z0BQ3Q", "SkuId": "00HM", "SkuName": "Azure plan"}
    used = {"UsageDate": "9/20/2026", "Unit": "1 Hour", "Quantity": "24.5", "UnitPrice": "0.087", "ChargeType": "Usage"}
    return said | used | {"BillingPreTaxTotal": "2.13"} | more
