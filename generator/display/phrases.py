"""Sentences that the shop itself owes its shoppers, whatever the theme: delivery, returns, tax, who sells."""

from functools import lru_cache

_PHRASES: dict[str, dict[str, str]] = {
    "from": {"zh": "{price} 起", "en": "from {price}", "de": "ab {price}"},
    "free": {"zh": "包邮", "en": "free", "de": "kostenlos"},
    "ships_hours": {"zh": "{n} 小时内发货", "en": "ships within {n} hours", "de": "Versand innerhalb von {n} Stunden"},
    "ships_days": {"zh": "{n} 天内发货", "en": "ships within {n} days", "de": "Versand innerhalb von {n} Tagen"},
    "ships_day": {"zh": "1 天内发货", "en": "ships within a day", "de": "Versand innerhalb eines Tages"},
    "preorder": {
        "zh": "预售：付款后 {n} 天内发货",
        "en": "Pre-order: ships within {n} days of payment",
        "de": "Vorbestellung: Versand innerhalb von {n} Tagen nach Zahlung",
    },
    "returns_cn": {
        "zh": "支持 {n} 天无理由退货",
        "en": "{n}-day returns without a reason",
        "de": "{n} Tage Rückgabe ohne Grund",
    },
    "returns_eu": {"zh": "{n} 天内可撤回合同", "en": "{n} days to withdraw", "de": "{n} Tage Widerrufsrecht"},
    "returns": {"zh": "{n} 天内可退货", "en": "Returns within {n} days", "de": "Rückgabe innerhalb von {n} Tagen"},
    "no_returns": {
        "zh": "此商品不支持无理由退货",
        "en": "This item cannot be returned without a reason",
        "de": "Für diesen Artikel besteht kein Widerrufsrecht",
    },
    "tax_included": {"zh": "含税", "en": "incl. VAT", "de": "inkl. MwSt."},
    "tax_excluded": {"zh": "未含税", "en": "plus tax", "de": "zzgl. Steuern"},
    "plus_delivery": {"zh": "另计运费", "en": "plus delivery", "de": "zzgl. Versand"},
    "manufacturer": {"zh": "生产者", "en": "Manufacturer", "de": "Hersteller"},
    "responsible_person": {
        "zh": "欧盟责任人",
        "en": "Responsible person in the EU",
        "de": "Verantwortliche Person in der EU",
    },
    "warnings": {"zh": "安全提示", "en": "Warnings", "de": "Warnhinweise"},
    "legal_name": {"zh": "经营者", "en": "Seller", "de": "Anbieter"},
    "registration_number": {"zh": "统一社会信用代码", "en": "Registration number", "de": "Registernummer"},
    "representative": {"zh": "负责人", "en": "Represented by", "de": "Vertreten durch"},
    "address": {"zh": "地址", "en": "Address", "de": "Anschrift"},
    "phone": {"zh": "电话", "en": "Phone", "de": "Telefon"},
    "email": {"zh": "邮箱", "en": "E-mail", "de": "E-Mail"},
    "vat_number": {"zh": "增值税号", "en": "VAT number", "de": "Umsatzsteuer-ID"},
    "register": {"zh": "商业登记", "en": "Commercial register", "de": "Handelsregister"},
    "exemption": {"zh": "经营者声明", "en": "Statement of the seller", "de": "Erklärung des Anbieters"},
    "seller_cn": {"zh": "营业执照信息", "en": "Business licence", "de": "Gewerbenachweis"},
    "seller_individual": {"zh": "自我声明", "en": "Seller's statement", "de": "Erklärung des Anbieters"},
    "seller_de": {"zh": "经营者信息", "en": "Legal notice", "de": "Impressum"},
    "seller": {"zh": "经营者信息", "en": "About the seller", "de": "Über den Anbieter"},
    "facet_tag": {"zh": "标签", "en": "Tags", "de": "Merkmale"},
    "facet_price": {"zh": "价格", "en": "Price", "de": "Preis"},
    "under": {"zh": "{price} 以下", "en": "under {price}", "de": "unter {price}"},
    "over": {"zh": "{price} 以上", "en": "from {price}", "de": "ab {price}"},
    "home": {"zh": "首页", "en": "Home", "de": "Startseite"},
    "page_of": {"zh": "{title} · 第 {n} 页", "en": "{title} · page {n}", "de": "{title} · Seite {n}"},
    "not_found": {"zh": "找不到页面", "en": "Page not found", "de": "Seite nicht gefunden"},
    "server_error": {"zh": "出了点问题", "en": "Something went wrong", "de": "Etwas ist schiefgelaufen"},
}


@lru_cache(maxsize=4096)
def phrase(key: str, locale: str, **values: object) -> str:
    """Return a sentence in the language of a locale, in English where we do not speak it."""
    texts = _PHRASES[key]
    return texts.get(locale.split("-", maxsplit=1)[0], texts["en"]).format(**values)


_DAY = 86400


def days(seconds: int) -> int:
    """Return a duration in whole days, rounded up."""
    return -(-seconds // _DAY)


def shipping(seconds: int, locale: str) -> str:
    """Say within which time a parcel leaves."""
    if seconds < _DAY or (seconds % _DAY and seconds < 3 * _DAY):
        return phrase("ships_hours", locale, n=-(-seconds // 3600))
    count = days(seconds)
    return phrase("ships_day", locale) if count == 1 else phrase("ships_days", locale, n=count)
