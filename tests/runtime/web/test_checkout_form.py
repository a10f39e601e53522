"""What the checkout form asks, and how: keys, lengths, and the regions to choose from."""

import re

from markets import mistakes

from generator.shop import Rates, Zone
from runtime import addresses, regions
from runtime.pricing import Item
from runtime.web import checkout_form


def field(page, name):
    return re.search(rf'<(?:input|select)[^>]*name="{name}"[^>]*>', page.text)[0]


def test_a_postcode_of_digits_is_typed_on_keys_of_digits(wang, eva):
    for shopper, sku in ((wang, "tea"), (eva, "cup")):
        assert 'inputmode="numeric"' in field(shopper.add(sku).client.get("/checkout"), "postcode")


def test_a_postcode_with_letters_is_typed_on_all_keys(china):
    terms = china.extensions["shopwright"].live.current().terms
    offers = tuple(checkout_form.Ask(method=each, fee=None) for each in terms.delivery)
    tea = china.extensions["shopwright"].live.current().catalogue.find_variant("tea")
    items = (Item(product=tea[0], variant=tea[1], quantity=1),)
    asked = checkout_form.Asked(
        terms=terms, items=items, locale="en", country="GB", countries=("GB",), offers=offers
    )  # fmt: skip
    form = checkout_form.make(asked, lambda key, **_: key)
    assert form["postcode"].render_kw == {"autocomplete": "postal-code", "maxlength": 200}


def test_the_invoice_takes_no_more_than_can_be_kept(wang):
    form = wang.add("tea").client.get("/checkout")
    assert 'maxlength="200"' in field(form, "invoice_title")
    assert 'maxlength="20"' in field(form, "invoice_number")
    page = wang.review(invoice="y", invoice_title="某" * 201, invoice_number="9" * 21)
    assert (page.status_code, set(mistakes(page))) == (422, {"invoice_title", "invoice_number"})
    assert wang.review(invoice="y", invoice_title="某" * 200, invoice_number="9" * 20).status_code == 200


def test_a_region_that_nothing_is_delivered_to_stands_there_and_cannot_be_chosen(wang):
    regions = dict(
        re.findall(r'<option value="([^"]+省|[^"]+市|[^"]+区)"([^<]*)<', wang.add("tea").client.get("/checkout").text)
    )
    assert regions["新疆维吾尔自治区"] == " disabled>新疆维吾尔自治区（不配送）"
    assert regions["北京市"] == " disabled>北京市（不配送）"
    assert regions["浙江省"] == ">浙江省"
    assert len([each for each in regions.values() if "disabled" in each]) == 2


def test_a_region_of_which_one_town_is_served_can_be_chosen():
    rates = Rates(by="quantity", zones=(Zone(regions=("杭州", "CN-SH")),), excluded=("上海",))
    reached = [name for name in regions.divisions() if addresses.reached(rates, "CN", name)]
    assert reached == ["浙江省"]
