"""Problems of single values: money, weights, times, variants, languages."""

from generator.messages.message import Message
from generator.problems import Severity

_FILE = "products/longjing.yaml"
_LIVE = "live/spring.yaml"
_GOOD = "price: 168\n"

_SIZES = "price: 168\noptions: {size: [S, M]}\nvariants:\n"


def _rates(zone: str) -> str:
    rates = f"rates: {{by: quantity, zones: [{{{zone}}}]}}"
    return f"delivery:\n  - {{id: post, name: Post, kind: courier, {rates}}}\n"


MESSAGES = {
    "price-form": Message(
        en="{value} is not an amount",
        zh="{value} 不是金额",
        en_hint="write digits and a point: {suggestion}",
        zh_hint="只写数字和小数点：{suggestion}",
        file=_FILE,
        bad="price: ¥19.90\n",
        good="price: 19.90\n",
    ),
    "price-precision": Message(
        en="{value} has too many decimals: {currency} has {decimals}",
        zh="{value} 的小数位太多：{currency} 只有 {decimals} 位",
        en_hint="write {suggestion}",
        zh_hint="写成 {suggestion}",
        file=_FILE,
        bad="price: 19.999\n",
        good="price: 20.00\n",
    ),
    "price-negative": Message(
        en="an amount cannot be negative: {value}",
        zh="金额不能是负数：{value}",
        en_hint="write {suggestion}",
        zh_hint="写成 {suggestion}",
        file=_FILE,
        bad="price: -5\n",
        good="price: 5\n",
    ),
    "price-maximum": Message(
        en="{value} is above the largest amount, {maximum} {currency}",
        zh="{value} 超过了最大金额 {maximum} {currency}",
        file=_FILE,
        bad="price: 1000000000000000\n",
        good=_GOOD,
    ),
    "price-missing": Message(
        en="the price is missing",
        zh="没有写价格",
        en_hint="add a line: price: 168",
        zh_hint="加一行：price: 168",
        file=_FILE,
        bad="title: Longjing\n",
        good="title: Longjing\nprice: 168\n",
        whole=True,
    ),
    "price-zero": Message(
        en="the price is 0",
        zh="价格是 0",
        en_hint="if it is meant to cost nothing, add: free: true",
        zh_hint="如果真的免费，请加上：free: true",
        file=_FILE,
        bad="price: 0\n",
        good="price: 0\nfree: true\n",
    ),
    "compare-at-too-low": Message(
        en="the crossed-out price {compare_at} is not above the price {price}",
        zh="划线价 {compare_at} 没有高于售价 {price}",
        en_hint="take compare_at away, or write a higher price that was really charged",
        zh_hint="删掉 compare_at，或写一个真实成交过的更高价格",
        file=_FILE,
        bad="price: 168\ncompare_at: 168\n",
        good="price: 168\ncompare_at: 198\n",
    ),
    "weight-form": Message(
        en="{value} is not a weight",
        zh="{value} 不是重量",
        en_hint="write it like 250g or 1.5kg",
        zh_hint="写成 250g 或 1.5kg 这样",
        file=_FILE,
        bad="price: 168\nweight: heavy\n",
        good="price: 168\nweight: 250g\n",
    ),
    "quantity-form": Message(
        en="{value} is not a number of pieces",
        zh="{value} 不是件数",
        en_hint="write a whole number: 1",
        zh_hint="写一个整数：1",
        bad=_rates("regions: ['*'], first: {up_to: 1kg, fee: 8}"),
        good=_rates("regions: ['*'], first: {up_to: 3, fee: 8}, then: {each: 1, fee: 2}"),
    ),
    "duration-form": Message(
        en="{value} is not a duration",
        zh="{value} 不是时长",
        en_hint="write a number with m, h, d or w: 30m, 24h, 7d",
        zh_hint="写数字加 m（分）、h（时）、d（天）或 w（周）：30m、24h、7d",
        bad="checkout:\n  reserve: 30 minutes\n",
        good="checkout:\n  reserve: 30m\n",
    ),
    "time-form": Message(
        en="{value} is not a time",
        zh="{value} 不是时间",
        en_hint="write it like 2026-03-25T20:00",
        zh_hint="写成 2026-03-25T20:00 这样",
        file=_FILE,
        bad="price: 168\npublish_at: 2026-13-45\n",
        good="price: 168\npublish_at: 2026-12-05\n",
    ),
    "time-skipped": Message(
        en="{value} does not exist in {timezone}: clocks go forward over it",
        zh="{timezone} 没有 {value} 这个时刻：夏令时把它跳过了",
        en_hint="write another time, such as {suggestion}",
        zh_hint="换一个时间，例如 {suggestion}",
        bad={"shop.yaml": "timezone: Europe/Berlin\n", _FILE: "price: 168\npublish_at: 2026-03-29T02:30\n"},
        good={"shop.yaml": "timezone: Europe/Berlin\n", _FILE: "price: 168\npublish_at: 2026-03-29T03:30\n"},
    ),
    "ends-before-start": Message(
        en="the end is not after the start",
        zh="结束时间不在开始时间之后",
        file=_LIVE,
        bad="title: Spring\nstarts_at: 2026-03-25T20:00\nends_at: 2026-03-25T19:00\nsource: {kind: broadcast}\n",
        good="title: Spring\nstarts_at: 2026-03-25T20:00\nends_at: 2026-03-25T22:00\nsource: {kind: broadcast}\n",
        whole=True,
    ),
    "missing-translation": Message(
        severity=Severity.WARNING,
        en="{count} text(s) of this file have no {locale} translation; this is the first",
        zh="这个文件有 {count} 处文字没有 {locale} 译文，这是第一处",
        en_hint="write {{{own}: …, {locale}: …}}; until then {own} is shown",
        zh_hint="写成 {{{own}: …, {locale}: …}}；在那之前显示 {own}",
        bad={"shop.yaml": "locales: [en, de]\n", _FILE: "title: Spring tea\nprice: 168\n"},
        good={"shop.yaml": "locales: [en, de]\n", _FILE: "title: {en: Spring tea, de: Frühlingstee}\nprice: 168\n"},
    ),
    "unknown-locale": Message(
        en="the shop does not speak {locale}",
        zh="店铺没有 {locale} 这种语言",
        en_hint="its languages are {known}; add to locales in shop.yaml",
        zh_hint="店铺的语言是 {known}；可以加到 shop.yaml 的 locales",
        file=_FILE,
        bad="title: {en: Longjing, fr: Longjing}\nprice: 168\n",
        good="title: {en: Longjing}\nprice: 168\n",
    ),
    "unknown-language": Message(
        en="{name} is not a language that we know",
        zh="不认识“{name}”这种语言",
        en_hint="write it like zh-CN, en or de",
        zh_hint="写成 zh-CN、en 或 de 这样",
        bad="locale: english\n",
        good="locale: en\n",
    ),
    "unknown-country": Message(
        en="{name} is not a country code",
        zh="{name} 不是国家代码",
        en_hint="write two letters, such as CN, DE or US (ISO 3166-1)",
        zh_hint="写两个字母，例如 CN、DE、US（ISO 3166-1）",
        bad="country: XX\n",
        good="country: US\n",
    ),
    "unknown-currency": Message(
        en="{name} is not a currency code",
        zh="{name} 不是货币代码",
        en_hint="write three letters, such as CNY, EUR or USD (ISO 4217)",
        zh_hint="写三个字母，例如 CNY、EUR、USD（ISO 4217）",
        bad="currency: RMB\n",
        good="currency: CNY\n",
    ),
    "unknown-timezone": Message(
        en="{name} is not a timezone",
        zh="{name} 不是时区",
        en_hint="write it like Asia/Shanghai",
        zh_hint="写成 Asia/Shanghai 这样",
        bad="timezone: Beijing\n",
        good="timezone: Asia/Shanghai\n",
    ),
    "unknown-region": Message(
        en="{name} is not a region that we know",
        zh="不认识“{name}”这个地区",
        en_hint="write a province (新疆), a country (DE), a region of one (US-CA), or * for everywhere else",
        zh_hint="写省份（新疆）、国家（DE）、国家加地区（US-CA），或用 * 表示其余全部",
        bad=_rates("regions: [Europe], first: {fee: 8}"),
        good=_rates("regions: [DE, FR], first: {fee: 8}"),
    ),
    "option-value-twice": Message(
        en="the value {value} is given twice",
        zh="取值 {value} 写了两次",
        file=_FILE,
        bad="price: 168\noptions: {size: [50g, 50g]}\n",
        good="price: 168\noptions: {size: [50g, 100g]}\n",
    ),
    "too-many-variants": Message(
        en="{count} variants are too many: the most is {limit}",
        zh="{count} 个款式太多了：最多 {limit} 个",
        en_hint="split the product, or list under variants only what you sell",
        zh_hint="拆成几个商品，或在 variants 里只写在售的款式",
        file=_FILE,
        bad="price: 168\noptions: {a: ["
        + ", ".join(map(str, range(50)))
        + "], b: ["
        + ", ".join(map(str, range(50)))
        + "]}\n",
        good="price: 168\noptions: {size: [S, M, L]}\n",
    ),
    "variant-twice": Message(
        en="the combination {combination} is given twice (first as variant {first})",
        zh="{combination} 这个组合写了两次（第一次是第 {first} 个款式）",
        file=_FILE,
        bad=_SIZES + "  - {options: {size: S}, sku: a}\n  - {options: {size: S}, sku: b}\n",
        good=_SIZES + "  - {options: {size: S}, sku: a}\n  - {options: {size: M}, sku: b}\n",
    ),
    "variant-lacks-option": Message(
        en="this variant does not say its {option}",
        zh="这个款式没有写{option}",
        en_hint="one of: {values}",
        zh_hint="可选：{values}",
        file=_FILE,
        bad="price: 168\noptions: {size: [S, M]}\nvariants:\n  - {sku: a}\n",
        good="price: 168\noptions: {size: [S, M]}\nvariants:\n  - {options: {size: S}, sku: a}\n",
    ),
    "unknown-option": Message(
        en="the product has no option {name}",
        zh="商品没有“{name}”这个规格",
        file=_FILE,
        bad="price: 168\noptions: {size: [S, M]}\nvariants:\n  - {options: {size: S, sise: M}, sku: a}\n",
        good="price: 168\noptions: {size: [S, M]}\nvariants:\n  - {options: {size: S}, sku: a}\n",
    ),
    "unknown-option-value": Message(
        en="{name} is not a value of the option {option}",
        zh="“{option}”没有“{name}”这个取值",
        en_hint="its values are {values}; add {name} to them if you sell it",
        zh_hint="可选：{values}；如果有售，请把“{name}”加进去",
        file=_FILE,
        bad="price: 168\noptions: {size: [S, M]}\nvariants:\n  - {options: {size: XL}, sku: a}\n",
        good="price: 168\noptions: {size: [S, M]}\nvariants:\n  - {options: {size: M}, sku: a}\n",
    ),
    "shop-file-missing": Message(
        en="there is no shop.yaml in {folder}",
        zh="{folder} 里没有 shop.yaml",
        en_hint="make a shop there with: shopwright new {folder}",
        zh_hint="新建一个店铺：shopwright new {folder}",
        bad={"shop.yaml": None},
        good={},
    ),
    "shop-folder-missing": Message(
        en="there is no folder {folder}",
        zh="没有 {folder} 这个文件夹",
        en_hint="make a shop there with: shopwright new {folder}",
        zh_hint="新建一个店铺：shopwright new {folder}",
        bad={"shop.yaml": None},
        good={},
    ),
}
