"""A merchant's own templates of cart and checkout: rendered in the running shop, and bounded there."""

import resource

import storefront

from generator.theming import bounds

GREEDY = (
    "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}"
)
SAME = {"Sec-Fetch-Site": "same-origin"}


def overlaid(shop, text):
    (shop / "theme/pages").mkdir(parents=True)
    (shop / "theme/pages/cart.html").write_text(
        "{% extends 'layout.html' %}{% block content %}\n<h1>{{ t('cart.title') }}</h1>\n" + text + "{% endblock %}\n",
        "utf-8",
    )
    storefront.publish(shop)
    return storefront.application(shop).test_client()


def test_an_overlay_that_never_ends_is_a_calm_page_and_the_shop_goes_on(shop, caplog):
    client = overlaid(shop, GREEDY)
    before = resource.getrusage(resource.RUSAGE_SELF)
    answer = client.get("/cart")
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert answer.status_code == 500
    assert "出了点问题" in answer.text
    assert "TooMuchError: more steps than a page may take" in caplog.text
    assert after.ru_utime - before.ru_utime < 5
    assert client.get("/search").status_code == 200
    assert client.post("/cart/add", data={"sku": "longjing"}, headers=SAME).status_code == 303


def test_a_failing_overlay_of_the_page_for_failures_is_calm_too(shop):
    client = overlaid(shop, GREEDY)
    error = (shop / "var/live/theme/pages/error.html").resolve()
    error.write_text(GREEDY, "utf-8")
    answer = client.get("/cart")
    assert (answer.status_code, len(answer.text) < 2000) == (500, True)


def test_the_pages_of_the_till_take_a_small_part_of_what_they_may(shop, monkeypatch):
    client = overlaid(shop, "{% for line in lines %}<p>{{ line.title }} {{ line.total }}</p>{% endfor %}")
    client.post("/cart/add", data={"sku": "longjing", "quantity": "2"}, headers=SAME)
    assert "<p>龙井 ¥336.00</p>" in client.get("/cart").text
    monkeypatch.setattr(bounds, "STEPS", bounds.STEPS // 20)
    monkeypatch.setattr(bounds, "CHARACTERS", bounds.CHARACTERS // 20)
    assert [client.get(path).status_code for path in ("/cart", "/checkout", "/search", "/orders/lookup")] == [200] * 4
