"""A console with a host name of its own: it is there alone, and shoppers' pages and links keep the shop's name."""

import pytest
import storefront
from colleagues import Colleague, quick

from runtime.access import links

OFFICE = {"Host": "office.example.com"}
SHOP = {"Host": "tea.example.com"}


@pytest.fixture
def app(shop):
    return quick(storefront.application(shop, SHOPWRIGHT_CONSOLE_HOST="Office.example.com"))


@pytest.mark.parametrize(
    "path", ["/console", "/console/", "/console/enter", "/console/orders", "/console/assets/x.css"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_shops_own_names_have_no_console(app, path, method):
    for host in (SHOP, {"Host": "localhost"}):
        answer = getattr(app.test_client(), method)(path, headers={**host, "Sec-Fetch-Site": "same-origin"})
        assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


def test_its_name_leads_to_the_console_and_other_names_are_still_turned_away(app):
    client = app.test_client()
    first = client.get("/", headers=OFFICE)
    assert (first.status_code, first.headers["Location"]) == (302, "/console/")
    entry = client.get("/console/enter", headers=OFFICE)
    assert (entry.status_code, "password" in entry.text) == (200, True)
    assert client.get("/", headers=SHOP).status_code == 200
    assert client.get("/consoles", headers=SHOP).status_code == 404
    assert client.get("/cart", headers={"Host": "evil.example.com"}).status_code == 400


def test_who_signs_in_there_gets_a_cookie_of_that_name_alone_and_links_that_lead_where_they_should(app):
    owner = Colleague(app, "owner")
    owner.headers = {**owner.headers, **OFFICE}
    answer = owner.sign_in()
    given = answer.headers.getlist("Set-Cookie")
    assert (answer.status_code, "domain=" in "".join(given).lower()) == (303, False)
    key = next(each for each in given if each.startswith("console=")).partition(";")[0].partition("=")[2]
    owner.client.set_cookie("console", key, domain="office.example.com", path="/console")
    assert owner.get("/console/").status_code == 200
    told = {"name": "Mei", "email": "mei@example.com", "role": "staff"}
    page = owner.get(owner.post("/console/team/new", told).headers["Location"]).text
    assert f"https://office.example.com{links.PATH}" in page
