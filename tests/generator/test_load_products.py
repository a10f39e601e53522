"""Product files become products: options, variants, and everything that a buyer is told."""

import pytest
from test_load import CHINESE, load

from generator.shop import Limit, NoReasonReturn, ProductStatus, UnitPrice


def test_a_product_without_options_has_one_variant_named_by_its_handle():
    product, problems = load("title: Tea\nprice: 10\nstock: 5\nweight: 1kg\n")
    assert problems == []
    (variant,) = product.variants
    assert (variant.sku, variant.options, variant.price, variant.stock, variant.weight) == ("tea", (), 1000, 5, 1000)


def test_options_without_variants_give_every_combination():
    product, problems = load("title: Tea\nprice: 10\noptions: {size: [S, M], colour: [red, blue]}\n")
    assert problems == []
    assert [each.options for each in product.variants] == [("S", "red"), ("S", "blue"), ("M", "red"), ("M", "blue")]
    assert [each.sku for each in product.variants] == ["tea--S--red", "tea--S--blue", "tea--M--red", "tea--M--blue"]


def test_options_as_a_list_have_names_and_values_in_every_language():
    text = """
title: {zh-CN: 茶, en: Tea}
price: 10
options:
  - {name: {zh-CN: 规格, en: Size}, values: [{zh-CN: 小, en: Small}, {zh-CN: 大, en: Large}]}
variants:
  - {options: {规格: 大}, price: 20}
"""
    product, problems = load(text, CHINESE)
    assert problems == []
    assert product.options[0].label == {"zh-CN": "规格", "en": "Size"}
    assert [(each.value, each.label["en"]) for each in product.options[0].values] == [("小", "Small"), ("大", "Large")]
    assert [(each.options, each.price) for each in product.variants] == [(("大",), 2000)]


def test_a_variant_takes_from_the_product_what_it_does_not_say():
    text = (
        "title: T\nprice: 10\nweight: 1kg\nstock: 3\noptions: {size: [S, M]}\nvariants:\n"
        "  - {options: {size: S}, stock: 0}\n  - {options: {size: M}, weight: 2kg, price: 12}\n"
    )
    product, _ = load(text)
    assert [(each.price, each.stock, each.weight) for each in product.variants] == [(1000, 0, 1000), (1200, 3, 2000)]


@pytest.mark.parametrize(
    ("variants", "expected"),
    [
        ("[{options: {size: XL}}]", [("unknown-option-value", ("variants", 0, "options", "size"))]),
        (
            "[{options: {sice: S}}]",
            [("unknown-option", ("variants", 0, "options", "sice")), ("variant-lacks-option", ("variants", 0))],
        ),
        ("[{sku: a}]", [("variant-lacks-option", ("variants", 0))]),
        ("[{options: {size: S}}, {options: {size: S}, sku: b}]", [("variant-twice", ("variants", 1))]),
    ],
)
def test_variants_fit_the_options(variants, expected):
    assert load(f"title: Tea\nprice: 10\noptions: {{size: [S, M]}}\nvariants: {variants}\n")[1] == expected


def test_c34_a_matrix_of_50_50_50_is_refused_with_its_number():
    values = ", ".join(f"v{number}" for number in range(50))
    product, problems = load(f"title: T\nprice: 1\noptions: {{a: [{values}], b: [{values}], c: [{values}]}}\n")
    assert problems == [("too-many-variants", ("options",))]
    assert len(product.variants) == 1


def test_c34_500_variants_are_good_and_501_are_not():
    rows = "".join(f"  - {{options: {{n: v{number}}}}}\n" for number in range(500))
    values = ", ".join(f"v{number}" for number in range(500))
    product, problems = load(f"title: T\nprice: 1\noptions: {{n: [{values}]}}\nvariants:\n{rows}")
    assert (len(product.variants), problems) == (500, [])
    more = load(
        f"title: T\nprice: 1\noptions: {{n: [{values}]}}\nvariants:\n{rows}  - {{options: {{n: v0}}, sku: x}}\n"
    )[1]
    assert more == [("too-many-variants", ("variants",))]


def test_everything_that_a_product_may_say_arrives():
    text = """
title: Tea
price: 10
cost: 4
compare_at: 12
images: [a.jpg, {file: b.jpg, alt: A cup}]
attributes: {Origin: Hangzhou}
status: hidden
digital: true
preorder: {ships_in: 10d}
limit: {per_order: 5, per_customer: 10}
unit_price: {amount: 250, unit: g}
returns: {no_reason: false, why: Made to order}
safety: {manufacturer: M, warnings: Hot}
tax_class: reduced
seo: {title: Green tea, image: s.jpg}
related: [other, other]
delivery: [post]
"""
    product, problems = load(text)
    assert problems == []
    assert [(each.file, each.alt["en"]) for each in product.pictures] == [("a.jpg", "Tea"), ("b.jpg", "A cup")]
    assert [(each.name["en"], each.value["en"]) for each in product.attributes] == [("Origin", "Hangzhou")]
    assert (product.status, product.digital, product.preorder_seconds) == (ProductStatus.HIDDEN, True, 864000)
    assert product.limit == Limit(per_order=5, per_customer=10)
    assert product.variants[0].unit_price == UnitPrice(amount="250", unit="g")
    assert product.returns == NoReasonReturn(allowed=False, why={"en": "Made to order"})
    assert (product.safety.manufacturer, product.safety.warnings, product.tax_class) == ("M", {"en": "Hot"}, "reduced")
    assert (product.seo.title, product.seo.picture, product.related, product.delivery) == (
        {"en": "Green tea"},
        "s.jpg",
        ("other",),
        ("post",),
    )
