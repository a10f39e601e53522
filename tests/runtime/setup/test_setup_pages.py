"""The wizard by its pages alone, without JavaScript: who may use it, what it keeps, what it makes (W71-W76, W81)."""

import html
import re
import threading

import pytest
from PIL import Image
from wizard import PASSWORD, SHORT, Wizard, picture

from generator.check import check
from runtime import database
from runtime.access import accounts
from runtime.settings import read
from runtime.setup import draft, opening, staging


def owners(folder):
    opened = database.open(read(folder, {}))
    found = opened.read(lambda look: [(each.email, each.role.value) for each in accounts.listing(look)])
    opened.close()
    return found


def kept(folder):
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and "var" not in p.parts}


def test_w71_without_the_token_there_is_no_wizard(wizard):
    stranger = wizard.guest(enter=False)
    paths = ("/", "/setup", "/setup/name", "/setup/review", "/setup/preview", "/setup/picture/a.jpg", "/shop.yaml")
    assert {path: stranger.get(path).status_code for path in paths} == dict.fromkeys(paths, 404)
    assert stranger.get(f"/setup/{'A' * 43}").status_code == 404
    assert b"Speckled" not in stranger.get("/setup/name").data


def test_w71_the_address_of_the_terminal_lets_one_browser_in_once(wizard):
    merchant, second = wizard.guest(), wizard.guest(enter=False)
    assert second.get(f"/setup/{wizard.token}").status_code == 404
    assert second.get("/setup/name").status_code == 404
    assert merchant.get("/setup/name").status_code == 200


def test_w71_no_token_and_no_key_is_kept_as_it_is(wizard):
    merchant = wizard.guest()
    key = merchant.client.get_cookie("setup", domain="127.0.0.1").value
    files = b"".join(path.read_bytes() for path in wizard.draft.folder.rglob("*") if path.is_file())
    assert wizard.token.encode() not in files
    assert key.encode() not in files


def test_w71_a_form_of_somebody_else_changes_nothing(wizard):
    merchant = wizard.guest()
    form = merchant.page("name")
    foreign = merchant.client.post(
        "/setup/name",
        data={"name": "Evil"},
        headers={"Origin": "http://evil.example"},
        environ_overrides=merchant.environ,
    )
    forged = merchant.send("name", {"name": "Evil", "csrf_token": "0" * 64}, form=form)
    assert (foreign.status_code, forged.status_code, wizard.draft.read().name) == (403, 409, "")


def test_w71_a_foreign_host_name_is_not_served(wizard):
    assert wizard.guest(enter=False, HTTP_HOST="evil.example").get(f"/setup/{wizard.token}").status_code == 400


def test_w71_when_the_shop_is_open_the_wizard_is_gone(wizard):
    merchant = wizard.guest().answer_all()
    answer = merchant.open()
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/account/begin")
    assert merchant.get("/console/").status_code == 200
    assert [merchant.get(path).status_code for path in ("/setup", "/setup/name", f"/setup/{wizard.token}")] == [404] * 3
    assert merchant.get("/").status_code == 200
    assert not wizard.draft.folder.exists()
    assert not draft.is_wanted(wizard.folder)


def test_w72_no_password_travels_over_an_open_line(wizard):
    machine = {"REMOTE_ADDR": "192.0.2.7", "HTTP_HOST": "127.0.0.1:8000"}
    far = wizard.guest(**machine)
    far.answer_all(SHORT[:4])
    page = far.page("password")
    assert 'type="password"' not in page
    assert "ssh -L 8000:127.0.0.1:8000" in page
    assert far.send("password", {"password": PASSWORD}).status_code == 422
    assert wizard.draft.read().password_hash == ""
    far.environ["REMOTE_ADDR"] = "127.0.0.1"
    assert far.send("password", {"password": PASSWORD}).status_code == 303


ALL = (
    *SHORT[:1],
    ("country", {"country": "CN"}),
    ("seller", {"seller": "individual"}),
    ("contact", {"contact": "+86 138 0000 0000"}),
    *SHORT[4:],
    ("legal", {"exemption": "craft"}),
    ("products", {"title": "手工陶杯", "price": "68", "stock": "3"}),
    ("look", {"colors": "clay"}),
    ("delivery", {"delivery": "courier", "fee": "8", "free_over": ""}),
    ("payment", {"payment": "transfer", "account": "支付宝 13800000000"}),
    ("live", {"title": "开张", "starts_at": "2099-01-01T20:00", "legal_name": "陈青", "address": "杭州 1 号"}),
)


