"""Pictures become responsive sets: upright, bare of metadata, never above the source, refused where they could hurt."""

import os
import shutil
import struct
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from painted import drawn, gradient, refusal, save, view
from PIL import Image, ImageCms

from generator.images import Icon, Images
from generator.pictures import workshop
from generator.pictures.renditions import Order


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "media").mkdir()
    return tmp_path


def test_widths_never_exceed_the_source_and_the_source_replaces_one_close_below(shop):
    save(shop, "a.png", gradient((1000, 500)))
    images = Images(shop)
    assert sorted(drawn(images, "a.png")) == [
        *(("avif", width) for width in (320, 480, 640, 1000)),
        *(("jpg", width) for width in (480, 1000)),
        *(("webp", width) for width in (320, 480, 640, 1000)),
    ]


def test_the_view_lists_the_best_form_first_and_says_how_large_the_picture_is(shop):
    save(shop, "明前/Long Jing!.png", Image.new("RGB", (700, 350), "#336699"))
    made = view(Images(shop), "明前/Long Jing!.png")
    stem = made.src.removeprefix("/media/").partition(".")[0]
    assert stem == "long-jing"
    assert [kind for kind, _ in made.sources] == ["image/avif", "image/webp"]
    assert [each.split(" ")[1] for each in made.sources[0][1].split(", ")] == ["320w", "480w", "700w"]
    assert made.srcset.split(", ")[-1].endswith("-700.jpg 700w")
    assert (made.width, made.height, made.alt, made.color) == (700, 350, "words", "#336699")


def test_all_renditions_decode_in_their_own_size(shop):
    save(shop, "a.jpg", gradient((1300, 900)))
    for (kind, width), picture in drawn(Images(shop), "a.jpg").items():
        assert picture.format == {"jpg": "JPEG"}.get(kind, kind.upper())
        assert picture.size == (width, round(900 * width / 1300))


def test_transparency_is_kept_and_a_full_alpha_channel_is_none(shop):
    glass = Image.new("RGBA", (400, 400), (200, 30, 30, 0))
    glass.paste((10, 200, 10, 255), (0, 0, 200, 400))
    save(shop, "glass.png", glass)
    save(shop, "full.png", Image.new("RGBA", (400, 400), (200, 30, 30, 255)))
    palette = glass.quantize(8)
    save(shop, "palette.png", palette)
    images = Images(shop)
    for name in ("glass.png", "palette.png"):
        made = drawn(images, name)
        assert {kind for kind, _ in made} == {"avif", "webp", "png"}
        assert made["png", 400].convert("RGBA").getpixel((300, 200))[3] == 0
        assert made["webp", 400].convert("RGBA").getpixel((300, 200))[3] == 0
    assert {kind for kind, _ in drawn(images, "full.png")} == {"avif", "webp", "jpg"}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_g55_a_picture_stands_upright_whatever_its_exif_says(shop, orientation):
    upright = Image.new("RGB", (600, 400), "white")
    upright.paste("red", (0, 0, 300, 200))
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    stored = upright.transpose(turns[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    save(shop, "a.jpg", stored, exif=exif, quality=95)
    made = drawn(Images(shop), "a.jpg")["jpg", 600]
    assert made.size == (600, 400)
    assert made.getpixel((100, 100))[1] < 60
    assert all(made.getpixel(place)[1] > 200 for place in ((500, 100), (100, 300), (500, 300)))


def test_g55_position_and_every_other_mark_of_the_camera_are_gone(shop):
    exif = Image.Exif()
    exif[0x010F] = "SECRETCAMERA"
    exif.get_ifd(0x8825)[2] = (31.0, 13.0, 48.0)
    save(shop, "a.jpg", gradient((640, 640)), exif=exif, comment=b"SECRETCOMMENT", quality=90)
    text = Path(shop / "media" / "b.png")
    picture = gradient((640, 640))
    picture.info["comment"] = "SECRETTEXT"
    picture.save(text, exif=exif)
    assert b"SECRETCAMERA" in (shop / "media" / "a.jpg").read_bytes()
    images = Images(shop)
    images.prepare(["a.jpg", "b.png"])
    blobs = images.blobs()
    assert len(blobs) > 10
    for blob in blobs:
        data = images.read(blob)
        assert b"SECRET" not in data
        assert b"Exif" not in data
        assert not Image.open(BytesIO(data)).getexif()


def test_g55_a_picture_of_fifty_megapixels_is_drawn_in_300_megabytes(shop):
    gradient((8660, 5774)).save(shop / "media" / "big.jpg", quality=70)
    script = (
        "import resource; from pathlib import Path; from generator.images import Images\n"
        f"found = Images(Path({str(shop)!r})).find('big.jpg')\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024\n"
        "print(found.width, found.height, used < 300)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("1600 1067 True\n", "")


def bomb(path, side):
    """Write a PNG of one colour that is tiny on disk and huge in memory."""
    row = b"\0" + b"\0" * side
    packer = zlib.compressobj(9)
    data = b"".join([*(packer.compress(row) for _ in range(side)), packer.flush()])
    chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))  # noqa: E731
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b""))


