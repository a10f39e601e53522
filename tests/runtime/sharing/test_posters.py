"""Posters are read by eye and by camera: every design keeps its code readable and its words on the sheet."""

import io

import msgspec
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from runtime.documents.fonts import FontFault
from runtime.sharing import qr
from runtime.sharing.posters import columns, drawing, letters, paint
from runtime.sharing.posters.columns import Frame
from runtime.sharing.posters.keeping import Kept
from runtime.sharing.posters.poster import DESIGNS, SHAPES, SIZES, Colours, Content, Poster, Shape, Style, stamp

ADDRESS = "https://a-rather-long-name-of-a-shop.example.com/s/abcdefgh"
LONG = "狮峰山老茶园明前头采手工炒制西湖龙井绿茶礼盒装送礼长辈" * 3
PLAIN = Content(locale="zh-CN", shop="四季茶铺", title="西湖龙井", address=ADDRESS, call="长按或扫码购买")
FULL = Content(
    locale="zh-CN", shop="一家名字特别特别长的茶铺与它的朋友们开的店", title=LONG, eyebrow="直播", line=LONG,
    price="¥123,456,789.00 起", before="¥223,456,789.00", notes=("含税 · ¥168.00 / kg", LONG),
    facts=(LONG, LONG), code="A-VERY-LONG-CODE-OF-A-COUPON-2026", address=ADDRESS, call=LONG,
)  # fmt: skip
ENGLISH = Content(
    locale="en", shop="Donaudampfschifffahrtsgesellschaft & Sons", price="$24.00", address=ADDRESS, call="Scan",
    title="Pneumonoultramicroscopicsilicovolcanoconiosis tea",
    line="Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
)  # fmt: skip
PALE = Colours(
    background="#fffff0", surface="#fefefe", text="#ffee88", muted="#ffeeaa", line="#ffffff", accent="#ffff00",
    on_accent="#ffffff", accent_soft="#fffff8",
)  # fmt: skip
DARK = Colours(
    background="#101010", surface="#191919", text="#f1f1ee", muted="#303030", line="#303030", accent="#161616",
    on_accent="#000000", accent_soft="#262625",
)  # fmt: skip


@pytest.fixture
def photo(tmp_path):
    """Return a photo that is hard on what stands over it: black and white squares."""
    picture = Image.new("RGB", (900, 700), "white")
    pen = ImageDraw.Draw(picture)
    for left in range(0, 900, 60):
        for top in range(0, 700, 60):
            if (left + top) % 120:
                pen.rectangle((left, top, left + 59, top + 59), fill="black")
    file = tmp_path / "photo.jpg"
    picture.save(file)
    return file


def opened(drawn):
    return Image.open(io.BytesIO(drawn)).convert("L")


def read(drawn):
    return [each.text for each in zxingcpp.read_barcodes(opened(drawn))]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("design", DESIGNS)
def test_a_camera_reads_every_design_in_every_colour_with_much_and_with_little_on_it(design, shape, photo):
    tries = {
        Shape.PORTRAIT: [(PLAIN, Colours(), ()), (FULL, DARK, (photo,) * 2)],
        Shape.SQUARE: [(ENGLISH, PALE, (photo,)), (FULL, Colours(), (photo,) * 5)],
    }
    for content, colours, pictures in tries[shape]:
        told = msgspec.structs.replace(content, pictures=pictures)
        drawn = drawing.draw(Poster(content=told, style=Style(colours=colours), design=design, shape=shape))
        assert opened(drawn).size == SIZES[shape]
        assert len(drawn) < 700_000
        assert read(drawn) == [ADDRESS]


def test_a_code_is_dark_on_white_with_its_margin_whatever_the_shop_looks_like():
    drawn = drawing.draw(Poster(content=PLAIN, style=Style(colours=PALE)))
    code = opened(drawn).crop((768, 1088, 1008, 1328))
    assert code.getextrema()[0] < 40
    margin = code.crop((4, 20, 24, 220)).getextrema()
    assert margin[0] > 235


def test_a_code_for_print_is_read_as_svg_says_and_as_png_shows():
    assert read(qr.png(ADDRESS)) == [ADDRESS]
    assert Image.open(io.BytesIO(qr.png(ADDRESS))).size[0] <= 1024
    assert qr.svg(ADDRESS).startswith(b"<svg")
    assert b"<script" not in qr.svg(ADDRESS)


