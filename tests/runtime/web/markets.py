"""Two small shops with everything the law wants at the checkout, one in China and one in Germany, and their buyers."""

import atexit
import functools
import re
import shutil
import tempfile
from pathlib import Path

import storefront

from runtime import orders

SAME = {"Sec-Fetch-Site": "same-origin"}
CHINA = """format: 1
name: {zh-CN: 山间茶铺, en: Mountain Tea}
url: https://tea.example.com
country: CN
locale: zh-CN
locales: [zh-CN, en]
seller:
  type: individual
  legal_name: 周桂香
  exemption: {zh-CN: 销售自产农副产品，依法无需办理市场主体登记。, en: 'Own farm products, exempt from registration.'}
  address: {address}
  phone: 0572-0000-2727
  email: shop@example.com
  icp: 浙ICP备00000000号-2
delivery:
  - id: courier
    name: {zh-CN: 快递, en: Courier}
    kind: courier
    rates: {by: quantity, zones: [{regions: ['*'], first: {fee: 8}}], excluded: [新疆, 北京]}
  - {id: pickup, name: {zh-CN: 自提, en: Pick up}, kind: pickup, place: {zh-CN: 桥头, en: At the bridge}}
  - {id: mail, name: {zh-CN: 发邮件, en: By e-mail}, kind: digital}
payment:
  - {gateway: rehearsal}
  - {gateway: transfer, account: '6222 0000', hold: 2d}
  - {gateway: cash_on_delivery}
checkout: {terms: terms, invoice: true}
returns: {window: 7d, page: terms}
""".replace("{address}", "浙江省湖州市德清县 27 号")
GERMANY = """format: 1
name: {de: Ton & Feuer, en: Clay & Fire}
url: https://ton.example.com
country: DE
locale: de
locales: [de, en]
seller:
  type: company
  legal_name: Ton und Feuer GmbH
  representative: Marlene Falk
  address: Am Brennofen 3, 12059 Berlin
  phone: 030 23125 014
  email: hallo@example.com
  register: Amtsgericht Charlottenburg (Berlin), HRB 000000 B
  vat_number: DE123456788
delivery:
  - id: parcel
    name: {de: Paket, en: Parcel}
    kind: courier
    rates: {by: quantity, zones: [{regions: [DE], first: {fee: 5.90}}, {regions: [AT], first: {fee: 11.90}}]}
  - {id: mail, name: {de: Per E-Mail, en: By e-mail}, kind: digital}
payment: [{gateway: rehearsal}]
tax:
  prices_include_tax: true
  rates: [{country: DE, rate: 19%}, {country: AT, rate: 20%}]
checkout: {terms: terms}
returns: {window: 14d, pays: buyer, page: terms}
"""
SAFETY = "safety: {manufacturer: 'Ton und Feuer GmbH, Am Brennofen 3, 12059 Berlin, hallo@example.com'}\n"
CHINESE_GOODS = {
    "tea": "title: {zh-CN: 龙井, en: Longjing}\nprice: 168\nstock: 20\n",
    "last": "title: {zh-CN: 最后一罐, en: The last tin}\nprice: 88\nstock: 1\n",
    "cake": (
        "title: {zh-CN: 鲜糕, en: Fresh cake}\nprice: 30\n"
        "returns: {no_reason: false, why: {zh-CN: 鲜活易腐, en: perishable}}\n"
    ),
    "card": "title: {zh-CN: 茶票, en: Tea ticket}\nprice: 9\ndigital: true\n",
    "rare": "title: {zh-CN: 限购茶, en: Rare tea}\nprice: 500\nstock: 50\nlimit: {per_customer: 1}\n",
}
GERMAN_GOODS = {
    "cup": f"title: {{de: Becher, en: Mug}}\nprice: 32.00\nstock: 9\n{SAFETY}",
    "ebook": f"title: {{de: Glasurbuch, en: Glaze book}}\nprice: 12.00\ndigital: true\n{SAFETY}",
    "course": (
        "title: {de: Drehkurs, en: Course}\nprice: 95\nstock: 8\n"
        f"returns: {{no_reason: false, why: {{de: fester Termin, en: fixed date}}}}\n{SAFETY}"
    ),
}
WANG = {
    "phone": "138 0000 1234", "email": "wang@example.com", "name": "王小明", "region": "浙江省", "city": "杭州市",
    "district": "西湖区", "street": "龙井路 1 号", "delivery": "courier", "gateway": "rehearsal",
}  # fmt: skip
EVA = {
    "email": "eva@example.de", "name": "Eva Müller", "street": "Hauptstraße 1", "postcode": "50667", "city": "Köln",
    "delivery": "parcel", "gateway": "rehearsal", "country": "DE",
}  # fmt: skip


