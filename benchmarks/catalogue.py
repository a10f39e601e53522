"""A shop of any size for the benchmarks: every value follows from the product's number, so two runs get the same."""

import argparse
import random
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw

SHELVES = 36
PICTURES = 24
_STYLES = ["轻盈", "经典", "手作", "山野", "极简", "复古", "四季", "便携", "柔软", "耐用", "晨光", "静谧", "海岸"]
_THINGS = [
    "棉麻衬衫", "陶瓷杯", "双肩包", "乌龙茶", "香薰蜡烛", "羊毛围巾", "木质台灯", "手冲壶", "瑜伽垫", "跑步鞋",
    "笔记本", "蜂蜜", "真丝枕套", "竹筷套装", "护手霜", "咖啡豆", "帆布鞋",
]  # fmt: skip
_COLOURS = ["米白", "墨绿", "雾蓝", "炭黑", "砖红"]
_PLACES = ["杭州", "广州", "成都", "景德镇", "苏州"]
_CHINESE = (
    "每一件都由匠人亲手制作选用天然材料经过多道工序检验质地细密轻柔耐洗不变形适合日常使用下单后两个工作日内发货"
    "尺码请参考详情页表格不同批次颜色略有差异敬请谅解收到后请先清水轻洗阴凉处晾干可以陪伴您许多年"
)
_ENGLISH = (
    "made with care for daily use from materials that we choose by hand and test in our own workshop the weave is "
    "dense yet light it keeps its shape after many washes and feels calm against the skin every piece is "
    "checked packed and "
    "sent within two working days each colour has its own batch number please read the size table before you order"
)
_WORDS = _ENGLISH.split()
_SHOP = """format: 1
name: 四季小店
tagline: 给日常用的好东西
url: https://shop.example.com
country: SG
locale: zh-CN
locales: [zh-CN]
currency: CNY
timezone: Asia/Singapore
seller:
  {type: company, legal_name: Four Seasons Pte Ltd, address: 1 Market Street, phone: "+6561234567", email: a@b.sg}
theme: {name: harbour}
delivery:
  - id: post
    name: 快递
    kind: courier
    rates:
      by: quantity
      zones: [{regions: ["*"], first: {up_to: 1, fee: 10}, then: {each: 1, fee: 2}}]
    ships_within: 48h
payment: [{gateway: rehearsal}]
returns: {window: 7d}
"""


class Values(NamedTuple):
    """What one product says, whatever the tool."""

    title: str
    colour: str
    place: str
    chinese: str
    english: str
    price: float
    was: float
    weight: int
    stocks: tuple[int, ...]
    related: tuple[str, ...]


def product_values(number: int, of: int) -> Values:
    """Return the values of one product."""
    chance = random.Random(number * 2654435761 % 2**32)
    title = f"{chance.choice(_STYLES)}{chance.choice(_THINGS)} {number:06d}"
    cents = chance.randrange(900, 99900)
    chinese = "，".join(_CHINESE[at : at + 18] for at in (chance.randrange(len(_CHINESE) - 18) for _ in range(8)))
    starts = [chance.randrange(len(_WORDS) - 12) for _ in range(9)]
    english = " ".join(" ".join(_WORDS[at : at + 12]).capitalize() + "." for at in starts)
    return Values(
        title=title, colour=chance.choice(_COLOURS), place=chance.choice(_PLACES), chinese=chinese, english=english,
        price=cents / 100, was=(cents + 1000) * 1.25 / 100, weight=chance.randrange(50, 5000),
        stocks=tuple(chance.randrange(1, 400) for _ in range(3)),
        related=tuple(f"p-{(number + SHELVES * step) % of:06d}" for step in range(1, 9)),
    )  # fmt: skip


def product(number: int, of: int) -> str:
    """Return the YAML of one product."""
    values = product_values(number, of)
    sizes = "".join(
        f"  - {{options: {{尺寸: {size}}}, sku: S{number:06d}-{step}, price: {values.price + 5 * step:.2f},"
        f" stock: {values.stocks[step]}}}\n"
        for step, size in enumerate(["小号", "中号", "大号"])
    )
    images = "".join(
        f"  - {{file: p{(number + step * 7) % PICTURES:02d}.jpg,"
        f" alt: {values.title}，{values.colour}，第 {step + 1} 张}}\n"
        for step in range(4)
    )
    return (
        f"title: {values.title}\nsubtitle: {values.colour} · {values.place}\n"
        f"description: |\n  {values.chinese}。\n\n  {values.english}\n"
        f"price: {values.price:.2f}\ncompare_at: {values.was:.2f}\nweight: {values.weight}g\n"
        f"tags: [t{number % SHELVES:02d}, {values.colour}]\nimages:\n{images}options:\n  尺寸: [小号, 中号, 大号]\n"
        f"variants:\n{sizes}attributes: {{产地: {values.place}, 颜色: {values.colour}}}\n"
        f"related: [{', '.join(values.related)}]\n"
    )


def write(folder: Path, count: int) -> None:
    """Write a shop of ``count`` products, each a file of its own, on 36 shelves."""
    for name in ("products", "shelves", "pages", "media"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    links = "".join(f"    - {{label: 货架 {n:02d}, link: 'shelf:s{n:02d}'}}\n" for n in range(8))
    more = "".join(f"        - {{label: 货架 {n:02d}, link: 'shelf:s{n:02d}'}}\n" for n in range(8, SHELVES))
    menu = f"menu:\n  header:\n{links}    - label: 全部\n      link: /search\n      items:\n{more}"
    home = "home:\n" + "".join(f"  - {{section: shelf, shelf: s{n:02d}}}\n" for n in range(3))
    (folder / "shop.yaml").write_text(_SHOP + menu + home, encoding="utf-8")
    for number in range(count):
        (folder / "products" / f"p-{number:06d}.yaml").write_text(product(number, count), encoding="utf-8")
    for number in range(SHELVES):
        rule = f"title: 货架 {number:02d}\ndescription: 第 {number:02d} 个货架\nrule: {{tag: t{number:02d}}}\n"
        (folder / "shelves" / f"s{number:02d}.yaml").write_text(rule, encoding="utf-8")
    for number in range(PICTURES):
        paint(folder / "media" / f"p{number:02d}.jpg", number)


def paint(path: Path, number: int) -> None:
    """Draw a simple picture of 1000 × 1000."""
    chance = random.Random(number)
    image = Image.new("RGB", (1000, 1000), tuple(chance.randrange(160, 240) for _ in range(3)))
    pen = ImageDraw.Draw(image)
    for _ in range(6):
        left, top, size = chance.randrange(100, 700), chance.randrange(100, 700), chance.randrange(60, 240)
        pen.ellipse((left, top, left + size, top + size), fill=tuple(chance.randrange(40, 220) for _ in range(3)))
    image.save(path, quality=85)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    given = parser.parse_args()
    write(given.folder, given.count)