def test_g55_bombs_are_refused_before_they_are_decoded(shop):
    bomb(shop / "media" / "bomb.png", 13_000)
    assert (shop / "media" / "bomb.png").stat().st_size < 200_000
    head = bytearray((shop / "media" / "bomb.png").read_bytes())
    head[16:24] = struct.pack(">II", 20_000, 20_000)
    head[29:33] = struct.pack(">I", zlib.crc32(bytes(head[12:29])))
    (shop / "media" / "400mp.png").write_bytes(bytes(head))
    images = Images(shop)
    before = sum(os.times()[:4])
    images.prepare(["bomb.png", "400mp.png"])
    assert sum(os.times()[:4]) - before < 5
    assert refusal(images, "bomb.png") == "picture-too-large"
    assert images.refused["400mp.png"].code == "picture-too-large"


def test_g55_a_picture_that_ends_too_early_is_refused(shop):
    path = save(shop, "a.jpg", gradient((900, 900)))
    path.write_bytes(path.read_bytes()[:6000])
    (shop / "media" / "empty.png").write_bytes(b"")
    images = Images(shop)
    assert refusal(images, "a.jpg") == "picture-unreadable"
    assert refusal(images, "empty.png") == "picture-format"


def test_g55_printers_colours_and_foreign_profiles_become_srgb(shop):
    save(shop, "cmyk.jpg", Image.new("CMYK", (400, 400), (0, 255, 255, 0)), quality=95)
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    save(shop, "lab.jpg", Image.new("RGB", (400, 400), (10, 200, 30)), icc_profile=swapped, quality=95)
    images = Images(shop)
    red, green, blue = drawn(images, "cmyk.jpg")["jpg", 400].getpixel((9, 9))
    assert (red > 220, green < 40, blue < 40) == (True, True, True)
    assert drawn(images, "lab.jpg")["jpg", 400].mode == "RGB"


def test_g55_sixteen_bits_keep_their_brightness(shop):
    wide = Image.new("I;16", (400, 400))
    wide.frombytes(b"\x00\x80" * 160_000)
    save(shop, "a.png", wide)
    assert drawn(Images(shop), "a.png")["jpg", 400].getpixel((9, 9)) == pytest.approx((128, 128, 128), abs=2)


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
def test_g55_of_five_thousand_frames_only_the_first_is_drawn(shop, form):
    count = 5000 if form == "GIF" else 300
    frames = [Image.new("L", (320, 16), number % 256) for number in range(count)]
    save(shop, f"a.{form.lower()}", frames[0], form, save_all=True, append_images=frames[1:], duration=20)
    made = drawn(Images(shop), f"a.{form.lower()}")
    assert getattr(made["webp", 320], "n_frames", 1) == 1
    assert made["jpg", 320].getpixel((5, 5))[0] < 8


def test_pictures_too_tall_for_webp_are_drawn_without_it(shop):
    save(shop, "detail.png", Image.new("RGB", (320, 17_000), "#808080"))
    assert {kind for kind, _ in drawn(Images(shop), "detail.png")} == {"avif", "jpg"}


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("page.jpg", b"<!DOCTYPE html><script>alert(1)</script>", "HTML"),
        ("photo.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        ("scan.png", b"%PDF-1.7\n", "PDF"),
        ("noise.webp", b"\xff\xfe\x12\x33" * 50, "?"),
    ],
)
def test_g57_what_is_no_picture_is_refused_whatever_its_name(shop, name, data, kind):
    (shop / "media" / name).write_bytes(data)
    images = Images(shop)
    assert refusal(images, name) == "picture-format"
    assert images.refused[name].values == {"kind": kind}