def test_w73_after_a_kill_at_any_step_every_answer_is_still_there(tmp_path):
    shop = Wizard(tmp_path / "shop")
    merchant = shop.guest()
    for number, (step, fields) in enumerate(ALL):
        assert merchant.send(step, fields).status_code == 303, step
        before = shop.draft.read()
        shop.restart()
        merchant.moved()
        assert shop.draft.read() == before
        follows = ALL[number + 1][0] if number + 1 < len(ALL) else "review"
        assert merchant.get("/setup").headers["Location"] == f"/setup/{follows}"
    assert merchant.open().status_code == 303
    checked = check(shop.folder, cache=False)
    assert [(each.code, each.values) for each in checked.problems] == []
    assert owners(shop.folder) == [("+8613800000000", "owner")]


def test_w73_a_second_browser_goes_on_with_a_new_address_and_the_first_one_is_out(wizard):
    first = wizard.guest().answer_all(SHORT[:2])
    wizard.restart()
    second = wizard.guest()
    assert second.get("/setup").headers["Location"] == "/setup/seller"
    assert first.moved().get("/setup/seller").status_code == 404


def test_w73_back_keeps_what_was_typed_if_it_is_right(wizard):
    merchant = wizard.guest().answer_all(SHORT[:3])
    answer = merchant.send("contact", {"contact": "ida@example.com"}, go="back")
    assert answer.headers["Location"] == "/setup/seller"
    assert wizard.draft.read().contact == "ida@example.com"


