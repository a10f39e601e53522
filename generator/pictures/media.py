"""Looks at files below media/ without decoding them: does it exist, is it inside, what is it, how large is it."""

import os
import stat
import warnings
from pathlib import Path
from typing import BinaryIO

import msgspec
from PIL import Image

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
LACKING = frozenset({"picture-missing", "picture-is-folder", "picture-empty", "picture-unreadable", "picture-format"})
"""Problems of a file that no picture can be drawn from; a draft shows a placeholder instead."""
MAXIMUM_PIXELS = 52_000_000
MAXIMUM_SIDE = 30_000
_CLIPS = (b"ftyp", b"\x1a\x45\xdf\xa3")
_TEXTS = ((b"<!doctype", "HTML"), (b"<html", "HTML"), (b"<?php", "PHP"), (b"%pdf", "PDF"))

CLIPS = (".mp4", ".webm")


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is: the code of a problem with its values, or its size in pixels (0 for clips and drawings)."""

    code: str = ""
    values: dict[str, str | int] = {}
    width: int = 0
    height: int = 0


def replaceable(code: str, name: str) -> bool:
    """Tell whether a draft shows a placeholder for a file with this problem: a picture, and nothing to draw it from."""
    return code in LACKING and not name.lower().endswith(CLIPS)


class Shelf:
    """The folder media/; every file is looked at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root = os.path.realpath(folder)
        self._seen: dict[tuple[str, bool], Look] = {}

    def look(self, name: str, *, clip: bool = False) -> Look:
        """Return what a file below media/ is; ``clip`` says that a video is wanted."""
        key = (name, clip)
        if key not in self._seen:
            self._seen[key] = self._look(name, clip=clip)
        return self._seen[key]

    def _look(self, name: str, *, clip: bool) -> Look:
        if name.startswith(("http:", "https:", "//")):
            return Look(code="picture-remote")
        if name.startswith(("/", "\\", "~")) or ":" in name or "\\" in name or "\0" in name or ".." in name.split("/"):
            return Look(code="picture-outside")
        path = self._folder / name
        try:
            code = self._fault(path)
            if code:
                return Look(code=code)
            with path.open("rb") as stream:
                return _clip(stream) if clip else _picture(stream)
        except (FileNotFoundError, NotADirectoryError):
            return Look(code="picture-missing")
        except OSError as error:
            return Look(code="picture-unreadable", values={"reason": error.strerror or "?"})

    def _fault(self, path: Path) -> str:
        if not Path(os.path.realpath(path)).is_relative_to(self._root):
            return "picture-outside"
        state = path.stat()
        if stat.S_ISDIR(state.st_mode):
            return "picture-is-folder"
        if not stat.S_ISREG(state.st_mode):
            return "picture-missing"
        return "" if state.st_size else "picture-empty"


def _clip(stream: BinaryIO) -> Look:
    start = stream.read(16)
    good = start[4:8] == _CLIPS[0] or start.startswith(_CLIPS[1])
    return Look() if good else Look(code="clip-format")


def _picture(stream: BinaryIO) -> Look:
    start = stream.read(512)
    stream.seek(0)
    plain = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if plain.startswith((b"<svg", b"<?xml", b"<!--")) and b"<svg" in plain:
        return Look()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(stream, formats=FORMATS) as image:
                width, height = image.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        kind = next((kind for sign, kind in _TEXTS if plain.startswith(sign)), "?")
        return Look(code="picture-format", values={"kind": kind})
    if width * height > MAXIMUM_PIXELS or max(width, height) > MAXIMUM_SIDE:
        limit = MAXIMUM_PIXELS // 1_000_000
        return Look(code="picture-too-large", values={"width": width, "height": height, "limit": limit})
    return Look(width=width, height=height)
