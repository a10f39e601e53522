"""Pictures and clips are there, are what they say, and are large enough."""

import os

import pytest
import small_shop
from PIL import Image

IMAGES = "products/longjing.yaml"


def used(name):
    return {IMAGES: f"images: [{{file: '{name}', alt: Tea}}]\n"}


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "avif", "gif"])
def test_a_picture_of_any_good_format_is_good(shop, spoil, suffix):
    small_shop.paint(shop / "media" / f"new.{suffix}")
    assert spoil(used(f"new.{suffix}")) == ()


def test_a_drawing_is_good(shop, spoil):
    (shop / "media" / "logo.svg").write_text(
        '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"></svg>', encoding="utf-8"
    )
    assert spoil({"shop.yaml": "logo: logo.svg\n"}) == ()


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "..",
        "a/../../shop.yaml",
        "file:///etc/passwd",
        "C:/x.jpg",
        "a\\b.jpg",
        "~/x.jpg",
        "a\u0000b",
    ],
)
def test_c31_a_path_out_of_media_is_refused(spoil, name):
    found = spoil({IMAGES: f'images: [{{file: "{name.encode("unicode_escape").decode()}", alt: Tea}}]\n'})
    assert found[-1].code in {"picture-outside", "picture-missing", "control-character"}
    assert any(each.severity == "error" for each in found)


def test_c31_a_link_that_leaves_media_is_refused(shop, spoil, tmp_path):
    small_shop.paint(tmp_path / "secret.jpg")
    (shop / "media" / "in.jpg").symlink_to(tmp_path / "secret.jpg")
    assert [each.code for each in spoil(used("in.jpg"))] == ["picture-outside"]


def test_a_link_inside_media_is_good(shop, spoil):
    (shop / "media" / "in.jpg").symlink_to(shop / "media" / "longjing.jpg")
    assert spoil(used("in.jpg")) == ()


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("longjin.jpg", "longjing.jpg"),
        ("media/longjing.jpg", "longjing.jpg"),
        ("teas/longjing.jpg", "longjing.jpg"),
        ("xyz.png", None),
    ],
)
def test_c32_a_missing_picture_is_named_with_the_one_that_is_meant(spoil, wrong, meant):
    assert [(each.code, each.path, each.suggestion) for each in spoil(used(wrong))] == [
        ("picture-missing", ("images", 0), meant)
    ]


def test_c32_a_folder_an_empty_file_and_a_page_are_no_pictures(shop, spoil):
    (shop / "media" / "folder.jpg").mkdir()
    (shop / "media" / "empty.jpg").touch()
    (shop / "media" / "page.jpg").write_text("<!DOCTYPE html><html></html>", encoding="utf-8")
    (shop / "media" / "cut.jpg").write_bytes((shop / "media" / "longjing.jpg").read_bytes()[:20])
    codes = {}
    for name in ("folder", "empty", "page", "cut"):
        codes[name] = [each.code for each in spoil(used(f"{name}.jpg"))]
    assert codes == {
        "folder": ["picture-is-folder"],
        "empty": ["picture-empty"],
        "page": ["picture-format"],
        "cut": ["picture-format"],
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_c32_a_picture_that_may_not_be_read_is_told(shop, spoil):
    (shop / "media" / "longjing.jpg").chmod(0)
    assert [each.code for each in spoil()] == ["picture-unreadable"]


def test_g57_a_picture_is_what_its_bytes_are_and_not_its_name(shop, spoil):
    (shop / "media" / "x.php.jpg").write_text("<?php echo 1;", encoding="utf-8")
    problems = spoil(used("x.php.jpg"))
    assert [(each.code, each.values["kind"]) for each in problems] == [("picture-format", "PHP")]


@pytest.mark.parametrize(
    ("size", "codes"), [((299, 1200), ["picture-too-small"]), ((1200, 299), ["picture-too-small"]), ((300, 300), [])]
)
def test_a_product_picture_has_300_pixels_on_each_side(shop, spoil, size, codes):
    small_shop.paint(shop / "media" / "new.png", size)
    assert [each.code for each in spoil(used("new.png"))] == codes


def test_a_logo_may_be_small(shop, spoil):
    small_shop.paint(shop / "media" / "logo.png", (64, 64))
    assert spoil({"shop.yaml": "logo: logo.png\n"}) == ()


def test_g55_a_picture_of_too_many_pixels_is_refused_without_being_decoded(shop, spoil):
    Image.new("1", (13000, 13000)).save(shop / "media" / "bomb.png")
    problems = spoil(used("bomb.png"))
    assert [(each.code, each.values["limit"]) for each in problems] == [("picture-too-large", 52)]


@pytest.mark.parametrize(
    ("file", "text", "path"),
    [
        ("shop.yaml", "logo: no.png\n", ("logo",)),
        ("shop.yaml", "seo: {image: no.png}\n", ("seo", "image")),
        ("shop.yaml", "payment: [{gateway: transfer, qr: no.png}]\n", ("payment", 0, "qr")),
        ("shop.yaml", "home: [{section: picture-with-text, picture: no.png, heading: H}]\n", ("home", 0, "picture")),
        ("shelves/teas.yaml", "image: no.png\n", ("image",)),
        ("live/harvest.yaml", "cover: {file: no.png}\n", ("cover",)),
        ("products/longjing.yaml", "seo: {image: no.png}\n", ("seo", "image")),
        ("products/longjing.yaml", "video: no.mp4\n", ("video",)),
        (
            "products/longjing.yaml",
            "options: {s: [A]}\nvariants: [{options: {s: A}, image: no.png}]\n",
            ("variants", 0, "image"),
        ),
        ("products/longjing.yaml", "description: '![Tea](no.png)'\n", ("description",)),
    ],
)
def test_every_use_of_a_picture_is_looked_at(spoil, file, text, path):
    found = [(each.file, each.code, each.path) for each in spoil({file: text}) if each.code == "picture-missing"]
    assert found == [(file, "picture-missing", path)]


def test_a_picture_on_another_server_is_refused(spoil):
    assert [each.code for each in spoil(used("https://example.com/tea.jpg"))] == ["picture-remote"]


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (b"\0\0\0\x18ftypmp42" + b"\0" * 20, []),
        (b"\x1a\x45\xdf\xa3" + b"\0" * 20, []),
        (b"RIFFxxxxAVI ", ["clip-format"]),
    ],
)
def test_a_clip_is_mp4_or_webm(shop, spoil, content, codes):
    (shop / "media" / "clip.mp4").write_bytes(content)
    assert [each.code for each in spoil({IMAGES: "video: clip.mp4\n"})] == codes


def test_a_missing_picture_of_the_table_is_found_in_its_cell(spoil):
    problems = spoil({"products.csv": b"handle,title,price,images\ntea,Tea,10,longjing.jpg\ncup,Cup,5,no.jpg\n"})
    assert [(each.file, each.mark.line, each.mark.column, each.code) for each in problems] == [
        ("products.csv", 3, 11, "picture-missing")
    ]
