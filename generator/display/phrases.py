"""Sentences that the shop itself owes its shoppers, whatever the theme: delivery, returns, tax, who sells."""

from functools import lru_cache

_PHRASES: dict[str, dict[str, str]] = {
    "from": {"zh": "{price} 起", "en": "from {price}", "de": "ab {price}"},
    "free": {"zh": "包邮", "en": "free", "de": "kostenlos"},
    "free_pickup": {"zh": "免费", "en": "free", "de": "kostenlos"},
    "ships_hours": {"zh": "{n} 小时内发货", "en": "ships within {n} hours", "de": "Versand innerhalb von {n} Stunden"},
    "ships_days": {"zh": "{n} 天内发货", "en": "ships within {n} days", "de": "Versand innerhalb von {n} Tagen"},
    "ships_day": {"zh": "1 天内发货", "en": "ships within a day", "de": "Versand innerhalb eines Tages"},
    "ready_hours": {
        "zh": "{n} 小时内备好",
        "en": "ready within {n} hours",
        "de": "abholbereit innerhalb von {n} Stunden",
    },
    "ready_days": {"zh": "{n} 天内备好", "en": "ready within {n} days", "de": "abholbereit innerhalb von {n} Tagen"},
    "ready_day": {"zh": "1 天内备好", "en": "ready within a day", "de": "abholbereit innerhalb eines Tages"},
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
    "lowest_before": {
        "zh": "近 {n} 天最低价：{price}",
        "en": "Lowest price of the last {n} days: {price}",
        "de": "Niedrigster Preis der letzten {n} Tage: {price}",
    },
    "bargain_percent": {"zh": "{kept} 折", "en": "{percent}% off", "de": "{percent} % Rabatt"},
    "bargain_off": {"zh": "减 {amount}", "en": "{amount} off", "de": "{amount} Rabatt"},
    "bargain_free": {"zh": "免费", "en": "free", "de": "gratis"},
    "bargain_from": {"zh": "满 {amount} {what}", "en": "{what} from {amount}", "de": "{what} ab {amount}"},
    "bargain_every": {"zh": "每满 {amount} {what}", "en": "{what} for every {amount}", "de": "{what} je {amount}"},
    "bargain_from_pieces": {"zh": "满 {n} 件 {what}", "en": "{what} from {n} pieces", "de": "{what} ab {n} Stück"},
    "bargain_every_pieces": {
        "zh": "每满 {n} 件 {what}",
        "en": "{what} for every {n} pieces",
        "de": "{what} je {n} Stück",
    },
    "bargain_new": {"zh": "新顾客：{what}", "en": "New customers: {what}", "de": "Für Neukunden: {what}"},
    "bargain_members": {"zh": "会员：{what}", "en": "Members: {what}", "de": "Für Mitglieder: {what}"},
    "bargain_delivery": {"zh": "包邮", "en": "free delivery", "de": "kostenloser Versand"},
    "bargain_nth": {"zh": "每第 {n} 件 {what}", "en": "every piece no. {n}: {what}", "de": "jedes {n}. Stück: {what}"},
    "bargain_bundle": {"zh": "和{others}一起买，{what}", "en": "with {others}: {what}", "de": "mit {others}: {what}"},
    "bargain_gift": {"zh": "送{gift}", "en": "{gift} as a gift", "de": "{gift} als Geschenk"},
    "bargain_group": {"zh": "{n} 人团 {what}", "en": "{what} each for a group of {n}", "de": "{what} ab {n} Personen"},
    "bargain_referral": {
        "zh": "通过好友的链接下单：{what}",
        "en": "{what} with a friend's link",
        "de": "{what} mit dem Link eines Freundes",
    },
    "bargain_hours": {
        "zh": "{n} 小时内凑满，不满全额退款",
        "en": "if the group is not full within {n} hours, you get your money back",
        "de": "wird die Gruppe nicht in {n} Stunden voll, gibt es das Geld zurück",
    },
    "bargain_stock": {"zh": "限量 {n} 件", "en": "{n} pieces in all", "de": "insgesamt {n} Stück"},
    "bargain_total": {"zh": "前 {n} 单", "en": "for the first {n} orders", "de": "für die ersten {n} Bestellungen"},
    "bargain_per_order": {"zh": "每单限 {n} 件", "en": "at most {n} per order", "de": "höchstens {n} je Bestellung"},
    "bargain_pieces_each": {"zh": "每人限 {n} 件", "en": "at most {n} each", "de": "höchstens {n} pro Person"},
    "bargain_orders_each": {
        "zh": "每人 {n} 单",
        "en": "orders per customer: {n}",
        "de": "Bestellungen pro Person: {n}",
    },
    "bargain_once": {"zh": "每人一次", "en": "once per customer", "de": "einmal pro Person"},
    "bargain_days": {
        "zh": "领取后 {n} 天内有效",
        "en": "good for {n} days after you take it",
        "de": "{n} Tage gültig, nachdem Sie ihn genommen haben",
    },
    "page_of": {"zh": "{title} · 第 {n} 页", "en": "{title} · page {n}", "de": "{title} · Seite {n}"},
    "not_found": {"zh": "找不到页面", "en": "Page not found", "de": "Seite nicht gefunden"},
    "paused": {"zh": "暂时无法下单", "en": "Ordering is paused", "de": "Bestellen ist gerade nicht möglich"},
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


def shipping(seconds: int, locale: str, *, collected: bool = False) -> str:
    """Say within which time a parcel leaves, or is ready to be collected."""
    word = "ready" if collected else "ships"
    if seconds < _DAY or (seconds % _DAY and seconds < 3 * _DAY):
        return phrase(f"{word}_hours", locale, n=-(-seconds // 3600))
    count = days(seconds)
    return phrase(f"{word}_day", locale) if count == 1 else phrase(f"{word}_days", locale, n=count)
