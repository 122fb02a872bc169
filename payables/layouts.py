"""In which layout is a reconciliation file, and in which column does each of our fields stand?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final


def key_of(name: str) -> str:
    """A column's name without case, spaces and underscores: the provider itself writes them in several ways."""
    return "".join(name.split()).replace("_", "").casefold()


@dataclass(frozen=True)
class Layout:
    """One kind of file. `stands` says in which columns a field may stand, the first that is there counts; what a
    layout doesn't name is empty. `seats`: the file says how many seats a subscription has. `kept` are further columns
    whose text is kept with the line."""

    code: str
    required: Mapping[str, str]
    optional: Mapping[str, str]
    stands: Mapping[str, tuple[str, ...]]
    seats: bool = True
    kept: Mapping[str, str] = field(default_factory=dict)
    # Columns that no other layout has.
    told_by: Collection[str] = ()

    @property
    def names(self) -> dict[str, str]:
        """Every column we know, as the provider spells it, by its key."""
        return {**self.required, **self.optional}


def _columns(*names: str) -> dict[str, str]:
    return {key_of(name): name for name in names}


_SAME: Final = {
    "partner_id": ("partnerid",),
    "customer_id": ("customerid",),
    "order_id": ("orderid",),
    "charge_starts_on": ("chargestartdate",),
    "charge_ends_on": ("chargeenddate",),
    "charge_type": ("chargetype",),
    "currency": ("currency",),
    "customer_name": ("customername",),
    "subscription_name": ("subscriptionname",),
    "bill_number": ("invoicenumber",),
}

LICENSE: Final = Layout(
    code="license",
    required=_columns(
        *("PartnerId", "CustomerID", "SyndicationPartnerSubscriptionNumber", "DurableOfferID", "OfferName"),
        *("ChargeStartDate", "ChargeEndDate", "ChargeType", "UnitPrice", "Quantity", "Amount", "TotalOtherDiscount"),
        *("Subtotal", "Tax", "TotalForCustomer", "Currency", "CustomerName"),
    ),
    optional=_columns(
        *("OrderID", "SubscriptionID", "OfferID", "SubscriptionStartDate", "SubscriptionEndDate", "MPNID"),
        *("ResellerMPNID", "DomainName", "SubscriptionName", "SubscriptionDescription", "BillingCycleType"),
    ),
    stands={
        **{ours: columns for ours, columns in _SAME.items() if ours != "bill_number"},
        "subscription_id": ("syndicationpartnersubscriptionnumber",),
        "offer_id": ("durableofferid",),
        "offer_name": ("offername",),
        "starts_on": ("subscriptionstartdate",),
        "ends_on": ("subscriptionenddate",),
        "unit_price": ("unitprice",),
        "quantity": ("quantity",),
        "amount": ("amount",),
        "discount": ("totalotherdiscount",),
        "subtotal": ("subtotal",),
        "tax": ("tax",),
        "total": ("totalforcustomer",),
        "domain": ("domainname",),
    },
)

USAGE: Final = Layout(
    code="usage",
    required=_columns(
        *("PartnerID", "InvoiceNumber", "ChargeStartDate", "ChargeEndDate", "SubscriptionID", "ServiceName", "SKU"),
        *("ConsumedQuantity", "ListPrice", "PretaxCharges", "TaxAmount", "PostTaxTotal", "Currency", "ChargeType"),
        "CustomerID",
    ),
    optional=_columns(
        *("PartnerName", "PartnerBillableAccountID", "CustomerName", "CustomerCompanyName", "MPNID", "ResellerMPNID"),
        *("SubscriptionName", "SubscriptionDescription", "OrderID", "ServiceType", "ResourceGUID", "Resource Name"),
        *("Region", "DetailLineItemId", "IncludedQuantity", "OverageQuantity", "PretaxEffectiveRate"),
        *("PostTaxEffectiveRate", "CustomerBillableAccount", "UsageDate", "MeteredRegion", "MeteredService"),
        *("MeteredServiceType", "Project", "ServiceInfo", "DomainName", "BillingCycleType", "Unit"),
    ),
    stands={
        **_SAME,
        "customer_name": ("customername", "customercompanyname"),
        "subscription_id": ("subscriptionid",),
        "offer_id": ("sku",),
        "offer_name": ("servicename",),
        "unit_price": ("listprice",),
        "amount": ("pretaxcharges",),
        "subtotal": ("pretaxcharges",),
        "tax": ("taxamount",),
        "total": ("posttaxtotal",),
        "domain": ("domainname",),
    },
    seats=False,
    kept={
        "consumed": "consumedquantity",
        "included": "includedquantity",
        "overage": "overagequantity",
        "unit": "unit",
        "list_price": "listprice",
        "resource": "resourcename",
        "service_type": "servicetype",
        "region": "region",
        "tier": "detaillineitemid",
        "used_on": "usagedate",
        "meter": "resourceguid",
    },
    told_by=("pretaxcharges", "posttaxtotal", "consumedquantity"),
)