def test_w73_the_same_form_sent_twice_opens_one_shop(wizard):
    merchant, again = wizard.guest().answer_all(), wizard.guest(enter=False)
    again.client._cookies = merchant.client._cookies.copy()
    form, found = merchant.page("review"), []
    both = [threading.Thread(target=lambda one=one: found.append(one.open(form))) for one in (merchant, again)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert [(each.status_code, each.headers.get("Location")) for each in found] == [(303, "/console/account/begin")] * 2
    assert owners(wizard.folder) == [("ida@example.com", "owner")]
    assert [each.get("/console/").status_code for each in (merchant, again)] == [200, 200]


@pytest.mark.parametrize("moment", ["_enter", "_place", "publish"])
def test_w73_a_kill_while_it_opens_leaves_a_draft_or_a_whole_shop(wizard, monkeypatch, moment):
    merchant = wizard.guest().answer_all()
    form = merchant.page("review")

    class Killed(BaseException):
        pass

    def kill(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(opening, moment, kill)
        with pytest.raises(Killed):
            merchant.open(form)
    whole = (wizard.folder / "shop.yaml").exists()
    assert whole == (moment == "publish")
    if whole:
        assert check(wizard.folder, cache=False).shop is not None
        assert owners(wizard.folder) == [("ida@example.com", "owner")]
    else:
        assert kept(wizard.folder) == set()
        wizard.restart()
        assert merchant.moved().open().headers["Location"] == "/console/account/begin"
    assert owners(wizard.folder) == [("ida@example.com", "owner")]


def test_w73_files_that_the_wizard_did_not_write_are_not_written_over(wizard):
    merchant = wizard.guest().answer_all()
    form = merchant.page("review")
    (wizard.folder / "pages").mkdir()
    (wizard.folder / "pages" / "about.md").write_text("mine")
    answer = merchant.open(form)
    assert answer.status_code == 200
    assert "pages/about.md" in answer.text
    assert kept(wizard.folder) == {"pages/about.md"}
    assert (wizard.folder / "pages" / "about.md").read_text() == "mine"


def test_w74_all_that_is_wrong_is_told_at_once_and_what_was_typed_stays(wizard):
    merchant = wizard.guest().answer_all(SHORT[:1])
    merchant.answer_all((("country", {"country": "CN"}), ("seller", {"seller": "company"}), *SHORT[3:]))
    typed = {"registration_number": "91350100M000100Y44", "legal_name": "", "representative": "陈青", "address": ""}
    answer = merchant.send("legal", typed)
    assert answer.status_code == 422
    text = html.unescape(answer.text)
    assert "<title>Error: " in text
    assert re.findall(r'<li><a href="#(\w+)">', text) == ["registration_number", "legal_name", "address", "licence"]
    assert "they give 3" in text
    assert 'value="91350100M000100Y44"' in text
    assert 'value="陈青"' in text
    assert text.count('aria-invalid="true"') == 4


def test_w74_a_product_in_error_keeps_its_photo(wizard):
    merchant = wizard.guest().answer_all()
    answer = merchant.send("products", {"title": "Mug", "price": "x"}, picture=("a.jpg", picture()))
    assert answer.status_code == 422
    name = re.search(r'name="kept" value="(\w+\.jpg)"', answer.text)[1]
    assert merchant.send("products", {"title": "Mug", "price": "9", "kept": name}, form=answer.text).status_code == 303
    assert [(each.title, each.picture) for each in wizard.draft.read().items] == [("Mug", name)]


def test_w76_what_is_pasted_has_a_limit_that_is_told(wizard):
    merchant = wizard.guest()
    answer = merchant.send("name", {"name": "长" * 10_000})
    assert answer.status_code == 422
    assert "at most 60 characters, these are 9940 more" in answer.text
    assert wizard.draft.read().name == ""


@pytest.mark.parametrize("name", ["🍵👩🏽‍🌾 青叶", "no", "#1 & <b>: *best*", "007", '"quoted"', "- dash", "a: b"])
def test_w76_any_name_reads_back_as_it_was_typed(wizard, name):
    merchant = wizard.guest().answer_all((("name", {"name": name}), *SHORT[1:]))
    merchant.send("products", {"title": name, "price": "9,50"})
    staging.write(wizard.draft, wizard.draft.read(), wizard.folder / "staged")
    checked = check(wizard.folder / "staged", cache=False)
    assert checked.problems == ()
    assert checked.shop.name["en"] == name
    assert [product.title["en"] for product in checked.shop.products.values()] == [name]


def test_a_photo_is_made_anew_without_what_the_camera_noted(wizard):
    merchant = wizard.guest().answer_all()
    merchant.send("products", {"title": "Mug", "price": "24"}, picture=("../../shop.yaml", picture()))
    merchant.open()
    with Image.open(wizard.folder / "media" / "mug.jpg") as made:
        assert (made.size, dict(made.getexif())) == ((1200, 900), {})


def test_a_file_that_is_no_picture_is_told_so(wizard):
    merchant = wizard.guest().answer_all()
    answer = merchant.send("products", {"title": "Mug", "price": "24"}, picture=("a.jpg", b"<html>no</html>"))
    assert (answer.status_code, "This picture cannot be read" in answer.text) == (422, True)
    assert list(wizard.draft.pictures.iterdir()) == []


def test_w81_the_preview_is_for_the_merchant_alone_and_nothing_is_published(wizard):
    merchant = wizard.guest().answer_all()
    merchant.send("products", {"title": "Mug", "price": "24"}, picture=("a.jpg", picture()))
    page = merchant.page("look")
    assert re.search(r'<iframe src="/setup/preview\?[0-9a-f]{16}"[^>]* sandbox="allow-same-origin"', page)
    shown = merchant.get("/setup/preview", **{"Sec-Fetch-Dest": "iframe"})
    assert (shown.status_code, "Speckled" in shown.text, "/products/mug/" in shown.text) == (200, True, True)
    assert shown.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert shown.headers["Cache-Control"] == "private, no-store"
    policy = shown.headers["Content-Security-Policy"]
    assert "sandbox allow-same-origin" in policy
    assert "script-src 'none'" in policy
    assert merchant.get("/products/mug/").status_code == 200
    for path in ("/setup/preview", "/products/mug/", "/", "/sitemap.xml"):
        assert wizard.guest(enter=False).get(path).status_code == 404
    assert merchant.get("/products/mug/", **{"Sec-Fetch-Dest": "document"}).headers["Location"] == "/setup"
    assert not (wizard.folder / "var" / "live").exists()
    assert kept(wizard.folder) == set()


@pytest.mark.parametrize("path", ["/../../answers.json", "/%2e%2e/%2e%2e/door.json", "/.shopwright"])
def test_w81_the_preview_shows_nothing_else(wizard, path):
    merchant = wizard.guest().answer_all()
    merchant.page("look")
    assert merchant.get(path).status_code == 404


def test_a_table_with_mistakes_is_told_row_by_row_and_not_taken(wizard):
    merchant = wizard.guest().answer_all()
    bad = b"handle,title,price\nmug,Mug,24\nbowl,Bowl,cheap\n"
    answer = merchant.send("products", go="table", table=("products.csv", bad))
    assert (answer.status_code, "Row 3" in answer.text, wizard.draft.read().table) == (422, True, False)
    assert merchant.send("products", go="table", table=("p.csv", bad.replace(b"cheap", b"30"))).status_code == 303
    staging.write(wizard.draft, wizard.draft.read(), wizard.folder / "staged")
    assert sorted(check(wizard.folder / "staged", cache=False).shop.products) == ["bowl", "mug"]


def test_details_that_follow_open_a_shop_that_takes_no_money(wizard):
    merchant = wizard.guest().answer_all(SHORT[:1])
    merchant.answer_all((("country", {"country": "CN"}), ("seller", {"seller": "company"}), *SHORT[3:]))
    assert merchant.send("legal", {"later": "1"}).status_code == 303
    assert 'value="transfer"' not in merchant.page("payment")
    staging.write(wizard.draft, wizard.draft.read(), wizard.folder / "staged")
    shop = check(wizard.folder / "staged", cache=False).shop
    assert (shop.seller.draft, [each.gateway for each in shop.payment]) == (True, ["rehearsal"])


def test_a_shop_or_a_foreign_folder_asks_for_no_wizard(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    assert not draft.is_wanted(tmp_path)
    (tmp_path / "notes.txt").unlink()
    assert draft.is_wanted(tmp_path)
    assert draft.is_wanted(tmp_path / "nothing")
