"""One picture is decoded under limits and encoded as its responsive set; runs in a child process (see workshop.py)."""

import contextlib
import hashlib
import sys
import warnings
from io import BytesIO
from pathlib import Path

import msgspec
from PIL import Image, ImageCms, UnidentifiedImageError

from generator.pictures import emblem, vector
from generator.pictures.media import FORMATS, MAXIMUM_PIXELS, MAXIMUM_SIDE
from generator.pictures.renditions import Drawing, Order, PictureSet, Refusal, Rendition, Reply

MAXIMUM_BYTES = 100_000_000
WEBP_MAXIMUM_SIDE = 16_383
_OPAQUE = 255
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIGNS = (
    (b"ftypheic", "HEIC"), (b"ftypheix", "HEIC"), (b"ftypmif1", "HEIC"), (b"%PDF", "PDF"), (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"), (b"BM", "BMP"), (b"<!doctype", "HTML"), (b"<html", "HTML"), (b"8BPS", "PSD"),
)  # fmt: skip


class RefusedError(Exception):
    """The picture cannot be used; ``code`` is the code of a problem."""

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def load(content: bytes, width: int) -> Image.Image:
    """Decode the first frame upright, in sRGB, as RGB or RGBA, not wider than ``width``; raise RefusedError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(content), formats=FORMATS) as source:
                _refuse_bomb(source)
                return _upright(source, width)
    except UnidentifiedImageError as error:
        raise RefusedError("picture-format", kind=_kind(content)) from error
    except (MemoryError, Image.DecompressionBombError) as error:
        raise RefusedError("picture-too-large", limit=MAXIMUM_PIXELS // 1_000_000) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise RefusedError("picture-unreadable", reason=str(error)[:120]) from error


def _refuse_bomb(source: Image.Image) -> None:
    width, height = source.size
    if width * height > MAXIMUM_PIXELS or max(width, height) > MAXIMUM_SIDE:
        raise RefusedError("picture-too-large", width=width, height=height, limit=MAXIMUM_PIXELS // 1_000_000)


def _kind(content: bytes) -> str:
    start = content[:64].lstrip().lower()
    return next((name for sign, name in _SIGNS if sign.lower() in start[:16]), "?")


def _upright(source: Image.Image, width: int) -> Image.Image:
    profile = source.info.get("icc_profile")
    turn = _TURNS.get(source.getexif().get(0x0112, 1))
    turned = turn is not None and turn.value >= Image.Transpose.ROTATE_90 and turn != Image.Transpose.ROTATE_180
    full_width, full_height = reversed(source.size) if turned else source.size
    scale = min(1.0, width / full_width)
    target = (max(1, round(full_width * scale)), max(1, round(full_height * scale)))
    stored = (target[1], target[0]) if turned else target
    source.draft(source.mode, stored)
    image = _plain(source)
    image = _in_srgb(_scaled(image, stored), profile)
    return image.transpose(turn) if turn is not None else image


def _scaled(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _plain(source: Image.Image) -> Image.Image:
    """Bring every mode to RGB, RGBA or CMYK (which its profile still has to turn into RGB)."""
    source.load()
    if source.mode.startswith(("I", "F")):
        return _from_sixteen_bits(source).convert("RGB")
    if source.mode == "CMYK":
        return source.copy()
    if "A" in source.mode or "a" in source.mode or "transparency" in source.info:
        image = source if source.mode == "RGBA" else source.convert("RGBA")
        return image if image.getchannel("A").getextrema() != (_OPAQUE, _OPAQUE) else image.convert("RGB")
    return source.convert("RGB")


def _from_sixteen_bits(source: Image.Image) -> Image.Image:
    """Keep the upper byte of every sample: a plain conversion would clip everything bright to white."""
    return source.convert("I").point([value >> 8 for value in range(65536)], "L")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile and b"sRGB" not in profile[:4096] and b"s\0R\0G\0B" not in profile[:4096]:
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
            return _converted(image, ImageCms.ImageCmsProfile(BytesIO(profile)))
    return image.convert("RGB") if image.mode == "CMYK" else image


def _converted(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    if image.mode != "RGBA":
        result = ImageCms.profileToProfile(image, profile, _SRGB, outputMode="RGB")
        return image if result is None else result
    converted = _converted(image.convert("RGB"), profile)
    converted.putalpha(image.getchannel("A"))
    return converted


def widths(full: int, wanted: tuple[int, ...]) -> tuple[int, ...]:
    """Return the widths to make, never above the source, the source's own instead of one close below it."""
    largest = min(full, max(wanted))
    return (*(width for width in wanted if width < largest * 0.9), largest)


def draw(content: bytes, order: Order) -> Drawing:
    """Make all renditions of a picture; raise RefusedError."""
    largest = load(content, max(order.widths))
    alpha = largest.mode == "RGBA"
    steps = widths(largest.width, order.widths)
    renditions, files = [], {}
    for index, width in enumerate(reversed(steps)):
        height = max(1, round(largest.height * width / largest.width))
        image = (
            largest
            if width == largest.width
            else largest.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        )
        for kind in _kinds(height, alpha=alpha, fallback=index % 2 == 0):
            name, data = f"{width}.{kind}", encode(image, kind)
            files[name] = data
            digest = hashlib.sha256(data).hexdigest()
            renditions.append(Rendition(width=width, height=height, kind=kind, size=len(data), digest=digest))
    renditions.sort(key=lambda rendition: (rendition.kind, rendition.width))
    picture = PictureSet(
        width=largest.width, height=largest.height, color=mean_color(largest), renditions=tuple(renditions)
    )
    return Drawing(picture, files)


def _kinds(height: int, *, alpha: bool, fallback: bool) -> tuple[str, ...]:
    modern = ("avif", "webp") if height <= WEBP_MAXIMUM_SIDE else ("avif",)
    return (*modern, "png" if alpha else "jpg") if fallback else modern


def encode(image: Image.Image, kind: str) -> bytes:
    """Write pixels and nothing else: no metadata of the source survives."""
    out = BytesIO()
    plain = bare(image)
    match kind:
        case "avif":
            plain.save(out, "AVIF", quality=60, speed=8, max_threads=1)
        case "webp":
            plain.save(out, "WEBP", quality=80, method=4)
        case "jpg":
            plain.save(out, "JPEG", quality=80, progressive=True, optimize=True)
        case _:
            plain.save(out, "PNG", optimize=True)
    return out.getvalue()


def bare(image: Image.Image) -> Image.Image:
    """Return the pixels alone: what a camera noted beside them stays behind."""
    return Image.frombytes(image.mode, image.size, image.tobytes()) if image.info else image


def mean_color(image: Image.Image) -> str:
    """Return the mean colour as #rrggbb."""
    flat = image.convert("RGBA").convert("RGBa").resize((1, 1), Image.Resampling.BOX).convert("RGBA")
    return f"#{flat.tobytes()[:3].hex()}"


def draw_vector(content: bytes) -> Drawing:
    """Rebuild an SVG drawing from its allowed parts; raise RefusedError."""
    try:
        clean = vector.clean(content)
    except vector.UnsafeDrawingError as error:
        raise RefusedError("picture-vector-unsafe", part=str(error)) from error
    digest = hashlib.sha256(clean.data).hexdigest()
    rendition = Rendition(width=clean.width, height=clean.height, kind="svg", size=len(clean.data), digest=digest)
    picture = PictureSet(width=clean.width, height=clean.height, color="", renditions=(rendition,))
    return Drawing(picture, {f"{clean.width}.svg": clean.data})


def draw_emblem(content: bytes, order: Order) -> Drawing:
    """Draw the shop's icons from its logo, or from its monogram when there is no logo that fits a square."""
    logo = load(content, 512) if content and not vector.looks_like(content) else None
    files = emblem.draw(logo, order.monogram, order.ink, order.paper)
    renditions = tuple(
        Rendition(width=0, height=0, kind=name, size=len(data), digest=hashlib.sha256(data).hexdigest())
        for name, data in sorted(files.items())
    )
    return Drawing(PictureSet(width=0, height=0, color=order.paper, renditions=renditions), files)


def work(order: Order) -> Reply:
    """Fulfil one order: read, draw, and write the files into the order's folder."""
    try:
        content = _content(order.source)
        if order.monogram:
            drawing = draw_emblem(content, order)
        elif vector.looks_like(content):
            drawing = draw_vector(content)
        else:
            drawing = draw(content, order)
    except RefusedError as error:
        return Reply(refusal=Refusal(error.code, error.values))
    for name, data in drawing.files.items():
        (Path(order.target) / name).write_bytes(data)
    return Reply(picture=drawing.picture, source=hashlib.sha256(content).hexdigest())


def _content(source: str) -> bytes:
    if not source:
        return b""
    if Path(source).stat().st_size > MAXIMUM_BYTES:
        raise RefusedError("picture-too-large", limit=MAXIMUM_PIXELS // 1_000_000)
    return Path(source).read_bytes()


def _limit() -> None:
    """Give the process bounded memory, and the next picture bounded processor time, where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, resource.getrlimit(resource.RLIMIT_AS)[1]))
        spent = resource.getrusage(resource.RUSAGE_SELF)
        ceiling = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (int(spent.ru_utime + spent.ru_stime) + 90, ceiling))


def main() -> None:
    """Answer one order a line until the input ends."""
    Image.MAX_IMAGE_PIXELS = MAXIMUM_PIXELS
    decoder, encoder = msgspec.json.Decoder(Order), msgspec.json.Encoder()
    output = sys.stdout.buffer
    output.write(b"ready\n")
    output.flush()
    for line in sys.stdin.buffer:
        _limit()
        try:
            reply = work(decoder.decode(line))
        except OSError as error:
            reply = Reply(fault=error.strerror or str(error), errno=error.errno or 0)
        output.write(encoder.encode(reply) + b"\n")
        output.flush()


if __name__ == "__main__":
    main()
