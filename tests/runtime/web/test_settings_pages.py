"""The settings: shop.yaml by its parts, saved by span, checked, published; secrets, pictures, fees and payments."""

import io
import re
import stat

import form_browser
import pytest
import storefront
from colleagues import Colleague, quick
from PIL import Image

from runtime import settings as surroundings
from runtime.access.roles import Role

SECRET = "whsec_1f0c2a7b"
DRAFT = {"~draft": "y"}


@pytest.fixture
def app(shop):
    return quick(storefront.application(shop))


@pytest.fixture
def owner(app):
    return Colleague(app, Role.OWNER).come_in()


def page(somebody, part, status=200):
    answer = somebody.get(f"/console/settings/{part}")
    assert answer.status_code == status
    return answer.text


def save(somebody, part, written, shown=None, **files):
    """Send the form of a part as a browser does, with something written into it."""
    given = form_browser.form(shown or page(somebody, part))
    for name, text in written.items():
        given.setlist(name, text if isinstance(text, list) else [text])
    body = {name: given.getlist(name) for name in given} | files
    return somebody.client.post(
        f"/console/settings/{part}", data=body, headers=somebody.headers, content_type="multipart/form-data"
    )


def text(shop):
    return (shop / "shop.yaml").read_text("utf-8")


def noted(app, what):
    office = Colleague(app).office
    with_all = office.database.read(lambda look: look.all("SELECT what, subject, before, after FROM console_log"))
    return [row for row in with_all if row[0] == what]


def test_every_part_of_the_settings_has_a_page_in_both_languages(app):
    for language, word in (("en", "Delivery"), ("zh-CN", "配送")):
        somebody = Colleague(app, Role.OWNER, language=language).come_in()
        home = somebody.get("/console/settings").text
        parts = re.findall(r'href="/console/settings/(\w+)"', home)
        assert len(parts) == 11
        assert [each for each in ("menus", "redirects") if f'href="/console/{each}"' not in home] == []
        assert word in home
        for part in (*parts, "menus", "redirects"):
            assert len(page(somebody, part)) < 100_000


