"""Problems of delivery, payment and tax."""

from generator.messages.message import Message
from generator.problems import Severity

_FILE = "products/longjing.yaml"


def _rates(zones: str, more: str = "", by: str = "weight") -> str:
    rates = f"rates: {{by: {by}, zones: [{zones}]{more}}}"
    return f"country: CN\ndelivery:\n  - {{id: post, name: 快递, kind: courier, {rates}}}\n"


_FIRST = "first: {up_to: 1kg, fee: 8}, then: {each: 1kg, fee: 2}"
_EVERYWHERE = f"{{regions: ['*'], {_FIRST}}}"
_CNY = "currency: CNY\n"
_WECHATPAY = (
    "payment:\n  - {gateway: wechatpay, mchid: '1900000001', appid: wxd678efb567fe6787, serial: 79E7ED8311DB56C3, "
    "private_key: var/wechatpay/apiclient_key.pem, secret: WECHATPAY_APIV3_KEY}\n"
)

MESSAGES = {
    "region-twice": Message(
        en="{region} already stands in zone {first}",
        zh="{region} 已经写在第 {first} 个分区里",
        bad=_rates(f"{{regions: [新疆], {_FIRST}}}, {{regions: ['*', 新疆维吾尔自治区], {_FIRST}}}"),
        good=_rates(f"{{regions: [新疆], {_FIRST}}}, {_EVERYWHERE}"),
    ),
    "region-excluded-and-served": Message(
        en="{region} is excluded and has a fee at the same time",
        zh="{region} 既不配送又写了运费",
        bad=_rates(f"{{regions: [新疆], {_FIRST}}}, {_EVERYWHERE}", ", excluded: [新疆]"),
        good=_rates(_EVERYWHERE, ", excluded: [新疆]"),
    ),
    "region-gap": Message(
        en="{count} region(s) have no fee and are not excluded: {regions}",
        zh="有 {count} 个地区既没有运费也没有排除：{regions}",
        en_hint='add a zone with regions: ["*"], or list them under excluded',
        zh_hint='加一个 regions: ["*"] 的分区，或写进 excluded',
        bad=_rates(f"{{regions: [江苏, 浙江, 上海], {_FIRST}}}"),
        good=_rates(_EVERYWHERE),
    ),
    "rates-open-end": Message(
        en="nothing says what more than {limit} costs",
        zh="没有写超过 {limit} 怎么收费",
        en_hint="add: then: {{each: …, fee: …}}; or take up_to away if the fee holds for any size",
        zh_hint="加上 then: {{each: …, fee: …}}；如果不限大小，请删掉 up_to",
        bad=_rates("{regions: ['*'], first: {up_to: 1kg, fee: 8}}"),
        good=_rates(_EVERYWHERE),
    ),
    "example-differs": Message(
        en="the table gives {found}, the example expects {expected}",
        zh="按表算出 {found}，例子写的是 {expected}",
        en_hint="one of them is a slip",
        zh_hint="其中一个写错了",
        bad=_rates(_EVERYWHERE, ", examples: [{to: 新疆, weight: 2kg, fee: 28}]"),
        good=_rates(_EVERYWHERE, ", examples: [{to: 新疆, weight: 2kg, fee: 10}]"),
    ),
    "example-not-served": Message(
        en="the table does not deliver there, the example expects a fee",
        zh="按表不配送到那里，例子却写了运费",
        bad=_rates(_EVERYWHERE, ", excluded: [西藏], examples: [{to: 西藏, fee: 8}]"),
        good=_rates(_EVERYWHERE, ", excluded: [西藏], examples: [{to: 西藏, served: false}]"),
    ),
    "example-served": Message(
        en="the table delivers there for {found}, the example says it is not served",
        zh="按表可以配送，运费 {found}，例子却写不配送",
        bad=_rates(_EVERYWHERE, ", examples: [{to: 西藏, served: false}]"),
        good=_rates(_EVERYWHERE, ", examples: [{to: 西藏, weight: 1kg, fee: 8}]"),
    ),
    "no-delivery": Message(
        severity=Severity.WARNING,
        en="the shop has goods and no way to deliver them",
        zh="店铺有商品，但没有配送方式",
        en_hint="add delivery: with a courier, local delivery or pickup",
        zh_hint="加上 delivery:，写快递、同城或自提",
        bad="delivery: []\n",
        good="delivery: [{id: pickup, name: Pickup, kind: pickup, place: At the door}]\n",
    ),
    "no-payment": Message(
        severity=Severity.WARNING,
        en="the shop has no way to pay",
        zh="店铺没有支付方式",
        en_hint="to try things out, add: payment: [{{gateway: rehearsal}}]",
        zh_hint="想先试试，请加上：payment: [{{gateway: rehearsal}}]",
        bad="payment: []\n",
        good="payment: [{gateway: rehearsal}]\n",
    ),
    "pickup-place-missing": Message(
        severity=Severity.WARNING,
        en="the method {id} does not say where goods are picked up",
        zh="{id} 没有写自提地点",
        en_hint="add place: and hours:",
        zh_hint="加上 place: 和 hours:",
        bad="delivery: [{id: pickup, name: Pickup, kind: pickup}]\n",
        good="delivery: [{id: pickup, name: Pickup, kind: pickup, place: At the door}]\n",
    ),
    "transfer-incomplete": Message(
        en="a transfer needs a QR code or an account",
        zh="转账需要收款码或账户",
        en_hint="add qr: with a picture below media/, or account: with the account to pay to",
        zh_hint="加上 qr:（media/ 下的图片）或 account:（收款账户）",
        bad="payment: [{gateway: transfer}]\n",
        good="payment: [{gateway: transfer, account: '4321 0000 1234'}]\n",
    ),
    "gateway-incomplete": Message(
        en="{name} cannot be asked without {missing}",
        zh="{name} 还缺 {missing}",
        en_hint="shopwright simulate {name} prints a complete example",
        zh_hint="运行 shopwright simulate {name} 可以看到完整的例子",
        bad=_CNY + "payment: [{gateway: wechatpay, appid: wxd678efb567fe6787}]\n",
        good=_CNY + _WECHATPAY,
    ),
    "gateway-currency": Message(
        en="{name} takes {taken} and not {currency}",
        zh="{name} 只收 {taken}，不收 {currency}",
        bad="currency: EUR\n" + _WECHATPAY,
        good=_CNY + _WECHATPAY,
    ),
    "tax-rate-twice": Message(
        en="there are two rates for {place}, class {tax_class}",
        zh="{place} 的税类 {tax_class} 有两个税率",
        bad="tax: {rates: [{country: SG, rate: 9%}, {country: SG, rate: 8%}]}\n",
        good="tax: {rates: [{country: SG, rate: 9%}]}\n",
    ),
    "tax-rate-missing": Message(
        en="there is no rate for the tax class {tax_class} in {country}",
        zh="{country} 没有税类 {tax_class} 的税率",
        file=_FILE,
        bad={"shop.yaml": "tax: {rates: [{country: SG, rate: 9%}]}\n", _FILE: "tax_class: reduced\n"},
        good={"shop.yaml": "tax: {rates: [{country: SG, rate: 9%}]}\n", _FILE: "tax_class: standard\n"},
    ),
    "return-reason-missing": Message(
        en="this product cannot be sent back, and does not say why",
        zh="这个商品不支持无理由退货，但没有写原因",
        en_hint="add: why: made to order; the buyer reads and confirms it",
        zh_hint="加上：why: 定制商品；买家会看到并确认",
        file=_FILE,
        bad="returns: {no_reason: false}\n",
        good="returns: {no_reason: false, why: Made to order}\n",
    ),
}
