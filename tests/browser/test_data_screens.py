"""Data in a browser: pages tell that they are looked at, with scripts and without, and nothing for axe to find."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from accessibility import violations
from office_shop import Office
from playwright.sync_api import expect

from runtime.visits.tally import Seen, Tally, Who

pytestmark = pytest.mark.browser
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
HOME = "/console/data"
SCREENS = (HOME, f"{HOME}?span=today", f"{HOME}/products", f"{HOME}/channels", f"{HOME}/rooms", f"{HOME}/searches")


@pytest.fixture(scope="module")
def office(serve):
    made = Office(serve("stall"))
    yield made
    made.database.close()


def written(office, people):
    """Wait until so many visitors are written, a few seconds after they came, and return how many by which way."""
    query = "SELECT channel, SUM(visitors) FROM visit_count WHERE kind = 'all' GROUP BY channel"
    found = {}
    for _ in range(1200):
        rows = office.database.read(lambda look: look.all(query))
        found = {channel: int(count) for channel, count in rows if channel in {"xiaohongshu", "link:flyer", "direct"}}
        if sum(found.values()) >= people:
            break
        time.sleep(0.05)
    return found


def test_who_looks_and_buys_is_counted_once_with_scripts_and_without_and_keeps_nothing_for_it(office, open_page):
    page = open_page(390, user_agent=CHROME)
    with page.expect_response("**/api/v1/seen") as told:
        page.goto(f"{office.address}/products/beeswax-candles/?utm_source=xhs")
    assert told.value.status == 204
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    plain = open_page(390, javascript=False, user_agent=CHROME.replace("140", "139"))
    with plain.expect_response("**/api/v1/seen.gif"):
        plain.goto(f"{office.address}/?ref=flyer")
    quiet = open_page(390, user_agent=CHROME.replace("140", "138"))
    quiet.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })")
    asked = []
    quiet.on("request", lambda request: asked.append(request.url))
    quiet.goto(office.address)
    quiet.wait_for_load_state("networkidle")
    assert [url for url in asked if "/api/v1/seen" in url] == []
    assert written(office, 2) == {"xiaohongshu": 1, "link:flyer": 1}
    shown = office.enter(open_page(1280, locale="en"))
    shown.goto(f"{office.address}{HOME}/channels?span=today")
    for channel in ("Xiaohongshu", "flyer"):
        expect(shown.locator("tbody tr", has_text=channel)).to_have_count(1)


def test_days_are_chosen_and_the_file_holds_them(office, open_page):
    page = office.enter(open_page(390, locale="en"))
    page.goto(office.address + HOME)
    page.get_by_role("link", name="30 days").click()
    expect(page.get_by_role("link", name="30 days")).to_have_attribute("aria-current", "true")
    with page.expect_download() as sent:
        page.get_by_role("link", name="Export CSV").click()
    assert len(sent.value.path().read_text("utf-8-sig").splitlines()) == 31


@pytest.mark.parametrize(("width", "scheme", "locale"), [(390, "light", "zh-CN"), (1280, "dark", "en")])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(office, open_page, width, scheme, locale):
    tally, zone = Tally(), ZoneInfo(office.till.terms.timezone)
    for number in range(5):
        who = Who(address=f"198.51.100.{number}", agent=CHROME, shop="s")
        for seen in (Seen(kind="product", subject="beeswax-candles", channel="wechat"), Seen(kind="checkout")):
            tally.note(office.database, who, seen, datetime.now(UTC), zone)
    tally.note_words("乌龙", datetime.now(zone).date().isoformat())
    tally.write(office.database)
    office.order("CANDLE-S", days=1)
    page = office.enter(open_page(width, color_scheme=scheme, locale=locale))
    for path in SCREENS:
        page.goto(office.address + path)
        assert (path, violations(page)) == (path, {})
        assert (path, page.evaluate("document.documentElement.scrollWidth <= innerWidth")) == (path, True)