def write(folder, shop, goods):
    """Write the text of a shop whose terms are a page."""
    for name in ("products", "shelves", "pages"):
        (folder / name).mkdir(parents=True)
    (folder / "shop.yaml").write_text(shop, "utf-8")
    for handle, text in goods.items():
        (folder / "products" / f"{handle}.yaml").write_text(text, "utf-8")
    own = re.search(r"^locale: (.+)$", shop, re.MULTILINE)[1]
    terms = f"---\ntitle: {{{own}: AGB, en: Terms}}\ndescription: {{{own}: AGB, en: Our terms}}\n---\nOK\n"
    (folder / "pages/terms.md").write_text(terms, "utf-8")
    (folder / "pages/terms.en.md").write_text("---\ntitle: Terms\n---\nOK\n", "utf-8")
    return folder


class Shopper:
    """A buyer with a browser of their own, going from page to page as a person would."""

    def __init__(self, app, buyer, prefix=""):
        self.app = app
        self.client = app.test_client()
        self.buyer = buyer
        self.prefix = prefix

    def post(self, path, data, **headers):
        return self.client.post(path, data=data, headers={**SAME, **headers})

    def add(self, *skus, quantity="1"):
        for sku in skus:
            assert self.post(f"{self.prefix}/cart/add", {"sku": sku, "quantity": quantity}).status_code == 303
        return self

    def review(self, **changes):
        """Send the form; a field that is None is left out."""
        given = {name: text for name, text in {**self.buyer, **changes}.items() if text is not None}
        return self.post(f"{self.prefix}/checkout", given)

    def press(self, review, **fields):
        """Press the button of a review, with everything ticked."""
        ticked = dict.fromkeys(consents(review), "1")
        return self.post(f"{self.prefix}/checkout/place", {"sealed": sealed(review), **ticked, **fields})

    def order(self, *skus, **changes):
        """Buy, and return the path of the order's page."""
        answer = self.press(self.add(*skus).review(**changes))
        assert answer.status_code == 303, answer.text
        return f"/orders/{newest(self.app).token}"

    def pay(self, answer, choice="approve"):
        """Press a button of the bank's page that an answer leads to; return where it sends the buyer."""
        bank = answer.headers["Location"]
        assert "/rehearsal-bank/pay/" in bank
        assert self.client.get(bank).status_code == 200
        return self.post(bank, {"choice": choice}).headers["Location"].removeprefix("http://localhost")


def sealed(answer):
    return re.search(r'name="sealed" value="([^"]+)"', answer.text)[1]


def consents(answer):
    return re.findall(r'type="checkbox" id="field-consent-[^"]+" name="(consent-[^"]+)"', answer.text)


def mistakes(answer):
    """Return the fields that a page finds fault with."""
    return re.findall(r'<a href="#field-([^"]+)">', answer.text)


def state(answer):
    return re.search(r'<p class="state">([^<]+)</p>', answer.text)[1]


def database(app):
    return app.extensions["shopwright"].database


def count(app, table):
    return database(app).read(lambda look: look.find(f"SELECT COUNT(*) FROM {table}"))[0]


def newest(app):
    return orders.listing(database(app))[0]


def published(folder, shop, goods):
    """Publish a shop of these texts, or copy the one that was."""
    return storefront.copy(_published(shop, tuple(goods.items())), folder)


@functools.cache
def _published(shop, goods):
    folder = Path(tempfile.mkdtemp(prefix="shopwright-published-")) / "shop"
    atexit.register(shutil.rmtree, folder.parent)
    storefront.publish(write(folder, shop, dict(goods)))
    return folder