ONE_TIME: Final = Layout(
    code="one_time",
    required=_columns(
        *("PartnerId", "CustomerId", "CustomerName", "InvoiceNumber", "ProductId", "SkuId", "SkuName", "ChargeType"),
        *("UnitPrice", "Quantity", "Subtotal", "TaxTotal", "Total", "Currency", "SubscriptionId", "ChargeStartDate"),
        "ChargeEndDate",
    ),
    optional=_columns(
        *("CustomerDomainName", "CustomerCountry", "MpnId", "ResellerMpnId", "OrderId", "OrderDate", "AvailabilityId"),
        *("ProductName", "PriceAdjustmentDescription", "PublisherName", "PublisherId", "SubscriptionDescription"),
        *("TermAndBillingCycle", "EffectiveUnitPrice", "UnitType", "AlternateId", "BillableQuantity"),
        *("BillingFrequency", "PricingCurrency", "PCToBCExchangeRate", "PCToBCExchangeRateDate", "MeterDescription"),
        *("ReservationOrderId", "CreditReasonCode", "SubscriptionStartDate", "SubscriptionEndDate", "ReferenceID"),
        *("ProductQualifiers", "PromotionID"),
    ),
    stands={
        **_SAME,
        "subscription_id": ("subscriptionid",),
        "offer_id": ("productid", "skuid"),
        "offer_name": ("skuname",),
        "subscription_name": ("subscriptiondescription",),
        "starts_on": ("subscriptionstartdate",),
        "ends_on": ("subscriptionenddate",),
        "unit_price": ("unitprice",),
        # Seats are reconciled on what is billable.
        "quantity": ("billablequantity", "quantity"),
        "amount": ("subtotal",),
        "subtotal": ("subtotal",),
        "tax": ("taxtotal",),
        "total": ("total",),
        "domain": ("customerdomainname",),
    },
    kept={
        "quantity": "quantity",
        "effective_unit_price": "effectiveunitprice",
        "unit": "unittype",
        "term": "termandbillingcycle",
        "pricing_currency": "pricingcurrency",
        "exchange_rate": "pctobcexchangerate",
        "credit_reason": "creditreasoncode",
        "price_adjustment": "priceadjustmentdescription",
        "reference": "referenceid",
        "promotion": "promotionid",
        "meter": "meterdescription",
    },
    told_by=("taxtotal", "productid", "skuid"),
)

DAILY: Final = Layout(
    code="daily",
    required=_columns(
        *("PartnerId", "CustomerId", "CustomerName", "InvoiceNumber", "ProductId", "SkuId", "SkuName"),
        *("SubscriptionId", "ChargeStartDate", "ChargeEndDate", "UsageDate", "ChargeType", "UnitPrice", "Quantity"),
        *("BillingPreTaxTotal", "BillingCurrency"),
    ),
    optional=_columns(
        *("PartnerName", "CustomerDomainName", "CustomerCountry", "MpnId", "Tier2MpnId", "AvailabilityId"),
        *("ProductName", "PublisherName", "PublisherId", "SubscriptionDescription", "MeterType", "MeterCategory"),
        *("MeterId", "MeterSubCategory", "MeterName", "MeterRegion", "Unit", "ResourceLocation", "ConsumedService"),
        *("ResourceGroup", "ResourceURI", "UnitType", "PricingPreTaxTotal", "PricingCurrency", "ServiceInfo1"),
        *("ServiceInfo2", "Tags", "AdditionalInfo", "EffectiveUnitPrice", "PCToBCExchangeRate"),
        *("PCToBCExchangeRateDate", "EntitlementId", "EntitlementDescription", "PartnerEarnedCreditPercentage"),
        *("CreditPercentage", "CreditType"),
    ),
    stands={
        **_SAME,
        "subscription_id": ("subscriptionid",),
        "offer_id": ("productid", "skuid"),
        "offer_name": ("skuname",),
        "subscription_name": ("subscriptiondescription",),
        "unit_price": ("unitprice",),
        "amount": ("billingpretaxtotal",),
        "subtotal": ("billingpretaxtotal",),
        "total": ("billingpretaxtotal",),
        "currency": ("billingcurrency",),
        "domain": ("customerdomainname",),
    },
    seats=False,
    kept={
        "consumed": "quantity",
        "unit": "unit",
        "list_price": "unitprice",
        "used_on": "usagedate",
        "meter": "metername",
        "meter_id": "meterid",
        "category": "metercategory",
        "region": "meterregion",
        "resource": "resourceuri",
        "resource_group": "resourcegroup",
        "effective_unit_price": "effectiveunitprice",
        "exchange_rate": "pctobcexchangerate",
        "earned_credit_percent": "partnerearnedcreditpercentage",
    },
    told_by=("billingpretaxtotal", "billingcurrency", "usagedate"),
)

LAYOUTS: Final = {one.code: one for one in (LICENSE, USAGE, ONE_TIME, DAILY)}


def layout_of(columns: Collection[str]) -> Layout:
    """The layout that these columns (by key) tell: the one of which most is there; the license file where none is."""
    told = {one.code: sum(key in columns for key in one.told_by) for one in (USAGE, ONE_TIME, DAILY)}
    best = max(told, key=lambda code: told[code])
    return LAYOUTS[best] if told[best] > 1 else LICENSE
