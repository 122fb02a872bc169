"""Who are the other customers of the demo book? Invented companies, and how many seats a draw gives each of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Final

MOSCOW, SINGAPORE, BERLIN = "Europe/Moscow", "Asia/Singapore", "Europe/Berlin"


@dataclass(frozen=True)
class Face:
    """One company of the crowd. `early`: it was billed in August already."""

    name: str
    domain: str
    part: str
    contact: str
    language: str = "zh"
    zone: str = ""
    early: bool = False
    offers: int = 0


def draw_seats(domain: str, offers: Iterable[str], number: int) -> dict[str, int]:
    """Seats by offer, the same for the same domain: a few people to a few hundred, mostly few."""
    draw = Random(domain)
    chosen = draw.sample(list(offers), number or draw.choice((1, 1, 2, 2, 3)))
    return {offer: min(240, max(3, round(draw.lognormvariate(2.9, 0.8)))) for offer in chosen}


CROWD: Final[dict[str, tuple[Face, ...]]] = {
    "hanhai": (
        Face("北京晨曦教育科技有限公司", "chenxi.example", "early", "林晓梅", early=True),
        Face("Jade River Foods", "jaderiver.example", "early", "Grace Wu", "en"),
        Face("苏州锦溪丝绸", "jinxi.example", "on_time", "沈怡", early=True),
        Face("Northern Star Energy Systems (Beijing) Co., Ltd.", "northernstar.example", "on_time", "Paul Hart", "en"),
        Face("武汉光谷精密仪器股份有限公司", "guanggu.example", "on_time", "胡志强"),
        Face("ООО «Северный ветер»", "veter.example", "on_time", "Анна Кузнецова", "ru", MOSCOW),
        Face("宁波甬江航运", "yongjiang.example", "seats_differ", "邵云飞"),
        Face("Kwek & Tan Trading", "kwektan.example", "late", "Kwek Mei Ling", "en", SINGAPORE),
        Face("西安秦岭旅行社", "qinling.example", "late", "韩雪", early=True),
        Face("长沙湘江出版", "xiangjiang.example", "late", "谭勇"),
        Face("Silver Birch Interiors", "silverbirch.example", "very_late", "Olivia Brandt", "en"),
        Face("昆明滇池花卉", "dianchi.example", "reminded", "杨丽华"),
        Face("Pacific Lantern Films", "pacificlantern.example", "reminded", "Daniel Sze", "en"),
        Face("厦门鹭岛茶业", "ludao.example", "final", "陈志明"),
        Face("ООО «Амур-Логистик»", "amurlog.example", "final", "Сергей Волков", "ru"),
        Face("南京紫金设计院", "zijin.example", "courtesy", "顾婷"),
        Face("郑州中原粮油", "zhongyuan.example", "waiting", "马建军", offers=2),
        Face("Summit Peak Outdoor", "summitpeak.example", "waiting", "Tom Keller", "en", offers=1),
        Face("合肥巢湖电子", "chaohu.example", "forgotten", "汪海", early=True, offers=2),
        Face("深圳前湾跨境电商供应链管理有限公司", "qianwan.example", "exempt", "罗佳"),
        Face("Blue Kite Promotions", "bluekite.example", "fraud", "Ray Moss", "en", offers=1),
        Face("福州闽都印务", "mindu.example", "overpaid", "郑晓东"),
        Face("Hartmann Werkzeuge China", "hartmann.example", "credited", "Uwe Hartmann", "en", BERLIN),
        Face("济南泉城软件", "quancheng.example", "common", "孔令辉"),
        Face("Orchid Bay Clinics", "orchidbay.example", "common", "Dr. Helen Ong", "en"),
        Face("石家庄燕赵药业", "yanzhao.example", "common", "赵明月"),
        Face("重庆渝中餐饮连锁", "yuzhong.example", "escalated", "邓丽"),
        Face("Copper Leaf Accounting", "copperleaf.example", "provider_answered", "Nina Patel", "en"),
        Face("ООО «Байкал-Медиа»", "baikalmedia.example", "asked_back", "Мария Орлова", "ru"),
        Face("广州珠江乐器", "zhujiang.example", "partly", "梁伟文"),
        Face("Stone Bridge Legal", "stonebridge.example", "reopened", "Aaron Cole", "en"),
        Face("贵阳黔灵数码", "qianling.example", "written_off", "罗晓宇"),
    ),
    "bohai": (
        Face("大连星海软件园服务有限公司", "xinghai.example", "early", "刘畅", early=True),
        Face("Amber Coast Shipping", "ambercoast.example", "early", "Jonas Berg", "en"),
        Face("哈尔滨冰城乳业", "bingcheng.example", "on_time", "王雪", early=True),
        Face("ООО «Порт Восточный-Снаб»", "portsnab.example", "on_time", "Дмитрий Лебедев", "ru"),
        Face("长春净月汽车零部件股份有限公司", "jingyue.example", "on_time", "宋刚"),
        Face("Red Maple Learning", "redmaple.example", "on_time", "Claire Dubois", "en"),
        Face("烟台蓬莱酒庄", "penglai.example", "partly", "于淼"),
        Face("Saint Olaf Marine Survey", "olafmarine.example", "late", "Erik Dahl", "en", BERLIN),
        Face("鞍山钢城检测", "gangcheng.example", "late", "赵铁军", early=True),
        Face("ООО «Сахалин-Рыба»", "sakhryba.example", "late", "Ольга Ким", "ru", MOSCOW),
        Face("唐山曹妃甸港务", "caofeidian.example", "very_late", "李国庆"),
        Face("Willow Lane Dental", "willowlane.example", "very_late", "Fiona Gray", "en"),
        Face("丹东鸭绿江边贸", "yalujiang.example", "reminded", "朴美善"),
        Face("Granite Works Liaoning", "graniteworks.example", "final", "Igor Petrenko", "en"),
        Face("营口渤海渔业", "yingkou.example", "final", "孙德胜"),
        Face("秦皇岛山海旅游文化发展有限公司", "shanhai.example", "waiting", "冯静", offers=2),
        Face("Tern & Plover Design", "ternplover.example", "two_people", "Ada Finch", "en", offers=2),
        Face("锦州辽西物流", "liaoxi.example", "undo", "白晓光", offers=1),
        Face("Old Harbour Antiques", "oldharbour.example", "forgotten", "Peter Lindqvist", "en", early=True, offers=1),
        Face("葫芦岛龙湾建材", "longwan.example", "fraud_asked", "高峰", offers=2),
        Face("Lotus Pond Media", "lotuspond.example", "new_case", "Vivian Lau", "en"),
        Face("抚顺琥珀工艺", "hupo.example", "followed_up", "关丽娜"),
        Face("ООО «Тайга-Мебель»", "taiga.example", "told_late", "Павел Громов", "ru"),
        Face("盘锦红海滩米业", "honghaitan.example", "write_off_asked", "佟亮"),
        Face("Transpacific Data Bridge", "tpbridge.example", "two_currencies", "Marcus Lee", "en", SINGAPORE),
        Face("本溪枫林度假村", "fenglin.example", "drifted", "那英杰", offers=2),
        Face("Meridian Optics", "meridianoptics.example", "seats_differ", "Ruth Adler", "en", offers=2),
        Face("铁岭北方种业", "beifang.example", "bank_unclear", "周大勇"),
        Face("ИП Захарова (Далянь)", "zakharova.example", "unapplied", "Елена Захарова", "ru"),
        Face("朝阳凌河牧场", "linghe.example", "taken_back", "史青"),
        Face(
            "Fern Valley Robotics and Industrial Automation Systems",
            "fernvalley.example",
            "brought_back",
            "Sam Okoro",
            "en",
            early=True,
            offers=1,
        ),
        Face("沈阳盛京书店", "shengjing.example", "escalated", "金鑫"),
    ),
}
