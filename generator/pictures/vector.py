"""SVG drawings are rebuilt from a list of shapes and colours; everything that can act, load or expand is refused."""

import re
from typing import NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

MAXIMUM_BYTES = 262_144
MAXIMUM_ELEMENTS = 4_000
MAXIMUM_DEPTH = 40
MAXIMUM_SIDE = 20_000
_SVG = "http://www.w3.org/2000/svg"
_SHAPES = {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}
_GROUPS = {"svg", "g", "defs", "linearGradient", "radialGradient", "stop", "clipPath", "mask", "title", "desc"}
_ELEMENTS = _SHAPES | _GROUPS
_LEFT_OUT = {"metadata"}
_PAINT = {
    "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap",
    "stroke-linejoin",
    "stroke-miterlimit", "stroke-dasharray", "stroke-dashoffset", "opacity", "color", "clip-rule", "clip-path", "mask",
    "stop-color", "stop-opacity", "display", "visibility", "paint-order", "vector-effect", "mask-type",
}  # fmt: skip
_GEOMETRY = {
    "id", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "width", "height", "viewBox", "d",
    "points",
    "transform", "gradientUnits", "gradientTransform", "spreadMethod", "offset", "clipPathUnits", "maskUnits",
    "maskContentUnits", "preserveAspectRatio", "pathLength", "version",
}  # fmt: skip
_ATTRIBUTES = _PAINT | _GEOMETRY
_IGNORED = {"class", "style", "role", "baseProfile", "enable-background", "overflow", "xml:space", "data-name"}
_VALUE = re.compile(r"[\w\s.,:;#%()+\-/]*")
_LOCAL_REFERENCE = re.compile(r"url\(\s*#[\w.\-]+\s*\)")
_LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?)(?:px|pt)?\s*")


class UnsafeDrawingError(ValueError):
    """The drawing holds something outside the list; the text names it."""


class CleanDrawing(NamedTuple):
    """A rebuilt drawing and its size in CSS pixels."""

    data: bytes
    width: int
    height: int


def looks_like(content: bytes) -> bool:
    """Tell whether the bytes want to be an SVG drawing."""
    start = content[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith((b"<svg", b"<?xml", b"<!--", b"<!DOCTYPE svg")) and b"<svg" in content[:65536]


def clean(content: bytes) -> CleanDrawing:
    """Rebuild a drawing from its allowed parts; raise UnsafeDrawingError."""
    if len(content) > MAXIMUM_BYTES:
        raise UnsafeDrawingError("> 256 KB")
    builder = _Builder()
    try:
        builder.parser.Parse(content, True)
    except expat.ExpatError as error:
        raise UnsafeDrawingError(f"XML {error.lineno}:{error.offset}") from error
    width, height = _size(builder.root)
    return CleanDrawing("".join(builder.out).encode() + b"\n", width, height)


class _Builder:
    def __init__(self) -> None:
        self.out: list[str] = []
        self.open: list[str] = []
        self.skipped = 0
        self.count = 0
        self.root: dict[str, str] = {}
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.refuse_doctype
        self.parser.EntityDeclHandler = self.refuse_doctype
        self.parser.ProcessingInstructionHandler = self.refuse_instruction

    def refuse_doctype(self, *_: object) -> None:
        raise UnsafeDrawingError("<!DOCTYPE>")

    def refuse_instruction(self, target: str, _: str) -> None:
        raise UnsafeDrawingError(f"<?{target}?>")

    def start(self, qualified: str, attributes: dict[str, str]) -> None:
        space, _, name = qualified.rpartition(" ")
        self.count += 1
        if self.skipped or (space and space != _SVG) or name in _LEFT_OUT:
            self.skipped += 1
            return
        if name not in _ELEMENTS or (not self.open and name != "svg"):
            raise UnsafeDrawingError(f"<{name}>")
        if self.count > MAXIMUM_ELEMENTS or len(self.open) >= MAXIMUM_DEPTH:
            raise UnsafeDrawingError(f"> {MAXIMUM_ELEMENTS} / {MAXIMUM_DEPTH}")
        kept = _kept(name, attributes)
        if not self.open:
            self.root = kept
            self.out.append(f'<svg xmlns="{_SVG}"')
        else:
            self.out.append(f"<{name}")
        self.out.extend(f" {key}={quoteattr(value)}" for key, value in kept.items())
        self.out.append(">")
        self.open.append(name)

    def end(self, _: str) -> None:
        if self.skipped:
            self.skipped -= 1
            return
        self.out.append(f"</{self.open.pop()}>")

    def text(self, data: str) -> None:
        if not self.skipped and self.open and self.open[-1] in {"title", "desc"}:
            self.out.append(escape(data))


def _kept(element: str, attributes: dict[str, str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for qualified, value in attributes.items():
        space, _, name = qualified.rpartition(" ")
        if name.lower().startswith("on") or name == "href":
            raise UnsafeDrawingError(f"<{element} {name}>")
        if space:
            continue
        if name == "style":
            kept.update(_declarations(element, value))
        elif name in _ATTRIBUTES:
            kept[name] = _checked(element, name, value)
        elif name not in _IGNORED and not name.startswith(("data-", "aria-", "font-", "text-")):
            raise UnsafeDrawingError(f"<{element} {name}>")
    return kept


def _declarations(element: str, style: str) -> dict[str, str]:
    pairs = (declaration.partition(":") for declaration in style.split(";") if declaration.strip())
    found = ((name.strip(), value.strip()) for name, _, value in pairs)
    return {name: _checked(element, name, value) for name, value in found if name in _PAINT}


def _checked(element: str, name: str, value: str) -> str:
    if not _VALUE.fullmatch(value) or "url" in _LOCAL_REFERENCE.sub("", value).lower():
        raise UnsafeDrawingError(f"<{element} {name}>")
    return value


def _size(root: dict[str, str]) -> tuple[int, int]:
    box = root.get("viewBox", "").replace(",", " ").split()
    lengths = [_LENGTH.fullmatch(root.get(name, "")) for name in ("width", "height")]
    try:
        if lengths[0] and lengths[1]:
            width, height = float(lengths[0][1]), float(lengths[1][1])
        else:
            width, height = float(box[2]), float(box[3])
    except (IndexError, ValueError) as error:
        raise UnsafeDrawingError("<svg viewBox>") from error
    if not (1 <= width <= MAXIMUM_SIDE and 1 <= height <= MAXIMUM_SIDE):
        raise UnsafeDrawingError("<svg width height>")
    return round(width), round(height)
