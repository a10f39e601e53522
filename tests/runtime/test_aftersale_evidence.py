"""Pictures that buyers send with a case: made anew with nothing hidden in them, or refused."""

from io import BytesIO

import pytest
from PIL import Image
from refunding import refused

from runtime.aftersale import evidence
from runtime.refusals import Code


def picture(kind="PNG", size=(40, 30), **more):
    made = BytesIO()
    Image.new("RGB", size, "red").save(made, kind, **more)
    return made.getvalue()


def test_pictures_are_made_anew_with_nothing_hidden_in_them(tmp_path):
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    name = evidence.keep(tmp_path, picture("JPEG", (3000, 1500), exif=exif))
    found = (evidence.folder(tmp_path) / name).read_bytes()
    with Image.open(BytesIO(found)) as shown:
        assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", (1600, 800), {})
    assert b"secret" not in found
    assert len(name) == 28
    assert evidence.keep(tmp_path, picture()) != evidence.keep(tmp_path, picture())


@pytest.mark.parametrize(
    "content", [b"", b"<svg onload='alert(1)'/>", b"GIF89a\0\0", picture()[:60], b"x" * (8 * 1024**2 + 1)]
)
def test_what_is_no_good_picture_is_refused(tmp_path, content):
    refused(Code.PICTURE_REFUSED, lambda: evidence.keep(tmp_path, content))
    assert not evidence.folder(tmp_path).exists()
