"""Problems with what the law wants of a shop in China, the EU, Germany and the United States."""

from generator.messages.message import Message
from generator.problems import Severity

_FILE = "products/longjing.yaml"
_CN = "country: CN\nseller: {{type: {type}, legal_name: 青叶茶行, address: 龙井路 1 号, representative: 陈青{more}}}\n"
_CODE = ", registration_number: 91350100M000100Y43"
_DE = (
    "country: DE\nseller: {type: company, legal_name: Töpferei Lindgren GmbH, address: 'Hauptstr. 1, 10115 Berlin', "
    "email: post@example.com, phone: '030 123', representative: Ida Lindgren, register: HRB 12345, "
    "vat_number: DE136695976}\n"
)
_BACK = "returns: {page: about}\n"


def _cn(kind: str = "sole_trader", more: str = "") -> str:
    return _CN.format(type=kind, more=more)


_LICENCE = ", licence_image: longjing.jpg"
_PHONE = ", phone: '0591 1234567'"
_ROOM = "live/spring.yaml"
_LIVE = "title: Spring\nstarts_at: 2026-03-25T20:00\nsource: {kind: broadcast}\n"

MESSAGES = {
    "legal-cn-licence-missing": Message(
        en="a company or sole trader in China shows the credit code of the licence (E-Commerce Law, article 15)",
        zh="企业和个体工商户要公示营业执照的统一社会信用代码（《电子商务法》第十五条）",
        en_hint="add to seller: registration_number: the 18 characters on the licence",
        zh_hint="在 seller 里加上 registration_number：营业执照上的 18 位代码",
        bad=_cn(more=_LICENCE),
        good=_cn(more=_CODE + _LICENCE),
    ),
    "legal-cn-licence-picture-missing": Message(
        en="a company or sole trader in China shows a picture of the licence (E-Commerce Law, article 15)",
        zh="企业和个体工商户要公示营业执照图片（《电子商务法》第十五条）",
        en_hint="photograph it, put it into media/, and add: licence_image: licence.jpg",
        zh_hint="拍下来放进 media/，再加上：licence_image: licence.jpg",
        bad=_cn(more=_CODE),
        good=_cn(more=_CODE + _LICENCE),
    ),
    "legal-cn-credit-code-form": Message(
        en="{number} is not a credit code: that has 18 capital letters and digits, without I, O, S, V and Z",
        zh="{number} 不是统一社会信用代码：应为 18 位数字和大写字母（没有 I、O、S、V、Z）",
        en_hint="type it again from the licence{expected}",
        zh_hint="照营业执照重新输入{expected}",
        bad=_cn(more=", registration_number: 9135010" + _LICENCE),
        good=_cn(more=_CODE + _LICENCE),
    ),
    "legal-cn-credit-code-digit": Message(
        en="the last character of the credit code {number} does not fit the others: they give {expected}",
        zh="统一社会信用代码 {number} 的最后一位不对：按前 17 位应为 {expected}",
        en_hint="type it again from the licence",
        zh_hint="照营业执照重新输入",
        bad=_cn(more=", registration_number: 91350100M000100Y44" + _LICENCE),
        good=_cn(more=_CODE + _LICENCE),
    ),
    "legal-cn-exemption-missing": Message(
        en="an individual in China says why no licence is needed (E-Commerce Law, article 10)",
        zh="个人卖家要声明为什么不需要办理登记（《电子商务法》第十条）",
        en_hint="add to seller: exemption: with your own statement, such as selling your own farm produce",
        zh_hint="在 seller 里加上 exemption：自我声明，例如“个人销售自产农副产品，依法不需要办理市场主体登记”",
        bad=_cn("individual"),
        good=_cn("individual", ", exemption: 个人销售自产农副产品，依法不需要办理市场主体登记"),
    ),
    "legal-cn-seller-incomplete": Message(
        en="a seller in China shows {key} as well",
        zh="卖家还要公示 {key}",
        bad="country: CN\nseller: {type: sole_trader" + _CODE + _LICENCE + "}\n",
        good=_cn(more=_CODE + _LICENCE),
    ),
    "legal-cn-icp-form": Message(
        en="{number} is not an ICP number",
        zh="{number} 不是 ICP 备案号",
        en_hint="write it like 浙ICP备12345678号-1",
        zh_hint="写成 浙ICP备12345678号-1 这样",
        bad=_cn(more=_CODE + _LICENCE + ", icp: 12345678"),
        good=_cn(more=_CODE + _LICENCE + ", icp: 浙ICP备12345678号-1"),
    ),
    "legal-cn-icp-missing": Message(
        severity=Severity.WARNING,
        en="{url} is a .cn address: a site in mainland China shows its ICP number",
        zh="{url} 是 .cn 网址：中国大陆的网站要显示 ICP 备案号",
        en_hint="add to seller: icp: 浙ICP备12345678号-1",
        zh_hint="在 seller 里加上 icp: 浙ICP备12345678号-1",
        bad="url: https://tea.example.cn\n" + _cn(more=_CODE + _LICENCE),
        good="url: https://tea.example.cn\n" + _cn(more=_CODE + _LICENCE + ", icp: 浙ICP备12345678号-1"),
    ),
    "legal-cn-police-form": Message(
        en="{number} is not a number of the police filing",
        zh="{number} 不是公安联网备案号",
        en_hint="write it like 浙公网安备33010602000001号",
        zh_hint="写成 浙公网安备33010602000001号 这样",
        bad=_cn(more=_CODE + _LICENCE + ", public_security_record: '123'"),
        good=_cn(more=_CODE + _LICENCE + ", public_security_record: 浙公网安备33010602000001号"),
    ),
    "legal-cn-open-chat": Message(
        severity=Severity.WARNING,
        en="open chat in China needs the real name of everyone who writes",
        zh="在中国开放评论需要发言者实名",
        en_hint="set chat: buyers",
        zh_hint="改成 chat: buyers",
        bad=_cn(more=_CODE + _LICENCE) + "live: {chat: everyone}\n",
        good=_cn(more=_CODE + _LICENCE) + "live: {chat: buyers}\n",
    ),
    "legal-cn-live-operator": Message(
        severity=Severity.WARNING,
        en="a live room in China shows who sells; missing: {keys} (Measures for Online Trading, article 20)",
        zh="直播间要显示实际经营主体和售后联系方式，还缺：{keys}（《网络交易监督管理办法》第二十条）",
        en_hint="add them to seller in shop.yaml; the room shows them by itself",
        zh_hint="写进 shop.yaml 的 seller，直播间会自动显示",
        en_related="what the room shows of the seller",
        zh_related="直播间显示的经营主体",
        file=_ROOM,
        bad={"shop.yaml": _cn(more=_CODE + _LICENCE), _ROOM: _LIVE + "products: [longjing]\n"},
        good={"shop.yaml": _cn(more=_CODE + _LICENCE + _PHONE), _ROOM: _LIVE + "products: [longjing]\n"},
    ),
    "legal-cn-live-prices": Message(
        severity=Severity.WARNING,
        en="the room has no products, so what is sold in it has no marked price (Price Law, article 13)",
        zh="直播间没有商品，直播里卖的东西就没有明码标价（《价格法》第十三条）",
        en_hint="add: products: [longjing]; the room shows each with its price",
        zh_hint="加上：products: [longjing]；直播间会显示每件商品的价格",
        file=_ROOM,
        bad={"shop.yaml": _cn(more=_CODE + _LICENCE + _PHONE), _ROOM: _LIVE},
        good={"shop.yaml": _cn(more=_CODE + _LICENCE + _PHONE), _ROOM: _LIVE + "products: [longjing]\n"},
    ),
    "legal-cn-recordings": Message(
        severity=Severity.WARNING,
        en="live selling is kept on record for {days} days at least (Measures for Online Trading, article 20)",
        zh="直播带货的录像要至少保存 {days} 天（《网络交易监督管理办法》第二十条）",
        en_hint="write keep_recordings: {days}d or more, or take it away: then it is kept that long",
        zh_hint="写 keep_recordings: {days}d 或更长；不写就是这么长",
        bad={
            "shop.yaml": _cn(more=_CODE + _LICENCE + _PHONE) + "live: {keep_recordings: 90d}\n",
            _ROOM: _LIVE + "products: [longjing]\n",
        },
        good={
            "shop.yaml": _cn(more=_CODE + _LICENCE + _PHONE) + "live: {keep_recordings: 1095d}\n",
            _ROOM: _LIVE + "products: [longjing]\n",
        },
    ),
    "legal-return-window": Message(
        en="buyers may send goods back for at least {least} in {country}",
        zh="在 {country}，买家至少可以在 {least} 内退货",
        en_hint="write window: {least} or more",
        zh_hint="写 window: {least} 或更长",
        bad=_cn(more=_CODE + _LICENCE) + "returns: {window: 3d}\n",
        good=_cn(more=_CODE + _LICENCE) + "returns: {window: 7d}\n",
    ),
    "legal-eu-imprint": Message(
        en="the imprint lacks the seller's {key} (E-Commerce Directive, article 5; in Germany section 5 DDG)",
        zh="经营者信息缺少 {key}（欧盟电子商务指令第 5 条；德国 DDG 第 5 条）",
        bad="country: DE\nseller: {type: company, legal_name: Lindgren GmbH}\n",
        good=_DE,
    ),
    "legal-eu-vat-missing": Message(
        severity=Severity.WARNING,
        en="a company with a VAT number shows it in the imprint",
        zh="有增值税号的企业要在经营者信息里公示",
        en_hint="add to seller: vat_number: DE136695976",
        zh_hint="在 seller 里加上 vat_number: DE136695976",
        bad=_DE.replace(", vat_number: DE136695976", ""),
        good=_DE,
    ),
    "legal-eu-vat-form": Message(
        en="{number} is not a VAT number of its country",
        zh="{number} 不是该国的增值税号",
        en_hint="write the two letters of the country and the number, as on your tax papers",
        zh_hint="写国家的两个字母和号码，和税务文件一致",
        bad=_DE.replace("DE136695976", "DE136695977"),
        good=_DE,
    ),
    "legal-eu-withdrawal-page": Message(
        en="there is no page about the right of withdrawal (Directive 2011/83/EU, article 6)",
        zh="没有关于撤回权的页面（欧盟 2011/83/EU 指令第 6 条）",
        en_hint="write pages/returns.md and add: returns: {{page: returns}}",
        zh_hint="写 pages/returns.md，再加上：returns: {{page: returns}}",
        bad=_DE,
        good=_DE + _BACK,
    ),
    "legal-eu-unit-price": Message(
        severity=Severity.WARNING,
        en="what is sold by weight or volume ({content}) shows its price per kilogram or litre (Directive 98/6/EC)",
        zh="按重量或容量出售的商品（{content}）要显示每千克或每升的价格（欧盟 98/6/EC 指令）",
        en_hint="add: unit_price: {{amount: 250, unit: g}}",
        zh_hint="加上：unit_price: {{amount: 250, unit: g}}",
        file=_FILE,
        bad={"shop.yaml": _DE + _BACK, _FILE: "title: Longjing 50 g\n"},
        good={"shop.yaml": _DE + _BACK, _FILE: "title: Longjing 50 g\nunit_price: {amount: 50, unit: g}\n"},
    ),
    "legal-eu-safety": Message(
        severity=Severity.WARNING,
        en="the offer names no manufacturer with an address (Regulation (EU) 2023/988, article 19; food is exempt)",
        zh="没有写制造商名称和地址（欧盟 2023/988 号条例第 19 条；食品除外）",
        en_hint="add: safety: {{manufacturer: name, postal address, e-mail}}",
        zh_hint="加上：safety: {{manufacturer: 名称、邮寄地址、邮箱}}",
        file=_FILE,
        bad={"shop.yaml": _DE + _BACK, _FILE: "title: Bowl\n"},
        good={
            "shop.yaml": _DE + _BACK,
            _FILE: "title: Bowl\nsafety: {manufacturer: 'Lindgren, Hauptstr. 1, 10115 Berlin, post@example.com'}\n",
        },
    ),
    "legal-us-return-policy": Message(
        en="there is no page with the return policy",
        zh="没有退货政策的页面",
        en_hint="write pages/returns.md and add: returns: {{page: returns}}",
        zh_hint="写 pages/returns.md，再加上：returns: {{page: returns}}",
        bad="country: US\n",
        good="country: US\n" + _BACK,
    ),
    "legal-draft-sells": Message(
        en="the seller's details are still to come (draft: true), so nobody may pay by {gateway} yet",
        zh="经营者资料还标着待补（draft: true），还不能用 {gateway} 收款",
        en_hint="complete the seller and take draft out, or keep the rehearsal bank alone",
        zh_hint="补全 seller 并删掉 draft，或者只保留演练银行 rehearsal",
        bad="country: CN\nseller: {type: sole_trader, draft: true}\npayment: [{gateway: cash_on_delivery}]\n",
        good="country: CN\nseller: {type: sole_trader, draft: true}\npayment: [{gateway: rehearsal}]\n",
    ),
}
