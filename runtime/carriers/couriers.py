"""The carriers that come with the shop.

Chinese couriers are followed at kuaidi100.com, because most of their own pages take no number in the address.
"""

from generator.value import Text, Value


class Carrier(Value, frozen=True, kw_only=True):
    """One carrier: ``link`` holds ``{number}``, ``pattern`` is what its numbers look like without spaces."""

    id: str
    name: Text
    link: str = ""
    pattern: str = ""
    also: tuple[str, ...] = ()


def _chinese(id: str, zh: str, en: str, code: str, pattern: str = "", also: tuple[str, ...] = ()) -> Carrier:  # noqa: A002
    return Carrier(
        id=id,
        name={"zh": zh, "en": en},
        link=f"https://www.kuaidi100.com/chaxun?com={code}&nu={{number}}",
        pattern=pattern,
        also=also,
    )


def _other(id: str, en: str, link: str, pattern: str = "", **names: str) -> Carrier:  # noqa: A002
    return Carrier(id=id, name={"en": en, **names}, link=link, pattern=pattern)


COURIERS = (
    _chinese("sf", "顺丰速运", "SF Express", "shunfeng", r"SF\d{13}|SF\d{12}|\d{12}", ("顺丰",)),
    _chinese("zto", "中通快递", "ZTO Express", "zhongtong", r"7[0-9]{13}|78\d{12}", ("中通",)),
    _chinese("yto", "圆通速递", "YTO Express", "yuantong", r"YT\d{13,16}", ("圆通",)),
    _chinese("sto", "申通快递", "STO Express", "shentong", r"77\d{13}", ("申通",)),
    _chinese("yunda", "韵达快递", "Yunda Express", "yunda", r"4[36]\d{13}", ("韵达",)),
    _chinese("jd", "京东快递", "JD Logistics", "jd", r"JD[A-Z0-9]{11,18}", ("京东", "京东物流")),
    _chinese("jtexpress", "极兔速递", "J&T Express", "jtexpress", r"JT\d{13}", ("极兔", "jt")),
    _chinese("ems", "中国邮政 EMS", "China Post EMS", "ems", r"1\d{12}|E[A-Z]\d{9}CN", ("邮政ems",)),
    _chinese("chinapost", "邮政快递包裹", "China Post", "youzhengguonei", r"9\d{12}", ("中国邮政", "邮政")),
    _chinese("deppon", "德邦快递", "Deppon", "debangkuaidi", r"DPK\d{12}", ("德邦",)),
    _chinese("danniao", "菜鸟速递", "Cainiao Express", "danniao", "", ("菜鸟", "丹鸟", "cainiao")),
    _other(
        "dhl",
        "DHL Paket",
        "https://www.dhl.de/de/privatkunden/pakete-empfangen/verfolgen.html?piececode={number}",
        r"00340\d{15}|JJD\d{18,20}",
    ),
    _other(
        "dhl-express",
        "DHL Express",
        "https://www.dhl.com/global-en/home/tracking/tracking-express.html?tracking-id={number}",
        r"\d{10}",
    ),
    _other(
        "hermes",
        "Hermes",
        "https://www.myhermes.de/empfangen/sendungsverfolgung/sendungsinformation#{number}",
        r"H\d{19}",
    ),
    _other("dpd", "DPD", "https://tracking.dpd.de/status/de_DE/parcel/{number}", r"0\d{13}"),
    _other("gls", "GLS", "https://gls-group.eu/EU/en/parcel-tracking?match={number}", r"\d{11}"),
    _other("ups", "UPS", "https://www.ups.com/track?tracknum={number}", r"1Z[0-9A-Z]{16}"),
    _other("fedex", "FedEx", "https://www.fedex.com/fedextrack/?trknbr={number}", r"\d{12}|\d{15}"),
    _other(
        "usps",
        "USPS",
        "https://tools.usps.com/go/TrackConfirmAction?tLabels={number}",
        r"9[2345]\d{20}|[A-Z]{2}\d{9}US",
    ),
    _other(
        "royal-mail",
        "Royal Mail",
        "https://www.royalmail.com/track-your-item#/tracking-results/{number}",
        r"[A-Z]{2}\d{9}GB",
    ),
    _other(
        "colissimo",
        "La Poste Colissimo",
        "https://www.laposte.fr/outils/suivre-vos-envois?code={number}",
        r"[A-Z0-9]{2}\d{9}FR|\d[A-Z]\d{11}",
    ),
    _other("postnl", "PostNL", "https://jouw.postnl.nl/track-and-trace/{number}", r"3S[A-Z0-9]{11,13}"),
    _other(
        "post-at",
        "Austrian Post",
        "https://www.post.at/s/sendungsdetails?snr={number}",
        r"10\d{20}",
        de="Österreichische Post",
    ),
    _other("post-ch", "Swiss Post", "https://service.post.ch/ekp-web/ui/entry/search/{number}", r"99\d{16}", de="Post"),
    _other(
        "japan-post",
        "Japan Post",
        "https://trackings.post.japanpost.jp/services/srv/search/direct?reqCodeNo1={number}",
        r"[A-Z]{2}\d{9}JP",
        zh="日本邮便",
    ),
    _other(
        "hongkong-post",
        "Hongkong Post",
        "https://www.hongkongpost.hk/en/mail_tracking/index.html?trackcode={number}",
        r"[A-Z]{2}\d{9}HK",
        zh="香港邮政",
    ),
)
