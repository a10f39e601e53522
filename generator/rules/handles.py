"""Handles: names of files become addresses, so they have a form, some are taken, and none may look like another."""

import re
import unicodedata
from collections.abc import Iterator

from generator.loading.assembly import translation
from generator.loading.draft import Draft, at
from generator.messages import problem
from generator.problems import Problem
from generator.shop import Text

LONGEST = 180
"""Bytes of UTF-8: file systems hold 255, and a release adds its own endings."""
_FORM = re.compile(r"\w[\w-]*")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
RESERVED = frozenset(
    {
        "admin",
        "api",
        "cart",
        "checkout",
        "console",
        "healthz",
        "index",
        "metrics",
        "orders",
        "pay",
        "setup",
        "static",
    }
)
_TAKEN = {"live": frozenset({"hooks", "time"})}
"""Names that are addresses of the shop in one folder only."""
# Letters of Cyrillic and Greek that nobody can tell from Latin ones (Unicode TR39), after case folding.
_LOOKALIKE = str.maketrans(
    {
        "а": "a",
        "е": "e",
        "о": "o",
        "р": "p",
        "с": "c",
        "у": "y",
        "х": "x",
        "і": "i",
        "ј": "j",
        "ѕ": "s",
        "ԁ": "d",
        "һ": "h",
        "ӏ": "l",
        "ԛ": "q",
        "ԝ": "w",
        "к": "k",
        "α": "a",
        "ο": "o",
        "ν": "v",
        "ι": "i",
        "κ": "k",
        "ρ": "p",
        "υ": "u",
        "χ": "x",
        "γ": "y",
    }
)
_MIXED = re.compile(r"(?=\w*[A-Za-z])(?=\w*[\u0370-\u03ff\u0400-\u052f])\w+")
_KINDS = {
    "product": ("products", ".yaml"),
    "shelf": ("shelves", ".yaml"),
    "page": ("pages", ".md"),
    "live": ("live", ".yaml"),
}


def forms(draft: Draft) -> Iterator[Problem]:
    """A handle consists of letters, digits and single dashes, is not taken, and fits into a file name."""
    for source in draft.sources:
        if source.kind not in _KINDS:
            continue
        handle = source.handle
        if source.kind == "page":
            handle = handle.rpartition(".")[0] if translation(handle, draft) else handle
        if _DEVICES.fullmatch(handle) or not _FORM.fullmatch(unicodedata.normalize("NFC", handle)):
            yield at(source.file, "handle-form", handle=shown(handle), suggestion=_better(source.kind, handle))
        elif handle.casefold() in RESERVED | _TAKEN.get(source.kind, frozenset()):
            yield at(source.file, "handle-reserved", handle=handle, suggestion=_file(source.kind, f"our-{handle}"))
        elif len(handle.encode()) > LONGEST:
            yield at(source.file, "handle-too-long", handle=handle, length=len(handle.encode()), limit=LONGEST)


def shown(text: str) -> str:
    """Return text with every character escaped that a reader could not see or tell from another."""
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)


def _file(kind: str, handle: str) -> str:
    folder, ending = _KINDS[kind]
    return f"{folder}/{handle}{ending}"


def _better(kind: str, handle: str) -> str | None:
    plain = unicodedata.normalize("NFKC", handle).strip().casefold()
    plain = re.sub(r"%[0-9a-f]{2}", "-", plain)
    plain = re.sub(r"[^\w-]+", "-", plain).strip("-_")
    if not plain:
        return None
    if _DEVICES.fullmatch(plain):
        plain = f"our-{plain}"
    return _file(kind, plain)


def skeleton(handle: str) -> str:
    """Return what all handles share that look the same: case, width, encoding of accents, look-alike letters."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", handle).casefold())
    return folded.translate(_LOOKALIKE).replace("_", "-") if not folded.isascii() else folded.replace("_", "-")


def collisions(draft: Draft) -> Iterator[Problem]:
    """No two handles of a kind may be the same on a system that ignores case, or in the eyes of a reader."""
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for source in draft.sources:
        handles = [each.handle for each in draft.results[source.file].products] or [source.handle]
        for handle in handles:
            key = (source.kind if source.kind in _KINDS else "product", skeleton(handle))
            if key not in seen:
                seen[key] = (handle, source.file)
                continue
            first, file = seen[key]
            mark = draft.row(handle).mark(()) if source.kind not in _KINDS else None
            second = (file, None)
            yield problem(
                "handle-collision", source.file, mark, related=second, handle=shown(handle), first=shown(first)
            )


def scripts(draft: Draft) -> Iterator[Problem]:
    """Latin letters mixed with Cyrillic or Greek ones in a word are a trick or a slip of the keyboard."""
    for (kind, handle), file in draft.files.items():
        found = _MIXED.search(handle)
        if found:
            yield at(file, "mixed-scripts", word=found[0], escaped=_escaped(found[0]))
        title: Text = getattr(draft, _PLACES[kind])[handle].title
        for text in dict.fromkeys(title.values()):
            mixed = None if text.isascii() else _MIXED.search(text)
            if mixed:
                yield at(file, "mixed-scripts", ("title",), word=mixed[0], escaped=_escaped(mixed[0]))


_PLACES = {"product": "products", "shelf": "shelves", "page": "pages", "live": "rooms"}


def _escaped(word: str) -> str:
    return word.encode("ascii", "backslashreplace").decode()
