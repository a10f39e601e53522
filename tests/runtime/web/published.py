"""A shop built once for many tests, and fresh copies of it with an application and a database of their own."""

import shutil
from pathlib import Path

import flask
from PIL import Image
from storefront import remember

from generator.build import Wish, build
from runtime import create_app, database
from runtime.settings import read

NOW = "2026-11-22T12:00:00Z"
SHOP = """format: 1
name: {zh-CN: 四季茶铺, en: Four Seasons Tea}
url: https://tea.example.com
country: SG
locale: zh-CN
locales: [zh-CN, en, de]
currency: CNY
seller:
  {type: company, legal_name: Four Seasons Pte Ltd, phone: "+6561234567", email: a@example.com, address: 1 Market St}
tags: {green: {zh-CN: 绿茶, en: Green tea}, gift: {zh-CN: 礼品, en: Gift}}
delivery:
  - id: post
    name: {zh-CN: 快递, en: Post}
    kind: courier
    rates: {by: quantity, zones: [{regions: ['*'], first: {fee: 10}}]}
payment: [{gateway: rehearsal}]
"""
ROOMS = {
    "before": "starts_at: 2099-01-01T12:00:00Z\nends_at: 2099-01-01T14:00:00Z\n",
    "now": "starts_at: 2020-01-01T12:00:00Z\nends_at: 2099-01-01T14:00:00Z\n",
    "over": "starts_at: 2020-01-01T12:00:00Z\nends_at: 2020-01-01T14:00:00Z\n",
}
MANY = 30
"""Plain green teas, so that a listing has more than one page."""


def write(folder):
    """Write the texts of a shop that has something for every filter."""
    for name in ("products", "shelves", "live", "media"):
        (folder / name).mkdir(parents=True)
    (folder / "shop.yaml").write_text(SHOP, "utf-8")
    Image.new("RGB", (900, 900), "#446644").save(folder / "media" / "tin.png")
    for number in range(1, MANY + 1):
        title = f"title: {{zh-CN: 龙井 {number}, en: Longjing {number}}}"
        (folder / f"products/tea-{number:02}.yaml").write_text(
            f"{title}\nprice: {100 + number}\ntags: [green{', gift' if number % 10 == 0 else ''}]\nstock: {number}\n",
            "utf-8",
        )
    (folder / "products/cup.yaml").write_text(
        "title: {zh-CN: 青瓷杯, en: Celadon cup}\ndescription: {zh-CN: 手工拉坯, en: Thrown by hand}\n"
        "images: [tin.png]\noptions:\n"
        "  - {name: {zh-CN: 颜色, en: Colour}, values: [{zh-CN: 青, en: Green}, {zh-CN: 白, en: White}]}\n"
        "variants:\n  - {options: {颜色: 青}, sku: cup-g, price: 45.50, compare_at: 60, stock: 3}\n"
        "  - {options: {颜色: 白}, sku: cup-w, price: 48, stock: 0}\n",
        "utf-8",
    )
    (folder / "products/endless.yaml").write_text(
        "title: {zh-CN: 茶票, en: Tea ticket}\nprice: 9\ndigital: true\n", "utf-8"
    )
    (folder / "products/draft.yaml").write_text("title: {zh-CN: 秘密, en: Secret}\nprice: 9\nstatus: draft\n", "utf-8")
    (folder / "products/later.yaml").write_text(
        "title: {zh-CN: 明年, en: Next year}\nprice: 9\npublish_at: 2099-01-01T00:00:00Z\n", "utf-8"
    )
    (folder / "shelves/green.yaml").write_text("title: {zh-CN: 绿茶, en: Green tea}\nrule: {tag: green}\n", "utf-8")
    for name, times in ROOMS.items():
        (folder / f"live/{name}.yaml").write_text(
            f"title: {{zh-CN: 直播 {name}, en: Live {name}}}\n{times}products: [cup, tea-01]\n"
            "source: {kind: embed, url: 'https://www.youtube.com/watch?v=dQw4w9WgXcQ'}\ncover: tin.png\n",
            "utf-8",
        )
    return folder


def publish(folder):
    """Build a shop, and expect it to work."""
    built = build(folder, Wish(now=NOW))
    assert [each for each in built.problems if each.severity == "error"] == []
    return built.release


class Served:
    """A copy of a published shop with an application; ask it as a browser on this machine would."""

    def __init__(self, published: Path, folder: Path):
        shutil.copytree(published, folder, symlinks=True)
        self.folder = folder
        self.settings = read(folder, {})
        database.open(self.settings, upgrade=True).close()
        self.app: flask.Flask = remember(create_app(folder, self.settings))
        self.client = self.app.test_client()

    def get(self, path, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, headers={"Host": "127.0.0.1", **named})

    def text(self, path):
        answer = self.get(path)
        assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
        return answer.get_data(as_text=True)

    def post(self, path, data):
        return self.client.post(path, data=data, headers={"Host": "127.0.0.1", "Sec-Fetch-Site": "same-origin"})
