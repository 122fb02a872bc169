"""What does one line of an invoice say? Five shapes of the provider's, read by table into one of ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from .bills import LineKind, ProviderCharge, Source
from .fields import OtherSubjectError, UnreadableError, canonical, day_of, money, number, same_id, text
from .reading import an_object
from .reading_bills import currency_of, kind_of, number_of, source_of

# Our word, and the provider's names for it: the first that is there counts. Names are compared in lower case.
_IDS = {
    "partner_id": ("partnerid",),
    "customer_id": ("customerid",),
    "subscription_id": ("syndicationpartnersubscriptionnumber", "subscriptionid"),
    "offer_id": ("durableofferid", "productid"),
    "billing_offer_id": ("offerid",),
}
_TEXTS = {
    "charge_type": ("chargetype",),
    "customer_name": ("customername", "customercompanyname"),
    "domain": ("domainname", "customerdomainname"),
    "subscription_name": ("subscriptionname", "subscriptiondescription"),
    "offer_name": ("offername", "skuname", "productname", "servicename", "subscriptiondescription"),
    "order_id": ("orderid",),
    "billing_cycle": ("billingfrequency", "billingcycletype"),
    "term": ("termandbillingcycle",),
    "invoice_number": ("invoicenumber",),
    "sku_id": ("skuid", "sku"),
    "availability_id": ("availabilityid",),
    "publisher": ("publishername",),
    "partner_mpn_id": ("mpnid",),
    "country": ("customercountry",),
    "promotion_id": ("promotionid",),
    "reference": ("referenceid", "alternateid"),
    "credit_reason": ("creditreasoncode", "credittype"),
    "price_adjustment": ("priceadjustmentdescription",),
    "reservation_id": ("reservationorderid",),
    "pricing_currency": ("pricingcurrency",),
    "service": ("servicename", "consumedservice", "metercategory"),
    "service_type": ("servicetype", "metersubcategory"),
    "meter_id": ("meterid", "resourceguid"),
    "meter": ("metername", "meterdescription", "resourcename"),
    "resource": ("resourceuri", "resourcename"),
    "resource_group": ("resourcegroup",),
    "region": ("region", "resourcelocation", "meterregion"),
    "unit": ("unit", "unitofmeasure", "unittype"),
    "tier": ("detaillineitemid",),
}
_DAYS = {
    "charge_starts_on": "chargestartdate",
    "charge_ends_on": "chargeenddate",
    "starts_on": "subscriptionstartdate",
    "ends_on": "subscriptionenddate",
    "ordered_on": "orderdate",
    "exchange_rate_on": "pctobcexchangeratedate",
    "used_on": "usagedate",
}
_NUMBERS = {
    "effective_unit_price": "effectiveunitprice",
    "billable_quantity": "billablequantity",
    "priced_total": "pricingpretaxtotal",
    "exchange_rate": "pctobcexchangerate",
    "credit_percent": "rateofcredit",
    "earned_credit_percent": "rateofpartnerearnedcredit",
    "consumed": "consumedquantity",
    "included": "includedquantity",
    "overage": "overagequantity",
}
# What money is called, by where the line comes from; None where that shape has no such thing.
_MONEY: dict[tuple[Source, LineKind], dict[str, str | None]] = {
    (Source.OFFICE, LineKind.BILLING): {
        "unit_price": "unitprice",
        "quantity": "quantity",
        "amount": "amount",
        "discount": "totalotherdiscount",
        "subtotal": "subtotal",
        "tax": "tax",
        "total": "totalforcustomer",
    },
    (Source.AZURE, LineKind.BILLING): {
        "unit_price": "listprice",
        "quantity": "overagequantity",
        "amount": "pretaxcharges",
        "discount": None,
        "subtotal": "pretaxcharges",
        "tax": "taxamount",
        "total": "posttaxtotal",
    },
    (Source.ONE_TIME, LineKind.BILLING): {
        "unit_price": "unitprice",
        "quantity": "quantity",
        "amount": "subtotal",
        "discount": None,
        "subtotal": "subtotal",
        "tax": "taxtotal",
        "total": "totalforcustomer",
    },
    (Source.ONE_TIME, LineKind.USAGE): {
        "unit_price": "unitprice",
        "quantity": "quantity",
        "amount": "billingpretaxtotal",
        "discount": None,
        "subtotal": "billingpretaxtotal",
        "tax": None,
        "total": "billingpretaxtotal",
    },
}
_MONEYLESS = ("unit_price", "quantity", "amount", "discount", "subtotal", "tax", "total")
_NO_RESELLER = ("", "-1", "0")


def charge_from(document: Any, position: int, invoice: str, provider: Source, kind: LineKind) -> ProviderCharge:
    """One line, the `position`-th of its list, provided that it is of the invoice and the kind asked for."""
    raw = an_object(document)
    line = {name.lower(): value for name, value in raw.items()}
    if len(line) != len(raw):
        raise UnreadableError("a field of a line stands in it twice")
    _check(raw, line, invoice, provider, kind)
    days = {ours: day_of(line, theirs) for ours, theirs in _DAYS.items()}
    _check_in_order(days["charge_starts_on"], days["charge_ends_on"])
    reseller = text(line, "tier2mpnid", "resellermpnid")
    said: dict[str, Any] = {
        **{ours: canonical(text(line, *theirs)).lower() for ours, theirs in _IDS.items()},
        **{ours: text(line, *theirs) for ours, theirs in _TEXTS.items()},
        **{ours: number(line, theirs) for ours, theirs in _NUMBERS.items()},
        **days,
        **_money(line, provider, kind),
        "billing_subscription_id": _other_subscription_id(line),
        "reseller_mpn_id": "" if reseller in _NO_RESELLER else reseller,
        "currency": _currency(line, provider, kind),
    }
    return ProviderCharge(position=position, source=provider, kind=kind, raw=raw, **said)


def _check(raw: Mapping[str, Any], line: Mapping[str, Any], invoice: str, provider: Source, kind: LineKind) -> None:
    named = number_of(text(line, "invoicenumber"))
    if invoice and named and not same_id(named, number_of(invoice)):
        raise OtherSubjectError(f"asked for lines of invoice {invoice}, one is of another")
    for asked, said in ((provider, source_of(raw)), (kind, kind_of(raw))):
        if said != "unknown" and said != asked:
            raise OtherSubjectError(f"asked for {provider} {kind} lines, one is of {said}")
    if not text(line, "customerid"):
        raise UnreadableError("customerId of a line is missing")


def _check_in_order(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on and ends_on and ends_on < starts_on:
        raise UnreadableError("chargeEndDate lies before chargeStartDate")


def _money(line: Mapping[str, Any], provider: Source, kind: LineKind) -> dict[str, Decimal | None]:
    names = _MONEY.get((provider, kind))
    if names is None:
        return dict.fromkeys(_MONEYLESS)
    found = {ours: number(line, theirs) if theirs else Decimal(0) for ours, theirs in names.items()}
    for ours in ("amount", "subtotal", "total"):
        theirs = names[ours]
        found[ours] = money(line, theirs) if theirs else None
    found["tax"] = found["tax"] or Decimal(0)
    found["discount"] = found["discount"] or Decimal(0)
    return found


def _currency(line: Mapping[str, Any], provider: Source, kind: LineKind) -> str:
    if (provider, kind) not in _MONEY:
        return ""
    return currency_of(line, "billingcurrency" if "billingcurrency" in line else "currency")


def _other_subscription_id(line: Mapping[str, Any]) -> str:
    return text(line, "subscriptionid") if text(line, "syndicationpartnersubscriptionnumber") else ""