def test_words_that_could_not_be_read_on_a_ground_become_black_or_white():
    assert paint.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert paint.readable("#15222a", "#f6f8f8") == "#15222a"
    assert paint.readable("#ffff00", "#fffff0") == "#000000"
    assert paint.readable("#161616", "#101010") == "#ffffff"


def test_a_name_breaks_as_chinese_does_and_latin_words_stay_whole():
    face = letters.faces("zh-CN", serif=True)
    font = letters.font(face.heading, 60, face.index)
    for text in ("清明前，三天采的头一茬。豆香「兰花」味", "春茶（礼盒装）Longjing 2026 明前特级"):
        for width in range(150, 700, 50):
            lines = letters.wrap(text, font, width, 20)
            assert "".join(lines).replace(" ", "") == text.replace(" ", "")
            assert all(font.getlength(line) <= width for line in lines)
            assert not [line for line in lines[1:] if line[0] in "，。」）"]
            assert not [line for line in lines[:-1] if line[-1] in "「（"]
    assert letters.wrap("Longjing before the rain", font, 500, 3) == ["Longjing", "before the rain"]
    shortened = letters.wrap(LONG, font, 500, 2)
    assert len(shortened) == 2
    assert shortened[1].endswith("…")
    assert font.getlength(shortened[1]) <= 500


@pytest.mark.parametrize(("width", "height"), [(640, 400), (428, 606), (630, 312), (832, 318), (590, 388)])
def test_however_much_there_is_to_say_it_stays_in_its_place(width, height):
    face, inks = letters.faces("zh-CN", serif=True), columns.Inks("#000000", "#444444", "#112233")
    for content in (FULL, ENGLISH, PLAIN):
        frame = Frame(left=0, top=0, width=width, height=height)
        rows = columns._fitted(content, face, frame, inks)
        assert columns._height(rows) <= height


def test_what_no_font_shows_is_left_out_and_a_text_of_nothing_else_is_told():
    face = letters.faces("zh-CN", serif=False)
    assert letters.settable("龙井🍵 茶\n\u200d\ufe0f好", face) == "龙井 茶 好"
    with pytest.raises(FontFault):
        letters.settable("\U0001f5ff\u1b05\u1b06\u1b07\u1b08\u1b09", face)
    with pytest.raises(FontFault):
        letters.faces("zh-CN", serif=False, wish="/nowhere.ttf")


def test_a_picture_that_is_none_is_drawn_over(tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff no picture")
    told = msgspec.structs.replace(PLAIN, pictures=(broken, tmp_path / "gone.jpg"), logo=broken)
    assert drawing.draw(Poster(content=told, style=Style())) == drawing.draw(Poster(content=PLAIN, style=Style()))


def test_a_poster_is_drawn_once_and_again_only_when_something_on_it_changes(tmp_path, photo):
    kept = Kept(tmp_path / "posters")
    wanted = Poster(content=msgspec.structs.replace(PLAIN, pictures=(photo,)), style=Style())
    first = kept.get(wanted)
    (file,) = (tmp_path / "posters").iterdir()
    file.write_bytes(b"kept")
    assert kept.get(wanted) == b"kept"
    changed = msgspec.structs.replace(wanted, content=msgspec.structs.replace(wanted.content, price="¥9.00"))
    assert kept.get(changed) != first
    before = stamp(wanted)
    Image.new("RGB", (500, 500), "#336699").save(photo)
    assert stamp(wanted) != before
    small = opened(kept.get(changed, small=True))
    assert small.size == (300, 400)


def test_posters_take_bounded_room_and_a_folder_that_cannot_be_written_only_costs_time(tmp_path):
    kept = Kept(tmp_path / "posters", most_files=3)
    for number in range(5):
        kept.get(Poster(content=msgspec.structs.replace(PLAIN, title=str(number)), style=Style()))
    assert len(list((tmp_path / "posters").iterdir())) == 3
    tight = Kept(tmp_path / "tight", most_bytes=1000)
    assert read(tight.get(Poster(content=PLAIN, style=Style()))) == [ADDRESS]
    assert list((tmp_path / "tight").iterdir()) == []
    (tmp_path / "file").write_text("")
    blocked = Kept(tmp_path / "file" / "posters")
    assert read(blocked.get(Poster(content=PLAIN, style=Style()))) == [ADDRESS]