def test_w77_saving_changes_one_line_and_publishes_it(app, owner, shop):
    before = text(shop)
    answer = save(owner, "shop", {"name.en": "Five Seasons Tea"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/settings/shop?done=forms.done.published")
    assert text(shop) == before.replace("Four Seasons Tea", "Five Seasons Tea")
    assert "Five Seasons Tea" in owner.get("/en/").text
    assert [row[1] for row in noted(app, "text.saved")] == ["shop.yaml shop"]
    assert len(noted(app, "shop.published")) == 1


def test_a_form_that_is_sent_back_as_it_was_changes_nothing(owner, shop):
    before = text(shop)
    answer = save(owner, "delivery", DRAFT)
    assert answer.status_code == 303
    assert text(shop) == before


def test_saving_only_leaves_what_is_published(owner, shop):
    live = (shop / "var/live").readlink()
    save(owner, "shop", {"name.en": "Later Tea", **DRAFT})
    assert "Later Tea" in text(shop)
    assert (shop / "var/live").readlink() == live
    assert "Saved, but not published yet" in page(owner, "shop")


def test_w74_everything_that_is_wrong_is_told_at_once_at_its_field_and_what_was_written_stays(owner, shop):
    live = (shop / "var/live").readlink()
    wrong = {"country": "Atlantis", "currency": "money", "timezone": "Moon/Sea", "locales": "zh-CN\r\nKlingon"}
    answer = save(owner, "languages", wrong)
    assert answer.status_code == 303
    shown = page(owner, "languages")
    assert re.search(r"<title>\s*Error:", shown)
    summary = shown[shown.index("data-mistakes") : shown.index("</ul>", shown.index("data-mistakes"))]
    for name in ("country", "currency", "timezone", "locales"):
        assert f'href="#field-{name}"' in summary
        assert f'id="field-{name}-problem"' in shown
    given = form_browser.form(shown)
    assert {name: given[name].replace("\r\n", "\n") for name in wrong} == {
        name: value.replace("\r\n", "\n") for name, value in wrong.items()
    }
    assert (shop / "var/live").readlink() == live


def test_errors_of_other_parts_are_named_where_nothing_of_this_form_is_wrong(owner, shop):
    (shop / "shop.yaml").write_text(text(shop).replace("gateway: rehearsal", "gateway: rehersal"), "utf-8")
    assert "shop.yaml:" in page(owner, "shop")
    assert "rehersal" in page(owner, "shop")
    assert "1 error" in owner.get("/console/settings").text


def test_w79_a_file_that_cannot_be_read_is_shown_with_its_line_and_never_overwritten(owner, shop):
    shown = page(owner, "shop")
    broken = text(shop) + "tags: [green\n"
    (shop / "shop.yaml").write_text(broken, "utf-8")
    assert "cannot be read as it is" in page(owner, "shop")
    answer = save(owner, "shop", {"name.en": "Mine"}, shown)
    assert answer.status_code == 409
    assert text(shop) == broken


def test_a_disk_that_cannot_be_written_is_told_and_what_was_typed_stays(owner, shop):
    before = text(shop)
    (shop / "var/edit.lock").unlink(missing_ok=True)
    (shop / "var/edit.lock").mkdir()
    answer = save(owner, "shop", {"name.en": "Five Seasons Tea"})
    assert answer.status_code == 422
    assert "The disk could not be written" in answer.text
    assert "Five Seasons Tea" in answer.text
    assert text(shop) == before


def test_w78_the_second_of_two_tabs_is_told_what_the_first_one_changed(owner, shop):
    shown = page(owner, "shop")
    save(owner, "shop", {"name.en": "First Tab", **DRAFT})
    refused = save(owner, "shop", {"name.en": "Second Tab", **DRAFT}, shown)
    assert refused.status_code == 409
    for words in ("First Tab", "Second Tab", "Four Seasons Tea", "Both changed"):
        assert words in refused.text
    assert "First Tab" in text(shop)
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', refused.text))
    owner.post("/console/settings/shop", {**kept, "~merge": "mine"}, token=kept["csrf_token"])
    assert "Second Tab" in text(shop)


def test_w78_secrets_and_pictures_are_put_away_before_a_clash_is_shown(owner, shop):
    shown = save(owner, "payment", {"payment.0.gateway": "stripe", "~do": "show"}).text
    (shop / "shop.yaml").write_text(text(shop) + "tags: {green: 绿茶}\n", "utf-8")
    refused = save(owner, "payment", {"payment.0.secret~secret": SECRET, **DRAFT}, shown)
    assert refused.status_code == 409
    assert SECRET not in refused.text
    assert "STRIPE_SECRET" in refused.text
    assert SECRET in (shop / "var/secrets.env").read_text()


def test_w78_changes_of_others_elsewhere_in_the_file_are_kept_beside_mine(owner, shop):
    shown = page(owner, "shop")
    (shop / "shop.yaml").write_text(text(shop).replace("fee: 10", "fee: 12"), "utf-8")
    refused = save(owner, "shop", {"name.en": "Mine", **DRAFT}, shown)
    assert refused.status_code == 409
    assert "Both changed" not in refused.text
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', refused.text))
    owner.post("/console/settings/shop", {**kept, "~merge": "mine"}, token=kept["csrf_token"])
    assert "Mine" in text(shop)
    assert "fee: 12" in text(shop)


def test_a_row_is_added_and_taken_away_by_buttons_without_saving(owner, shop):
    before = text(shop)
    answer = save(owner, "delivery", {"~do": "add:delivery"})
    assert answer.status_code == 200
    given = form_browser.form(answer.text)
    assert [each for each in given.getlist("delivery") if each] == ["0", "n0"]
    new = {"delivery.n0.id": "shop", "delivery.n0.name.en": "Pick up", "delivery.n0.kind": "pickup", **DRAFT}
    assert save(owner, "delivery", new, answer.text).status_code == 303
    assert text(shop).replace("  - id: shop\n    name: {en: Pick up}\n    kind: pickup\n", "") != text(shop) != before
    gone = save(owner, "delivery", {"~do": "remove:delivery:1"})
    assert save(owner, "delivery", DRAFT, gone.text).status_code == 303
    assert text(shop) == before


def test_a90_fields_that_the_form_did_not_offer_are_ignored_and_noted(app, owner, shop):
    before = text(shop)
    save(owner, "shop", {"payment.0.gateway": "transfer", "role": "owner", **DRAFT})
    assert text(shop) == before
    assert [row[3] for row in noted(app, "form.odd")] == ["payment.0.gateway, role"]


def test_a_role_that_only_reads_sees_the_form_and_cannot_send_it(app, shop):
    reader = Colleague(app, Role.READ_ONLY).come_in()
    shown = page(reader, "shop")
    assert re.search(r'<fieldset class="stack" disabled>', shown)
    assert "Save and publish" not in shown[shown.index("</fieldset>") :]
    before = text(shop)
    assert save(reader, "shop", {"name.en": "Mine"}, shown).status_code == 403
    assert text(shop) == before


def test_a_secret_goes_into_its_own_file_and_is_never_shown(app, owner, shop):
    chosen = save(owner, "payment", {"payment.0.gateway": "stripe", "~do": "show"}).text
    written = {"payment.0.secret~secret": "sk_test_4242", "payment.0.webhook_secret~secret": SECRET, **DRAFT}
    assert save(owner, "payment", written, chosen).status_code == 303
    secrets = shop / "var/secrets.env"
    assert secrets.read_text() == f"STRIPE_SECRET=sk_test_4242\nSTRIPE_WEBHOOK_SECRET={SECRET}\n"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert "webhook_secret: STRIPE_WEBHOOK_SECRET" in text(shop)
    assert SECRET not in text(shop)
    shown = page(owner, "payment")
    assert SECRET not in shown
    assert shown.count(">Set</span>") == 2
    assert [row[1] for row in noted(app, "secret.stored")] == ["STRIPE_SECRET", "STRIPE_WEBHOOK_SECRET"]
    assert not any(SECRET in str(row) for row in noted(app, "text.saved"))
    assert save(owner, "payment", DRAFT).status_code == 303
    assert secrets.read_text().endswith(f"={SECRET}\n")


@pytest.mark.parametrize(
    "name", ["SHOPWRIGHT_SECRET", "SHOPWRIGHT_DATABASE", "a b", "X=1\nSHOPWRIGHT_SECRET", "../../x"]
)
def test_a90_a_form_cannot_name_a_secret_of_the_running_shop(owner, shop, name):
    chosen = save(owner, "payment", {"payment.0.gateway": "stripe", "~do": "show"}).text
    written = {"payment.0.secret": name, "payment.0.secret~secret": "sk_test_1", **DRAFT}
    assert save(owner, "payment", written, chosen).status_code == 303
    assert (shop / "var/secrets.env").read_text() == "STRIPE_SECRET=sk_test_1\n"


def test_a_new_secret_holds_without_a_restart(app, owner):
    front = app.extensions["shopwright"]
    release = front.live.current()
    before = front.gateways(release)
    assert front.gateways(release) is before
    shown = save(owner, "payment", {"payment.0.gateway": "stripe", "~do": "show"}).text
    save(owner, "payment", {"payment.0.secret~secret": "sk_test_9", **DRAFT}, shown)
    assert front.gateways(release) is not before
    assert front.settings.find_secret("STRIPE_SECRET") is None
    assert dict(surroundings.named(front.settings))["STRIPE_SECRET"] == "sk_test_9"


def photograph(comment=b""):
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "Camera of Wang"
    Image.new("RGB", (300, 200), "#884422").save(made, "JPEG", exif=exif, comment=comment)
    return made.getvalue()


@pytest.mark.parametrize("name", ["../../shop.yaml", "x" * 300 + ".jpg", "照片 1.jpg", "a.php.jpg", "tea.jpg"])
def test_a96_a_picture_gets_a_name_of_ours_and_loses_what_the_camera_wrote(owner, shop, name):
    before = text(shop)
    sent = (io.BytesIO(photograph()), name)
    assert save(owner, "shop", DRAFT, **{"logo.file~file": sent}).status_code == 303
    (kept,) = (shop / "media/uploads").iterdir()
    assert re.fullmatch(r"[a-z0-9-]{1,40}-[0-9a-f]{12}\.jpg", kept.name)
    assert b"Camera of Wang" not in kept.read_bytes()
    assert text(shop) == before.rstrip("\n") + f"\nlogo: uploads/{kept.name}\n"


@pytest.mark.parametrize("content", [b"<html><script>", b"GIF89a" + b"\0" * 30, b"", b"%PDF-1.7"])
def test_a96_what_is_no_picture_is_refused_at_its_field(owner, shop, content):
    before = text(shop)
    answer = save(owner, "shop", DRAFT, **{"logo.file~file": (io.BytesIO(content), "logo.jpg")})
    if content:
        assert answer.status_code == 422
        assert 'id="field-logo.file-problem"' in answer.text
    assert text(shop) == before


def test_pictures_are_shown_small_and_only_from_media(owner, shop):
    (shop / "media").mkdir(exist_ok=True)
    (shop / "media/tea.jpg").write_bytes(photograph())
    found = owner.get("/console/media/tea.jpg")
    assert (found.status_code, found.mimetype) == (200, "image/webp")
    for path in ("../shop.yaml", "%2e%2e/shop.yaml", "none.jpg", "..%2f..%2fetc%2fpasswd"):
        assert owner.get(f"/console/media/{path}").status_code == 404
    listed = owner.get("/console/media", accept="application/json")
    assert listed.json["pictures"] == ["tea.jpg"]


def test_fees_are_reckoned_by_the_code_that_charges_buyers(owner):
    shown = owner.get("/console/settings/delivery?to=新疆&quantity=3").text
    assert "CN¥10.00" in shown or "¥10.00" in shown
    assert "is no place that we know" in owner.get("/console/settings/delivery?to=Atlantis").text


def test_a_way_of_paying_is_tested_by_asking_the_bank(app, owner):
    answer = owner.post("/console/settings/payment/test", {"gateway": "rehearsal"})
    assert "answered and took your keys" in answer.text
    assert [row[1:] for row in noted(app, "payment.tested")] == [("rehearsal", "", "good")]
    assert owner.post("/console/settings/payment/test", {"gateway": "stripe"}).status_code == 404


def test_a_way_of_paying_without_its_keys_fails_the_test(owner, shop):
    stripe = "payment: [{gateway: stripe, secret: NO_SUCH_KEY, webhook_secret: NONE_EITHER}]"
    (shop / "shop.yaml").write_text(text(shop).replace("payment: [{gateway: rehearsal}]", stripe), "utf-8")
    answer = owner.post("/console/settings/payment/test", {"gateway": "stripe"})
    assert "NO_SUCH_KEY" in answer.text
    assert "answered" not in answer.text


def test_missing_translations_are_listed_by_language(owner, shop):
    (shop / "products/plain.yaml").write_text("title: {zh-CN: 只有中文}\nprice: 1\n", "utf-8")
    shown = page(owner, "languages")
    assert re.search(r">en</span><span class=\"badge badge-warn\">\d+ texts<", shown)
    assert 'href="/console/products/plain#field-title.en"' in owner.get("/console/translations?locale=en").text
