"""Problems of promotions."""

from generator.messages.message import Message
from generator.problems import Severity


def _one(effect: str, kind: str = "percent_off") -> str:
    return f"promotions:\n  - {{id: spring, name: Spring, kind: {kind}, {effect}}}\n"


_PRICE = "when: {products: [longjing]}, price"
_FLASH = "when: {products: [longjing], ends_at: 2035-11-12}, price: 99"
_PRODUCT = "products/longjing.yaml"
_LOGGED = "recorded,from,sku,price,crossed_out,currency,promotion\n"

MESSAGES = {
    "promotion-coupon-kind": Message(
        en="a coupon is no kind of its own",
        zh="优惠券不是单独的类型",
        en_hint="say what it does, for example kind: amount_off with off: 20, and add coupon: {{code: SPRING10}}",
        zh_hint="先写它做什么，例如 kind: amount_off 和 off: 20，再加上 coupon: {{code: SPRING10}}",
        bad=_one("off: 20", "coupon"),
        good=_one("off: 20, coupon: {code: SPRING10}", "amount_off"),
    ),
    "promotion-key-not-here": Message(
        en="{key} says nothing in a promotion of kind {kind}",
        zh="{kind} 类型的优惠用不到 {key}",
        en_hint="{kind} takes: {known}",
        zh_hint="{kind} 可以写：{known}",
        bad=_one("percent: 10%, nth: 2"),
        good=_one("percent: 50%, nth: 2", "nth_item"),
    ),
    "promotion-effect-missing": Message(
        en="{kind} needs {keys}",
        zh="{kind} 需要写 {keys}",
        en_hint="add, for example: {example}",
        zh_hint="加上，例如：{example}",
        bad=_one("priority: 1"),
        good=_one("percent: 10%"),
    ),
    "promotion-effect-twice": Message(
        en="{key} and {first} cannot both hold",
        zh="{key} 和 {first} 只能写一个",
        bad=_one("when: {products: [longjing]}, price: 99, percent: 10%", "flash_sale"),
        good=_one(_FLASH, "flash_sale"),
    ),
    "percent-form": Message(
        en="{value} is not a share",
        zh="{value} 不是比例",
        en_hint="write the part that is taken off: {suggestion}",
        zh_hint="写减去的部分（九折是 10%）：{suggestion}",
        bad=_one("percent: 9折"),
        good=_one("percent: 10%"),
    ),
    "percent-range": Message(
        en="{value} is not between 0% and 100%",
        zh="{value} 不在 0% 和 100% 之间",
        en_hint="write the part that is taken off; what costs nothing is a gift",
        zh_hint="写减去的部分；不要钱的请用赠品 gift",
        bad=_one("percent: 120%"),
        good=_one("percent: 20%"),
    ),
    "promotion-price-not-lower": Message(
        en="{title} costs {price} without the promotion, and {promoted} with it",
        zh="“{title}”原来是 {price}，优惠后是 {promoted}，没有便宜",
        bad=_one(f"{_PRICE}: 999", "fixed_price"),
        good=_one(f"{_PRICE}: 10", "fixed_price"),
    ),
    "promotion-off-too-much": Message(
        en="{off} is taken off, and {title} costs {price}: nothing is left to pay",
        zh="减 {off}，而“{title}”只卖 {price}，减完不剩钱了",
        bad=_one("when: {products: [longjing], ends_at: 2035-11-12}, off: 999", "flash_sale"),
        good=_one("when: {products: [longjing], ends_at: 2035-11-12}, off: 20", "flash_sale"),
    ),
    "promotion-end-missing": Message(
        en="a flash sale says when it ends",
        zh="限时抢购要写什么时候结束",
        en_hint="add when: {{ends_at: 2026-11-12 00:00}}",
        zh_hint="加上 when: {{ends_at: 2026-11-12 00:00}}",
        bad=_one(f"{_PRICE}: 9", "flash_sale"),
        good=_one(_FLASH, "flash_sale"),
    ),
    "promotion-ended": Message(
        severity=Severity.WARNING,
        en="the promotion {name} is over since {ended}",
        zh="优惠“{name}”在 {ended} 已经结束",
        en_hint="give it a new end, or take it away",
        zh_hint="改结束时间，或者删掉它",
        bad=_one("percent: 10%, when: {ends_at: 2020-11-12}"),
        good=_one("percent: 10%, when: {ends_at: 2035-11-12}"),
    ),
    "promotion-without-products": Message(
        severity=Severity.WARNING,
        en="the promotion {name} is about no product",
        zh="优惠“{name}”没有任何商品",
        en_hint="its shelves are empty, or every product on them is taken out by without",
        zh_hint="货架是空的，或者商品都被 without 排除了",
        bad=_one("percent: 10%, when: {products: [longjing], without: [longjing]}"),
        good=_one("percent: 10%, when: {products: [longjing]}"),
    ),
    "bundle-of-one": Message(
        en="a bundle has two pieces or more",
        zh="组合至少要有两件",
        en_hint="add another product to items, or use fixed_price",
        zh_hint="在 items 里加上别的商品，或者改用 fixed_price",
        bad=_one("items: [longjing], price: 10", "bundle_price"),
        good=_one("items: [longjing, biluochun], price: 10", "bundle_price"),
    ),
    "bundle-item-twice": Message(
        en="one entry names either a product or a sku",
        zh="一项只写 product 或 sku 中的一个",
        bad=_one("items: [{product: longjing, sku: longjing}, biluochun], price: 10", "bundle_price"),
        good=_one("items: [longjing, biluochun], price: 10", "bundle_price"),
    ),
    "unknown-sku": Message(
        en="there is no sku {name}",
        zh="没有“{name}”这个 sku",
        bad=_one("gift: longjin", "gift"),
        good=_one("gift: longjing", "gift"),
    ),
    "tiers-not-rising": Message(
        en="a tier starts above the one before it and gives more",
        zh="后一档的门槛要比前一档高，优惠也要更多",
        bad=_one("tiers: [{from: 400, off: 50}, {from: 200, off: 20}]", "tiers"),
        good=_one("tiers: [{from: 200, off: 20}, {from: 400, off: 50}]", "tiers"),
    ),
    "tier-start": Message(
        en="all tiers start at an amount (from), or all at a number of pieces (from_quantity)",
        zh="每一档都写金额（from），或者都写件数（from_quantity）",
        bad=_one("tiers: [{from: 200, off: 20}, {from_quantity: 4, off: 50}]", "tiers"),
        good=_one("tiers: [{from: 200, off: 20}, {from: 400, off: 50}]", "tiers"),
    ),
    "tier-gives": Message(
        en="a tier gives one thing: percent, off or gift",
        zh="每一档只给一样：percent、off 或 gift",
        bad=_one("tiers: [{from: 200, off: 20, percent: 10%}]", "tiers"),
        good=_one("tiers: [{from: 200, off: 20}]", "tiers"),
    ),
    "tier-off-too-much": Message(
        en="{off} is taken off from {start} on: nothing is left to pay",
        zh="满 {start} 减 {off}，减完不剩钱了",
        bad=_one("tiers: [{from: 20, off: 200}]", "tiers"),
        good=_one("tiers: [{from: 200, off: 20}]", "tiers"),
    ),
    "coupon-code-form": Message(
        en="people cannot type the code {typed}",
        zh="优惠码 {typed} 不好输入",
        en_hint="write 3 to 32 letters and digits, with hyphens between them at most",
        zh_hint="写 3 到 32 个字母和数字，中间最多用连字符",
        bad=_one('percent: 10%, coupon: {code: "SPRING 10%"}'),
        good=_one("percent: 10%, coupon: {code: SPRING10}"),
    ),
    "coupon-code-twice": Message(
        en="the code {typed} reads like {first} of another promotion",
        zh="优惠码 {typed} 和另一个优惠的 {first} 看起来一样",
        en_hint="case, hyphens and O for 0, I or L for 1 make no difference",
        zh_hint="大小写、连字符，以及 O 和 0、I 和 L 和 1 都不算区别",
        bad=_one("percent: 10%, coupon: {code: SPRING10}")
        + "  - {id: other, name: Other, kind: amount_off, off: 5, coupon: {code: spring-1O}}\n",
        good=_one("percent: 10%, coupon: {code: SPRING10}")
        + "  - {id: other, name: Other, kind: amount_off, off: 5, coupon: {code: WELCOME5}}\n",
    ),
    "flash-stock-above": Message(
        severity=Severity.WARNING,
        en="{stock} pieces are promised, and the shop opens with {opening}",
        zh="抢购库存写了 {stock} 件，而开业库存只有 {opening} 件",
        bad={"shop.yaml": _one(f"stock: 50, {_FLASH}", "flash_sale"), _PRODUCT: "stock: 5\n"},
        good={"shop.yaml": _one(f"stock: 5, {_FLASH}", "flash_sale"), _PRODUCT: "stock: 5\n"},
    ),
    "stacking-one-sided": Message(
        severity=Severity.WARNING,
        en="{id} does not name {own} under stacks_with, so the two never hold together",
        zh="{id} 的 stacks_with 没有写 {own}，两个优惠不会同时生效",
        en_hint="add {own} there too, or take {id} away here",
        zh_hint="在那边也写上 {own}，或者在这里删掉 {id}",
        bad=_one("percent: 10%, stacks_with: [post]") + "  - {id: post, name: Post, kind: free_delivery}\n",
        good=_one("percent: 10%, stacks_with: [post]")
        + "  - {id: post, name: Post, kind: free_delivery, stacks_with: [spring]}\n",
    ),
    "member-price-for-others": Message(
        en="a member price is for members, not for {customers}",
        zh="会员价只给会员，不能写 {customers}",
        en_hint="take customers away, or use fixed_price",
        zh_hint="删掉 customers，或者改用 fixed_price",
        bad=_one("price: 9, when: {products: [longjing], customers: new}", "member_price"),
        good=_one("price: 9, when: {products: [longjing]}", "member_price"),
    ),
    "compare-at-false": Message(
        en="{compare_at} is crossed out, but the price was {lowest} on {date}: the lowest of the {days} days before",
        zh="划掉的价格是 {compare_at}，但 {date} 的价格是 {lowest}，这才是之前 {days} 天的最低价",
        en_hint="write compare_at: {lowest} or take it away (PAngV § 11, Directive 98/6/EC article 6a)",
        zh_hint="改成 compare_at: {lowest} 或删掉（《明码标价和禁止价格欺诈规定》；欧盟 98/6/EC 指令第 6a 条）",
        file=_PRODUCT,
        bad={
            "shop.yaml": "country: DE\n",
            _PRODUCT: "price: 140\ncompare_at: 200\n",
            "var/prices.csv": f"{_LOGGED}2020-01-01T00:00:00Z,2020-01-01T00:00:00Z,longjing,150.00,,EUR,\n",
        },
        good={
            "shop.yaml": "country: DE\n",
            _PRODUCT: "price: 140\ncompare_at: 150\n",
            "var/prices.csv": f"{_LOGGED}2020-01-01T00:00:00Z,2020-01-01T00:00:00Z,longjing,150.00,,EUR,\n",
        },
    ),
    "promotion-not-below-lowest": Message(
        en="{title} costs {price} in this promotion, but the price was {lowest} on {date}, in the {days} days before",
        zh="“{title}”的优惠价是 {price}，但之前 {days} 天里，{date} 的价格就是 {lowest}，这不算优惠",
        en_hint="make it cheaper than {lowest}, or begin later (PAngV § 11, Directive 98/6/EC article 6a)",
        zh_hint="比 {lowest} 更便宜，或者晚一点开始（《规范促销行为暂行规定》第二十一条；欧盟 98/6/EC 指令第 6a 条）",
        bad={
            "shop.yaml": "country: DE\n" + _one(f"{_PRICE}: 99", "fixed_price"),
            "var/prices.csv": f"{_LOGGED}2020-01-01T00:00:00Z,2020-01-01T00:00:00Z,longjing,90.00,,EUR,\n",
        },
        good={
            "shop.yaml": "country: DE\n" + _one(f"{_PRICE}: 80", "fixed_price"),
            "var/prices.csv": f"{_LOGGED}2020-01-01T00:00:00Z,2020-01-01T00:00:00Z,longjing,90.00,,EUR,\n",
        },
    ),
    "price-log-damaged": Message(
        severity=Severity.WARNING,
        en="this line of the price log cannot be read",
        zh="价格记录的这一行读不出来",
        en_hint="it proves nothing any more; leave it, lines are only ever added",
        zh_hint="它不再能作为证明；不用改动，记录只增不改",
        file="var/prices.csv",
        whole=True,
        bad=f"{_LOGGED}yesterday,today,longjing,90\n",
        good=f"{_LOGGED}2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,longjing,90.00,,SGD,\n",
    ),
    "limit-without-pieces": Message(
        en="{kind} counts orders, not pieces",
        zh="{kind} 按单限量，不按件",
        en_hint="write total or per_customer",
        zh_hint="改写 total 或 per_customer",
        bad=_one("limit: {pieces_per_order: 2}", "free_delivery"),
        good=_one("limit: {per_customer: 2}", "free_delivery"),
    ),
}
