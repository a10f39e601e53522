"""The shop's icons: its logo fitted into squares, or a monogram, or an awning for letters that have no glyph here."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

APPLE, SMALL, LARGE, MASKABLE, SHARE = (
    "apple-touch-icon.png",
    "icon-192.png",
    "icon-512.png",
    "icon-maskable-512.png",
    "share.png",
)
NAMES = (APPLE, "favicon.ico", SMALL, LARGE, MASKABLE, SHARE)
_WIDEST = 1.6
"""A logo wider than this would be a thread in a square; the monogram reads better."""
_MASTER = 1024
_WHITE = "#ffffff"


def draw(logo: Image.Image | None, monogram: str, ink: str, paper: str) -> dict[str, bytes]:
    """Return the icon files by name; colours are #rrggbb."""
    if logo is not None and max(logo.width / logo.height, logo.height / logo.width) > _WIDEST:
        logo = None
    if logo is None:
        mark = plain = solid = masked = _mark(monogram, ink, paper)
    else:
        mark = logo.convert("RGBA")
        plain, solid, masked = _square(mark, 1.0, None), _square(mark, 0.84, _WHITE), _square(mark, 0.62, _WHITE)
    favicon = BytesIO()
    plain.resize((64, 64), Image.Resampling.LANCZOS).save(favicon, "ICO", sizes=[(16, 16), (32, 32), (48, 48)])
    large = _png(plain, 512)
    return {
        APPLE: _png(solid, 180),
        "favicon.ico": favicon.getvalue(),
        SMALL: _png(plain, 192),
        LARGE: large,
        MASKABLE: large if masked is plain else _png(masked, 512),
        SHARE: _share(mark, paper if logo is None else _WHITE),
    }


def _square(mark: Image.Image, share: float, backdrop: str | None) -> Image.Image:
    canvas = Image.new("RGBA", (_MASTER, _MASTER), backdrop or (0, 0, 0, 0))
    side = round(_MASTER * share)
    scale = side / max(mark.size)
    fitted = _scaled(mark, scale)
    canvas.alpha_composite(fitted, ((_MASTER - fitted.width) // 2, (_MASTER - fitted.height) // 2))
    return canvas


def _png(image: Image.Image, side: int) -> bytes:
    out = BytesIO()
    image.resize((side, side), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


def _share(mark: Image.Image, backdrop: str) -> bytes:
    """The picture of a link preview where a page has none: the mark in the middle of 1200 x 630."""
    canvas = Image.new("RGB", (1200, 630), backdrop)
    fitted = _scaled(mark, min(640 / mark.width, 380 / mark.height))
    place = ((1200 - fitted.width) // 2, (630 - fitted.height) // 2)
    canvas.paste(fitted, place, fitted if fitted.mode == "RGBA" else None)
    out = BytesIO()
    canvas.save(out, "PNG", optimize=True)
    return out.getvalue()


def _scaled(mark: Image.Image, scale: float) -> Image.Image:
    size = (max(1, round(mark.width * scale)), max(1, round(mark.height * scale)))
    return mark.resize(size, Image.Resampling.LANCZOS)


def _mark(monogram: str, ink: str, paper: str) -> Image.Image:
    image = Image.new("RGB", (_MASTER, _MASTER), paper)
    pen = ImageDraw.Draw(image)
    letter = monogram[:1].upper()
    if letter.isascii() and letter.isalnum():
        font = ImageFont.load_default(size=_MASTER * 0.62)
        pen.text((_MASTER / 2, _MASTER / 2), letter, fill=ink, font=font, anchor="mm")
    else:
        _awning(pen, ink)
    return image


def _awning(pen: ImageDraw.ImageDraw, ink: str) -> None:
    """A market stall: the roof's scallops above a counter."""
    left, right, top = 232, 792, 300
    pen.polygon([(left + 60, top), (right - 60, top), (right, top + 170), (left, top + 170)], fill=ink)
    step = (right - left) // 4
    for start in range(left, right, step):
        pen.pieslice((start, top + 170 - step // 2, start + step, top + 170 + step // 2), 0, 180, fill=ink)
    pen.rounded_rectangle((left + 50, top + 330, right - 50, top + 424), radius=20, fill=ink)
