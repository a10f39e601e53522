"""Links lead somewhere and run nothing."""

import pytest


def menu(link):
    return {"shop.yaml": f"menu: {{header: [{{label: Go, link: '{link}'}}]}}\n"}


@pytest.mark.parametrize(
    "link",
    [
        "product:longjing",
        "shelf:teas",
        "page:about",
        "live:harvest",
        "/",
        "/search",
        "/search?q=tea",
        "/cart",
        "/products/longjing/",
        "/shelves/teas",
        "/pages/about/#hill",
        "/live/harvest/",
        "https://example.com/x",
        "mailto:hello@example.com",
        "tel:+6561234567",
        "/sitemap.xml",
    ],
)
def test_a_link_that_leads_somewhere_is_good(spoil, link):
    assert spoil(menu(link)) == ()


@pytest.mark.parametrize(
    ("link", "meant"),
    [
        ("product:longjin", "product:longjing"),
        ("shelf:tea", "shelf:teas"),
        ("page:aboot", "page:about"),
        ("live:harvst", "live:harvest"),
        ("/products/longjin/", "product:longjing"),
        ("/pages/xyz/", None),
        ("/about", "page:about"),
        ("/nowhere", None),
    ],
)
def test_a_dead_link_in_a_menu_is_found_with_what_it_means(spoil, link, meant):
    assert [(each.code, each.path, each.suggestion) for each in spoil(menu(link))] == [
        ("dead-link", ("menu", "header", 0, "link"), meant)
    ]


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "\u200bjavascript:alert(1)",
        "javascript%3Aalert(1)",
        "ｊavascript:alert(1)",
        "blob:https://x/y",
    ],
)
def test_c30_a_link_that_could_run_something_is_refused(spoil, link):
    text = menu(link)["shop.yaml"].replace("'", '"').replace("\t", "\\t")
    assert [
        each.code for each in spoil({"shop.yaml": text}) if each.path[:1] == ("menu",) and each.severity == "error"
    ] == ["unsafe-link"]


@pytest.mark.parametrize(
    "link", ["about.md", "//evil.example", "https://", "\\evil", "https:\\\\evil.example", "pages/about", "https://a b"]
)
def test_what_is_no_link_is_refused(spoil, link):
    assert [each.code for each in spoil(menu(link))] == ["link-form"]


def test_entries_below_entries_are_looked_at_too(spoil):
    problems = spoil({"shop.yaml": "menu: {footer: [{label: A, link: /, items: [{label: B, link: 'page:no'}]}]}\n"})
    assert [(each.code, each.path) for each in problems] == [("dead-link", ("menu", "footer", 0, "items", 0, "link"))]


def test_a_dead_link_in_a_pages_markdown_is_found_in_its_line(spoil):
    page = b"---\ntitle: Hello\n---\n\nSee [us](page:about).\n\nOr see [them](page:abuot), not `[code](page:nobody)`.\n"
    problems = spoil({"pages/hello.md": page})
    assert [(each.code, each.mark.line, each.mark.column, each.suggestion) for each in problems] == [
        ("dead-link", 7, 15, "page:about")
    ]


def test_c30_a_script_in_a_products_markdown_is_found_in_its_line(spoil):
    text = "title: Tea\nprice: 1\ndescription: |\n  Fine tea.\n\n  [Click](javascript:alert) or <javascript:alert>\n"
    problems = spoil({"products/tea.yaml": text.encode()})
    assert [(each.code, each.mark.line) for each in problems] == [("unsafe-link", 6), ("unsafe-link", 6)]


def test_links_in_every_language_of_a_text_are_looked_at(spoil):
    text = "title: Tea\nprice: 1\ndescription: {en: '[a](page:no)'}\n"
    assert [(each.code, each.path) for each in spoil({"products/tea.yaml": text.encode()})] == [
        ("dead-link", ("description", "en"))
    ]


def test_a_link_of_a_section_is_looked_at(spoil):
    home = "home: [{section: hero, heading: Tea, button: Go, link: 'shelf:no'}]\n"
    found = [(each.code, each.path) for each in spoil({"shop.yaml": home}) if each.code == "dead-link"]
    assert found == [("dead-link", ("home", 0, "link"))]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("old", "page:about", "redirect-form"),
        ("/old", "page:no", "dead-link"),
        ("/../x", "/", "redirect-form"),
        ("/tea?id=7", "/", "redirect-form"),
        ("/pages/about/", "/", "redirect-hidden"),
        ("/self", "/self", "redirect-loop"),
    ],
)
def test_a_redirect_goes_from_a_path_to_something_that_exists(spoil, old, new, code):
    assert [(each.code, each.path) for each in spoil({"shop.yaml": f"redirects: {{'{old}': '{new}'}}\n"})] == [
        (code, ("redirects", old))
    ]


def test_redirects_lead_on_in_one_step_and_never_in_a_circle(spoil):
    listed = "/a: /b, /b: /c, /c: 'page:about', /x: /y, /y: /x, /into: /x, /s: 'https://tea.example.com/c', /z: /c?q=1"
    found = spoil({"shop.yaml": f"url: https://tea.example.com\nredirects: {{{listed}}}\n"})
    assert [(each.code, each.path[1], each.suggestion) for each in found] == [
        ("redirect-chain", "/a", "page:about"),
        ("redirect-chain", "/b", "page:about"),
        ("redirect-loop", "/x", None),
        ("redirect-loop", "/y", None),
        ("redirect-chain", "/s", "page:about"),
        ("redirect-chain", "/z", "page:about"),
    ]
    assert found[2].values["way"] == "/x → /y → /x"


def test_a_link_to_an_old_address_that_is_redirected_is_good(spoil):
    assert (
        spoil(
            {"shop.yaml": "redirects: {/old-tea: 'product:longjing'}\nmenu: {header: [{label: A, link: /old-tea}]}\n"}
        )
        == ()
    )


def test_a_link_to_the_closed_odr_platform_is_refused(spoil):
    assert [each.code for each in spoil(menu("https://ec.europa.eu/consumers/odr/"))] == ["odr-link"]


def test_a_dead_link_in_the_table_is_found_in_its_line(spoil):
    table = b"handle,title,price,description\ntea,Tea,10,Fine\ncup,Cup,5,[a](page:no)\n"
    problems = spoil({"products.csv": table})
    assert [(each.file, each.mark.line, each.mark.column, each.code) for each in problems] == [
        ("products.csv", 3, 15, "dead-link")
    ]
