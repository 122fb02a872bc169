"""Who is in the demo book, what do they use, and how do they behave?"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from .crowd import CROWD, draw_seats

# The first of the provider's bills is small, the last one still waits to be billed on.
EARLY_BILL, FIRST_BILL, SECOND_BILL, OPEN_BILL = (date(2026, month, 15) for month in (8, 9, 10, 11))
PASSWORD = "portal-demo-2026"  # noqa: S105  shown on the screen of the demo, worth nothing elsewhere  # pragma: allowlist secret

STANDARD, E3, VISIO = "Microsoft 365 Business Standard", "Office 365 E3", "Visio Plan 2"
EXCHANGE, PROJECT = "Exchange Online Plan 1", "Project Online Professional"
PRICES = {
    STANDARD: Decimal("74.25"),
    E3: Decimal("132.50"),
    VISIO: Decimal("99.00"),
    EXCHANGE: Decimal("26.40"),
    PROJECT: Decimal("201.30"),
}


@dataclass(frozen=True)
class Actor:
    """One customer: its name, mail domain, seats by offer, the part it plays, its first bill, and where it lives if
    that is not where its partner does."""

    name: str
    domain: str
    part: str
    seats: dict[str, int]
    contact: str
    language: tuple[str, str] = ("en", "en-US")
    person: str = ""
    since: date = FIRST_BILL
    zone: str = ""


ZH, RU = ("zh-CHS", "zh-CN"), ("ru", "ru-RU")


@dataclass(frozen=True)
class House:
    """One partner with its staff and customers; `most_in_a_day` may lose access within a day, if it has said so."""

    slug: str
    name: str
    prefix: str
    mark: str
    address: str
    bank_account: str
    bank_name: str
    bank_number: str
    phone: str
    support_phone: str
    staff: dict[str, str]
    actors: tuple[Actor, ...]
    most_in_a_day: int = 0


HANHAI = House(
    slug="hanhai",
    most_in_a_day=6,
    name="Hanhai Cloud",
    prefix="HH",
    mark="瀚",
    address="88 Jianguo Road, Chaoyang, Beijing",
    bank_account="Hanhai Cloud Technology",
    bank_name="CMB Beijing Jianguomen",
    bank_number="1109 0428 6610 902",
    phone="+86 10 5550 0188",
    support_phone="+86 400 555 0100",
    staff={
        "owner": "Anna Petrova",
        "admin_agent": "Zhao Jun",
        "billing": "Chen Yu",
        "collections": "Lin Wei",
        "sales": "Sun Li",
        "help_desk": "Ma Hong",
        "viewer": "Guo Ping",
    },
    actors=(
        Actor(
            "蓝海贸易有限公司", "lanhai.example", "questions", {STANDARD: 58, VISIO: 29, E3: 24}, "周岚", ZH, "Zhou Lan"
        ),
        Actor(
            "Golden Bridge Logistics",
            "goldenbridge.example",
            "proposed",
            {E3: 24, VISIO: 6, EXCHANGE: 12, PROJECT: 10},
            "May Chen",
        ),
        Actor("杭州云栖数据", "yunqi.example", "promised", {STANDARD: 96, E3: 31}, "周敏", ZH),
        Actor("Harbour Light Hotels", "harbourlight.example", "suspended", {STANDARD: 71, EXCHANGE: 17}, "James Reed"),
        Actor("Nguyễn Import-Export", "bounce.example", "broken", {STANDARD: 40, VISIO: 12}, "Nguyễn Thị Hoa"),
        Actor("成都天府医疗", "tianfu.example", "restored", {STANDARD: 44, E3: 18}, "刘洋", ZH),
        Actor("Ørsted Consulting Shanghai", "orsted.example", "reports", {STANDARD: 15, VISIO: 4}, "Lars Ørsted"),
        Actor("ООО «Восток-Сервис»", "vostok.example", "keeps", {STANDARD: 33, E3: 9}, "Ирина Соколова", RU),
    ),
)

BOHAI = House(
    slug="bohai",
    name="Bohai Digital",
    prefix="BD",
    mark="渤",
    address="12 Zhongshan Road, Dalian",
    bank_account="Bohai Digital Services",
    bank_name="ICBC Dalian Zhongshan",
    bank_number="3400 2210 0912 774",
    phone="+86 411 5550 0133",
    support_phone="+86 400 555 0144",
    staff={
        "owner": "Wang Hao",
        "admin_agent": "Li Na",
        "billing": "Xu Fei",
        "collections": "Tang Rui",
        "sales": "He Qiang",
        "help_desk": "Luo Min",
        "viewer": "Song Yan",
    },
    actors=(
        Actor("大连海湾物流", "haiwan.example", "proposed", {STANDARD: 62, E3: 20}, "孙涛", ZH, "Sun Tao"),
        Actor("ООО «Балтика-Трейд»", "baltika.example", "questions", {STANDARD: 38, VISIO: 11}, "Олег Иванов", RU),
        Actor("O'Brien Catering", "obrien.example", "pays", {EXCHANGE: 45}, "Aoife O'Brien"),
        Actor("沈阳智造科技", "zhizao.example", "suspended", {E3: 52, PROJECT: 7}, "韩冰", ZH),
        Actor("Müller & Söhne (China)", "mueller.example", "restored", {STANDARD: 27, VISIO: 5}, "Jürgen Müller"),
        Actor("青岛远帆软件", "", "no_contact", {STANDARD: 19}, "", ZH),
        Actor("Baltic Amber Retail", "amber.example", "held", {STANDARD: 23, EXCHANGE: 30}, "Ieva Ozola"),
        Actor("天津港联科技", "ganglian.example", "extended", {E3: 35, STANDARD: 12}, "马超", ZH),
    ),
)


def _with_crowd(house: House) -> House:
    """The house with everybody else of its customers."""
    spoken = {"zh": ZH, "ru": RU, "en": ("en", "en-US")}
    others = (
        Actor(
            one.name,
            one.domain,
            one.part,
            draw_seats(one.domain, PRICES, one.offers),
            one.contact,
            spoken[one.language],
            since=EARLY_BILL if one.early else FIRST_BILL,
            zone=one.zone,
        )
        for one in CROWD[house.slug]
    )
    return replace(house, actors=(*house.actors, *others))


HOUSES = tuple(_with_crowd(house) for house in (HANHAI, BOHAI))
HANHAI, BOHAI = HOUSES
