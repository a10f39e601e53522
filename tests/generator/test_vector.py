"""SVG drawings keep their shapes and lose everything else, or are refused."""

import pytest

from generator.images import Images
from generator.pictures.vector import UnsafeDrawingError, clean

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 24 12">'


def refused(inside, start=OPEN):
    with pytest.raises(UnsafeDrawingError) as caught:
        clean(f"{start}{inside}</svg>".encode())
    return str(caught.value)


def test_shapes_colours_and_gradients_survive():
    inside = (
        "<title>山 &amp; tea</title>"
        '<defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/></linearGradient></defs>'
        '<g transform="translate(2 3)"><path d="M0 0h24v12z" fill="url(#a)"/>'
        '<circle cx="1" cy="2" r="3" fill="red"/></g>'
    )
    drawing = clean(f"{OPEN}{inside}</svg>".encode())
    assert (drawing.width, drawing.height) == (24, 12)
    assert drawing.data.decode() == (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 12"><title>山 &amp; tea</title>'
        '<defs><linearGradient id="a"><stop offset="0" stop-color="#fff"></stop></linearGradient></defs>'
        '<g transform="translate(2 3)"><path d="M0 0h24v12z" fill="url(#a)"></path>'
        '<circle cx="1" cy="2" r="3" fill="red"></circle></g></svg>\n'
    )


def test_what_drawing_programs_leave_behind_is_left_out():
    start = (
        '<?xml version="1.0"?><!-- made by a program --><svg xmlns="http://www.w3.org/2000/svg" '
        'xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" width="30px" height="20" inkscape:version="1.3">'
    )
    inside = (
        '<metadata><x:y xmlns:x="u"/></metadata><inkscape:grid inkscape:units="mm"><path d="M0 0"/></inkscape:grid>'
        '<path class="st0" style="fill:#123; -inkscape-font:x; stroke-width:2" d="M0 0h1"/>'
    )
    assert clean(f"{start}{inside}</svg>".encode()).data.decode() == (
        '<svg xmlns="http://www.w3.org/2000/svg" width="30px" height="20">'
        '<path fill="#123" stroke-width="2" d="M0 0h1"></path></svg>\n'
    )


@pytest.mark.parametrize(
    ("inside", "part"),
    [
        ("<script>alert(1)</script>", "<script>"),
        ('<path d="M0 0" onload="alert(1)"/>', "<path onload>"),
        ('<path d="M0 0" OnClick="alert(1)"/>', "<path OnClick>"),
        ("<foreignObject><p/></foreignObject>", "<foreignObject>"),
        ('<image href="https://evil.example/x.png"/>', "<image>"),
        ('<use xlink:href="https://evil.example/x.svg#a"/>', "<use>"),
        ('<g xlink:href="#a"/>', "<g href>"),
        ('<a href="javascript:alert(1)"><path d="M0 0"/></a>', "<a>"),
        ('<path fill="url(https://evil.example/#a)" d="M0 0"/>', "<path fill>"),
        ('<path style="fill:url(//evil.example/a)" d="M0 0"/>', "<path fill>"),
        ('<path fill="u&#x72;l(//evil)" d="M0 0"/>', "<path fill>"),
        ('<path fill="\\75rl(x)" d="M0 0"/>', "<path fill>"),
        ("<style>@import url(//evil.example/a.css)</style>", "<style>"),
        ('<animate attributeName="href" to="javascript:x"/>', "<animate>"),
        ('<set attributeName="onload" to="x"/>', "<set>"),
        ('<filter id="f"><feImage href="//evil.example"/></filter>', "<filter>"),
        ("<text>words</text>", "<text>"),
        ("<?xml-stylesheet href='//evil.example/a.css'?>", "<?xml-stylesheet?>"),
        ('<path d="M0 0" formaction="x"/>', "<path formaction>"),
    ],
)
def test_g56_what_can_act_or_load_is_refused_by_name(inside, part):
    assert refused(inside) == part


def test_g56_entities_cannot_expand():
    bomb = (
        '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        + OPEN
        + "<title>&b;</title></svg>"
    )
    with pytest.raises(UnsafeDrawingError, match="DOCTYPE"):
        clean(bomb.encode())
    outside = '<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + OPEN + "</svg>"
    with pytest.raises(UnsafeDrawingError, match="DOCTYPE"):
        clean(outside.encode())


def test_g56_size_depth_and_number_are_bounded():
    assert refused("<g>" * 41 + "</g>" * 41) == "> 4000 / 40"
    assert refused("<g/>" * 4001) == "> 4000 / 40"
    assert refused(f'<path d="{"M0 0" * 70_000}"/>') == "> 256 KB"
    assert refused("", OPEN.replace("24 12", "24000 12")) == "<svg width height>"
    assert refused("", OPEN.replace('viewBox="0 0 24 12"', "")) == "<svg viewBox>"
    assert refused("<g>").startswith("XML ")


def test_g56_the_build_refuses_the_drawing_and_serves_the_good_one_rebuilt(tmp_path):
    media = tmp_path / "media"
    media.mkdir()
    (media / "bad.svg").write_text(f"{OPEN}<script>alert(1)</script></svg>")
    (media / "good.svg").write_text(f'{OPEN}<!-- secret --><path d="M0 0"/></svg>')
    images = Images(tmp_path)
    images.prepare(["bad.svg", "good.svg"])
    assert [(each.code, each.values) for each in images.problems()] == [
        ("picture-vector-unsafe", {"part": "<script>", "picture": "bad.svg"})
    ]
    (blob,) = images.blobs()
    assert blob.type == "image/svg+xml"
    assert images.read(blob) == (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 12"><path d="M0 0"></path></svg>\n'
    )
