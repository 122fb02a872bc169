"""Which cloud is it? What differs between the provider operated by 21Vianet and the global one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Profile:
    """Facts about one cloud. Days are calendar days; the finance charge is per month, as a fraction.

    `deletion_days` is how long a suspended subscription keeps its data; `deletion_days_max` the longest it
    can be (globally the days before the first billing period are added). `net_days` is the provider's own
    payment term towards the partner. `suspends_add_ons` says whether a base takes its add-ons with it.
    `line_paths` is how the addresses of an invoice's lines are spelled (line_paths.py), and `has_support` whether
    requests to support are part of the API at all.
    """

    name: str
    base_url: str
    authority: str
    deletion_days: int
    deletion_days_max: int
    net_days: int
    finance_charge: Decimal
    suspends_add_ons: bool
    cancels_by_api: bool
    has_support: bool
    line_paths: str
    locale: str


VIANET = Profile(
    name="21vianet",
    base_url="https://partner.partnercenterapi.microsoftonline.cn",
    authority="https://login.chinacloudapi.cn",
    deletion_days=60,
    deletion_days_max=60,
    net_days=30,
    finance_charge=Decimal("0.015"),
    suspends_add_ons=False,
    cancels_by_api=False,
    # Source: developing-for-partner-center-for-microsoft-national-cloud.
    has_support=False,
    # [infer] Its pages are of 2016 to 2018.
    line_paths="2017",
    # Source: partner-center-supported-languages-and-locales.
    locale="zh-CN",
)

GLOBAL = Profile(
    name="global",
    base_url="https://api.partnercenter.microsoft.com",
    authority="https://login.microsoftonline.com",
    deletion_days=90,
    deletion_days_max=120,
    net_days=60,
    finance_charge=Decimal("0"),
    suspends_add_ons=True,
    cancels_by_api=True,
    has_support=True,
    line_paths="query",
    locale="en-US",
)

PROFILES = {profile.name: profile for profile in (VIANET, GLOBAL)}
