"""C32: a shop whose pictures are not all there yet is built as a draft, with placeholders, and never goes live."""

import pytest
import tiny_shop
from click.testing import CliRunner

from generator.build import Wish, build
from generator.cli import main
from generator.problems import Severity
from generator.releases.publishing import Releases

LACKING = {
    "missing.jpg": None,
    "folder": "folder",
    "empty.jpg": b"",
    "page.jpg": b"<!doctype html><title>no picture</title>",
}


@pytest.fixture
def shop(tmp_path):
    """Return a shop that is live, and then gets a product with pictures of which none is one."""
    folder = tiny_shop.write(tmp_path / "shop", 1)
    tiny_shop.made(folder)
    (folder / "media/folder").mkdir(parents=True)
    for name, content in LACKING.items():
        if isinstance(content, bytes):
            (folder / "media" / name).write_bytes(content)
    images = f"images: [{', '.join(LACKING)}]\n"
    tiny_shop.product(folder, "cup", "{zh-CN: 杯, en: Cup}", 5, images)
    return folder


def test_c32_without_draft_every_lacking_picture_is_an_error_of_its_product(shop):
    built = tiny_shop.run(shop)
    found = [(each.file, each.code, each.values["picture"]) for each in built.problems if each.severity == "error"]
    assert (built.release, found) == (
        "",
        [
            ("products/cup.yaml", "picture-missing", "missing.jpg"),
            ("products/cup.yaml", "picture-is-folder", "folder"),
            ("products/cup.yaml", "picture-empty", "empty.jpg"),
            ("products/cup.yaml", "picture-format", "page.jpg"),
        ],
    )


def test_c32_a_draft_shows_placeholders_warns_and_leaves_the_live_shop_alone(shop, tmp_path):
    live = Releases(shop / "var").find_live()
    done = CliRunner().invoke(main, ["build", str(shop), "--draft", "--out", str(tmp_path / "out"), "--lang", "en"])
    assert done.exit_code == 0
    assert done.stderr.count("warning picture-") == 4
    assert Releases(shop / "var").find_live() == live
    page = (tmp_path / "out/products/cup/index.html").read_text("utf-8")
    assert page.count('width="1200" height="1200"') >= 4
    assert 'src=""' not in page


def test_c32_a_draft_is_not_taken_for_the_last_build(shop):
    draft = build(shop, Wish(now=tiny_shop.NOW, draft=True))
    assert (draft.published, [each.severity for each in draft.problems]) == (False, [Severity.WARNING] * 4)
    done = CliRunner().invoke(main, ["build", str(shop), "--lang", "en"])
    assert (done.exit_code, "4 errors" in done.stderr) == (1, True)


def test_c32_a_draft_still_tells_all_other_mistakes(shop):
    tiny_shop.product(shop, "tea-1", "{zh-CN: 茶, en: Tea}", "1x0")
    draft = build(shop, Wish(now=tiny_shop.NOW, draft=True))
    assert (draft.release, [each.code for each in draft.problems if each.severity == "error"]) == ("", ["price-form"])
