"""Names of other files: they exist, or the nearest that does is named."""

import pytest


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("shelves/teas.yaml", "products: [longjin]\n", ("unknown-product", ("products", 0), "longjing")),
        ("live/harvest.yaml", "products: [longjing, biluochum]\n", ("unknown-product", ("products", 1), "biluochun")),
        ("products/longjing.yaml", "related: [biluo-chun]\n", ("unknown-product", ("related", 0), "biluochun")),
        ("products/longjing.yaml", "delivery: [posst]\n", ("unknown-delivery", ("delivery", 0), "post")),
        ("shop.yaml", "home: [{section: shelf, shelf: tees}]\n", ("unknown-shelf", ("home", 0, "shelf"), "teas")),
        (
            "shop.yaml",
            "home: [{section: featured-product, product: Longjing}]\n",
            ("unknown-product", ("home", 0, "product"), "longjing"),
        ),
        (
            "shop.yaml",
            "home: [{section: live-banner, live: havest}]\n",
            ("unknown-live", ("home", 0, "live"), "harvest"),
        ),
        ("shop.yaml", "checkout: {terms: abuot}\n", ("unknown-page", ("checkout", "terms"), "about")),
        ("shop.yaml", "returns: {page: abuot}\n", ("unknown-page", ("returns", "page"), "about")),
        (
            "shop.yaml",
            "promotions: [{id: a, name: A, kind: gift, gift: longjing, when: {products: [longjin]}}]\n",
            ("unknown-product", ("promotions", 0, "when", "products", 0), "longjing"),
        ),
        ("live/harvest.yaml", "promotions: [live-10]\n", ("unknown-promotion", ("promotions", 0), None)),
        ("shop.yaml", "payment: [{gateway: rehersal}]\n", ("unknown-gateway", ("payment", 0, "gateway"), "rehearsal")),
    ],
)
def test_an_unknown_name_is_found_at_its_place_with_the_nearest_known_one(spoil, file, text, expected):
    problems = spoil({file: text})
    assert [(each.file, each.code, each.path, each.suggestion) for each in problems] == [(file, *expected)]
    assert problems[0].mark.line >= 1


def test_a_file_that_cannot_be_read_still_exists_for_others(spoil):
    problems = spoil({"products/longjing.yaml": b"title: [unclosed\n"})
    assert {each.file for each in problems} == {"products/longjing.yaml"}


def test_an_unknown_name_in_the_table_is_found_in_its_cell(spoil):
    table = "handle,title,price,related\ntea,Tea,10,longjing\ncup,Cup,5,longjin\n"
    problems = spoil({"products.csv": table.encode()})
    assert [(each.file, each.mark.line, each.mark.column, each.code, each.suggestion) for each in problems] == [
        ("products.csv", 3, 11, "unknown-product", "longjing")
    ]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("payment: [{gateway: rehearsal}, {gateway: rehearsal}]\n", ("payment", 1, "gateway")),
        ("delivery: [{id: a, name: A, kind: local}, {id: a, name: B, kind: local}]\n", ("delivery", 1, "id")),
        (
            "promotions: [{id: a, name: A, kind: free_delivery}, {id: a, name: B, kind: free_delivery}]\n",
            ("promotions", 1, "id"),
        ),
    ],
)
def test_an_id_is_given_once(spoil, text, path):
    assert [(each.code, each.path) for each in spoil({"shop.yaml": text})] == [("id-twice", path)]


def test_a_product_stands_on_a_shelf_once(spoil):
    problems = spoil({"shelves/teas.yaml": "products: [longjing, biluochun, longjing]\n"})
    assert [(each.code, each.path, each.severity) for each in problems] == [
        ("listed-twice", ("products", 2), "warning")
    ]


def test_a_sku_is_given_once_in_the_shop_and_both_places_are_told(spoil):
    problems = spoil({"products/biluochun.yaml": "sku: A1\n", "products/longjing.yaml": "price: 168\nsku: A1\n"})
    assert [(each.file, each.mark.line, each.code) for each in problems] == [
        ("products/longjing.yaml", 2, "duplicate-sku")
    ]
    file, mark = problems[0].related
    assert (file, mark.line) == ("products/biluochun.yaml", 1)


def test_a_sku_is_given_once_in_a_product(spoil):
    text = "options: {size: [S, M]}\nvariants:\n  - {options: {size: S}, sku: A}\n  - {options: {size: M}, sku: A}\n"
    problems = spoil({"products/longjing.yaml": text})
    assert [(each.code, each.mark.line, each.related[1].line) for each in problems] == [("duplicate-sku", 4, 3)]


@pytest.mark.parametrize("code", ["4006381333931", "96385074", "036000291452", "10012345678902", "ABC-1", "123"])
def test_a_bar_code_with_its_check_digit_is_good_and_so_are_codes_of_ones_own(spoil, code):
    assert spoil({"products/longjing.yaml": f"barcode: '{code}'\n"}) == ()


@pytest.mark.parametrize("code", ["4006381333932", "96385075", "036000291453"])
def test_a_bar_code_with_a_wrong_check_digit_gives_a_warning(spoil, code):
    problems = spoil({"products/longjing.yaml": f"barcode: '{code}'\n"})
    assert [(each.code, each.severity) for each in problems] == [("barcode-check-digit", "warning")]


def test_files_that_are_not_read_are_told_and_editors_leftovers_are_not(spoil):
    problems = spoil(
        {
            "products/tea.yml": b"title: Tea\n",
            "products/.tea.yaml.swp": b"x",
            "products/tea.yaml~": b"x",
            "pages/about.txt": b"x",
        }
    )
    assert [(each.file, each.code, each.suggestion) for each in problems] == [
        ("pages/about.txt", "file-not-read", "pages/about.md"),
        ("products/tea.yml", "file-not-read", "products/tea.yaml"),
    ]


def test_a_second_language_of_a_page_stands_in_its_own_file(shop, spoil):
    from generator.check import check  # the shop is wanted, not only its problems

    problems = spoil(
        {"shop.yaml": "locales: [en, de]\n", "pages/about.de.md": "---\ntitle: Über uns\n---\nTee.\n".encode()}
    )
    assert [each for each in problems if each.file.startswith("pages/about.")] == [
        each for each in problems if each.file == "pages/about.md"
    ]
    page = check(shop, cache=False).shop.pages["about"]
    assert page.title == {"en": "About us", "de": "Über uns"}
    assert page.body == {"en": "We grow tea on one hill.\n", "de": "Tee.\n"}
    assert list(check(shop, cache=False).shop.pages) == ["about"]


def test_a_page_in_a_language_that_the_shop_does_not_have_is_refused(spoil):
    problems = spoil({"pages/about.de.md": b"---\ntitle: About\n---\nTee.\n"})
    assert [(each.file, each.code) for each in problems] == [("pages/about.de.md", "page-language")]


def test_a_page_without_its_second_language_gives_a_warning(spoil):
    problems = [each for each in spoil({"shop.yaml": "locales: [en, de]\n"}) if each.code == "page-untranslated"]
    assert [(each.file, each.values["wanted"]) for each in problems] == [("pages/about.md", "pages/about.de.md")]