def test_g57_what_is_hidden_behind_a_picture_is_not_served(shop):
    for name, form in (("a.gif", "GIF"), ("b.png", "PNG"), ("evil.php.jpg", "JPEG")):
        path = save(shop, name, gradient((400, 300)), form)
        path.write_bytes(path.read_bytes() + b"<html><script>alert(1)</script><?php system($_GET['c']);")
    images = Images(shop)
    images.prepare(["a.gif", "b.png", "evil.php.jpg"])
    for blob in images.blobs():
        data = images.read(blob)
        assert b"script" not in data
        assert b"php" not in data
        assert ".php." not in blob.address
    assert images.refused == {}


def test_a_file_outside_media_is_never_drawn(shop):
    gradient((400, 400)).save(shop / "secret.png")
    (shop / "media" / "link.png").symlink_to(shop / "secret.png")
    images = Images(shop)
    assert refusal(images, "../secret.png") == "picture-unreadable"
    assert refusal(images, "link.png") == "picture-unreadable"


def test_a_decoder_that_dies_costs_its_picture_only(shop):
    save(shop, "a.png", gradient((400, 400)))
    (shop / "out").mkdir()
    worker = workshop.Worker()
    good = Order(source=str(shop / "media" / "a.png"), target=str(shop / "out"))
    try:
        assert worker.draw(good).picture is not None
        worker._process.kill()
        worker._process.wait()
        assert worker.draw(good).refusal.code == "picture-unreadable"
        assert worker.draw(good).picture is not None
    finally:
        worker.close()


def test_clips_are_served_as_they_are_below_an_address_of_their_content(shop):
    (shop / "media" / "Tour 1.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + b"x" * 100)
    images = Images(shop)
    url = images.file("Tour 1.mp4")
    blob = next(each for each in images.blobs() if each.address == url)
    assert url.startswith("/media/tour-1.")
    assert (blob.type, blob.size) == ("video/mp4", 112)
    assert images.read(blob) == (shop / "media" / "Tour 1.mp4").read_bytes()


def test_a_picture_served_as_a_file_is_drawn_all_the_same(shop):
    exif = Image.Exif()
    exif[0x010F] = "SECRET"
    save(shop, "a.jpg", gradient((900, 600)), exif=exif)
    images = Images(shop)
    url = images.file("a.jpg")
    blob = next(each for each in images.blobs() if each.address == url)
    assert url.endswith("-900.jpg")
    assert b"SECRET" not in images.read(blob)


@pytest.mark.parametrize(
    ("logo", "monogram"), [("", "S"), ("", "茶"), ("logo.png", "S"), ("wide.png", "S"), ("logo.svg", "S")]
)
def test_icons_have_their_sizes_and_the_same_bytes_every_time(shop, logo, monogram):
    save(shop, "logo.png", gradient((300, 280)))
    save(shop, "wide.png", gradient((900, 100)))
    (shop / "media" / "logo.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
    )
    wish = Icon(logo, monogram, "#ffffff", "#225544")
    images = Images(shop)
    icons = images.icons(wish)
    sizes = {name: Image.open(BytesIO(images.read(blob))).size for name, blob in icons.items()}
    assert sizes == {
        "apple-touch-icon.png": (180, 180), "favicon.ico": (48, 48), "icon-192.png": (192, 192),
        "icon-512.png": (512, 512), "icon-maskable-512.png": (512, 512), "share.png": (1200, 630),
    }  # fmt: skip
    shutil.rmtree(shop / "var")
    assert {name: blob.digest for name, blob in Images(shop).icons(wish).items()} == {
        n: b.digest for n, b in icons.items()
    }


def test_refused_pictures_are_problems_with_their_place(shop):
    (shop / "media" / "a.jpg").write_bytes(b"nothing")
    images = Images(shop)
    assert view(images, "a.jpg").src == ""
    found = images.problems()
    assert [(each.code, each.file, each.values) for each in found] == [
        ("picture-format", "media/a.jpg", {"kind": "?", "picture": "a.jpg"})
    ]


@pytest.mark.parametrize(("size", "code"), [((7200, 7200), ""), ((7300, 7200), "picture-too-large")])
def test_g55_the_cap_lies_at_52_megapixels(shop, size, code):
    save(shop, "a.png", Image.new("1", size), compress_level=9)
    images = Images(shop)
    images.prepare(["a.png"])
    assert [each.code for each in images.refused.values()] == [code] * bool(code)
